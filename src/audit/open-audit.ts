/**
 * The audit comes to life: for each source its documents, its destinations and its door. What cannot be judged goes into a sealed file of its
 * own, and so does every administrative call.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { UnaryMethod } from '../als/unary.ts'
import type { AuditConfig, AuditFileBackend, AuditSource } from '../config/audit-config.ts'
import { ConfigError } from '../errors.ts'
import { auditRefreshMs, auditRepeatsMsMax, queueBytesMaxDefault } from '../limits.ts'
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
import { openExports } from './exports.ts'
import { type FollowEvent, sayFollowEvent } from './follow/follow-events.ts'
import { openFollower } from './follow/follower.ts'
import { createEventIntake } from './intake/event-intake.ts'
import type { EventRedactor, Intake } from './intake/intake.ts'
import {
  type Followed,
  type FollowedPolicy,
  type MeshResources,
  type PolicyOptions,
  policyOf,
  selectionOf,
} from './intake/policies.ts'
import { createRecordIntake } from './intake/record-intake.ts'
import { type Outcome, Source } from './intake/source.ts'
import { Tally } from './intake/tally.ts'
import { unwrapFluentBit } from './kkp/fluent-bit.ts'
import { redactorOf } from './redact/redactor.ts'
import { openGeneratedKey, readSigningKey, type Signer } from './seal/keys.ts'
import { Repeats } from './trail/repeats.ts'
import { Trail, type TrailDestination } from './trail/trail.ts'

export interface OpenAuditOptions extends Omit<DestinationsOptions, 'seal' | 'unsealed' | 'bringsAgain'> {
  readonly config: AuditConfig
  /** What relative names of files are relative to; absolute. */
  readonly folder: string
  /** Milliseconds on a steady clock. */
  readonly steadyNow: () => number
  readonly writeTags: WriteTags
  readonly onOutcome: (source: string, outcome: Outcome) => void
}

export interface OpenAudit {
  readonly desks: readonly Desk[]
  /** For the gRPC door. */
  readonly methods: readonly UnaryMethod[]
  /** Why senders are told to come again; null: they are not. */
  readonly hindrance: string | null
  /** Looks at all documents now. */
  refresh(): void
  /** Takes no records any longer, and follows neither documents nor files. What is queued is the backends' to write. Never rejects. */
  close(): Promise<void>
}

/** Throws ConfigError. */
export async function openAudit(options: OpenAuditOptions): Promise<OpenAudit> {
  const { config, folder, log, trouble, now, steadyNow } = options
  const stateDir = resolve(folder, config.stateDir)
  const signer = openState(config, stateDir, options)
  const kubernetes = new Set(config.sources.flatMap(({ kind, source }) => (kind === 'kubernetes' ? source : [])))
  const destinations = {
    ...options,
    // Two equal records of a mesh may both be true: their times have no more than seconds.
    bringsAgain: (source: string) => kubernetes.has(source),
    // Whoever got no answer sends its records again.
    unsealed: 'setAside' as const,
    seal: config.seal && { signer, checkpointEveryMs: config.seal.checkpointEveryMs },
  }
  const openOwn = (name: string) =>
    openDestination(ownFile(`audit/${name}`, join(stateDir, `${name}.log`)), { ...destinations, unsealed: 'seal' })
  const quarantine = new Trail([await openOwn('quarantine')])
  const administration = new Trail([await openOwn('administration')])
  const shared: TrailDestination[] = []
  for (const backend of config.backends) shared.push(await openDestination(backend, destinations))

  const documents: PolicyOptions = {
    folder,
    onTrouble: (file, { path, message }, kept) => {
      const consequence = kept ? 'Its last good version stays in force.' : 'Everything is kept until it can be read.'
      log.error({ file, path }, `${file}: ${path} ${message.split('\n')[0]} ${consequence}`)
    },
    onWarning: (file, { path, message }) => log.warn({ file, path }, `${file}: ${path} ${message.split('\n')[0]}`),
  }
  const sources = { kubernetes: new Map<string, Source>(), mesh: new Map<string, Source>() }
  const resources = new Map<string, MeshResources>()
  const followed: Pick<Followed<unknown>, 'refresh'>[] = []
  const tally = new Tally(now)
  const floor = new DiskFloor({
    places: [
      stateDir,
      ...config.sources.flatMap(({ files }) => files.map(({ file }) => dirname(resolve(folder, file.path)))),
    ],
    minFreeBytes: config.minFreeBytes,
    now: steadyNow,
  })
  for (const source of config.sources) {
    const own: TrailDestination[] = []
    for (const file of source.files) own.push(await openDestination(file, destinations))
    const redact = redactorOf(source.kind, config.redact, join(stateDir, 'redact.key'))
    const { intake, following, policy } = intakeOf(source, { stateDir, redact, documents, resources })
    followed.push(following)
    if (source.kind === 'kubernetes' && policy) {
      const exported = await openExports(source, policy, destinations)
      own.push(...exported.destinations)
      followed.push(exported)
    }
    const made = new Source({
      name: source.source,
      intake,
      redact: redact?.whole ?? null,
      trail: new Trail([...own, ...shared]),
      quarantine,
      repeats: source.kind === 'kubernetes' ? new Repeats(auditRepeatsMsMax) : null,
      onOutcome(name, outcome) {
        tally.count(name, outcome)
        options.onOutcome(name, outcome)
      },
    })
    sources[source.kind].set(source.source, made)
  }
  // Only now is there nothing left that can be refused.
  const followers = config.sources.flatMap((source) => {
    const made = sources[source.kind].get(source.source)!
    return source.follow === null
      ? []
      : openFollower({
          path: resolve(folder, source.follow),
          source: made,
          positionFile: join(stateDir, 'positions', `${encodeURIComponent(source.source)}.json`),
          hindrance: () => floor.hindrance,
          now,
          onEvent: (event) => tellOfFollowed(event, options),
          // KKP's sidecar prints each line of the log into one of its own.
          ...(source.kind === 'kubernetes' && source.kkp ? { unwrap: unwrapFluentBit } : {}),
        })
  })
  const refresh = () => {
    for (const each of followed) each.refresh()
  }
  const timer = setInterval(refresh, auditRefreshMs)
  timer.unref()
  const { whenUnavailable } = config
  const hindrance = () => floor.hindrance
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
    administration.put([{ bytes: Buffer.from(JSON.stringify(record)), envelope }])
  }
  return {
    desks: [
      new PostDesk({ path: '/audit/k8s/', sources: sources.kubernetes, reception }),
      new PostDesk({ path: '/audit/mesh/', sources: sources.mesh, reception }),
      new StatusDesk({ access, sources, tally, hindrance, whenUnavailable, signer: config.seal && signer }),
      new ResourcesDesk({ stateDir, sources: resources, access, onAdministered }),
    ],
    methods: [new WriteMethod({ sources: sources.mesh, reception, tags: options.writeTags })],
    get hindrance() {
      return whenUnavailable === 'refuse' ? floor.hindrance : null
    },
    refresh,
    async close() {
      clearInterval(timer)
      await Promise.all([reception.close(), ...followers.map((follower) => follower.close())])
    },
  }
}

function tellOfFollowed(event: FollowEvent, { log, trouble }: OpenAuditOptions): void {
  const { level, text } = sayFollowEvent(event)
  // It comes again with every try.
  if (event.kind === 'failed') trouble.report(`follow ${event.path}`, text)
  else log[level]({ path: event.path }, text)
}

interface IntakeParts {
  readonly stateDir: string
  readonly redact: EventRedactor | null
  readonly documents: PolicyOptions
  /** Those of mesh sources are added. */
  readonly resources: Map<string, MeshResources>
}

function intakeOf(
  source: AuditSource,
  { stateDir, redact, documents, resources }: IntakeParts,
): { intake: Intake; following: Followed<unknown>; policy?: FollowedPolicy } {
  if (source.kind === 'kubernetes') {
    const policy = policyOf(source, documents)
    return { intake: createEventIntake({ policy: policy.now, redact }), following: policy, policy }
  }
  const selection = selectionOf(source, stateDir, documents)
  resources.set(source.source, selection)
  return {
    intake: createRecordIntake({ selector: selection.now, redact: redact?.whole ?? null }),
    following: selection,
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
