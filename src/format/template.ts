/**
 * What a format is once it is parsed: plain data, before anybody asks where the values lie in an entry. All text is in byte
 * strings (`byte-string.ts`).
 */
import type { ByteString } from './byte-string.ts'
import type { OperatorCall } from './operator.ts'

export type { OperatorCall } from './operator.ts'

export type TextPart =
  | { readonly kind: 'literal'; readonly text: ByteString }
  | { readonly kind: 'operator'; readonly call: OperatorCall }

export type TextTemplate = readonly TextPart[]

export interface JsonMember {
  readonly key: ByteString
  readonly value: JsonTemplate
}

/** A JSON format. `members` stand in the order of output. */
export type JsonTemplate =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'list'; readonly items: readonly JsonTemplate[] }
  | { readonly kind: 'constant'; readonly value: number | boolean | null | ByteString }
  /** A string with operators. Exactly one part keeps the operator's type; several make a string. */
  | { readonly kind: 'text'; readonly parts: TextTemplate }

/**
 * A value of OpenTelemetry. `empty`: no member is set. `misplaced`: its `values` stood beside it in the document and were adopted, with
 * their place there.
 */
export type AnyValueTemplate =
  | { readonly kind: 'empty' }
  | { readonly kind: 'text'; readonly parts: TextTemplate }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: ByteString }
  | { readonly kind: 'array'; readonly values: readonly AnyValueTemplate[]; readonly misplaced: string | null }
  | { readonly kind: 'kvlist'; readonly values: readonly KeyValueTemplate[]; readonly misplaced: string | null }

/** Of a `kvlistValue`, or an attribute. Keys hold literals and KUMA_* operators. */
export interface KeyValueTemplate {
  readonly key: TextTemplate
  readonly value: AnyValueTemplate
}

/** A LogRecord of OpenTelemetry. */
export interface LogRecordTemplate {
  /** Null: the record has none. */
  readonly body: AnyValueTemplate | null
  /** In the user's order, repeated keys kept. */
  readonly attributes: readonly KeyValueTemplate[]
  /** An operator that stands alone keeps its type. */
  readonly typedValues: boolean
  /** Severity follows the class of the response code. */
  readonly severity: boolean
  /** The request headers that tell trace and span, as operators; empty: nobody asked for them. */
  readonly traceHeaders: readonly OperatorCall[]
}

/** Of operators that stand alone in a JSON format: `string` makes numbers and booleans strings; null, lists and objects stay. */
export type JsonTypes = 'typed' | 'string'

export type Template =
  | { readonly kind: 'text'; readonly parts: TextTemplate }
  /** `jsonTypes`: default `typed`. */
  | { readonly kind: 'json'; readonly root: JsonTemplate; readonly jsonTypes?: JsonTypes }
  | { readonly kind: 'logRecord'; readonly record: LogRecordTemplate }
