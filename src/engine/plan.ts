/**
 * The plan of a program: what to note while scanning an entry, and what to write afterwards. Plain data: it can be printed,
 * compared and tested without generating anything. `build-plan.ts` makes it, `generate.ts` prints it as JavaScript.
 */
import type { ByteString } from '../format/byte-string.ts'
import type { TraceHeader } from '../format/log-record.ts'
import type { AddressForm, Change, KumaName, TimeUnit, ValueType } from '../format/source.ts'
import type { TimePart } from '../format/time-format.ts'

/** A slot by its path from the entry, e.g. `request.authority`. */
export type SlotName = string

/**
 * Numbers noted while scanning, one Int32Array for all. `span`: two, the position of the first byte and the one behind the last.
 * `position`: of a varint. `present`: not 0 when the message occurred. `case`: the field number of the oneof member that is set.
 * `bits`: a mask of flags. `list`: two, the first and the last node of a chain of spans. All are 0 before the scan.
 */
export interface Slot {
  readonly name: SlotName
  readonly kind: 'span' | 'position' | 'present' | 'case' | 'bits' | 'list'
  readonly index: number
}

/** One message to walk: the fields that somebody wants; all others are stepped over. */
export interface ScanMessage {
  /** The message's name in `proto/`: `HTTPRequestProperties`. */
  readonly message: string
  readonly fields: readonly ScanField[]
}

export interface ScanField {
  readonly name: string
  readonly number: number
  readonly tag: number
  /** As `proto/` says it, for the reader of the generated source. */
  readonly type: string
  readonly oneof: OneofCase | null
  readonly action: ScanAction
}

/** Setting one member of a oneof clears the others: `clear` are their slots. */
export interface OneofCase {
  readonly slot: SlotName
  readonly clear: readonly SlotName[]
}

export type ScanAction =
  | { readonly kind: 'span'; readonly slot: SlotName }
  | { readonly kind: 'position'; readonly slot: SlotName }
  /** Sets the bit while the field's value is `equals`, or, with null, not 0. */
  | { readonly kind: 'bit'; readonly slot: SlotName; readonly bit: number; readonly equals: number | null }
  | { readonly kind: 'message'; readonly present: SlotName | null; readonly scan: ScanMessage }
  | {
      readonly kind: 'map'
      readonly keyTag: number
      readonly valueTag: number
      /** `anyCase`: matched without regard to ASCII case; the keys stand here in lower case then. */
      readonly anyCase: boolean
      readonly keys: readonly { readonly key: ByteString; readonly slot: SlotName }[]
    }
  /** Adds the element to a list. */
  | { readonly kind: 'append'; readonly slot: SlotName }
  /** Wanted only because its arrival clears the other members of its oneof. */
  | { readonly kind: 'none' }

/** One way to a value: a test of slots, and how to write what they hold. */
export type Leaf =
  | {
      readonly kind: 'span'
      readonly slot: SlotName
      readonly present: 'set' | 'filled'
      readonly change: Change | null
    }
  /** `wrapper`: the presence slot of the message around it; null: never absent. */
  | { readonly kind: 'uint'; readonly slot: SlotName; readonly bits: 32 | 64; readonly wrapper: SlotName | null }
  | { readonly kind: 'enum'; readonly slot: SlotName; readonly names: readonly (readonly [number, string])[] }
  | { readonly kind: 'duration'; readonly slot: SlotName; readonly unit: TimeUnit }
  | {
      readonly kind: 'elapsed'
      readonly from: SlotName | null
      readonly to: SlotName | null
      readonly unit: TimeUnit
      readonly negative: boolean
    }
  | {
      readonly kind: 'time'
      readonly slot: SlotName
      readonly parts: readonly TimePart[]
      readonly zone: 'utc' | 'local'
    }
  /** `slot`: the start; together with the duration it says when the line was written. */
  | {
      readonly kind: 'emitTime'
      readonly slot: SlotName
      readonly duration: SlotName
      readonly parts: readonly TimePart[]
      readonly zone: 'utc' | 'local'
    }
  /** `protocol`: the slot of protocol_version, where it decides about the order. */
  | {
      readonly kind: 'flags'
      readonly slot: SlotName
      readonly names: readonly string[]
      readonly protocol: SlotName | null
    }
  | { readonly kind: 'address'; readonly slot: SlotName; readonly form: AddressForm; readonly guard: LeafGuard | null }
  /** The text of every element of a list in its string field of this tag, unless one of `others`, of the same oneof, came behind it. */
  | { readonly kind: 'joined'; readonly slot: SlotName; readonly tag: number; readonly others: readonly number[] }
  /** `path`: followed in the tag's JSON; null: the tag's value itself. */
  | { readonly kind: 'tag'; readonly slot: SlotName; readonly path: readonly ByteString[] | null }
  /** `typed`: the tag that tells in JSON what the value of the other is. */
  | { readonly kind: 'typedTag'; readonly slot: SlotName; readonly typed: SlotName }
  | { readonly kind: 'query'; readonly slot: SlotName; readonly decoded: boolean }
  | { readonly kind: 'queryParameter'; readonly slot: SlotName; readonly name: ByteString }
  | {
      readonly kind: 'grpcStatus'
      readonly form: 'camel' | 'snake' | 'number'
      readonly slot: SlotName
      readonly header: SlotName
      readonly contentType: SlotName
      readonly code: { readonly wrapper: SlotName; readonly value: SlotName }
    }
  | { readonly kind: 'cipher'; readonly slot: SlotName; readonly wrapper: SlotName }
  | { readonly kind: 'struct'; readonly slot: SlotName; readonly path: readonly ByteString[] }
  | {
      readonly kind: 'filterState'
      readonly slot: SlotName
      readonly form: 'typed' | 'plain' | 'field'
      readonly member: ByteString
    }
  | { readonly kind: 'uuid' }
  /** Always there; only as the last way. */
  | { readonly kind: 'constant'; readonly text: ByteString }

/** `AddressGuard` with its fields turned into slots. */
export interface LeafGuard {
  readonly socketNeeds: SlotName
  readonly pipeForbids: { readonly slot: SlotName; readonly bit: number }
  readonly request: { readonly protocol: SlotName; readonly pipeNeeds: SlotName } | null
}

/** A leaf, what it is in JSON when its operator stands alone, and how many bytes of it are written at most. */
export interface Way {
  readonly leaf: Leaf
  readonly type: ValueType
  readonly maxLength: number | null
  /** Custom tags: an entry that has one of them does not go this way. */
  readonly unless: readonly SlotName[]
}

/** An operator's value: the first way whose test holds. */
export interface Value {
  readonly ways: readonly Way[]
  /** Numbers are doubles in JSON, as Envoy has them in a choice between operators: 100000 is `1e+05`. */
  readonly asDouble: boolean
  /** The operator as written, for people. */
  readonly written: ByteString
}

/**
 * `quotedJson`: as `json`, but numbers and booleans are strings. `piece`: text within a JSON string that has other pieces; Envoy escapes each
 * by itself, so that a bad byte in one changes nothing in the others.
 */
export type ValueForm = 'text' | 'json' | 'quotedJson' | 'piece'

/** A piece that is known once the stream is: constant bytes for the generated code. */
export type StreamPart =
  | { readonly kind: 'literal'; readonly bytes: ByteString }
  | {
      readonly kind: 'kuma'
      readonly name: KumaName
      readonly form: 'plain' | 'withPort'
      readonly as: Exclude<ValueForm, 'quotedJson'>
      /** null: an absent value takes its member with it. */
      readonly absent: ByteString | null
    }
  /** Left out, key and comma included, when its value is. */
  | { readonly kind: 'member'; readonly key: ByteString; readonly value: StreamPart }
  /** As the step of this kind. Left out when one of the parts is absent. */
  | {
      readonly kind: 'field'
      readonly field: string
      readonly tag: number
      readonly isText: boolean
      readonly parts: readonly StreamPart[]
    }

export type Step =
  | { readonly kind: 'run'; readonly bytes: ByteString }
  | { readonly kind: 'streamRun'; readonly parts: readonly StreamPart[] }
  /** `absent`: what stands for no value; null: the member around it is left out. */
  | { readonly kind: 'value'; readonly value: Value; readonly as: ValueForm; readonly absent: ByteString | null }
  /** With omit_empty_values: key, value and comma, or nothing. */
  | { readonly kind: 'member'; readonly key: ByteString; readonly value: Step }
  /** With omit_empty_values: members (each with its comma) between brackets. `droppable`: nothing at all when no member is left. */
  | {
      readonly kind: 'group'
      readonly open: string
      readonly close: string
      readonly members: readonly Step[]
      readonly droppable: boolean
    }
  | FieldStep
  /** An operator alone in an AnyValue, typed: int, double, bool or string. Nothing when it is absent. */
  | { readonly kind: 'typed'; readonly value: Value }
  /** A fixed64 field of a LogRecord: the Timestamp in a slot, or, with null, when the message arrived. Nothing for what is no such time. */
  | { readonly kind: 'unixNanos'; readonly field: string; readonly tag: number; readonly slot: SlotName | null }
  /** The bytes that go with the first digit of the response code. */
  | {
      readonly kind: 'codeClass'
      readonly wrapper: SlotName
      readonly code: SlotName
      readonly classes: readonly { readonly digits: readonly number[]; readonly bytes: ByteString }[]
    }
  /** Flags, trace_id and span_id by the first headers that are valid. */
  | { readonly kind: 'traceContext'; readonly headers: Readonly<Record<TraceHeader, SlotName>> }

/**
 * A field of a LogRecord with a length ahead: tag, length, and what the steps write. `isText`: a protobuf string, in which bytes that are
 * no UTF-8 become U+FFFD; false also for strings that cannot hold any.
 */
export interface FieldStep {
  readonly kind: 'field'
  /** The field's name, for people. */
  readonly field: string
  readonly tag: number
  readonly isText: boolean
  readonly steps: readonly Step[]
}

export interface Plan {
  readonly entryType: 'HTTPAccessLogEntry' | 'TCPAccessLogEntry'
  readonly scan: ScanMessage
  readonly slots: readonly Slot[]
  readonly steps: readonly Step[]
}
