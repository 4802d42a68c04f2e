/**
 * The sources of the audit come to life: for each its documents, its destinations, its books, and the file that it follows.
 */
import { join, resolve } from 'node:path'
import type { AuditConfig, AuditSource } from '../config/audit-config.ts'
import { auditNamesakeMs, auditRepeatsMsMax } from '../limits.ts'
import { Trouble } from '../telemetry/trouble.ts'
import { type DestinationsOptions, openDestination } from './destinations.ts'
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
import { unwrapFluentBit } from './kkp/fluent-bit.ts'
import { openRedactKey } from './redact/key.ts'
import { redactorOf, redacts } from './redact/redactor.ts'
import { Repeats } from './trail/repeats.ts'
import { Trail, type TrailDestination } from './trail/trail.ts'

export interface OpenSourcesOptions {
  readonly config: AuditConfig
  /** What relative names of files are relative to; absolute. */
  readonly folder: string
  /** Absolute. */
  readonly stateDir: string
  readonly destinations: DestinationsOptions
  /** For what cannot be judged. */
  readonly quarantine: Trail
  /** What stands in the way of keeping anything now; null: nothing. */
  readonly hindrance: () => string | null
  /** Milliseconds on a steady clock. */
  readonly steadyNow: () => number
  readonly onOutcome: (source: string, outcome: Outcome, reason: string, count: number) => void
}

export interface OpenSources {
  /** By name. */
  readonly kubernetes: ReadonlyMap<string, Source>
  readonly mesh: ReadonlyMap<string, Source>
  /** The AccessAudits of mesh sources. */
  readonly resources: ReadonlyMap<string, MeshResources>
  /** Looks at all documents now. */
  refresh(): void
  /** Follows nothing any longer. Never rejects. */
  close(): Promise<void>
}

/** Throws ConfigError; then nothing is followed. */
export async function openSources(options: OpenSourcesOptions): Promise<OpenSources> {
  const { config, folder, stateDir, destinations, hindrance, steadyNow } = options
  const { now } = destinations
  const { log } = destinations
  const redactKey = redacts(config.redact) ? await openRedactKey(join(stateDir, 'redact.key')) : null
  const shared: TrailDestination[] = []
  for (const backend of config.backends) shared.push(await openDestination(backend, destinations))
  const sources = { kubernetes: new Map<string, Source>(), mesh: new Map<string, Source>() }
  const resources = new Map<string, MeshResources>()
  const followed: Pick<Followed<unknown>, 'refresh'>[] = []
  const documents = documentsOf(options)
  const alarm = new Trouble({
    windowMs: auditNamesakeMs,
    nowMs: steadyNow,
    say: (source, detail, heldBack) => log.warn({ source, heldBack }, detail),
  })
  for (const source of config.sources) {
    const own: TrailDestination[] = []
    for (const file of source.files) own.push(await openDestination(file, destinations))
    const redact = redactKey && redactorOf(source.kind, config.redact, redactKey)
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
      quarantine: options.quarantine,
      repeats: new Repeats(auditRepeatsMsMax),
      repeatsBy: source.kind === 'kubernetes' ? 'bytes' : 'key',
      onOutcome: options.onOutcome,
      onNamesake: (name, event) =>
        alarm.report(
          name,
          `${name}: ${event} was used for two events that differ. Both were taken; a client may choose its auditID.`,
        ),
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
          hindrance,
          now,
          onEvent: (event) => tellOfFollowed(event, destinations),
          // KKP's sidecar prints each line of the log into one of its own.
          ...(source.kind === 'kubernetes' && source.kkp ? { unwrap: unwrapFluentBit } : {}),
        })
  })
  return {
    ...sources,
    resources,
    refresh() {
      for (const each of followed) each.refresh()
    },
    async close() {
      await Promise.all(followers.map((follower) => follower.close()))
      alarm.close()
    },
  }
}

function documentsOf({ folder, destinations: { log } }: OpenSourcesOptions): PolicyOptions {
  return {
    folder,
    onTrouble: (file, { path, message }, kept) => {
      const consequence = kept ? 'Its last good version stays in force.' : 'Everything is kept until it can be read.'
      log.error({ file, path }, `${file}: ${path} ${message.split('\n')[0]} ${consequence}`)
    },
    onWarning: (file, { path, message }) => log.warn({ file, path }, `${file}: ${path} ${message.split('\n')[0]}`),
  }
}

function tellOfFollowed(event: FollowEvent, { log, trouble }: DestinationsOptions): void {
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
