/**
 * Bytes of an entry as a JSON string, as Envoy writes it. The fast way: four bytes are copied and tested at once, and nearly all
 * values are plain ASCII. The first word with anything else in it sends the value the slow way, from its beginning.
 * Defended by bench/render/json-string.bench.ts.
 *
 *     valid UTF-8:  " \ and control characters are escaped, all else is as it is
 *     otherwise:    every byte that is no printable ASCII is \u00xx, multi-byte characters too
 */
import type { Memory } from '../wire/memory.ts'
import { utf8Valid } from './utf8.ts'

/** The most bytes that one byte of input may become; the quotes are extra. */
export const jsonBytesPerByte = 6

export type JsonString = (o: number, at: number, end: number) => number

/** Returns a function that writes `[at, end)` as a quoted string at `o` and returns the position behind it. */
export function createJsonString({ bytes, view }: Memory): JsonString {
  return function jsonString(o, at, end) {
    bytes[o] = 0x22
    let to = o + 1
    let i = at
    for (; i + 4 <= end; i += 4, to += 4) {
      const word = view.getInt32(i, true)
      // A byte's top bit is set in `odd` when the byte is below 0x20, a quote, a backslash or above 0x7f. The subtraction may
      // borrow into the next byte, which can only send a value the slow way in vain.
      const quote = word ^ 0x22222222
      const slash = word ^ 0x5c5c5c5c
      const odd = (word - 0x20202020) | (quote - 0x01010101) | (slash - 0x01010101) | word
      if ((odd & 0x80808080) !== 0) return jsonStringSlow(bytes, o, at, end)
      view.setInt32(to, word, true)
    }
    for (; i < end; i++, to++) {
      const byte = bytes[i]!
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c || byte > 0x7f) return jsonStringSlow(bytes, o, at, end)
      bytes[to] = byte
    }
    bytes[to] = 0x22
    return to + 1
  }
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
function shortEscape(byte: number): number {
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

function unicodeEscape(bytes: Uint8Array, o: number, byte: number): number {
  bytes[o] = 0x5c
  bytes[o + 1] = 0x75
  bytes[o + 2] = 0x30
  bytes[o + 3] = 0x30
  bytes[o + 4] = hexDigit(byte >>> 4)
  bytes[o + 5] = hexDigit(byte & 15)
  return o + 6
}

const hexDigit = (digit: number) => (digit < 10 ? 0x30 + digit : 0x57 + digit)
