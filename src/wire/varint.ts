/**
 * Varints: seven bits a byte, the lowest first, the top bit says that more follow; at most ten bytes. Protobuf uses them for tags,
 * lengths and numbers. Over-long encodings (padded with 0x80 … 0x00) are legal and mean the same number.
 *
 *     1aaaaaaa 1bbbbbbb 0ccccccc   ->   ccccccc bbbbbbb aaaaaaa
 */

/** 2^53: what `VarintReader.value` says of every larger number. */
const saturated = 2 ** 53

/** A varint never has more bytes than this; 64 bits need ten. */
const varintBytesMax = 10

/**
 * Reads one varint at a time; the results stay in its fields until the next `read`, so one reader serves a whole scan and nothing
 * is allocated.
 */
export class VarintReader {
  /** The number read as unsigned, exact up to 2^53; anything larger reads as 2^53. */
  value = 0
  /** Bits 0 to 31 as a signed 32-bit integer: what `int32`, `uint32`, `bool` and enum fields mean, negative numbers included. */
  low = 0
  /** Bits 32 to 63 as a signed 32-bit integer. Bits above 63 are dropped, as protobuf's C++ reader does. */
  high = 0
  /** Position behind the last byte read. */
  at = 0

  /**
   * Reads the varint at `at`. False when it does not end before `end` or has more than ten bytes; the fields are then meaningless.
   * Bytes behind `end` may be touched, never used.
   */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    const first = bytes[at]!
    if (first < 0x80) {
      this.value = first
      this.low = first
      this.high = 0
      this.at = at + 1
      return at < end
    }
    // Most lengths of entries lie between 128 and 16,383.
    const second = bytes[at + 1]!
    if (second < 0x80) {
      const value = (first & 0x7f) | (second << 7)
      this.value = value
      this.low = value
      this.high = 0
      this.at = at + 2
      return at + 1 < end
    }
    return readLong(this, bytes, at, end)
  }
}

function readLong(reader: VarintReader, bytes: Uint8Array, at: number, end: number): boolean {
  const stop = Math.min(end, at + varintBytesMax)
  let low = 0
  let high = 0
  for (let shift = 0; at < stop; shift += 7) {
    const byte = bytes[at++]!
    const bits = byte & 0x7f
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high = bits >>> 4
    } else high |= bits << (shift - 32)
    if (byte < 0x80) {
      reader.low = low
      reader.high = high
      reader.value = high >>> 0 > 0x1f_ffff ? saturated : (high >>> 0) * 2 ** 32 + (low >>> 0)
      reader.at = at
      return true
    }
  }
  return false
}
