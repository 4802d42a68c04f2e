/**
 * Strings and doubles as protobuf's own JSON writer has them, which Envoy uses for filter state and nowhere else. It escapes more than
 * JSON asks for (brackets of HTML, characters that nobody sees), and reads UTF-8 in a way of its own: every bad sequence is a space,
 * but an overlong one counts for the character it means. All seen on a real Envoy.
 *
 *     lead byte says how many bytes there are   ->   too few left: one space for all that is left
 *                                                    one of them continues nothing: one space for all of them
 *                                                    no lead byte at all: one space
 */
import type { Memory } from '../wire/memory.ts'
import { writeAscii } from './ascii.ts'
import { formatDouble } from './double.ts'
import { hexDigit, type JsonStrings, shortEscape } from './json-string.ts'
import type { JsonStyle } from './json-style.ts'
import { utf8Valid, writeScalar } from './utf8.ts'

export interface ProtoStyles {
  /** The text that protobuf writes. NaN and infinity are refused, as in its Structs. */
  readonly text: JsonStyle
  /** What Envoy makes of that text when it reads it and writes it again as a value of its own JSON. */
  readonly reread: JsonStyle
}

/** Digits that always suffice. */
export const doubleDigits = 17
export const floatDigits = 9

const bad = -1

export function createProtoStyles({ bytes }: Memory, { jsonString, quote }: JsonStrings): ProtoStyles {
  /** Length of the last sequence that `readScalar` looked at. */
  let sequenceBytes = 0

  /** The character at `at`, or `bad`. */
  const readScalar = (at: number, end: number): number => {
    const lead = bytes[at]!
    sequenceBytes = 1
    if (lead < 0x80) return lead
    const length = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0
    if (length === 0) return bad
    sequenceBytes = Math.min(length, end - at)
    if (sequenceBytes < length) return bad
    let scalar = lead & (0xff >>> (length + 1))
    for (let i = 1; i < length; i++) {
      const byte = bytes[at + i]!
      if ((byte & 0xc0) !== 0x80) return bad
      scalar = (scalar << 6) | (byte & 0x3f)
    }
    return scalar > 0x10_ffff ? bad : scalar
  }

  const escapeUnit = (o: number, unit: number): number => {
    bytes[o++] = 0x5c
    bytes[o++] = 0x75
    for (let shift = 12; shift >= 0; shift -= 4) bytes[o++] = hexDigit((unit >>> shift) & 15)
    return o
  }

  const escapeScalar = (o: number, scalar: number): number => {
    const letter = shortEscape(scalar)
    if (letter !== 0) {
      bytes[o] = 0x5c
      bytes[o + 1] = letter
      return o + 2
    }
    if (scalar < 0x1_0000) return escapeUnit(o, scalar)
    return escapeUnit(escapeUnit(o, 0xd7c0 + (scalar >>> 10)), 0xdc00 + (scalar & 0x3ff))
  }

  const copySequence = (o: number, at: number): number => {
    bytes.copyWithin(o, at, at + sequenceBytes)
    return o + sequenceBytes
  }

  const protoString = (o: number, at: number, end: number): number => {
    bytes[o++] = 0x22
    while (at < end) {
      const scalar = readScalar(at, end)
      if (scalar === bad) bytes[o++] = 0x20
      else if (isEscaped(scalar)) o = escapeScalar(o, scalar)
      else o = copySequence(o, at)
      at += sequenceBytes
    }
    bytes[o++] = 0x22
    return o
  }

  /** What is escaped becomes the character itself again; what is not and is no UTF-8 either makes the text unreadable. */
  const rereadString = (o: number, at: number, end: number): number => {
    if (utf8Valid(bytes, at, end)) return jsonString(o, at, end)
    let next = o + 1
    while (at < end) {
      const scalar = readScalar(at, end)
      if (scalar === bad) bytes[next++] = 0x20
      else if (utf8Valid(bytes, at, at + sequenceBytes)) next = copySequence(next, at)
      else if (isEscaped(scalar)) next = writeScalar(bytes, next, scalar)
      else return -1
      at += sequenceBytes
    }
    return quote(o, next)
  }

  return {
    text: {
      string: protoString,
      number: (o, value) => (Number.isFinite(value) ? writeAscii(bytes, o, printDouble(value, doubleDigits)) : -1),
    },
    reread: {
      string: rereadString,
      number: (o, value) => (Number.isFinite(value) ? writeAscii(bytes, o, formatDouble(value)) : -1),
    },
  }
}

/** First and last of the characters that are escaped beyond those of JSON: controls, and what changes text without being seen. */
const escaped: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f],
  [0x22, 0x22],
  [0x3c, 0x3c],
  [0x3e, 0x3e],
  [0x5c, 0x5c],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x600, 0x603],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x17b4, 0x17b5],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2064],
  [0x206a, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0x1_d173, 0x1_d17a],
  [0xe_0001, 0xe_0001],
  [0xe_0020, 0xe_007f],
]

function isEscaped(scalar: number): boolean {
  for (let i = 0; i < escaped.length; i++) if (scalar <= escaped[i]![1]) return scalar >= escaped[i]![0]
  return false
}

/**
 * A number as C's `%g` prints it: with the 15 digits that a double holds at least (6 for a float), or, when that would be another
 * number, with the `digits` that always suffice. NaN and infinity in words.
 */
export function printDouble(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value)
  const isFloat = digits === floatDigits
  const short = general(value, isFloat ? 6 : 15)
  const back = isFloat ? Math.fround(Number(short)) : Number(short)
  return back === value ? short : general(value, digits)
}

function general(value: number, digits: number): string {
  if (Object.is(value, -0)) return '-0'
  if (value === 0) return '0'
  const [mantissa, power] = value.toExponential(digits - 1).split('e') as [string, string]
  const exponent = Number(power)
  if (exponent >= -4 && exponent < digits) return withoutZeros(value.toFixed(digits - 1 - exponent))
  const sign = exponent < 0 ? '-' : '+'
  return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

const withoutZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
