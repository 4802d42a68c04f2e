/**
 * Operators with a type in an AnyValue of OpenTelemetry. The value has been written as text or JSON two bytes behind `o`, where tag and
 * length of a string would go; the functions here make the member of it, from `o` on.
 *
 *     | tag | length | text …        | tag | varint        | tag | eight bytes        | tag | 0 or 1
 *
 * Numbers are int_value when they are whole and fit, else double_value. Whole numbers beyond 64 bits stay text, as OpenTelemetry's mapping
 * wants it: a double would lose digits of them.
 */
import type { Memory } from '../wire/memory.ts'
import { type Delimiting, writeVarint } from './delimited.ts'
import type { Utf8Texts } from './utf8-text.ts'

export interface AnyValueTags {
  readonly stringValue: number
  readonly boolValue: number
  readonly intValue: number
  readonly doubleValue: number
}

/** All return the position behind the member; the written value ends at `end`. */
export interface AnyValues {
  /** Any bytes. */
  anyString(o: number, end: number): number
  /** A number in text. */
  anyNumber(o: number, end: number): number
  /** JSON of which `isScalar` is true. Null is no member. */
  anyScalar(o: number, end: number): number
  /** Whether the JSON is a number, a bool or null: then it says what the text says, and its type besides. */
  isScalar(o: number): boolean
}

/** Where the value stands behind `o`. */
export const anyValueGap = 2

/** Digits that a double holds whatever they are. */
const plainDigitsMax = 15
const intMin = -(2n ** 63n)
const intMax = 2n ** 63n - 1n

export function createAnyValues(
  { bytes, view }: Memory,
  tags: AnyValueTags,
  { delimited }: Delimiting,
  { utf8 }: Utf8Texts,
): AnyValues {
  const anyString = (o: number, end: number): number => {
    bytes[o] = tags.stringValue
    return delimited(o + anyValueGap, utf8(o + anyValueGap, end))
  }

  const bool = (o: number, value: number): number => {
    bytes[o] = tags.boolValue
    bytes[o + 1] = value
    return o + 2
  }

  const double = (o: number, value: number): number => {
    bytes[o] = tags.doubleValue
    view.setFloat64(o + 1, value, true)
    return o + 9
  }

  /** Negative numbers have the ten bytes of their 64 bits. */
  const int = (o: number, value: bigint): number => {
    bytes[o++] = tags.intValue
    let rest = BigInt.asUintN(64, value)
    for (; rest > 0x7fn; rest >>= 7n) bytes[o++] = Number(rest & 0x7fn) | 0x80
    bytes[o++] = Number(rest)
    return o
  }

  /** Whatever is not a few digits. */
  const unusualNumber = (o: number, end: number): number => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + o + anyValueGap, end - o - anyValueGap).toString('latin1')
    if (/^-?\d+$/.test(text)) {
      const whole = BigInt(text)
      return whole < intMin || whole > intMax ? anyString(o, end) : int(o, whole)
    }
    const number = infinities.get(text) ?? Number(text)
    return Number.isSafeInteger(number) ? int(o, BigInt(number)) : double(o, number)
  }

  const anyNumber = (o: number, end: number): number => {
    const from = o + anyValueGap
    if (end - from > plainDigitsMax) return unusualNumber(o, end)
    let number = 0
    for (let at = from; at < end; at++) {
      const digit = bytes[at]! - 0x30
      if (digit >>> 0 > 9) return unusualNumber(o, end)
      number = number * 10 + digit
    }
    bytes[o] = tags.intValue
    return writeVarint(bytes, o + 1, number)
  }

  return {
    anyString,
    anyNumber,
    anyScalar(o, end) {
      switch (bytes[o + anyValueGap]) {
        case 0x74:
          return bool(o, 1)
        case 0x66:
          return bool(o, 0)
        case 0x6e:
          return o
        default:
          return anyNumber(o, end)
      }
    },
    isScalar(o) {
      const first = bytes[o + anyValueGap]
      return first !== 0x22 && first !== 0x5b && first !== 0x7b
    },
  }
}

/** As `double.ts` prints them. */
const infinities: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])
