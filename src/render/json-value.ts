/**
 * JSON that came as text, in a custom tag: checked, made compact, and looked into. What is written is Envoy's JSON again: strings are
 * unescaped and escaped anew, numbers are doubles.
 */
import { structDepthMax } from '../limits.ts'
import type { Memory } from '../wire/memory.ts'
import { writeAscii } from './ascii.ts'
import type { JsonStrings } from './json-string.ts'
import type { JsonReading, JsonTokens } from './json-tokens.ts'

/** Most bytes that one byte of JSON text becomes. */
export const jsonValueBytesPerByte = 6

/** Not re-entrant. A span holds one value and nothing else but white space; everything else is damage. */
export interface JsonValues {
  /** Writes the value compactly at `o`; -1 for damage, and for more levels than `structDepthMax`. */
  compact(o: number, at: number, end: number, reading: JsonReading): number
  /** Writes the bytes of a string, without quotes and escapes, at `o`; -1 when the value is no string. */
  unescape(o: number, at: number, end: number, reading: JsonReading): number
  /**
   * Looks for the last member named `key` of an object; its value lies at `[at, end)` then. False for damage, and for what is no
   * object. Room at `o` is used, as for `compact`.
   */
  find(o: number, key: Uint8Array, at: number, end: number, reading: JsonReading): boolean
  at: number
  end: number
}

const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

export function createJsonValues({ bytes }: Memory, { quote }: JsonStrings, tokens: JsonTokens): JsonValues {
  const value = (o: number, depth: number): number => {
    switch (tokens.peek()) {
      case openBrace:
        return depth < structDepthMax ? object(o, depth + 1) : -1
      case openBracket:
        return depth < structDepthMax ? array(o, depth + 1) : -1
      case 0x22:
        return string(o)
      case 0x74:
        return word(o, 'true')
      case 0x66:
        return word(o, 'false')
      case 0x6e:
        return word(o, 'null')
      default:
        return tokens.number(o)
    }
  }

  const string = (o: number): number => {
    const next = tokens.string(o + 1)
    return next < 0 ? -1 : quote(o, next)
  }

  const word = (o: number, text: string): number => (tokens.takeWord(text) ? writeAscii(bytes, o, text) : -1)

  const object = (o: number, depth: number): number => {
    bytes[o++] = openBrace
    tokens.take(openBrace)
    if (tokens.take(closeBrace)) return close(o, closeBrace)
    do {
      o = string(o)
      if (o < 0 || !tokens.take(colon)) return -1
      bytes[o++] = colon
      o = value(o, depth)
      if (o < 0) return -1
      bytes[o++] = comma
    } while (tokens.take(comma))
    return tokens.take(closeBrace) ? close(o - 1, closeBrace) : -1
  }

  const array = (o: number, depth: number): number => {
    bytes[o++] = openBracket
    tokens.take(openBracket)
    if (tokens.take(closeBracket)) return close(o, closeBracket)
    do {
      o = value(o, depth)
      if (o < 0) return -1
      bytes[o++] = comma
    } while (tokens.take(comma))
    return tokens.take(closeBracket) ? close(o - 1, closeBracket) : -1
  }

  const close = (o: number, bracket: number): number => {
    bytes[o] = bracket
    return o + 1
  }

  const isKey = (key: Uint8Array, o: number, end: number): boolean => {
    if (end - o !== key.length) return false
    for (let i = 0; i < key.length; i++) if (bytes[o + i] !== key[i]) return false
    return true
  }

  const values: JsonValues = {
    at: 0,
    end: 0,
    compact(o, at, end, reading) {
      tokens.begin(at, end, reading)
      const next = value(o, 0)
      return tokens.isDone() ? next : -1
    },
    unescape(o, at, end, reading) {
      tokens.begin(at, end, reading)
      const next = tokens.string(o)
      return tokens.isDone() ? next : -1
    },
    find(o, key, at, end, reading) {
      tokens.begin(at, end, reading)
      let found = false
      if (!tokens.take(openBrace)) return false
      do {
        const keyEnd = tokens.string(o)
        const isWanted = isKey(key, o, keyEnd)
        if (keyEnd < 0 || !tokens.take(colon)) return false
        const valueAt = tokens.at
        if (value(o, 1) < 0) return false
        if (!isWanted) continue
        found = true
        values.at = valueAt
        values.end = tokens.at
      } while (tokens.take(comma))
      return tokens.take(closeBrace) && tokens.isDone() && found
    },
  }
  return values
}
