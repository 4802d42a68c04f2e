/**
 * Fields of protobuf with a length ahead, written before their length is known: a byte is left for it, which nearly always is enough, and
 * longer content moves by the bytes that are missing. Lengths are as short as can be, as protobuf's own encoders write them. Leaving as
 * much room as the last record needed was tried, and was no faster: moving costs less than the bookkeeping.
 *
 *     | tag | 1 byte | content …    ->    | tag | length … | content …
 */
import type { Memory } from '../wire/memory.ts'

/** Of a length up to 2^32. */
export const lengthBytesMax = 5

export interface Delimiting {
  /** Writes the length of the content at `[at, end)` before it; returns the position behind the content, which may have moved. */
  delimited(at: number, end: number): number
}

export function createDelimiting({ bytes }: Memory): Delimiting {
  return {
    delimited(at, end) {
      const length = end - at
      const width = lengthBytes(length)
      if (width > 1) bytes.copyWithin(at - 1 + width, at, end)
      writeVarint(bytes, at - 1, length)
      return at - 1 + width + length
    },
  }
}

function lengthBytes(length: number): number {
  if (length < 0x80) return 1
  if (length < 0x4000) return 2
  if (length < 0x20_0000) return 3
  return length < 0x1000_0000 ? 4 : lengthBytesMax
}

/** Writes an integer in 0..2^53 - 1 at `o`; returns the position behind it. */
export function writeVarint(bytes: Uint8Array, o: number, n: number): number {
  for (; n >= 0x8000_0000; n = Math.floor(n / 0x80)) bytes[o++] = (n % 0x80) | 0x80
  let rest = n | 0
  for (; rest >= 0x80; rest >>>= 7) bytes[o++] = (rest & 0x7f) | 0x80
  bytes[o++] = rest
  return o
}
