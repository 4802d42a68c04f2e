/**
 * What becomes of one item that a source has sent: a record to be kept, nothing, or something for the quarantine. Each kind of source has an
 * intake of its own; what they share is here.
 */
import type { BodyItem } from '../json/body-splitter.ts'
import type { ListHead } from '../json/list-head.ts'
import type { Event } from '../kubernetes/event.ts'
import type { ReduceOptions } from '../kubernetes/reduce.ts'
import type { RecordName } from '../trail/name-hash.ts'

export type Taken =
  /** `head` and `bytes`: compact JSON, borrowed until the next item is taken, as `name` is. Default for `head`: nothing. */
  | {
      readonly kind: 'kept'
      readonly head?: Buffer
      readonly bytes: Buffer
      readonly reducedFrom?: string | undefined
      readonly redacted?: readonly string[] | undefined
      readonly name?: RecordName | undefined
    }
  /** Not asked for: `none` (no rule), `stage`, `disabled`. `name`: what it calls itself, borrowed; no two should do so alike. */
  | { readonly kind: 'filtered'; readonly reason: string; readonly name?: RecordName | undefined }
  /** It cannot be judged, and is kept as it came. `reason` is a sentence for people. */
  | { readonly kind: 'quarantine'; readonly bytes: Buffer; readonly reason: string }

export interface Intake {
  /** How its bodies are cut. */
  readonly lists: boolean
  /**
   * What is put in front of the plain events of such a list in place of their brace (`json/plain-run.ts`), all of which are kept as they came. Null:
   * each has to be looked at. Absent: there are none.
   */
  readonly plainHead?: (list: ListHead | null) => Buffer | null
  /** Never throws. The item is borrowed for the call. */
  take(item: BodyItem): Taken
}

/** Takes out what must not be on a disk. `rules`: which rules have done something. Never throws. */
export type Redactor = (bytes: Buffer) => { readonly bytes: Buffer; readonly rules: readonly string[] }

/** The same for events, which are read anyway: what has to go is noted beside what else changes, so that they are read and copied once. */
export interface EventRedactor {
  /** A quick yes: there is nothing to be taken out, at whatever level the event is kept. False: there may be. */
  readonly isQuiet: (event: Event) => boolean
  readonly note: NonNullable<ReduceOptions['redact']>
  /** What is left to do when the edits are carried out. */
  readonly rest: Redactor
  /** An event that was read by nobody yet. */
  readonly whole: Redactor
}

/** An item that was too large even without its bodies: of it there is only its beginning. */
export function oversized({ bytes, bytesTotal }: BodyItem): Taken {
  const reason = `The item has ${bytesTotal} bytes; its first ${bytes.length} are here.`
  return { kind: 'quarantine', bytes: Buffer.from(bytes), reason }
}
