/**
 * Reading `google.protobuf.Struct` from the wire, one Value at a time. Of a repeated key the last counts, of a oneof the last member;
 * pieces of one message merge. `struct.ts` writes what is read here.
 *
 *     Struct    := { fields: map<string, Value> }
 *     ListValue := { values: repeated Value }
 *     Value     := one of null, number, string, bool, Struct, ListValue
 */
import type { Memory } from '../wire/memory.ts'
import { FieldReader } from './field-reader.ts'

/** Tags (number and wire type) of the fields that are looked for; `schema/` knows them, and the engine hands them in. */
export interface StructTags {
  /** `Struct.fields`, then key and value of one of its entries. */
  readonly fields: number
  readonly key: number
  readonly value: number
  readonly nullValue: number
  readonly numberValue: number
  readonly stringValue: number
  readonly boolValue: number
  readonly structValue: number
  readonly listValue: number
  /** `ListValue.values`. */
  readonly values: number
}

/** Results stay until the next call. `value`, `entry` and `find` answer false on damage. Spans are the bytes of a message. */
export interface StructReader {
  /** Forgets what an earlier value left in scratch. Called before anything is read from the message `[at, end)`. */
  begin(at: number, end: number): void
  /** The tag of the Value that was read, 0 when it is not set, and its payload. After `entry`: the bytes of its Value. */
  member: number
  at: number
  end: number
  /** Reads a Value. */
  value(at: number, end: number): boolean
  /** Reads one of `Struct.fields`: its key, and where its Value lies. */
  entry(at: number, end: number): boolean
  keyAt: number
  keyEnd: number
  /** Reads the Value of the last field named `key` in a Struct; false when there is none, too. */
  find(key: Uint8Array, at: number, end: number): boolean
  readonly tags: StructTags
}

export function createStructReader({ bytes, scratchAt, outputAt }: Memory, tags: StructTags): StructReader {
  const field = new FieldReader()
  /** Where the next merged message ends, counted down from the end of scratch; below, others have room for a string of this value. */
  let mergedAt = outputAt
  let mergedMin = scratchAt

  /** Pieces of one message, side by side in scratch, are the merged message. False when there is no room left. */
  const merge = (at: number, end: number): boolean => {
    const from = reader.at
    const length = reader.end - from
    if (length === 0) {
      reader.at = at
      reader.end = end
      return true
    }
    const start = mergedAt - length - (end - at)
    if (start < mergedMin) return false
    bytes.copyWithin(start, from, from + length)
    bytes.copyWithin(start + length, at, end)
    reader.at = mergedAt = start
    reader.end = start + length + (end - at)
    return true
  }

  const set = (): void => {
    reader.member = field.tag
    reader.at = field.at
    reader.end = field.end
  }

  const value = (at: number, end: number): boolean => {
    reader.member = 0
    reader.at = reader.end = 0
    while (at < end) {
      if (!field.read(bytes, at, end)) return false
      at = field.end
      switch (field.tag) {
        case tags.structValue:
        case tags.listValue:
          if (reader.member !== field.tag) set()
          else if (!merge(field.at, field.end)) return false
          break
        case tags.nullValue:
        case tags.numberValue:
        case tags.stringValue:
        case tags.boolValue:
          set()
      }
    }
    return true
  }

  const entry = (at: number, end: number): boolean => {
    reader.keyAt = reader.keyEnd = 0
    reader.at = reader.end = 0
    while (at < end) {
      if (!field.read(bytes, at, end)) return false
      at = field.end
      if (field.tag === tags.key) {
        reader.keyAt = field.at
        reader.keyEnd = field.end
      } else if (field.tag === tags.value && !merge(field.at, field.end)) return false
    }
    return true
  }

  const isKey = (key: Uint8Array): boolean => {
    const { keyAt, keyEnd } = reader
    if (keyEnd - keyAt !== key.length) return false
    for (let i = 0; i < key.length; i++) if (bytes[keyAt + i] !== key[i]) return false
    return true
  }

  const reader: StructReader = {
    member: 0,
    at: 0,
    end: 0,
    keyAt: 0,
    keyEnd: 0,
    tags,
    begin(at, end) {
      mergedAt = outputAt
      mergedMin = scratchAt + (end - at)
    },
    value,
    entry,
    find(key, at, end) {
      let valueAt = -1
      let valueEnd = 0
      while (at < end) {
        if (!field.read(bytes, at, end)) return false
        at = field.end
        if (field.tag !== tags.fields) continue
        if (!entry(field.at, field.end)) return false
        if (!isKey(key)) continue
        valueAt = reader.at
        valueEnd = reader.end
      }
      return valueAt >= 0 && value(valueAt, valueEnd)
    },
  }
  return reader
}
