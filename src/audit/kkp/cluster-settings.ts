/** What KKP's documents say about one user cluster: whether its requests are audited, by which policy, and how they get out. */
import type { KkpGeneration } from '../../config/kkp-generation.ts'
import { type EffectiveSettings, effectiveSettings } from './effective-settings.ts'
import type {
  KkpCluster,
  KkpConfigMap,
  KkpDatacenter,
  KkpDocument,
  KkpSecret,
  KkpSeed,
  PolicyPreset,
  WebhookSettings,
} from './kkp.ts'
import { presetPolicies } from './presets.ts'

export interface ClusterSettings {
  readonly cluster: string
  readonly generation: KkpGeneration
  /** Null: not known. */
  readonly datacenter: string | null
  readonly seed: string | null
  /** Null: there is no Cluster document, so nobody knows. */
  readonly effective: EffectiveSettings | null
  /** Whether there is an audit trail at all. What comes all the same is answered and not stored. Unknown counts as yes. */
  readonly isRecorded: boolean
  /** Whether the log backend writes a file, which the sidecar ships. */
  readonly hasSidecar: boolean
  readonly webhook: WebhookSettings | null
  /** Of the webhook: the text of its Secret, which is never to be shown. Null: there is no webhook, or its Secret is not known. */
  readonly kubeconfig: string | null
  /** Null: none is known, or nothing is recorded. */
  readonly policy: KkpPolicy | null
  /** In sentences. */
  readonly why: readonly string[]
}

/** As KKP has it: the text of the ConfigMap, or a preset as a document. */
export type KkpPolicy =
  | { readonly from: 'configMap'; readonly text: string }
  | { readonly from: 'preset'; readonly preset: PolicyPreset; readonly document: unknown }

const configMapName = 'audit-config'

const noDatacenter: KkpDatacenter = { enforceAuditLogging: false, enforcedAuditWebhookSettings: null }

/** `id`: of the cluster, which is what its source is called. `documents`: of any number of clusters. */
export function clusterSettings(
  id: string,
  documents: readonly KkpDocument[],
  generation: KkpGeneration,
): ClusterSettings {
  const cluster = documents.find((each): each is KkpCluster => each.kind === 'Cluster' && each.id === id)
  const configMap = findConfigMap(id, documents)
  if (!cluster) {
    const why = [`There is no Cluster ${id} among the documents, so events are taken as if audit logging were on.`]
    const policy: KkpPolicy | null = configMap?.policy ? { from: 'configMap', text: configMap.policy } : null
    why.push(
      policy
        ? 'The ConfigMap audit-config has the policy.'
        : 'No ConfigMap has a policy, so they are stored as they come.',
    )
    const unknown = {
      datacenter: null,
      seed: null,
      effective: null,
      isRecorded: true,
      hasSidecar: true,
      webhook: null,
      kubeconfig: null,
    }
    return { cluster: id, generation, ...unknown, policy, why }
  }
  const why: string[] = []
  const { seed, datacenter } = findDatacenter(cluster, documents, why)
  const effective = effectiveSettings(generation, {
    cluster,
    datacenter: datacenter ?? noDatacenter,
    seed: seed ?? { auditLogging: null },
  })
  const { block } = effective
  const hasSidecar = block?.enabled ?? false
  const webhook = block?.webhookBackend ?? null
  const isRecorded = hasSidecar || webhook !== null
  why.push(...effective.why, summaryOf(hasSidecar, webhook))
  const policy = isRecorded ? policyInForce(block?.policyPreset ?? null, configMap, why) : null
  const kubeconfig = webhook && findKubeconfig(id, webhook, documents, why)
  const place = { datacenter: cluster.datacenter, seed: seed?.name ?? null }
  return { cluster: id, generation, ...place, effective, isRecorded, hasSidecar, webhook, kubeconfig, policy, why }
}

/** In the cluster's namespace of the seed; one that names no namespace is taken for any cluster's. */
function findConfigMap(id: string, documents: readonly KkpDocument[]): KkpConfigMap | undefined {
  const maps = documents.filter(
    (each): each is KkpConfigMap => each.kind === 'ConfigMap' && each.name === configMapName,
  )
  return maps.find(({ namespace }) => namespace === `cluster-${id}`) ?? maps.find(({ namespace }) => namespace === null)
}

/** KKP mounts the Secret of that name from the cluster's namespace, where it has put a copy of an enforced one. */
function findKubeconfig(
  id: string,
  { name, namespace }: WebhookSettings,
  documents: readonly KkpDocument[],
  why: string[],
): string | null {
  const secrets = documents.filter((each): each is KkpSecret => each.kind === 'Secret' && each.name === name)
  const found = [`cluster-${id}`, namespace, null].flatMap((place) =>
    secrets.filter((each) => each.namespace === place && each.webhook !== null),
  )[0]
  why.push(
    found
      ? `The webhook is that of the Secret ${name}.`
      : `No Secret ${name} with a webhook.yaml is among the documents, so nothing is sent to the webhook from here.`,
  )
  return found?.webhook ?? null
}

function findDatacenter(
  { datacenter: name }: KkpCluster,
  documents: readonly KkpDocument[],
  why: string[],
): { seed: KkpSeed | null; datacenter: KkpDatacenter | null } {
  const seeds = documents.filter((each): each is KkpSeed => each.kind === 'Seed')
  const seed = name === null ? undefined : seeds.find(({ datacenters }) => datacenters.has(name))
  if (name !== null && seed) return { seed, datacenter: seed.datacenters.get(name)! }
  why.push(
    name === null
      ? 'The Cluster names no datacenter, so nothing is enforced on it.'
      : `No Seed among the documents has the datacenter ${name}, so nothing is enforced on the cluster.`,
  )
  // Of a seed that is the only one the cluster is all the same.
  return { seed: seeds.length === 1 ? seeds[0]! : null, datacenter: null }
}

function summaryOf(hasSidecar: boolean, webhook: WebhookSettings | null): string {
  if (hasSidecar) return `Audit logging is on${webhook ? ', with a webhook' : ''}.`
  return webhook ? 'Audit logging is on by its webhook alone; there is no sidecar.' : 'Audit logging is off.'
}

/** With a preset KKP writes the ConfigMap time and again; without one only when it is empty, so what is there stays. */
function policyInForce(preset: PolicyPreset | null, configMap: KkpConfigMap | undefined, why: string[]): KkpPolicy {
  if (preset !== null) {
    why.push(
      `The policy is the preset ${preset}${configMap?.policy ? '; edits of the ConfigMap are overwritten' : ''}.`,
    )
    return { from: 'preset', preset, document: presetPolicies[preset] }
  }
  if (configMap?.policy) {
    why.push('There is no preset, so the policy is what the ConfigMap audit-config holds.')
    return { from: 'configMap', text: configMap.policy }
  }
  why.push(
    'There is no preset and no ConfigMap, so the policy is the one that KKP begins with: everything at level Metadata.',
  )
  return { from: 'preset', preset: 'metadata', document: presetPolicies.metadata }
}
