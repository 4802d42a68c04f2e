/**
 * A document of KKP (Seed, Cluster), the ConfigMap `audit-config` or the Secret of a webhook, read as far as audit logging goes. What is wrong with those members is
 * told with its place; everything else is left unread.
 */
import { collectFindings, type Findings } from '../../config/findings.ts'
import { isObject, members } from '../../config/formats.ts'
import { show } from '../../config/scalars.ts'
import { didYouMean } from '../../did-you-mean.ts'
import type { Fault } from '../../errors.ts'
import {
  type AuditLogging,
  type KkpCluster,
  type KkpConfigMap,
  type KkpDatacenter,
  type KkpDocument,
  type KkpSecret,
  type KkpSeed,
  type PolicyPreset,
  policyPresets,
  type WebhookSettings,
} from './kkp.ts'

export interface KkpReading {
  readonly kind: string
  readonly name: string | null
  /** Null: it has faults. */
  readonly document: KkpDocument | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** API groups of KKP's own kinds: since 2.19, and before. */
const groups = ['kubermatic.k8c.io/', 'kubermatic.k8s.io/']

const optOut = 'kubermatic.k8c.io/skip-audit-logging-enforcement'

const readers: Readonly<Record<KkpDocument['kind'], (document: Members, findings: Findings) => KkpDocument>> = {
  Cluster: readCluster,
  Seed: readSeed,
  ConfigMap: readConfigMap,
  Secret: readSecret,
}

type Members = Readonly<Record<string, unknown>>

/** Null: it is no Seed, Cluster, ConfigMap or Secret. `document`: the plain value of one document. Never throws for what it holds. */
export function readKkp(document: unknown): KkpReading | null {
  const { apiVersion, kind, metadata } = members(document)
  if (typeof kind !== 'string' || !Object.hasOwn(readers, kind)) return null
  const isOfKkp = typeof apiVersion === 'string' && groups.some((group) => apiVersion.startsWith(group))
  if (kind === 'ConfigMap' || kind === 'Secret' ? apiVersion !== 'v1' : !isOfKkp) return null
  const findings = collectFindings()
  const name = textAt(members(metadata), 'name', 'metadata', findings)
  if (name === null) findings.fault('missing', 'metadata.name', 'is required.')
  const read = readers[kind as KkpDocument['kind']](members(document), findings)
  const { faults, warnings } = findings
  return { kind, name, document: faults.length === 0 ? read : null, faults, warnings }
}

function readCluster(document: Members, findings: Findings): KkpCluster {
  const metadata = members(document['metadata'])
  const spec = members(document['spec'])
  return {
    kind: 'Cluster',
    id: typeof metadata['name'] === 'string' ? metadata['name'] : '',
    datacenter: textAt(members(spec['cloud']), 'dc', 'spec.cloud', findings),
    // No other text counts, not even "True".
    isOptedOut: members(metadata['annotations'])[optOut] === 'true',
    isLeftAlone: flagAt(spec, 'pause', 'spec', findings) || typeof metadata['deletionTimestamp'] === 'string',
    auditLogging: readAuditLogging(spec['auditLogging'], 'spec.auditLogging', findings),
  }
}

function readSeed(document: Members, findings: Findings): KkpSeed {
  const spec = members(document['spec'])
  const datacenters = Object.entries(members(spec['datacenters'])).map(([name, value]): [string, KkpDatacenter] => {
    const at = `spec.datacenters.${name}.spec`
    const own = members(members(value)['spec'])
    return [
      name,
      {
        enforceAuditLogging: flagAt(own, 'enforceAuditLogging', at, findings),
        enforcedAuditWebhookSettings: readWebhook(
          own['enforcedAuditWebhookSettings'],
          `${at}.enforcedAuditWebhookSettings`,
          findings,
        ),
      },
    ]
  })
  const { name } = members(document['metadata'])
  return {
    kind: 'Seed',
    name: typeof name === 'string' ? name : '',
    auditLogging: readAuditLogging(spec['auditLogging'], 'spec.auditLogging', findings),
    datacenters: new Map(datacenters),
  }
}

function readConfigMap(document: Members, findings: Findings): KkpConfigMap {
  const metadata = members(document['metadata'])
  const policy = members(document['data'])['policy.yaml']
  if (policy !== undefined && typeof policy !== 'string') {
    findings.fault(
      'wrong_type',
      'data.policy.yaml',
      `must be the text of a policy (policy.yaml: |), not ${show(policy)}.`,
    )
  }
  return {
    kind: 'ConfigMap',
    name: typeof metadata['name'] === 'string' ? metadata['name'] : '',
    namespace: textAt(metadata, 'namespace', 'metadata', findings),
    policy: typeof policy === 'string' ? policy : null,
  }
}

/** `stringData` is what people write; `data` is what kubectl prints. What stands there is never shown. */
function readSecret(document: Members, findings: Findings): KkpSecret {
  const metadata = members(document['metadata'])
  const plain = members(document['stringData'])[webhookKey]
  const encoded = members(document['data'])[webhookKey]
  if (plain !== undefined && typeof plain !== 'string') {
    findings.fault('wrong_type', `stringData.${webhookKey}`, 'must be the text of a kubeconfig.')
  }
  const isBase64 = typeof encoded === 'string' && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded)
  if (encoded !== undefined && !isBase64) {
    findings.fault(
      'wrong_value',
      `data.${webhookKey}`,
      'must be a kubeconfig in base64; as plain text it stands in stringData.',
    )
  }
  const decoded = isBase64 ? Buffer.from(encoded, 'base64').toString() : null
  return {
    kind: 'Secret',
    name: typeof metadata['name'] === 'string' ? metadata['name'] : '',
    namespace: textAt(metadata, 'namespace', 'metadata', findings),
    webhook: typeof plain === 'string' ? plain : decoded,
  }
}

const webhookKey = 'webhook.yaml'

const blockKeys = ['enabled', 'policyPreset', 'sidecar', 'webhookBackend']

function readAuditLogging(value: unknown, path: string, findings: Findings): AuditLogging | null {
  if (value === undefined || value === null) return null
  const block = mapping(value, path, findings)
  warnOfUnknown(block, blockKeys, path, findings)
  return {
    enabled: flagAt(block, 'enabled', path, findings),
    policyPreset: readPreset(block['policyPreset'], `${path}.policyPreset`, findings),
    sidecar: block['sidecar'] ?? null,
    webhookBackend: readWebhook(block['webhookBackend'], `${path}.webhookBackend`, findings),
  }
}

function readPreset(value: unknown, path: string, findings: Findings): PolicyPreset | null {
  if (value === undefined || value === null || value === '') return null
  const preset = policyPresets.find((each) => each === value)
  if (preset !== undefined) return preset
  const hint = typeof value === 'string' ? didYouMean(value, policyPresets) : ''
  findings.fault('wrong_value', path, `must be metadata, recommended or minimal, not ${show(value)}.${hint}`)
  return null
}

function readWebhook(value: unknown, path: string, findings: Findings): WebhookSettings | null {
  if (value === undefined || value === null) return null
  const block = mapping(value, path, findings)
  warnOfUnknown(block, ['auditWebhookConfig', 'auditWebhookInitialBackoff'], path, findings)
  const at = `${path}.auditWebhookConfig`
  const secret = mapping(block['auditWebhookConfig'] ?? {}, at, findings)
  const name = textAt(secret, 'name', at, findings)
  if (name === null) findings.fault('missing', block['auditWebhookConfig'] ? `${at}.name` : at, 'is required.')
  return {
    name: name ?? '',
    namespace: textAt(secret, 'namespace', at, findings) ?? '',
    initialBackoff: textAt(block, 'auditWebhookInitialBackoff', path, findings),
  }
}

/** KKP's own API server drops them. */
function warnOfUnknown(block: Members, known: readonly string[], path: string, findings: Findings): void {
  for (const key of Object.keys(block)) {
    if (known.includes(key)) continue
    findings.warning('unknown_key', `${path}.${key}`, `is not a key here and has no effect.${didYouMean(key, known)}`)
  }
}

function mapping(value: unknown, path: string, findings: Findings): Members {
  if (!isObject(value)) findings.fault('wrong_type', path, `must be a mapping of keys, not ${show(value)}.`)
  return members(value)
}

/** Null: not there, or empty. */
function textAt(owner: Members, key: string, path: string, findings: Findings): string | null {
  const value = owner[key]
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  findings.fault('wrong_type', `${path}.${key}`, `must be a text, not ${show(value)}.`)
  return null
}

function flagAt(owner: Members, key: string, path: string, findings: Findings): boolean {
  const value = owner[key]
  if (value === undefined || value === null || typeof value === 'boolean') return value === true
  findings.fault('wrong_type', `${path}.${key}`, `must be true or false, not ${show(value)}.`)
  return false
}
