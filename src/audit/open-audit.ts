/**
 * The audit comes to life: for each source its documents, its destinations and its door. What cannot be judged goes into a sealed file of its
 * own, and so does every administrative call.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { AuditConfig, AuditFileBackend, AuditSource } from '../config/audit-config.ts'
import { ConfigError } from '../errors.ts'
import { auditRefreshMs, auditRepeatsMsMax, queueBytesMaxDefault } from '../limits.ts'
import type { Desk } from '../web/server.ts'
import { type DestinationsOptions, openDestination, openExport } from './destinations.ts'
import { DiskFloor } from './disk-floor.ts'
import { AccessControl } from './door/access.ts'
import { PostDesk } from './door/post-desk.ts'
import { ResourcesDesk } from './door/resources-desk.ts'
import { type FollowEvent, sayFollowEvent } from './follow/follow-events.ts'
import { openFollower } from './follow/follower.ts'
import { createEventIntake } from './intake/event-intake.ts'
import type { Intake, Redactor } from './intake/intake.ts'
import { type Followed, type MeshResources, type PolicyOptions, policyOf, selectionOf } from './intake/policies.ts'
import { createRecordIntake } from './intake/record-intake.ts'
import { type Outcome, Source } from './intake/source.ts'
import { unwrapFluentBit } from './kkp/fluent-bit.ts'
import { redactEvent, redactMeshRecord } from './redact/redact.ts'
import { openGeneratedKey, readSigningKey, type Signer } from './seal/keys.ts'
import { Repeats } from './trail/repeats.ts'
import { Trail, type TrailDestination } from './trail/trail.ts'

export interface OpenAuditOptions extends Omit<DestinationsOptions, 'seal' | 'unsealed'> {
  readonly config: AuditConfig
  /** What relative names of files are relative to; absolute. */
  readonly folder: string
  /** Milliseconds on a steady clock. */
  readonly steadyNow: () => number
  readonly onOutcome: (source: string, outcome: Outcome) => void
}

export interface OpenAudit {
  readonly desks: readonly Desk[]
  /** Looks at all documents now. */
  refresh(): void
  /** Follows neither documents nor files any longer. What is queued is the backends' to write. Never rejects. */
  close(): Promise<void>
}

/** Throws ConfigError. */
export async function openAudit(options: OpenAuditOptions): Promise<OpenAudit> {
  const { config, folder, log, trouble, now, steadyNow } = options
  const stateDir = resolve(folder, config.stateDir)
  const signer = openState(config, stateDir, options)
  const destinations = {
    ...options,
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
  const followed: Followed<unknown>[] = []
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
    if (source.kind === 'kubernetes' && source.webhook) own.push(await openExport(source.webhook, destinations))
    const redact = redactorOf(source, config, join(stateDir, 'redact.key'))
    const { intake, following } = intakeOf(source, { stateDir, redact, documents, resources })
    followed.push(following)
    const made = new Source({
      name: source.source,
      intake,
      redact,
      trail: new Trail([...own, ...shared]),
      quarantine,
      repeats: source.kind === 'kubernetes' ? new Repeats(auditRepeatsMsMax) : null,
      onOutcome: (name, outcome) => options.onOutcome(name, outcome),
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
  const access = new AccessControl(config.access)
  const post = (path: string, of: ReadonlyMap<string, Source>) =>
    new PostDesk({
      path,
      sources: of,
      access,
      hindrance: () => floor.hindrance,
      whenUnavailable: config.whenUnavailable,
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
      post('/audit/k8s/', sources.kubernetes),
      post('/audit/mesh/', sources.mesh),
      new ResourcesDesk({ stateDir, sources: resources, access, onAdministered }),
    ],
    refresh,
    async close() {
      clearInterval(timer)
      await Promise.all(followers.map((follower) => follower.close()))
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
  readonly redact: Redactor | null
  readonly documents: PolicyOptions
  /** Those of mesh sources are added. */
  readonly resources: Map<string, MeshResources>
}

function intakeOf(
  source: AuditSource,
  { stateDir, redact, documents, resources }: IntakeParts,
): { intake: Intake; following: Followed<unknown> } {
  if (source.kind === 'kubernetes') {
    const policy = policyOf(source, documents)
    return { intake: createEventIntake({ policy: policy.now, redact }), following: policy }
  }
  const selection = selectionOf(source, stateDir, documents)
  resources.set(source.source, selection)
  return { intake: createRecordIntake({ selector: selection.now, redact }), following: selection }
}

/** The directory of the state, with the key that seals. */
function openState({ seal }: AuditConfig, stateDir: string, { log }: OpenAuditOptions): Signer {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
    if (seal?.keyFile) return readSigningKey(seal.keyFile)
    const { signer, path, created } = openGeneratedKey(stateDir)
    if (created) log.info({ key: signer.keyId, path }, `A key for seals was made. Keep its public half: ${path}.pub`)
    return signer
  } catch (error) {
    throw new ConfigError([{ code: 'audit_state', path: 'audit.stateDir', message: (error as Error).message }])
  }
}

/** Values that are taken out can be recognised by who has the key. */
function redactorOf({ kind }: AuditSource, { redact }: AuditConfig, keyPath: string): Redactor | null {
  if (!redact.secrets && !redact.configMaps && !redact.tokens) return null
  const key = readOrMakeKey(keyPath)
  return kind === 'kubernetes'
    ? (bytes) => redactEvent(bytes, redact, key)
    : (bytes) => redactMeshRecord(bytes, redact, key)
}

function readOrMakeKey(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const key = randomBytes(32)
    writeFileSync(path, key, { mode: 0o600, flag: 'wx', flush: true })
    return key
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
