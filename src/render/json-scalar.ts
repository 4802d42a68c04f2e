/** Scalars of JSON that are written otherwise than they came: as strings, or a number as a double. */
import type { Memory } from '../wire/memory.ts'
import { formatDouble } from './double.ts'

export interface JsonScalars {
  /**
   * Puts quotes around the JSON value that has just been written at `[start, end)`, if it is a number or a boolean: those hold
   * nothing that a string would escape. Strings, lists, objects and null stay. Returns the position behind the value, two further at most.
   */
  quoteScalar(start: number, end: number): number
  /** Makes a double of the whole number that has just been written at `[start, end)`, if it is one; it gets no longer. Returns the position behind. */
  double(start: number, end: number): number
}

/** Shorter numbers are the same as doubles. */
const doubleBytesMin = 6

/** What strings, objects, lists and null begin with. */
const others: readonly number[] = [0x22, 0x7b, 0x5b, 0x6e]

export function createJsonScalars({ bytes }: Memory): JsonScalars {
  return {
    quoteScalar(start, end) {
      if (others.includes(bytes[start]!)) return end
      bytes.copyWithin(start + 1, start, end)
      bytes[start] = bytes[end + 1] = 0x22
      return end + 2
    },
    double(start, end) {
      if (end - start < doubleBytesMin || others.includes(bytes[start]!)) return end
      const text = formatDouble(Number(Buffer.from(bytes.buffer, start, end - start).toString('latin1')))
      for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i)
      return start + text.length
    },
  }
}
