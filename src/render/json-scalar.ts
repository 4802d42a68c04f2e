/** Numbers and booleans of JSON as strings, for those who want no other kind of scalar in their lines. */
import type { Memory } from '../wire/memory.ts'

export interface JsonScalars {
  /**
   * Puts quotes around the JSON value that has just been written at `[start, end)`, if it is a number or a boolean: those hold
   * nothing that a string would escape. Strings, lists, objects and null stay. Returns the position behind the value, two further at most.
   */
  quoteScalar(start: number, end: number): number
}

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
  }
}
