/**
 * Strings of protobuf have to be UTF-8: the common readers refuse a whole export request for one bad byte in it, though Envoy itself sends
 * such strings. So what is none becomes U+FFFD, one for each longest piece that could have begun a character, as in browsers and in Node.
 * Nearly all values are plain ASCII, and only looked through.
 */
import type { Memory } from '../wire/memory.ts'
import { utf8Valid } from './utf8.ts'

/** The most bytes that one byte of input may become. */
export const repairedBytesPerByte = 3

export interface Utf8Texts {
  /** Makes what has just been written at `[o, end)` valid; returns the new end. */
  utf8(o: number, end: number): number
}

export function createUtf8Texts({ bytes, view }: Memory): Utf8Texts {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    utf8(o, end) {
      let high = 0
      let i = o
      for (; i + 4 <= end; i += 4) high |= view.getInt32(i, true)
      high &= 0x80808080
      for (; i < end; i++) high |= bytes[i]! & 0x80
      if (high === 0 || utf8Valid(bytes, o, end)) return end
      return o + buffer.write(buffer.toString('utf8', o, end), o, 'utf8')
    },
  }
}
