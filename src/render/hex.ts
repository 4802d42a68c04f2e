/** Hexadecimal digits of either case, read from the kernel's memory. */

export interface HexDigits {
  /** The value of the two digits at `at`, or -1 when one of them is none. */
  hexPair(at: number): number
}

/** Value of a digit's byte; -1 for all others. */
const values = new Int8Array(256).fill(-1)
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16)
  values[digit.charCodeAt(0)] = values[digit.toUpperCase().charCodeAt(0)] = value
}

export function createHexDigits(bytes: Uint8Array): HexDigits {
  return {
    hexPair(at) {
      const high = values[bytes[at]!]!
      const low = values[bytes[at + 1]!]!
      return (high | low) < 0 ? -1 : high * 16 + low
    },
  }
}
