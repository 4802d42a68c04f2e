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

/** Bits 0 to 31 of the field as int32, bool and enums mean them. */
export function readInt32(bytes: Uint8Array, at: number): number {
  if (at === 0) return 0
  const first = bytes[at]!
  if (first < 0x80) return first
  varint.read(bytes, at, at + varintBytesMax)
  return varint.low
}

/** A signed 64-bit field, exact within ±2^52, else the nearest double. */
export function readInt64(bytes: Uint8Array, at: number): number {
  if (at === 0) return 0
  const first = bytes[at]!
  if (first < 0x80) return first
  varint.read(bytes, at, at + varintBytesMax)
  return varint.high * 2 ** 32 + (varint.low >>> 0)
}
