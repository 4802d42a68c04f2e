/**
 * Where an operator's value lies in an entry and how it is written: plain data, the right-hand side of a catalogue row. Fields are
 * named by their path from the entry, in the proto's own names; `engine/` looks them up in the schema, so no field number stands here.
 */
import type { ByteString } from './byte-string.ts'
import type { TimePart } from './time-format.ts'

/** A path of field names from the entry: `common_properties.start_time`. */
export type FieldPath = string

export type TimeUnit = 'ms' | 'us' | 'ns'

/** A point of `COMMON_DURATION`: an offset from the start of the request, in a Duration field; null is the start itself. */
export type TimePoint = FieldPath | null

/** The values of the KUMA_* operators, in configuration spelling. */
export const kumaNames = [
  'mesh',
  'zone',
  'workload',
  'sourceAddress',
  'sourceService',
  'destinationService',
  'trafficDirection',
] as const
export type KumaName = (typeof kumaNames)[number]

/** What an operator that stands alone is in JSON. `json`: a value of any kind, itself in JSON. */
export type ValueType = 'string' | 'number' | 'json'

export type Source =
  /** No value for this kind of entry: absent. */
  | { readonly kind: 'absent' }
  /** No entry carries it; only a custom tag brings it, typed like this. */
  | { readonly kind: 'notCarried'; readonly type: ValueType }
  /** The same value for every entry. */
  | { readonly kind: 'constant'; readonly text: string; readonly type: 'string' | 'number' }
  /** An unsigned integer field; absent on the wire is 0, as in Envoy. */
  | { readonly kind: 'uint'; readonly field: FieldPath }
  /** An unsigned integer inside a wrapper message; absent when the wrapper is. */
  | { readonly kind: 'wrappedUint'; readonly field: FieldPath; readonly as: 'string' | 'number' }
  /** A string field; empty means absent, for proto3 cannot tell them apart. */
  | { readonly kind: 'string'; readonly field: FieldPath; readonly change?: Change }
  /** A key of a map<string, string>, in lower case; absent when the key is, empty stays empty. Matched without regard to ASCII case. */
  | { readonly kind: 'header'; readonly field: FieldPath; readonly key: ByteString; readonly change?: Change }
  /** A string field of every element of a repeated message, joined by a comma; elements without it are left out. */
  | { readonly kind: 'joined'; readonly field: FieldPath; readonly element: string }
  /** The first source that has a value. */
  | { readonly kind: 'firstOf'; readonly sources: readonly Source[] }
  /** The source, but nothing for an entry that has one of these custom tags: what a tag says outweighs the entry's fields. */
  | { readonly kind: 'unlessTagged'; readonly tags: readonly ByteString[]; readonly source: Source }
  /** At most so many bytes of what the source gives. */
  | { readonly kind: 'cut'; readonly source: Source; readonly maxLength: number }
  /** A custom tag that stands for an operator (`custom-tag.ts`). With a path its value is JSON, in which the path is followed. */
  | {
      readonly kind: 'tag'
      readonly tag: ByteString
      readonly type: ValueType
      readonly path: readonly ByteString[] | null
    }
  /**
   * A custom tag with the text of a value of any kind, and one that tells its kind as well (`render/value-text.ts`), which counts in JSON.
   */
  | { readonly kind: 'typedTag'; readonly tag: ByteString; readonly typedBy: ByteString }
  /** Everything behind the first `?` of a path; `decoded`: with the escapes of visible characters taken out. */
  | { readonly kind: 'query'; readonly field: FieldPath; readonly decoded: boolean }
  /** The first parameter of this name in the query of a path, decoded. */
  | { readonly kind: 'queryParameter'; readonly field: FieldPath; readonly name: ByteString }
  | { readonly kind: 'grpcStatus'; readonly form: 'camel' | 'snake' | 'number' }
  /** The OpenSSL name of a cipher suite's number in a wrapper message. */
  | { readonly kind: 'cipher'; readonly field: FieldPath }
  /** A value inside one Struct of a map<string, Struct>; an empty path is the Struct itself. */
  | {
      readonly kind: 'struct'
      readonly field: FieldPath
      readonly key: ByteString
      readonly path: readonly ByteString[]
    }
  /** One Any of a map<string, Any>: as proto3 JSON, as its bare text, or one field of it. */
  | {
      readonly kind: 'filterState'
      readonly field: FieldPath
      readonly key: ByteString
      readonly form: 'typed' | 'plain' | 'field'
      readonly member: ByteString
    }
  /** A fresh random UUID each time it is written. */
  | { readonly kind: 'uuid' }
  /** When the line was written: start and duration of the entry, or, without them, when its message arrived. */
  | {
      readonly kind: 'emitTime'
      readonly start: FieldPath
      readonly duration: FieldPath
      readonly parts: readonly TimePart[]
      readonly zone: 'utc' | 'local'
    }
  /** An enum field by the names of its values; a value without a name is absent. The proto's own names: `all`, or null without 0. */
  | {
      readonly kind: 'enum'
      readonly field: FieldPath
      readonly names: Readonly<Record<string, string>> | 'all' | null
    }
  /** The first Duration field that is present, truncated toward zero. */
  | { readonly kind: 'duration'; readonly fields: readonly FieldPath[]; readonly unit: TimeUnit }
  /** Time between two points; absent when either is, or (unless `negative`) when the end lies before the start. */
  | {
      readonly kind: 'elapsed'
      readonly from: TimePoint
      readonly to: TimePoint
      readonly unit: TimeUnit
      readonly negative: boolean
    }
  | {
      readonly kind: 'time'
      readonly field: FieldPath
      readonly parts: readonly TimePart[]
      readonly zone: 'utc' | 'local'
    }
  | {
      readonly kind: 'responseFlags'
      readonly field: FieldPath
      readonly form: 'short' | 'long'
      readonly retryLimitFirst: boolean
    }
  | {
      readonly kind: 'address'
      readonly field: FieldPath
      readonly form: AddressForm
      readonly guard: AddressGuard | null
    }
  | { readonly kind: 'kuma'; readonly name: KumaName; readonly form: 'plain' | 'withPort' }

/**
 * How the bytes of a string are written. `whitespace`: white space as `_`; `spaces`: only spaces. `serverName`: as Envoy cleans an
 * SNI. `withoutQuery`: up to the first `?`.
 */
export type Change = 'whitespace' | 'spaces' | 'serverName' | 'withoutQuery'

/**
 * `full` is `10.0.0.2:443`, `host` leaves the port out, `bracketed` too but keeps the brackets of IPv6, `port` is the bare number,
 * `endpoint` the id of an Envoy-internal address and empty for any other. `network` is the host cut to a prefix of `prefixLength`
 * bits in CIDR form (null: a negative length was asked for, which gives the empty string).
 */
export type AddressForm =
  | { readonly kind: 'full' | 'host' | 'bracketed' | 'port' | 'endpoint' }
  | { readonly kind: 'network'; readonly prefixLength: number | null }

/**
 * Envoy prints UPSTREAM_REMOTE_* only once a connection was made, while the field holds the selected host in any case. A socket
 * address counts when `socketNeeds` is present. A pipe counts when `pipeNeeds` is present, if the entry is of an HTTP request (its
 * `protocol` is set); a TCP connection, also one that comes as an HTTP entry, never has that field, and its pipe counts while the
 * flag `pipeForbids` is unset.
 */
export interface AddressGuard {
  readonly socketNeeds: FieldPath
  readonly pipeForbids: FieldPath
  readonly request: { readonly protocol: FieldPath; readonly pipeNeeds: FieldPath } | null
}
