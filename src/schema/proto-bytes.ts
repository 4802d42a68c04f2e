/**
 * The smallest writer of protobuf: every function gives the bytes of one piece, and the caller joins them. For cold paths (JSON to
 * binary, cases, tools); the hot rooms have `wire/`.
 */
import type { FieldInfo } from './field-path.ts'

/** One element of a field: its tag, then `payload` as the functions below make it. */
export function element(field: FieldInfo, payload: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt(field.tag)), payload])
}

/** Seven bits a byte, low ones first, bit 8 set on all but the last. A negative number is taken as 64 bits, two's complement. */
export function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** Small magnitudes of either sign become small varints: 0, -1, 1, -2 are sent as 0, 1, 2, 3. */
export function zigzag(value: bigint): Uint8Array {
  return varint(value < 0n ? -2n * value - 1n : 2n * value)
}

/** A string, bytes or a message: its length, then itself. */
export function delimited(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt(bytes.length)), bytes])
}

/** Little-endian, the low 32 or 64 bits. */
export function fixed(value: bigint, bits: 32 | 64): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(bits, value))
  return bytes.subarray(0, bits / 8)
}

/** IEEE 754, little-endian. */
export function floating(value: number, bits: 32 | 64): Uint8Array {
  const bytes = Buffer.alloc(bits / 8)
  if (bits === 32) bytes.writeFloatLE(value)
  else bytes.writeDoubleLE(value)
  return bytes
}

/** Whether the payload is that of a scalar's default, which proto3 leaves away: 0, false, an empty string (its length is 0). */
export function isDefault(payload: Uint8Array): boolean {
  return payload.every((byte) => byte === 0)
}
