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

export type Source =
  /** No value for this kind of entry: absent. */
  | { readonly kind: 'absent' }
  /** The same value for every entry, a number in JSON. */
  | { readonly kind: 'constantNumber'; readonly value: number }
  /** An unsigned integer field; absent on the wire is 0, as in Envoy. */
  | { readonly kind: 'uint'; readonly field: FieldPath }
  /** An unsigned integer inside a wrapper message; absent when the wrapper is. */
  | { readonly kind: 'wrappedUint'; readonly field: FieldPath; readonly as: 'string' | 'number' }
  /** A string field; empty means absent, for proto3 cannot tell them apart. */
  | { readonly kind: 'string'; readonly field: FieldPath; readonly clean?: 'whitespace' }
  /** A key of a map<string, string>; absent when the key is, empty stays empty. Matched without regard to ASCII case. */
  | { readonly kind: 'mapValue'; readonly field: FieldPath; readonly key: ByteString }
  /** The first source that has a value. */
  | { readonly kind: 'firstOf'; readonly sources: readonly Source[] }
  /** An enum field by the names of its values; a value without a name here is absent. `names: null`: the proto's own names, 0 absent. */
  | { readonly kind: 'enum'; readonly field: FieldPath; readonly names: Readonly<Record<string, string>> | null }
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
 * `full` is `10.0.0.2:443`, `host` leaves the port out, `port` is the bare number. `network` is the host cut to a prefix of
 * `prefixLength` bits in CIDR form (null: a negative length was asked for, which gives the empty string).
 */
export type AddressForm =
  | { readonly kind: 'full' | 'host' | 'port' }
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
