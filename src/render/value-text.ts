/**
 * A protobuf Value in text form, as CEL prints a message that holds one, as Envoy's JSON. The text tells a number from a string that
 * looks like one, which the bare text of an expression does not. Map keys come sorted by their bytes, as JSON wants them.
 *
 *     holder  =  "value {" kind "}"
 *     kind    =  "number_value:" number | "string_value:" string | "bool_value:" word | "null_value: NULL_VALUE"
 *              | "struct_value {" { "fields { key:" string "value {" kind "} }" } "}" | "list_value {" { "values {" kind "}" } "}"
 *     string  =  in double quotes; what is not printable ASCII is \ooo, or \n \r \t \" \' \\
 */
import { structDepthMax } from '../limits.ts'
import type { Memory } from '../wire/memory.ts'
import { writeAscii } from './ascii.ts'
import type { JsonStrings } from './json-string.ts'
import type { JsonStyle } from './json-style.ts'

/** Not re-entrant. */
export interface ValueTexts {
  /**
   * Whether `[at, end)` holds a string, whose bytes then stand at `[o, valueTexts.end)`; anything else is left to `json`. They are never
   * more than there were.
   */
  string(o: number, at: number, end: number): boolean
  end: number
  /** Whether it is null, or nothing. */
  isNull(at: number, end: number): boolean
  /** Writes the value as JSON at `o`; -1 for damage and for more levels than `structDepthMax`. At most six times as long. */
  json(o: number, at: number, end: number, style: JsonStyle): number
}

const quoteMark = 0x22
const backslash = 0x5c
const closeBrace = 0x7d
/** Longest number that is read, in bytes; protobuf prints at most 24. */
const numberBytesMax = 64

export function createValueTexts({ bytes }: Memory, { quote }: JsonStrings): ValueTexts {
  let at = 0
  let limit = 0

  const skipSpace = (): void => {
    while (at < limit && bytes[at] === 0x20) at++
  }

  /** Steps over the word and the space around it, if it is there. */
  const take = (word: string): boolean => {
    if (limit - at < word.length) return false
    for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
    at += word.length
    skipSpace()
    return true
  }

  const begin = (from: number, to: number): boolean => {
    at = from
    limit = to
    skipSpace()
    return take('value {')
  }

  const isDone = (): boolean => take('}') && at === limit

  const octal = (): number => {
    let value = 0
    for (let i = 0; i < 3; i++) {
      const digit = at < limit ? bytes[at++]! - 0x30 : -1
      if (digit < 0 || digit > 7) return -1
      value = value * 8 + digit
    }
    return value > 0xff ? -1 : value
  }

  const unescaped = (): number => {
    const letter = at < limit ? bytes[at]! : 0
    if (letter >= 0x30 && letter <= 0x33) return octal()
    at++
    return meaning(letter)
  }

  /** The bytes of the string at `at`. */
  const text = (o: number): number => {
    if (at >= limit || bytes[at] !== quoteMark) return -1
    at++
    while (at < limit) {
      const byte = bytes[at++]!
      if (byte === quoteMark) {
        skipSpace()
        return o
      }
      const meant = byte === backslash ? unescaped() : byte
      if (meant < 0) return -1
      bytes[o++] = meant
    }
    return -1
  }

  const quoted = (o: number): number => {
    const next = text(o + 1)
    return next < 0 ? -1 : quote(o, next)
  }

  const number = (o: number, style: JsonStyle): number => {
    const from = at
    while (at < limit && bytes[at] !== 0x20 && at - from <= numberBytesMax) at++
    const word = Buffer.from(bytes.buffer, from, at - from).toString('latin1')
    const value = specialNumbers.get(word) ?? (decimal.test(word) ? Number(word) : undefined)
    skipSpace()
    return value === undefined ? -1 : style.number(o, value)
  }

  const value = (o: number, style: JsonStyle, depth: number): number => {
    if (take('string_value:')) return quoted(o)
    if (take('number_value:')) return number(o, style)
    if (take('bool_value: true')) return writeAscii(bytes, o, 'true')
    if (take('bool_value: false')) return writeAscii(bytes, o, 'false')
    if (take('struct_value {')) return depth < structDepthMax ? struct(o, style, depth + 1) : -1
    if (take('list_value {')) return depth < structDepthMax ? list(o, style, depth + 1) : -1
    // A Value of which nothing is set is null too.
    return take('null_value: NULL_VALUE') || bytes[at] === closeBrace ? writeAscii(bytes, o, 'null') : -1
  }

  const struct = (o: number, style: JsonStyle, depth: number): number => {
    bytes[o++] = 0x7b
    const first = o
    while (take('fields {')) {
      if (!take('key:')) return -1
      o = quoted(o)
      if (o < 0 || !take('value {')) return -1
      bytes[o++] = 0x3a
      o = value(o, style, depth)
      if (o < 0 || !take('}') || !take('}')) return -1
      bytes[o++] = 0x2c
    }
    return close(o, first, closeBrace)
  }

  const list = (o: number, style: JsonStyle, depth: number): number => {
    bytes[o++] = 0x5b
    const first = o
    while (take('values {')) {
      o = value(o, style, depth)
      if (o < 0 || !take('}')) return -1
      bytes[o++] = 0x2c
    }
    return close(o, first, 0x5d)
  }

  /** The bracket is stored over the last comma, where there is one. */
  const close = (o: number, first: number, bracket: number): number => {
    if (!take('}')) return -1
    const end = o === first ? o + 1 : o
    bytes[end - 1] = bracket
    return end
  }

  const texts: ValueTexts = {
    end: 0,
    string(o, from, to) {
      if (!begin(from, to) || !take('string_value:')) return false
      texts.end = text(o)
      return texts.end >= 0 && isDone()
    },
    isNull(from, to) {
      if (!begin(from, to)) return false
      take('null_value: NULL_VALUE')
      return isDone()
    },
    json(o, from, to, style) {
      if (!begin(from, to)) return -1
      const next = value(o, style, 0)
      return isDone() ? next : -1
    },
  }
  return texts
}

const decimal = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/
const specialNumbers: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
  ['-nan', Number.NaN],
])

/** What the letter behind a backslash means, or -1. */
function meaning(letter: number): number {
  switch (letter) {
    case quoteMark:
    case 0x27:
    case backslash:
      return letter
    case 0x6e:
      return 0x0a
    case 0x72:
      return 0x0d
    case 0x74:
      return 0x09
    default:
      return -1
  }
}
