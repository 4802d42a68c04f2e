/**
 * The tokens of JSON text in the kernel's memory: marks, words, strings, numbers. `json-value.ts` puts them together. Strict by
 * RFC 8259, but for the infinity that Envoy prints.
 */
import type { Memory } from '../wire/memory.ts'
import { createHexDigits } from './hex.ts'
import type { JsonStyle } from './json-style.ts'
import { writeScalar } from './utf8.ts'

/**
 * Whose JSON it is. In Envoy's own, `\u0080` to `\u00ff` stand for bytes, since it escapes them only in strings that are no UTF-8; in
 * protobuf's they are characters.
 */
export interface JsonReading {
  readonly escapesAreBytes: boolean
  /** Whether `inf` and `-inf` are numbers. */
  readonly infinity: boolean
  /** Writes the numbers. */
  readonly style: JsonStyle
}

/** Reads from `at` on. What writes does so at `o`; -1 is damage. */
export interface JsonTokens {
  at: number
  begin(at: number, end: number, reading: JsonReading): void
  /** The byte at `at`; 0 at the end. */
  peek(): number
  skipSpace(): void
  /** Steps over `byte` and the white space on both sides, if it is there. */
  take(byte: number): boolean
  /** Steps over the word, if it is there. */
  takeWord(word: string): boolean
  /** Whether nothing but white space is left. */
  isDone(): boolean
  /** The string at `at`: its bytes, without quotes and escapes. */
  string(o: number): number
  /** The number at `at`, as the reading's style writes it. */
  number(o: number): number
}

const quoteMark = 0x22
const backslash = 0x5c
/** Longest number that is read, in bytes; Envoy prints at most 24. A longer one is damage. */
const numberBytesMax = 1024

export function createJsonTokens({ bytes }: Memory): JsonTokens {
  const { hexPair } = createHexDigits(bytes)
  let end = 0
  let reading: JsonReading

  const unescaped = (o: number): number => {
    const letter = tokens.peek()
    tokens.at++
    if (letter === 0x75) {
      const unit = codeUnit()
      if (unit >= 0x80 && unit <= 0xff && reading.escapesAreBytes) {
        bytes[o] = unit
        return o + 1
      }
      const scalar = isHighSurrogate(unit) ? pairWith(unit) : unit
      return scalar < 0 || isLowSurrogate(scalar) ? -1 : writeScalar(bytes, o, scalar)
    }
    const meant = meaning(letter)
    if (meant < 0) return -1
    bytes[o] = meant
    return o + 1
  }

  /** The four hexadecimal digits at `at`, or -1. */
  const codeUnit = (): number => {
    const { at } = tokens
    if (end - at < 4) return -1
    tokens.at += 4
    const high = hexPair(at)
    const low = hexPair(at + 2)
    return high < 0 || low < 0 ? -1 : high * 256 + low
  }

  /** The character of a surrogate pair, of which the second half must follow. */
  const pairWith = (high: number): number => {
    if (!tokens.takeWord('\\u')) return -1
    const low = codeUnit()
    return isLowSurrogate(low) ? 0x1_0000 + ((high & 0x3ff) << 10) + (low & 0x3ff) : -1
  }

  const digits = (): number => {
    const from = tokens.at
    while (isDigit(tokens.peek())) tokens.at++
    return tokens.at - from
  }

  const tokens: JsonTokens = {
    at: 0,
    begin(at, limit, how) {
      tokens.at = at
      end = limit
      reading = how
      tokens.skipSpace()
    },
    peek: () => (tokens.at < end ? bytes[tokens.at]! : 0),
    skipSpace() {
      while (isSpace(tokens.peek())) tokens.at++
    },
    take(byte) {
      tokens.skipSpace()
      if (tokens.peek() !== byte) return false
      tokens.at++
      tokens.skipSpace()
      return true
    },
    takeWord(word) {
      if (end - tokens.at < word.length) return false
      for (let i = 0; i < word.length; i++) if (bytes[tokens.at + i] !== word.charCodeAt(i)) return false
      tokens.at += word.length
      return true
    },
    isDone() {
      tokens.skipSpace()
      return tokens.at === end
    },
    string(o) {
      if (tokens.peek() !== quoteMark) return -1
      tokens.at++
      while (tokens.at < end) {
        const byte = bytes[tokens.at++]!
        if (byte === quoteMark) return o
        if (byte < 0x20) return -1
        if (byte !== backslash) bytes[o++] = byte
        else if ((o = unescaped(o)) < 0) return -1
      }
      return -1
    },
    /** -? (0 | 1-9 digits) (. digits)? (e sign? digits)?, or infinity. */
    number(o) {
      const from = tokens.at
      const negative = tokens.takeWord('-')
      if (reading.infinity && tokens.takeWord('inf')) return reading.style.number(o, negative ? -Infinity : Infinity)
      const first = tokens.peek()
      const whole = digits()
      if (whole === 0 || (whole > 1 && first === 0x30)) return -1
      if (tokens.takeWord('.') && digits() === 0) return -1
      if (tokens.takeWord('e') || tokens.takeWord('E')) {
        if (!tokens.takeWord('+')) tokens.takeWord('-')
        if (digits() === 0) return -1
      }
      const length = tokens.at - from
      if (length > numberBytesMax) return -1
      const value = Number(Buffer.from(bytes.buffer, from, length).toString('latin1'))
      return Number.isFinite(value) ? reading.style.number(o, value) : -1
    },
  }
  return tokens
}

const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff

/** What the letter behind a backslash means, or -1. */
function meaning(letter: number): number {
  switch (letter) {
    case quoteMark:
    case backslash:
    case 0x2f:
      return letter
    case 0x62:
      return 0x08
    case 0x66:
      return 0x0c
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
