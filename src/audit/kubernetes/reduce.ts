/**
 * Reduces a Kubernetes audit event to what a policy wants of it: the lower of both levels, never more than the API server sent. Stages
 * that are left out and level None drop the event; an event that cannot be judged is neither dropped nor changed, but answered as
 * one for the quarantine. All else stays as it came: unknown members, digits, escapes, order; only white space between tokens goes.
 */
import { compacted, Edits } from '../json/edits.ts'
import { JsonError } from '../json/json-error.ts'
import { keysOf, type Outline } from '../json/outline.ts'
import { stringIs } from '../json/text.ts'
import { numberOf } from '../json/words.ts'
import { cutBodies, type Event, keepsBody, levelOf, lower, memberOf, readEvent, textOf, writeLevel } from './event.ts'
import { nameKind } from './event-marks.ts'
import { cutManagedFields } from './managed-fields.ts'
import { type Level, levels } from './policy.ts'

/** What a policy decided for the event. */
export interface ReduceTarget {
  readonly level: Level
  /** Stages whose events are dropped: those of the policy and of its rule together. */
  readonly omitStages: readonly string[]
  readonly omitManagedFields: boolean
}

export interface ReduceOptions {
  /** Given for items of an EventList, which carry neither kind nor apiVersion: both are put in front where they are missing. */
  readonly listVersion?: string | undefined
  /** Notes what has to be taken out of an event that is kept at `level`, and may lower the level. */
  readonly redact?: ((event: Event, level: Level, edits: Edits) => Redaction) | undefined
}

/** What was noted to be taken out. */
export interface Redaction {
  /** At which the event is to be kept. */
  readonly level: Level
  /** Those that have found something. */
  readonly rules: readonly string[]
  /** False: no token is in the event, and so none in what is left of it. */
  readonly mayHoldTokens: boolean
}

export type Reduced =
  /**
   * `bytes` are compact, and borrowed from the event where nothing had to change. `reducedFrom`: its level, when the policy has lowered it.
   */
  | {
      readonly kind: 'kept'
      readonly bytes: Buffer
      readonly reducedFrom?: Level | undefined
      /** What was asked for. */
      readonly redaction?: Redaction | undefined
    }
  | { readonly kind: 'dropped'; readonly reason: 'none' | 'stage' }
  /** To be stored as it came. `reason` is a sentence for people. */
  | { readonly kind: 'quarantine'; readonly reason: string }

/** Never throws for what is in `bytes`: JSON that is none, and events that are none, are for the quarantine. */
export function reduceEvent(bytes: Uint8Array, target: ReduceTarget, options: ReduceOptions = {}): Reduced {
  try {
    return reduceReadEvent(readEvent(bytes), target, options)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return { kind: 'quarantine', reason: error.message }
  }
}

/** The same for an event that was read already, to ask a policy about it. Throws JsonError only for an event that changed since. */
export function reduceReadEvent(event: Event, target: ReduceTarget, options: ReduceOptions = {}): Reduced {
  const sent = levelOf(event)
  if (sent === null) return { kind: 'quarantine', reason: levelFault(event) }
  const level = lower(sent, target.level)
  if (level === 'None') return { kind: 'dropped', reason: 'none' }
  if (isOmitted(event, target.omitStages)) return { kind: 'dropped', reason: 'stage' }

  const edits = new Edits()
  const redaction = options.redact?.(event, level, edits)
  const kept = redaction?.level ?? level
  cutBodies(event, kept, edits)
  writeLevel(event, kept, edits)
  if (target.omitManagedFields) cutManagedFields(event, kept, edits)
  if (options.listVersion !== undefined) nameKind(event, options.listVersion, edits)
  const { span, loose } = event
  const bytes =
    edits.size === 0
      ? compacted(event.bytes, span, loose)
      : edits.apply(event.bytes, { at: span.at, end: span.end, compact: loose })
  return { kind: 'kept', bytes, reducedFrom: level === sent ? undefined : sent, redaction }
}

const key = keysOf(...(['level', 'stage', 'requestObject', 'responseObject'] as const))
const levelWords: readonly (readonly [number, Level])[] = levels.map((level) => [numberOf(level), level])

/** Whether nothing of an event has to go for `target`, by its outline. False: it may have to. */
export function staysWhole(outline: Outline, { level: wanted, omitStages, omitManagedFields }: ReduceTarget): boolean {
  const word = outline.wordOf(key.level)
  const sent = levelWords.find(([number]) => number === word)?.[1]
  if (sent === undefined || sent === 'None' || lower(sent, wanted) !== sent) return false
  const [request, response] = [outline.has(key.requestObject), outline.has(key.responseObject)]
  if ((request && !keepsBody(sent, 'requestObject')) || (response && !keepsBody(sent, 'responseObject'))) return false
  if (omitManagedFields && (request || response)) return false
  return omitStages.length === 0 || !omitStages.includes(outline.textOf(key.stage) ?? '')
}

function isOmitted(event: Event, stages: readonly string[]): boolean {
  const stage = memberOf(event, 'stage')
  return stage !== undefined && stages.some((each) => stringIs(event.bytes, stage, each))
}

function levelFault(event: Event): string {
  const text = textOf(event, 'level')
  return text === null ? 'it has no level' : `its level ${JSON.stringify(text.slice(0, 64))} is unknown`
}
