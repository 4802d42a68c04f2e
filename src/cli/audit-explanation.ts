/** `audit explain`: for each source what is recorded and why, by the documents as they lie there now, and where records go. */
import { writePath } from '../audit/door/write-method.ts'
import type { AuditBackend, AuditConfig, AuditSource, WebhookBackend } from '../config/audit-config.ts'
import { standardStreams } from '../config/conflicts.ts'
import type { AuditExplanation, DestinationExplanation, SourceExplanation } from './audit-answer.ts'
import { explainPolicy } from './audit-explanation-policy.ts'
import { explainSelection } from './audit-explanation-selection.ts'

export interface ExplainAuditOptions {
  /** Whether there is a door for gRPC. */
  readonly grpc: boolean
}

export function explainAudit(config: AuditConfig, options: ExplainAuditOptions): AuditExplanation {
  const { stateDir, whenUnavailable, minFreeBytes, seal, redact } = config
  const sources = config.sources.map((source) => explainSource(source, config, options))
  return { stateDir, whenUnavailable, minFreeBytes, seal, redact, sources }
}

function explainSource(
  source: AuditSource,
  { backends, whenUnavailable }: AuditConfig,
  { grpc }: ExplainAuditOptions,
): SourceExplanation {
  const { kind, follow } = source
  const found = source.kind === 'mesh' ? explainSelection(source) : explainPolicy(source)
  const webhook =
    source.kind === 'kubernetes' ? (source.webhook ?? (found.kkp?.exports ? source.kkp!.webhook : null)) : null
  const exported = webhook ? [describeWebhook(webhook)] : []
  const destinations = [...source.files.map(describe), ...exported, ...backends.map(describe)]
  const door = `/audit/${kind === 'mesh' ? 'mesh' : 'k8s'}/${source.source}`
  return {
    source: source.source,
    kind,
    door,
    method: grpc && kind === 'mesh' ? writePath.slice(1) : null,
    follow,
    destinations,
    ...found,
    why: [...found.why, ...deliveryOf(follow, destinations, whenUnavailable)],
  }
}

function deliveryOf(
  follow: string | null,
  destinations: readonly DestinationExplanation[],
  whenUnavailable: AuditConfig['whenUnavailable'],
): string[] {
  const keepers = destinations.filter(({ durable }) => durable).map(({ name }) => name)
  const followed = follow === null ? [] : [`${follow} is read as it grows, from where reading ended.`]
  if (keepers.length === 0)
    return [...followed, 'Nothing is promised to who sends to the door: no destination keeps what it takes.']
  const otherwise =
    whenUnavailable === 'refuse'
      ? 'until then they are told to come again'
      : 'and if that fails they are answered all the same'
  return [
    ...followed,
    `Senders are answered when ${keepers.join(' and ')} ${keepers.length > 1 ? 'have' : 'has'} it on disk; ${otherwise}.`,
  ]
}

function describe(backend: AuditBackend): DestinationExplanation {
  const { name, type, spool } = backend
  switch (backend.type) {
    case 'File': {
      const { path, rotation } = backend.file
      const durable = spool !== null || !standardStreams.includes(path)
      if (rotation === null) return { name, type, place: path, durable }
      const { maxBytes, maxRetainedFiles, maxAgeDays } = rotation
      return { name, type, place: path, durable, rotation: { maxBytes, maxRetainedFiles, maxAgeDays } }
    }
    case 'Tcp':
      return { name, type, place: backend.tcp.address.text, durable: spool !== null }
    case 'OpenTelemetry':
      return { name, type, place: backend.openTelemetry.endpoint.text, durable: spool !== null }
  }
}

function describeWebhook({ name, configFile }: WebhookBackend): DestinationExplanation {
  return { name, type: 'Webhook', place: configFile, durable: true }
}
