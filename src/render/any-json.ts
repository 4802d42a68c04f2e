/**
 * Known messages as proto3 JSON. Envoy prints that text for TYPED; in its JSON formats it reads the text again and writes what it read,
 * which changes strings (escapes) and numbers (`1e+05`), so there are two forms.
 */
import { structDepthMax } from '../limits.ts'
import type { Memory } from '../wire/memory.ts'
import type { AnyKind, AnyReader, TimeTags, WrapperName } from './any.ts'
import { writeAscii } from './ascii.ts'
import { writeInt, writeInt64Varint, writeUint, writeUint64Varint } from './decimal.ts'
import type { JsonStyle } from './json-style.ts'
import { doubleDigits, floatDigits, printDouble } from './proto-json.ts'
import { printDuration, printTimestamp } from './proto-time.ts'
import type { Structs } from './struct.ts'
import { readInt32, readInt64, readUint32 } from './varint-value.ts'

/** `reread`: numbers are what they are after reading the text, and written by `style`. */
export interface AnyForm {
  readonly style: JsonStyle
  readonly reread: boolean
}

/** Both write at `o` and answer -1 for damage, and for what has no JSON form. */
export interface AnyJson {
  /** The message `[at, end)` of a known type. */
  message(o: number, kind: AnyKind, at: number, end: number, form: AnyForm): number
  /** The integer of a wrapper, in digits only; `reader.findLast` has found it. */
  integer(o: number, kind: WrapperName): number
  /** The double or float of a wrapper that `reader.findLast` has found, as protobuf prints it. */
  doubleText(kind: WrapperName): string
}

export function createAnyJson({ bytes, view }: Memory, reader: AnyReader, structs: Structs): AnyJson {
  const { tags } = reader

  const integer = (o: number, kind: WrapperName): number => {
    const { scalarAt, scalarEnd } = reader
    switch (kind) {
      case 'Int32Value':
        return writeInt(bytes, o, readInt32(bytes, scalarAt))
      case 'UInt32Value':
        return writeUint(bytes, o, readUint32(bytes, scalarAt))
      case 'Int64Value':
        return scalarAt === 0 ? writeUint(bytes, o, 0) : writeInt64Varint(bytes, o, scalarAt, scalarEnd)
      default:
        return scalarAt === 0 ? writeUint(bytes, o, 0) : writeUint64Varint(bytes, o, scalarAt, scalarEnd)
    }
  }

  const doubleText = (kind: WrapperName): string => {
    const at = reader.scalarAt
    if (kind === 'FloatValue') return printDouble(at === 0 ? 0 : view.getFloat32(at, true), floatDigits)
    return printDouble(at === 0 ? 0 : view.getFloat64(at, true), doubleDigits)
  }

  const wrapper = (o: number, kind: WrapperName, { style, reread }: AnyForm): number => {
    const { scalarAt, scalarEnd } = reader
    switch (kind) {
      case 'StringValue':
        return style.string(o, scalarAt, scalarEnd)
      case 'BytesValue':
        return writeAscii(bytes, o, `"${Buffer.from(bytes.buffer, scalarAt, scalarEnd - scalarAt).toString('base64')}"`)
      case 'BoolValue':
        return writeAscii(bytes, o, readInt64(bytes, scalarAt) !== 0 ? 'true' : 'false')
      case 'Int32Value':
        return reread ? style.number(o, readInt32(bytes, scalarAt)) : integer(o, kind)
      case 'UInt32Value':
        return reread ? style.number(o, readUint32(bytes, scalarAt)) : integer(o, kind)
      case 'Int64Value':
      case 'UInt64Value': {
        // A JSON number would not hold all of their digits.
        const next = integer(o + 1, kind)
        bytes[o] = bytes[next] = 0x22
        return next + 1
      }
      case 'DoubleValue':
      case 'FloatValue': {
        const text = doubleText(kind)
        if (!Number.isFinite(Number(text))) return writeAscii(bytes, o, `"${text}"`)
        return reread ? style.number(o, Number(text)) : writeAscii(bytes, o, text)
      }
    }
  }

  const time = (
    o: number,
    at: number,
    end: number,
    { seconds, nanos }: TimeTags,
    print: (seconds: number, nanos: number) => string | null,
  ): number => {
    if (!reader.findLast(seconds, at, end)) return -1
    const wholeSeconds = readInt64(bytes, reader.scalarAt)
    if (!reader.findLast(nanos, at, end)) return -1
    const text = print(wholeSeconds, readInt32(bytes, reader.scalarAt))
    return text === null ? -1 : writeAscii(bytes, o, `"${text}"`)
  }

  const message = (o: number, kind: AnyKind, at: number, end: number, form: AnyForm, depth: number): number => {
    switch (kind) {
      case 'Struct':
        return structs.struct(o, at, end, form.style)
      case 'ListValue':
        return structs.list(o, at, end, form.style)
      case 'Value':
        return structs.value(o, at, end, form.style)
      case 'Duration':
        return time(o, at, end, tags.duration, printDuration)
      case 'Timestamp':
        return time(o, at, end, tags.timestamp, printTimestamp)
      case 'Empty':
        return writeAscii(bytes, o, '{}')
      case 'Any':
        return any(o, at, end, form, depth + 1)
      default:
        return reader.findLast(tags.wrappers[kind], at, end) ? wrapper(o, kind, form) : -1
    }
  }

  /** `{"@type":url,"value":json}`; an Empty has no value, and an Any of nothing is `{}`. */
  const any = (o: number, at: number, end: number, form: AnyForm, depth: number): number => {
    if (depth > structDepthMax || !reader.read(at, end)) return -1
    const { kind, urlAt, urlEnd, valueAt, valueEnd } = reader
    if (urlAt === urlEnd && valueAt === valueEnd) return writeAscii(bytes, o, '{}')
    if (kind === null) return -1
    o = form.style.string(writeAscii(bytes, o, '{"@type":'), urlAt, urlEnd)
    if (o < 0) return -1
    if (kind === 'Empty') return writeAscii(bytes, o, '}')
    o = message(writeAscii(bytes, o, ',"value":'), kind, valueAt, valueEnd, form, depth)
    return o < 0 ? -1 : writeAscii(bytes, o, '}')
  }

  return { message: (o, kind, at, end, form) => message(o, kind, at, end, form, 0), integer, doubleText }
}
