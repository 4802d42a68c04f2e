/**
 * Decimal numbers as ASCII bytes: counters, codes, ports, durations. The trick is a table of the three digits of 0..999: a number
 * below a million costs one division. All functions write at `at` into the kernel's memory and return the position behind the last
 * byte written; who calls them has made sure of `decimalBytesMax` bytes of room.
 */
import { VarintReader } from '../wire/varint.ts'

/** Longest output of any function here: a negative 64-bit number of seconds in nanoseconds. */
export const decimalBytesMax = 30

/** Nanoseconds of the units of COMMON_DURATION. */
export const unitNanos = { ms: 1_000_000, us: 1_000, ns: 1 } as const

/**
 * The digits of n at [3n, 3n + 3), leading zeros included.
 *
 *      | 0 0 0 | 0 0 1 | 0 0 2 | … | 9 9 9 |
 */
const digits = new Uint8Array(3 * 1000)
for (let n = 0; n < 1000; n++) {
  digits[3 * n] = 48 + Math.trunc(n / 100)
  digits[3 * n + 1] = 48 + (Math.trunc(n / 10) % 10)
  digits[3 * n + 2] = 48 + (n % 10)
}

/** Writes all three digits of an integer in 0..999. */
export function write3Digits(bytes: Uint8Array, at: number, n: number): number {
  const from = 3 * n
  bytes[at] = digits[from]!
  bytes[at + 1] = digits[from + 1]!
  bytes[at + 2] = digits[from + 2]!
  return at + 3
}

/** Writes an integer in 0..2^53 - 1. */
export function writeUint(bytes: Uint8Array, at: number, n: number): number {
  if (n < 1_000) return writeHead(bytes, at, n)
  if (n < 1_000_000) {
    const thousands = (n / 1_000) | 0
    return write3Digits(bytes, writeHead(bytes, at, thousands), n - 1_000 * thousands)
  }
  return writeLargeUint(bytes, at, n)
}

/** Writes an integer of which neither n nor -n exceeds 2^53 - 1. */
export function writeInt(bytes: Uint8Array, at: number, n: number): number {
  if (n >= 0) return writeUint(bytes, at, n)
  bytes[at] = 0x2d // -
  return writeUint(bytes, at + 1, -n)
}

/** 0..999 without leading zeros. */
function writeHead(bytes: Uint8Array, at: number, n: number): number {
  if (n < 10) {
    bytes[at] = 48 + n
    return at + 1
  }
  const from = 3 * n
  if (n >= 100) bytes[at++] = digits[from]!
  bytes[at] = digits[from + 1]!
  bytes[at + 1] = digits[from + 2]!
  return at + 2
}

/** From a million on: the remainder is exact for every safe integer, where the rounded quotient alone might not be. */
function writeLargeUint(bytes: Uint8Array, at: number, n: number): number {
  const low = n % 1_000_000
  const next = writeUint(bytes, at, (n - low) / 1_000_000)
  const thousands = (low / 1_000) | 0
  return write3Digits(bytes, write3Digits(bytes, next, thousands), low - 1_000 * thousands)
}

const varint = new VarintReader()

/**
 * Writes the varint at `[varintAt, end)` as an unsigned 64-bit number: fields of type uint64, uint32, bool. Ten bytes count modulo
 * 2^64, as in every protobuf reader. A varint that the scan would have refused prints as 0.
 */
export function writeUint64Varint(bytes: Uint8Array, at: number, varintAt: number, end: number): number {
  if (!varint.read(bytes, varintAt, end)) return writeUint(bytes, at, 0)
  if (varint.value <= Number.MAX_SAFE_INTEGER) return writeUint(bytes, at, varint.value)
  return writeBigInt(bytes, at, BigInt.asUintN(64, bigInt64(varint)))
}

/** The same for signed 64-bit numbers: fields of type int64, int32, enums. */
export function writeInt64Varint(bytes: Uint8Array, at: number, varintAt: number, end: number): number {
  if (!varint.read(bytes, varintAt, end)) return writeUint(bytes, at, 0)
  const { high } = varint
  // Within ±2^52 the sum of both halves is exact.
  if (high >= -0x10_0000 && high < 0x10_0000) return writeInt(bytes, at, high * 2 ** 32 + (varint.low >>> 0))
  return writeBigInt(bytes, at, bigInt64(varint))
}

/**
 * Writes a google.protobuf.Duration in units of `unit` nanoseconds (`unitNanos`), cut toward zero: 21.999 ms is 21, -1.501 ms is -1.
 * `seconds`: any int64; beyond ±2^53 its last digits were lost before it came here. `nanos`: any int32, of either sign.
 */
export function writeDuration(bytes: Uint8Array, at: number, seconds: number, nanos: number, unit: number): number {
  const total = seconds * 1_000_000_000 + nanos
  if (total >= 0 && total <= Number.MAX_SAFE_INTEGER) return writeUint(bytes, at, Math.floor(total / unit))
  return writeUnusualDuration(bytes, at, seconds, nanos, unit)
}

/** Less than nothing, or more than 104 days. */
function writeUnusualDuration(bytes: Uint8Array, at: number, seconds: number, nanos: number, unit: number): number {
  return writeBigInt(bytes, at, (BigInt(seconds) * 1_000_000_000n + BigInt(nanos)) / BigInt(unit))
}

function bigInt64({ low, high }: VarintReader): bigint {
  return BigInt(high) * 2n ** 32n + BigInt(low >>> 0)
}

function writeBigInt(bytes: Uint8Array, at: number, n: bigint): number {
  const text = n.toString()
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  return at + text.length
}
