/**
 * Numbers of varint fields by the position that the scan noted. Position 0 is an absent field, which means 0. The scan has made
 * sure that the varint ends within the entry.
 */
import { VarintReader } from '../wire/varint.ts'

const varint = new VarintReader()
/** The longest varint; reading may touch, never use, bytes of the memory's slack. */
const varintBytesMax = 10

/** Bits 0 to 31 of the field, unsigned. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0
}

/** Bits 0 to 31 of the field as int32, bool and enums mean them. Unrolled: nanoseconds and byte counts take two to five bytes. */
export function readInt32(bytes: Uint8Array, at: number): number {
  if (at === 0) return 0
  let byte = bytes[at]!
  if (byte < 0x80) return byte
  let value = byte & 0x7f
  byte = bytes[at + 1]!
  if (byte < 0x80) return value | (byte << 7)
  value |= (byte & 0x7f) << 7
  byte = bytes[at + 2]!
  if (byte < 0x80) return value | (byte << 14)
  value |= (byte & 0x7f) << 14
  byte = bytes[at + 3]!
  if (byte < 0x80) return value | (byte << 21)
  return value | ((byte & 0x7f) << 21) | (bytes[at + 4]! << 28)
}

/** A signed 64-bit field, exact within +-2^52, else the nearest double. */
export function readInt64(bytes: Uint8Array, at: number): number {
  if (at === 0) return 0
  const fourth = bytes[at + 3]! & bytes[at + 2]! & bytes[at + 1]! & bytes[at]!
  // Up to five bytes, of which the fifth holds bits 28 to 34: seconds since the epoch.
  if (fourth < 0x80) return readInt32(bytes, at)
  const fifth = bytes[at + 4]!
  if (fifth < 0x80) {
    const low =
      (bytes[at]! & 0x7f) |
      ((bytes[at + 1]! & 0x7f) << 7) |
      ((bytes[at + 2]! & 0x7f) << 14) |
      ((bytes[at + 3]! & 0x7f) << 21)
    return low + fifth * 2 ** 28
  }
  varint.read(bytes, at, at + varintBytesMax)
  return varint.high * 2 ** 32 + (varint.low >>> 0)
}
