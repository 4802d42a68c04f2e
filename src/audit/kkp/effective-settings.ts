/**
 * What holds for a user cluster when its own settings, its datacenter's and its seed's are taken together: the rules of KKP, generation by
 * generation. Pure.
 *
 *     2.14   the datacenter's flag, or the cluster's; the rest is the cluster's
 *     2.19   the datacenter's flag leaves nothing of the cluster's own: enabled, and no more
 *     2.26   so too; then the enforced webhook, whether anything else is enforced or not
 *     2.28   the seed's block replaces the cluster's, always; then the flag; then the enforced webhook
 *     main   nothing of this unless the datacenter's flag is set, nor against the annotation of the cluster
 */
import type { KkpGeneration } from '../../config/kkp-generation.ts'
import type { AuditLogging, KkpCluster, KkpDatacenter, KkpSeed } from './kkp.ts'

export interface SettingsInput {
  readonly cluster: Pick<KkpCluster, 'auditLogging' | 'isOptedOut' | 'isLeftAlone'>
  readonly datacenter: KkpDatacenter
  readonly seed: Pick<KkpSeed, 'auditLogging'>
}

export interface EffectiveSettings {
  /** What admission makes of the cluster when it is created or changed. Null: there is no block. */
  readonly admitted: AuditLogging | null
  /** What it comes to afterwards: from `main` on a controller goes over existing clusters too. */
  readonly block: AuditLogging | null
  /** In sentences, in the order in which it was decided. */
  readonly why: readonly string[]
}

export function effectiveSettings(generation: KkpGeneration, input: SettingsInput): EffectiveSettings {
  const why: string[] = []
  const decide = deciders[generation]
  const admitted = decide(input, why)
  const block = generation === 'main' ? controlled(input, admitted, why) : admitted
  return { admitted, block, why }
}

/** Audit logging is switched on, and nothing else said. */
const enabledAlone: AuditLogging = { enabled: true, policyPreset: null, sidecar: null, webhookBackend: null }
const disabled: AuditLogging = { ...enabledAlone, enabled: false }

type Decider = (input: SettingsInput, why: string[]) => AuditLogging | null

const deciders: Readonly<Record<KkpGeneration, Decider>> = {
  '2.14': ({ cluster, datacenter }, why) => {
    if (!datacenter.enforceAuditLogging) return ownBlock(cluster, why)
    why.push('The datacenter enforces audit logging, so the flag of the cluster does not count.')
    return { ...(cluster.auditLogging ?? disabled), enabled: true }
  },
  '2.19': enforceAlone,
  '2.26': (input, why) => {
    const block = enforceAlone(input, why)
    const webhookBackend = input.datacenter.enforcedAuditWebhookSettings
    if (webhookBackend === null) return block
    if (block === null) {
      why.push(
        'The datacenter enforces a webhook, but this KKP fails on a cluster without a block, so nothing changes.',
      )
      return null
    }
    why.push('The webhook is the one that the datacenter enforces.')
    return { ...block, webhookBackend }
  },
  '2.28': ({ cluster, datacenter, seed }, why) => {
    const { enforceAuditLogging, enforcedAuditWebhookSettings: webhookBackend } = datacenter
    if (seed.auditLogging) why.push("The block of the seed replaces the cluster's.")
    let block = seed.auditLogging ?? ownBlock(cluster, why)
    if (enforceAuditLogging) {
      why.push('The datacenter enforces audit logging.')
      block = { ...(block ?? disabled), enabled: true }
    }
    if (webhookBackend) {
      why.push('The webhook is the one that the datacenter enforces.')
      block = { ...(block ?? disabled), webhookBackend }
    }
    return block
  },
  main: ({ cluster, datacenter, seed }, why) => {
    const { enforceAuditLogging, enforcedAuditWebhookSettings: webhookBackend } = datacenter
    if (cluster.isOptedOut) {
      why.push('The annotation of the cluster takes it out of what the datacenter enforces.')
      return ownBlock(cluster, why)
    }
    if (!enforceAuditLogging) {
      if (webhookBackend) why.push('The enforced webhook of the datacenter does not count without enforceAuditLogging.')
      return ownBlock(cluster, why)
    }
    why.push(
      seed.auditLogging
        ? "The datacenter enforces audit logging, with the block of the seed instead of the cluster's."
        : 'The datacenter enforces audit logging.',
    )
    if (webhookBackend) why.push('The webhook is the one that the datacenter enforces.')
    const block = { ...(seed.auditLogging ?? cluster.auditLogging ?? disabled), enabled: true }
    return webhookBackend ? { ...block, webhookBackend } : block
  },
}

function ownBlock({ auditLogging }: SettingsInput['cluster'], why: string[]): AuditLogging | null {
  why.push(auditLogging ? 'The block of the cluster stands.' : 'The cluster has no block for audit logging.')
  return auditLogging
}

function enforceAlone({ cluster, datacenter }: SettingsInput, why: string[]): AuditLogging | null {
  if (!datacenter.enforceAuditLogging) return ownBlock(cluster, why)
  why.push('The datacenter enforces audit logging; what the cluster says beyond that does not count.')
  return enabledAlone
}

/** Without a block of the seed the controller's aim is a bare one, so it takes away what admission left. */
function controlled(
  { cluster, datacenter, seed }: SettingsInput,
  admitted: AuditLogging | null,
  why: string[],
): AuditLogging | null {
  if (cluster.isOptedOut || !datacenter.enforceAuditLogging || seed.auditLogging) return admitted
  if (cluster.isLeftAlone) {
    why.push('The controller leaves it alone: it is paused or being deleted.')
    return admitted
  }
  const block = { ...enabledAlone, webhookBackend: datacenter.enforcedAuditWebhookSettings }
  if (admitted?.policyPreset || admitted?.sidecar) {
    why.push('The seed has no block, so the controller takes away the preset and the sidecar settings of the cluster.')
  }
  return block
}
