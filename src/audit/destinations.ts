/** Where audit records go, opened: files with their seals, and what else the configuration names, each with its outbox. */
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { BackendOptions, Backends } from '../backends/open-backends.ts'
import type { AuditBackend, AuditFileBackend, WebhookBackend } from '../config/audit-config.ts'
import { auditExportBatchMsMax, auditGatherMs } from '../limits.ts'
import { systemClock } from '../pipeline/clock.ts'
import type { Log } from '../telemetry/log.ts'
import type { Trouble } from '../telemetry/trouble.ts'
import { createWebhookWriter } from './export/webhook-writer.ts'
import type { Signer } from './seal/keys.ts'
import type { SealEvent } from './seal/sealed-file-options.ts'
import { createSealedFileWriter } from './seal/sealed-file-writer.ts'
import { envelopeOf } from './trail/envelope.ts'
import { encodeLogRecord, type LogRecordTags } from './trail/log-record.ts'
import { envelopedForm, type Form, type TrailDestination } from './trail/trail.ts'

export interface DestinationsOptions {
  readonly backends: Backends
  /** Null: files are not sealed. */
  readonly seal: { readonly signer: Signer; readonly checkpointEveryMs: number } | null
  readonly logRecordTags: LogRecordTags
  /** Whole records that a crash has left in a file without a seal. See `seal/recover.ts`. */
  readonly unsealed: 'seal' | 'setAside'
  /** Whether a source brings the same bytes again when it got no answer, and never means another record by them. */
  readonly bringsAgain: (source: string) => boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: Log
  readonly trouble: Trouble
}

/** Throws ConfigError. */
export async function openDestination(backend: AuditBackend, options: DestinationsOptions): Promise<TrailDestination> {
  const { name, path, spool, deadLetter } = backend
  const durable = backend.type === 'File' || spool !== null
  // Whoever waits for what is durable hurries it.
  const queue = durable ? { ...backend.queue, flushAfterMs: auditGatherMs } : backend.queue
  const common = { name, path, queue, spool, deadLetter }
  const outbox = await options.backends.open({ ...common, destination: destinationOf(backend, options) })
  return { outbox, durable, form: formOf(backend, options) }
}

/** Export as EventLists. A record is safe when it waits in the spool. Throws ConfigError. */
export async function openExport(
  webhook: WebhookBackend,
  { backends, now, log, trouble }: DestinationsOptions,
): Promise<TrailDestination> {
  const { name, path, queue, spool, deadLetter, configFile, batchEventsMax, initialBackoffMs } = webhook
  if (deadLetter !== null) mkdirSync(dirname(deadLetter), { recursive: true, mode: 0o700 })
  const make = () =>
    createWebhookWriter({
      path,
      configFile,
      batchEventsMax,
      now,
      onTrouble: (file, fault) => trouble.report(`export ${name}`, `${file}: ${fault.path} ${fault.message}`),
      onWarning: (file, warning) => log.warn({ file, path: warning.path }, `${file}: ${warning.message}`),
    })
  const attempts = { attemptTimeoutMs: auditExportBatchMsMax, retryDelayMs: initialBackoffMs }
  const destination = { kind: 'made', name: `export ${name}`, make } as const
  const outbox = await backends.open({ name, path, queue, spool, deadLetter, attempts, destination })
  return { outbox, durable: true, form: 'line' }
}

function formOf({ type }: AuditBackend, { logRecordTags }: DestinationsOptions): Form {
  switch (type) {
    case 'File':
      return 'line'
    case 'Tcp':
      return envelopedForm
    case 'OpenTelemetry':
      return (record, { receivedAt }) => encodeLogRecord(record, receivedAt, logRecordTags)
  }
}

function destinationOf(backend: AuditBackend, options: DestinationsOptions): BackendOptions['destination'] {
  switch (backend.type) {
    case 'File':
      return options.seal === null || isOwnStream(backend)
        ? { kind: 'file', ...backend.file, fsync: 'always' }
        : sealedFile(backend, options.seal, options)
    case 'Tcp':
      return { kind: 'tcp', ...backend.tcp, legacyDoubleNewline: false }
    case 'OpenTelemetry':
      return { kind: 'otlp', ...backend.openTelemetry, resourceAttributes: [] }
  }
}

/** Nothing can be said of what becomes of lines that leave by our own output. */
const isOwnStream = ({ file }: AuditFileBackend) => file.path === '/dev/stdout' || file.path === '/dev/stderr'

function sealedFile(
  { file }: AuditFileBackend,
  { signer, checkpointEveryMs }: NonNullable<DestinationsOptions['seal']>,
  { unsealed, bringsAgain, now, log, trouble }: DestinationsOptions,
): BackendOptions['destination'] {
  const path = resolve(file.path)
  const make = () =>
    createSealedFileWriter({
      path,
      signer,
      factsOf: (stream) => envelopeOf(stream) ?? { source: null, receivedAt: null },
      clock: systemClock,
      nowMs: now,
      mode: file.mode,
      makeFolder: file.makeDirectory,
      checkpointEveryMs,
      unsealed,
      bringsAgain,
      ...(file.rotation === null ? {} : { rotation: file.rotation }),
      onEvent: (event) => tell(event, log, trouble),
    })
  return { kind: 'made', name: `audit file ${path}`, make }
}

function tell(event: SealEvent, log: Log, trouble: Trouble): void {
  switch (event.kind) {
    case 'rotated':
      log.info({ path: event.path }, `${event.path} was rotated.`)
      return
    case 'recovered':
      log.warn({ ...event }, `${event.path} was left by a crash: ${event.adopted} records got their seals only now.`)
      return
    case 'damaged':
      log.error({ ...event }, `${event.path} is not as it was left. als-sink audit verify tells what is wrong with it.`)
      return
    case 'checkpoint':
      log.debug({ path: event.path, line: event.line }, 'A checkpoint was signed.')
      return
    case 'cleaned':
      log.info({ ...event }, `Backups of ${event.path} were cleaned up.`)
      return
    case 'oversized':
      log.warn({ ...event }, `A record is larger than a file of ${event.path} may be; it has one of its own.`)
      return
    case 'trouble':
      trouble.report(`${event.path} ${event.code}`, `${event.path}: ${event.message}`)
  }
}
