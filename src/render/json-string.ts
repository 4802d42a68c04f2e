/**
 * Bytes of an entry as a JSON string, as Envoy writes it. The fast way: whole words are tested and copied, and nearly all values are
 * plain ASCII. The first word with anything else in it sends the value the slow way, from its beginning.
 * Defended by bench/render/json-string.bench.ts.
 *
 *     valid UTF-8:  " \ and control characters are escaped, all else is as it is
 *     otherwise:    every byte that is no printable ASCII is \u00xx, multi-byte characters too
 */
import type { Memory } from '../wire/memory.ts'
import { utf8Valid } from './utf8.ts'

/** The most bytes that one byte of input may become; the quotes are extra. */
export const jsonBytesPerByte = 6

export interface JsonStrings {
  /** Writes `[at, end)` as a quoted string at `o`; returns the position behind it. The bytes lie outside of what is written. */
  jsonString(o: number, at: number, end: number): number
  /**
   * Makes a quoted string of what has just been written at `[o + 1, end)`, leaving room for the quote at `o`: nearly always only the
   * quotes are missing. Returns the position behind the string.
   */
  quote(o: number, end: number): number
  /**
   * Makes a piece of a JSON string of what has just been written at `[o, end)`; a byte stands before it. Returns the position behind the piece;
   * one byte more may be overwritten.
   */
  piece(o: number, end: number): number
}

export function createJsonStrings({ bytes, view, scratchAt }: Memory): JsonStrings {
  const strings: JsonStrings = {
    jsonString(o, at, end) {
      bytes[o] = 0x22
      let to = o + 1
      let i = at
      for (; i + 8 <= end; i += 8, to += 8) {
        const low = view.getInt32(i, true)
        const high = view.getInt32(i + 4, true)
        if ((oddBytes(low) | oddBytes(high)) !== 0) return jsonStringSlow(bytes, o, at, end)
        view.setInt32(to, low, true)
        view.setInt32(to + 4, high, true)
      }
      for (; i < end; i++, to++) {
        const byte = bytes[i]!
        if (isOdd(byte)) return jsonStringSlow(bytes, o, at, end)
        bytes[to] = byte
      }
      bytes[to] = 0x22
      return to + 1
    },
    quote(o, end) {
      let i = o + 1
      let odd = 0
      for (; i + 4 <= end; i += 4) odd |= oddBytes(view.getInt32(i, true))
      for (; i < end; i++) if (isOdd(bytes[i]!)) odd = 1
      if (odd === 0) {
        bytes[o] = bytes[end] = 0x22
        return end + 1
      }
      bytes.copyWithin(scratchAt, o + 1, end)
      return jsonStringSlow(bytes, o, scratchAt, scratchAt + end - o - 1)
    },
    piece(o, end) {
      const before = bytes[o - 1]!
      const next = strings.quote(o - 1, end) - 1
      bytes[o - 1] = before
      return next
    },
  }
  return strings
}

/**
 * Not 0 when one of the four bytes is below 0x20, a quote, a backslash or above 0x7f: then the top bit of that byte is set. A
 * subtraction may borrow from the next byte, which can only send a value the slow way in vain.
 */
function oddBytes(word: number): number {
  const control = (word - 0x20202020) | word
  const quote = (word ^ 0x22222222) - 0x01010101
  const slash = (word ^ 0x5c5c5c5c) - 0x01010101
  return (control | quote | slash) & 0x80808080
}

function isOdd(byte: number): boolean {
  return byte < 0x20 || byte === 0x22 || byte === 0x5c || byte > 0x7f
}

function jsonStringSlow(bytes: Uint8Array, o: number, at: number, end: number): number {
  bytes[o++] = 0x22
  o = utf8Valid(bytes, at, end) ? escapeControls(bytes, o, at, end) : escapeBytes(bytes, o, at, end)
  bytes[o++] = 0x22
  return o
}

function escapeControls(bytes: Uint8Array, o: number, at: number, end: number): number {
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) {
      bytes[o++] = byte
      continue
    }
    const letter = shortEscape(byte)
    if (letter === 0) {
      o = unicodeEscape(bytes, o, byte)
      continue
    }
    bytes[o++] = 0x5c
    bytes[o++] = letter
  }
  return o
}

function escapeBytes(bytes: Uint8Array, o: number, at: number, end: number): number {
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c) bytes[o++] = byte
    else o = unicodeEscape(bytes, o, byte)
  }
  return o
}

/** The letter behind the backslash, or 0 where there is only `\u00xx`. */
export function shortEscape(byte: number): number {
  switch (byte) {
    case 0x08:
      return 0x62
    case 0x09:
      return 0x74
    case 0x0a:
      return 0x6e
    case 0x0c:
      return 0x66
    case 0x0d:
      return 0x72
    case 0x22:
    case 0x5c:
      return byte
    default:
      return 0
  }
}

/** Writes `\u00xx` of a byte. */
export function unicodeEscape(bytes: Uint8Array, o: number, byte: number): number {
  bytes[o] = 0x5c
  bytes[o + 1] = 0x75
  bytes[o + 2] = 0x30
  bytes[o + 3] = 0x30
  bytes[o + 4] = hexDigit(byte >>> 4)
  bytes[o + 5] = hexDigit(byte & 15)
  return o + 6
}

/** The letter of a number below 16. */
export const hexDigit = (digit: number) => (digit < 10 ? 0x30 + digit : 0x57 + digit)
