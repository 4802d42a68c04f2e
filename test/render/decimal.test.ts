import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decimalBytesMax,
  unitNanos,
  write3Digits,
  writeDuration,
  writeInt,
  writeInt64Varint,
  writeUint,
  writeUint64Varint,
} from '../../src/render/decimal.ts'

const at = 5

/** What `write` wrote; fails when it touched anything else. */
function printed(write: (bytes: Uint8Array, at: number) => number): string {
  const bytes = new Uint8Array(at + decimalBytesMax).fill(0xaa)
  const end = write(bytes, at)
  expect(end).toBeLessThanOrEqual(bytes.length)
  expect([...bytes.subarray(0, at), ...bytes.subarray(end)].every((byte) => byte === 0xaa)).toBe(true)
  return Buffer.from(bytes.subarray(at, end)).toString('latin1')
}

/** A varint of the 64 bits of n, padded to `length` bytes where it is shorter. */
function varint(n: bigint, length = 1): Uint8Array {
  const groups: number[] = []
  for (let rest = BigInt.asUintN(64, n); rest > 0n || groups.length < length; rest >>= 7n)
    groups.push(Number(rest & 0x7fn))
  return Uint8Array.from(groups, (group, i) => (i < groups.length - 1 ? group | 0x80 : group))
}

function printedVarint(write: typeof writeUint64Varint, encoded: Uint8Array): string {
  return printed((bytes, at) => {
    // The varint stands behind the room for the digits, as a message would stand elsewhere in the memory.
    const memory = new Uint8Array(bytes.length + encoded.length)
    memory.set(bytes)
    memory.set(encoded, bytes.length)
    const end = write(memory, at, bytes.length, memory.length)
    bytes.set(memory.subarray(0, bytes.length))
    return end
  })
}

const edges = [0, 9, 10, 99, 100, 999, 1_000, 1_001, 9_999, 10_000, 99_999, 100_000, 999_999, 1_000_000, 1_000_001]
const largeEdges = [999_999_999, 1e9, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 999_999_999_999, 1e12, 1e15 - 1, 1e15, 2 ** 53 - 1]

describe('integers', () => {
  test.each([...edges, ...largeEdges])('%d', (n) => {
    expect(printed((bytes, at) => writeUint(bytes, at, n))).toBe(String(n))
    expect(printed((bytes, at) => writeInt(bytes, at, -n))).toBe(String(0 - n))
    expect(printed((bytes, at) => writeInt(bytes, at, n))).toBe(String(n))
  })

  test('any safe integer', () => {
    const any = fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.maxSafeNat())
    fc.assert(
      fc.property(any, (n) => {
        expect(printed((bytes, at) => writeUint(bytes, at, n))).toBe(String(n))
      }),
    )
  })

  test('three digits with leading zeros', () => {
    for (let n = 0; n < 1000; n++) {
      expect(printed((bytes, at) => write3Digits(bytes, at, n))).toBe(String(n).padStart(3, '0'))
    }
  })
})

describe('varints', () => {
  const powers = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit))
  test.each([...powers, ...powers.map((n) => n - 1n), 2n ** 64n - 1n])('%s', (n) => {
    expect(printedVarint(writeUint64Varint, varint(n))).toBe(String(n))
    expect(printedVarint(writeInt64Varint, varint(n))).toBe(String(BigInt.asIntN(64, n)))
    expect(printedVarint(writeInt64Varint, varint(-n))).toBe(String(BigInt.asIntN(64, -n)))
  })

  test('any 64 bits, over-long or not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer({ min: 1, max: 10 }), (n, length) => {
        expect(printedVarint(writeUint64Varint, varint(n, length))).toBe(String(n))
        expect(printedVarint(writeInt64Varint, varint(n, length))).toBe(String(BigInt.asIntN(64, n)))
      }),
    )
  })

  test('bits above the 64th are dropped', () => {
    const encoded = varint(2n ** 64n - 1n)
    encoded[9] = 0x7f
    expect(printedVarint(writeUint64Varint, encoded)).toBe('18446744073709551615')
    expect(printedVarint(writeInt64Varint, encoded)).toBe('-1')
  })

  test.each([
    ['no end', [0x80]],
    ['eleven bytes', [...Array(10).fill(0x80), 0x01]],
    ['nothing', []],
  ])('what the scan would have refused is 0: %s', (_, encoded) => {
    expect(printedVarint(writeUint64Varint, Uint8Array.from(encoded))).toBe('0')
    expect(printedVarint(writeInt64Varint, Uint8Array.from(encoded))).toBe('0')
  })
})

describe('durations are cut toward zero', () => {
  test.each([
    [0, 124_500_000, 'ms', '124'],
    [0, 21_999_000, 'ms', '21'],
    [0, 900_000, 'ms', '0'],
    [0, -900_000, 'ms', '0'],
    [0, -1_501_000, 'ms', '-1'],
    [-1, -500_000_000, 'ms', '-1500'],
    [0, 40_800_000, 'ms', '40'],
    [0, 40_800_000, 'us', '40800'],
    [0, 57_000_000, 'ns', '57000000'],
    // Signs that differ, and more nanoseconds than a second has, add up.
    [1, -1, 'ms', '999'],
    [-1, 1, 'ms', '-999'],
    [1, 2_147_483_647, 'ms', '3147'],
    [9_007_199, 254_740_991, 'ns', '9007199254740991'],
    [9_007_199, 254_740_992, 'ns', '9007199254740992'],
    [9_007_200, -745_259_009, 'us', '9007199254740'],
    [315_576_000_000, 999_999_999, 'ns', '315576000000999999999'],
    [-(2 ** 63), -(2 ** 31), 'ns', '-9223372036854775810147483648'],
  ] as const)('%d s %d ns in %s', (seconds, nanos, unit, expected) => {
    expect(printed((bytes, at) => writeDuration(bytes, at, seconds, nanos, unitNanos[unit]))).toBe(expected)
  })

  test('exactly, whatever the size', () => {
    const seconds = fc.oneof(
      fc.integer({ min: -10, max: 10 }),
      fc.integer({ min: 0, max: 10_000_000 }),
      fc.maxSafeInteger(),
    )
    // Just below a whole unit, where a rounded quotient would show.
    const nanos = fc.oneof(
      fc.integer({ min: -1000, max: 1000 }).map((n) => n * 1_000_000 - 1),
      fc.integer(),
    )
    fc.assert(
      fc.property(seconds, nanos, fc.constantFrom(...Object.values(unitNanos)), (s, n, unit) => {
        const exact = (BigInt(s) * 1_000_000_000n + BigInt(n)) / BigInt(unit)
        expect(printed((bytes, at) => writeDuration(bytes, at, s, n, unit))).toBe(String(exact))
      }),
      { numRuns: 2000 },
    )
  })
})
