/**
 * The audit comes to life: its state, its sources, its doors. What cannot be judged goes into a sealed file of its own, and so does every
 * administrative call.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { UnaryMethod } from '../als/unary.ts'
import type { AuditConfig, AuditFileBackend } from '../config/audit-config.ts'
import { ConfigError } from '../errors.ts'
import { auditRefreshMs, queueBytesMaxDefault } from '../limits.ts'
import type { Precedence } from '../pipeline/precedence.ts'
import type { Desk } from '../web/server.ts'
import { type DestinationsOptions, openDestination } from './destinations.ts'
import { DiskFloor } from './disk-floor.ts'
import { AccessControl } from './door/access.ts'
import { PostDesk } from './door/post-desk.ts'
import { Reception } from './door/reception.ts'
import { ResourcesDesk } from './door/resources-desk.ts'
import { StatusDesk } from './door/status-desk.ts'
import type { WriteTags } from './door/write-codec.ts'
import { WriteMethod } from './door/write-method.ts'
import { Tally } from './intake/tally.ts'
import { openSources } from './open-sources.ts'
import { openGeneratedKey, readSigningKey, type Signer } from './seal/keys.ts'
import { runOf, Trail } from './trail/trail.ts'

export interface OpenAuditOptions extends Omit<DestinationsOptions, 'seal' | 'unsealed' | 'bringsAgain'> {
  readonly config: AuditConfig
  /** What relative names of files are relative to; absolute. */
  readonly folder: string
  /** Milliseconds on a steady clock. */
  readonly steadyNow: () => number
  /** Taken until records that come in by HTTP are answered for. */
  readonly precedence: Precedence
  readonly writeTags: WriteTags
}

export interface OpenAudit {
  readonly desks: readonly Desk[]
  /** For the gRPC door. */
  readonly methods: readonly UnaryMethod[]
  /** Why senders are told to come again; null: they are not. */
  readonly hindrance: string | null
  /** What has become of the records of each source. */
  readonly tally: Pick<Tally, 'all'>
  /** Looks at all documents now. */
  refresh(): void
  /** Takes no records any longer, and follows neither documents nor files. What is queued is the backends' to write. Never rejects. */
  close(): Promise<void>
}

/** Throws ConfigError. */
export async function openAudit(options: OpenAuditOptions): Promise<OpenAudit> {
  const { config, folder, trouble, precedence, now, steadyNow } = options
  const stateDir = resolve(folder, config.stateDir)
  const signer = openState(config, stateDir, options)
  const events = new Set(config.sources.flatMap(({ kind, source }) => (kind === 'kubernetes' ? source : [])))
  const destinations = {
    ...options,
    // Two equal records of a mesh may both be true: their times have no more than seconds.
    bringsAgain: (source: string) => events.has(source),
    // Whoever got no answer sends its records again.
    unsealed: 'setAside' as const,
    seal: config.seal && { signer, checkpointEveryMs: config.seal.checkpointEveryMs },
  }
  const openOwn = (name: string) =>
    openDestination(ownFile(`audit/${name}`, join(stateDir, `${name}.log`)), { ...destinations, unsealed: 'seal' })
  const quarantine = new Trail([await openOwn('quarantine')])
  const administration = new Trail([await openOwn('administration')])
  const tally = new Tally(now)
  const floor = new DiskFloor({
    places: [
      stateDir,
      ...config.sources.flatMap(({ files }) => files.map(({ file }) => dirname(resolve(folder, file.path)))),
    ],
    minFreeBytes: config.minFreeBytes,
    now: steadyNow,
  })
  const hindrance = () => floor.hindrance
  const sources = await openSources({
    ...{ config, folder, stateDir, destinations, quarantine, hindrance, steadyNow },
    onOutcome: (source, outcome, _reason, count) => tally.count(source, outcome, count),
  })
  const { kubernetes, mesh } = sources
  const timer = setInterval(sources.refresh, auditRefreshMs)
  timer.unref()
  const { whenUnavailable } = config
  const access = new AccessControl(config.access)
  const reception = new Reception({
    access,
    hindrance,
    whenUnavailable,
    now,
    steadyNow,
    trouble: (kind, detail) => trouble.report(kind, detail),
  })
  const onAdministered: ConstructorParameters<typeof ResourcesDesk>[0]['onAdministered'] = (source, call) => {
    const at = new Date(now()).toISOString()
    const record = { date: at, action: `${call.method} accessaudits`, source, name: call.name, status: call.outcome }
    const envelope = { source, receivedAt: at }
    administration.put(runOf(JSON.stringify(record), envelope))
  }
  return {
    desks: [
      new PostDesk({ path: '/audit/k8s/', sources: kubernetes, reception, precedence }),
      new PostDesk({ path: '/audit/mesh/', sources: mesh, reception, precedence }),
      new StatusDesk({
        access,
        sources: { kubernetes, mesh },
        tally,
        hindrance,
        whenUnavailable,
        signer: config.seal && signer,
      }),
      new ResourcesDesk({ stateDir, sources: sources.resources, access, onAdministered }),
    ],
    methods: [new WriteMethod({ sources: mesh, reception, tags: options.writeTags })],
    get hindrance() {
      return whenUnavailable === 'refuse' ? floor.hindrance : null
    },
    tally,
    refresh: sources.refresh,
    async close() {
      clearInterval(timer)
      await Promise.all([reception.close(), sources.close()])
    },
  }
}

/** The directory of the state, with the key that seals. */
function openState({ seal }: AuditConfig, stateDir: string, { log }: OpenAuditOptions): Signer {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
    const key = seal?.keyFile ? { signer: readSigningKey(seal.keyFile), created: false } : openGeneratedKey(stateDir)
    const { signer, created } = key
    const fields = { key: signer.keyId, publicKey: signer.publicKeyPem }
    if (created) log.info(fields, 'A key for seals was made. Keep its public half: who verifies them needs it.')
    else if (seal) log.info(fields, 'Files are sealed with this key.')
    return signer
  } catch (error) {
    throw new ConfigError([{ code: 'audit_state', path: 'audit.stateDir', message: (error as Error).message }])
  }
}

/** A file of the sink's own in the directory of the state. */
function ownFile(name: string, path: string): AuditFileBackend {
  return {
    type: 'File',
    name,
    path: 'audit.stateDir',
    queue: { bytesMax: queueBytesMaxDefault, whenFull: 'block', flushAfterMs: 0 },
    spool: null,
    deadLetter: null,
    file: { path, mode: 0o600, makeDirectory: true, fsync: 'always', rotation: null },
  }
}
