/**
 * Objects of the filter state, which come as `google.protobuf.Any`: as proto3 JSON (TYPED), as bare text (PLAIN), or one field of a
 * Struct (FIELD). Envoy asks the object itself for PLAIN and FIELD, which no entry carries; what stands here says the same for strings
 * and numbers. An object of another type is absent.
 */
import type { Memory } from '../wire/memory.ts'
import type { AnyKind, AnyReader } from './any.ts'
import type { AnyForm, AnyJson } from './any-json.ts'
import { writeAscii } from './ascii.ts'
import type { Copy } from './copy.ts'
import type { JsonStyles } from './json-style.ts'
import type { ProtoStyles } from './proto-json.ts'
import { type Structs, structBytesFixed, structBytesPerByte } from './struct.ts'
import type { StructPaths } from './struct-path.ts'
import type { TextSafety } from './text-safety.ts'

/** Most bytes that one byte of an object becomes, and bytes besides. */
export const stateBytesPerByte = structBytesPerByte
export const stateBytesFixed = structBytesFixed + 64

export const stateForms = { typed: 0, plain: 1, field: 2 } as const

export interface FilterStates {
  /**
   * Writes the Any `[at, end)` at `o`; -1 when it is of no known type, damaged, or has no such form. `form` is one of `stateForms`;
   * `field` names the field of FIELD. `cut` is the most bytes of the text, or Infinity; `wholeCharacters`: it never splits a
   * character. `finiteNumbers`: infinity in a Struct is `null`, not `inf` (PLAIN and FIELD; TYPED refuses such a Struct).
   */
  stateText(
    o: number,
    form: number,
    field: Uint8Array,
    at: number,
    end: number,
    cut: number,
    wholeCharacters: boolean,
    finiteNumbers: boolean,
  ): number
  /** TYPED as a value of Envoy's JSON, which never is cut. */
  stateJson(o: number, at: number, end: number): number
}

export interface FilterStateOptions {
  readonly memory: Memory
  readonly reader: AnyReader
  readonly anyJson: AnyJson
  readonly structs: Structs
  readonly paths: StructPaths
  readonly jsonStyles: JsonStyles
  readonly protoStyles: ProtoStyles
  readonly copy: Copy
  readonly safety: TextSafety
}

export function createFilterStates(options: FilterStateOptions): FilterStates {
  const { memory, reader, anyJson, structs, paths, jsonStyles, protoStyles, copy, safety } = options
  const { bytes } = memory
  const written: AnyForm = { style: protoStyles.text, reread: false }
  const again: AnyForm = { style: protoStyles.reread, reread: true }
  const envoy: AnyForm = { style: jsonStyles.envoy, reread: false }
  const finite: AnyForm = { style: jsonStyles.finite, reread: false }
  const path: Uint8Array[] = [new Uint8Array()]

  /** The message `[at, end)` without quotes around it. */
  const plain = (o: number, kind: AnyKind, at: number, end: number, form: AnyForm): number => {
    switch (kind) {
      case 'Struct':
      case 'Value':
      case 'ListValue':
      case 'BoolValue':
        return anyJson.message(o, kind, at, end, form)
      case 'Duration':
      case 'Timestamp':
      case 'Empty':
      case 'Any':
        return -1
    }
    if (!reader.findLast(reader.tags.wrappers[kind], at, end)) return -1
    switch (kind) {
      case 'StringValue':
      case 'BytesValue':
        return copy.copy(o, reader.scalarAt, reader.scalarEnd)
      case 'DoubleValue':
      case 'FloatValue':
        return writeAscii(bytes, o, anyJson.doubleText(kind))
      default:
        return anyJson.integer(o, kind)
    }
  }

  return {
    stateText(o, form, field, at, end, cut, wholeCharacters, finiteNumbers) {
      if (!reader.read(at, end)) return -1
      const { kind, valueAt, valueEnd } = reader
      if (kind === null) return -1
      if (form === stateForms.field) {
        if (kind !== 'Struct') return -1
        path[0] = field
        return paths.structText(o, path, valueAt, valueEnd, cut, wholeCharacters, finiteNumbers)
      }
      structs.begin(at, end)
      const next =
        form === stateForms.typed
          ? anyJson.message(o, kind, valueAt, valueEnd, written)
          : plain(o, kind, valueAt, valueEnd, finiteNumbers ? finite : envoy)
      if (next < 0 || cut >= next - o) return next
      return wholeCharacters ? safety.wholeEnd(o, next, o + cut) : o + cut
    },
    stateJson(o, at, end) {
      if (!reader.read(at, end)) return -1
      const { kind, valueAt, valueEnd } = reader
      if (kind === null) return -1
      structs.begin(at, end)
      const next = anyJson.message(o, kind, valueAt, valueEnd, again)
      // A Value may be null, and null is no value. No other JSON begins with n.
      return bytes[o] === 0x6e ? -1 : next
    },
  }
}
