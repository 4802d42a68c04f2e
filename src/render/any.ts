/**
 * `google.protobuf.Any`: which of the known types it holds, and where. Known are those that have a JSON form of their own: wrappers,
 * Struct, Value, ListValue, Duration, Timestamp, Empty, and Any itself. `any-json.ts` writes them, `filter-state.ts` is the leaf.
 *
 *     Any := { type_url, value }        type_url = ".../" full name of the message that value holds
 */
import type { Memory } from '../wire/memory.ts'
import { FieldReader } from './field-reader.ts'

/** Wrappers of scalars, by their names in `google.protobuf`. */
export type WrapperName =
  | 'BoolValue'
  | 'BytesValue'
  | 'DoubleValue'
  | 'FloatValue'
  | 'Int32Value'
  | 'Int64Value'
  | 'StringValue'
  | 'UInt32Value'
  | 'UInt64Value'

/** Types that may stand in an Any, by their names in `google.protobuf`. */
export type AnyKind = WrapperName | 'Any' | 'Duration' | 'Empty' | 'ListValue' | 'Struct' | 'Timestamp' | 'Value'

/** Tags (number and wire type) of the fields that are looked for; `schema/` knows them, and the engine hands them in. */
export interface AnyTags {
  readonly typeUrl: number
  readonly value: number
  /** The field `value` of each wrapper. */
  readonly wrappers: Readonly<Record<WrapperName, number>>
  readonly duration: TimeTags
  readonly timestamp: TimeTags
}

export interface TimeTags {
  readonly seconds: number
  readonly nanos: number
}

/** Results stay until the next call; positions are 0 for a field that is absent. Both calls answer false on damage. */
export interface AnyReader {
  /** What the Any holds; null for a type that is not known. */
  kind: AnyKind | null
  urlAt: number
  urlEnd: number
  valueAt: number
  valueEnd: number
  read(at: number, end: number): boolean
  /** Payload of the field that `findLast` looked for. */
  scalarAt: number
  scalarEnd: number
  /** Looks for the last field with this tag in the message `[at, end)`. */
  findLast(tag: number, at: number, end: number): boolean
  readonly tags: AnyTags
}

const otherKinds = ['Any', 'Duration', 'Empty', 'ListValue', 'Struct', 'Timestamp', 'Value'] as const

export function createAnyReader({ bytes }: Memory, tags: AnyTags): AnyReader {
  const field = new FieldReader()
  const kinds = [...(Object.keys(tags.wrappers) as WrapperName[]), ...otherKinds].map((kind) => ({
    kind,
    name: Buffer.from(`google.protobuf.${kind}`),
  }))

  const kindOf = (at: number, end: number): AnyKind | null => {
    let nameAt = end
    while (nameAt > at && bytes[nameAt - 1] !== 0x2f) nameAt--
    for (const { kind, name } of kinds) {
      if (name.length !== end - nameAt) continue
      let i = 0
      while (i < name.length && bytes[nameAt + i] === name[i]) i++
      if (i === name.length) return kind
    }
    return null
  }

  const reader: AnyReader = {
    kind: null,
    urlAt: 0,
    urlEnd: 0,
    valueAt: 0,
    valueEnd: 0,
    scalarAt: 0,
    scalarEnd: 0,
    tags,
    read(at, end) {
      reader.kind = null
      if (!reader.findLast(tags.typeUrl, at, end)) return false
      reader.urlAt = reader.scalarAt
      reader.urlEnd = reader.scalarEnd
      if (!reader.findLast(tags.value, at, end)) return false
      reader.valueAt = reader.scalarAt
      reader.valueEnd = reader.scalarEnd
      reader.kind = kindOf(reader.urlAt, reader.urlEnd)
      return true
    },
    findLast(tag, at, end) {
      reader.scalarAt = reader.scalarEnd = 0
      for (; at < end; at = field.end) {
        if (!field.read(bytes, at, end)) return false
        if (field.tag !== tag) continue
        reader.scalarAt = field.at
        reader.scalarEnd = field.end
      }
      return true
    },
  }
  return reader
}
