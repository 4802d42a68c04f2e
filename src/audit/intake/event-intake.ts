/**
 * Kubernetes audit events on their way in: reduced by the source's policy, redacted, or kept for the quarantine. One bad event costs itself
 * alone: the list that it came in is answered with success, for kube-apiserver would only send it again.
 */
import { auditIdBytesMax } from '../../limits.ts'
import type { BodyItem } from '../json/body-splitter.ts'
import { quote } from '../json/bytes.ts'
import { JsonError } from '../json/json-error.ts'
import { keysOf, type Outline, outlineOf } from '../json/outline.ts'
import type { Span } from '../json/scanner.ts'
import { type Event, memberOf, readEvent } from '../kubernetes/event.ts'
import { factsOf, outlinedFactsOf } from '../kubernetes/event-facts.ts'
import { headFor, headOf, truncateEvent } from '../kubernetes/event-marks.ts'
import { type Redaction, type ReduceTarget, reduceReadEvent, staysWhole } from '../kubernetes/reduce.ts'
import type { Attributes, Resolution } from '../kubernetes/resolve.ts'
import { attributesOf } from '../kubernetes/resolve-attributes.ts'
import type { RecordName } from '../trail/name-hash.ts'
import { type EventRedactor, type Intake, oversized, type Redactor, type Taken } from './intake.ts'

/**
 * What decides about events now. `asSent`: there is no policy. `unreadable`: there is one, and never was a good version of it, so everything
 * is kept at Metadata. `off`: the source's cluster has audit logging switched off.
 */
export type PolicyInForce =
  | { readonly kind: 'asSent' | 'unreadable' | 'off' }
  | { readonly kind: 'policy'; readonly resolve: (attributes: Attributes) => Resolution }

export interface EventIntakeOptions {
  readonly policy: () => PolicyInForce
  /** Null: events are kept as they are. */
  readonly redact: EventRedactor | null
}

const everything: ReduceTarget = { level: 'RequestResponse', omitStages: [], omitManagedFields: false }
const metadata: ReduceTarget = { ...everything, level: 'Metadata' }

/** Items of lists carry no version of their own; lists of clients that do not name one either are taken for the current one. */
const versionDefault = 'audit.k8s.io/v1'
const knownVersion = /^audit\.k8s\.io\/\w+$/

export function createEventIntake({ policy, redact }: EventIntakeOptions): Intake {
  return {
    lists: true,
    plainHead(list) {
      const version = list?.apiVersion ?? versionDefault
      return policy().kind === 'asSent' && knownVersion.test(version) ? headOf(version) : null
    },
    take(item) {
      if (item.kind === 'oversized') return oversized(item)
      try {
        return takeEvent(item, policy(), redact)
      } catch (error) {
        if (!(error instanceof JsonError)) throw error
        return { kind: 'quarantine', bytes: Buffer.from(item.bytes), reason: error.message }
      }
    },
  }
}

function takeEvent(item: BodyItem, policy: PolicyInForce, redact: EventRedactor | null): Taken {
  if (policy.kind === 'off') return { kind: 'filtered', reason: 'disabled' }
  const event = item.object ?? readEvent(item.kind === 'truncated' ? truncateEvent(item.bytes) : item.bytes)
  const outline = event.loose ? null : outlineOf(event)
  const target = targetOf(policy, () => attributesOf(outline ? outlinedFactsOf(event, outline) : factsOf(event)))
  const listVersion = item.from === 'list' ? (item.list?.apiVersion ?? versionDefault) : undefined
  // What a list says of itself was not looked at.
  const isKnown = listVersion === undefined || knownVersion.test(listVersion)
  const whole = outline && isKnown ? takeWhole(event, outline, { target, redact, listVersion }) : null
  if (whole !== null) return whole
  // What is hashed of a value must not depend on white space, so that goes first.
  const inOne = redact !== null && !event.loose && isKnown
  const reduced = reduceReadEvent(event, target, { listVersion, redact: inOne ? redact.note : undefined })
  switch (reduced.kind) {
    case 'dropped':
      return { kind: 'filtered', reason: reduced.reason, name: nameOf(event) }
    case 'quarantine':
      return { kind: 'quarantine', bytes: Buffer.from(item.bytes), reason: reduced.reason }
    case 'kept': {
      const { reducedFrom, redaction } = reduced
      const { bytes, rules } = restOf(reduced.bytes, redaction, redact)
      const noted = redaction?.rules ?? rules
      const all = noted === rules || rules.length === 0 ? noted : [...noted, ...rules]
      return { kind: 'kept', bytes, reducedFrom, redacted: all.length === 0 ? undefined : all, name: nameOf(event) }
    }
  }
}

interface Wanted {
  readonly target: ReduceTarget
  readonly redact: EventRedactor | null
  readonly listVersion: string | undefined
}

/** The rule: an event that is kept as it came, told by its outline. Null: it may have to be changed, which takes a closer look. */
function takeWhole(event: Event, outline: Outline, { target, redact, listVersion }: Wanted): Taken | null {
  if (!staysWhole(outline, target) || redact?.isQuiet(event) === false) return null
  const { bytes, span } = event
  const name = outlinedNameOf(event, outline)
  if (listVersion === undefined) return { kind: 'kept', bytes: bytes.subarray(span.at, span.end), name }
  const head = headFor(outline, listVersion)
  return head && { kind: 'kept', head, bytes: bytes.subarray(span.at + 1, span.end), name }
}

const key = keysOf('auditID', 'stage')

/** As `nameOf`. */
function outlinedNameOf({ bytes }: Event, outline: Outline): RecordName | undefined {
  const [first, second] = [outline.spanOf(key.auditID), outline.spanOf(key.stage)]
  return nameIn(bytes, first, second)
}

/** Its `auditID` and stage: of one request there is one event of each stage. */
function nameOf(event: Event): RecordName | undefined {
  return nameIn(event.bytes, memberOf(event, 'auditID'), memberOf(event, 'stage'))
}

function nameIn(bytes: Buffer, id: Span | null | undefined, stage: Span | null | undefined): RecordName | undefined {
  if (!id || !stage || Math.max(id.end - id.at, stage.end - stage.at) > auditIdBytesMax) return undefined
  return bytes[id.at] === quote && bytes[stage.at] === quote ? { bytes, first: id, second: stage } : undefined
}

/** What was not noted while the event was reduced. */
function restOf(bytes: Buffer, noted: Redaction | undefined, redact: EventRedactor | null): ReturnType<Redactor> {
  if (redact === null || noted?.mayHoldTokens === false) return { bytes, rules: [] }
  return noted === undefined ? redact.whole(bytes) : redact.rest(bytes)
}

function targetOf(policy: PolicyInForce, attributes: () => Attributes): ReduceTarget {
  switch (policy.kind) {
    case 'policy':
      return policy.resolve(attributes())
    case 'unreadable':
      return metadata
    default:
      return everything
  }
}
