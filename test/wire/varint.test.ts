/** Varints as protobuf writes them, padded ones and damaged ones included. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VarintReader } from '../../src/wire/varint.ts'

const reader = new VarintReader()

function encode(value: bigint, padding = 0): number[] {
  const bytes: number[] = []
  while (value > 127n) {
    bytes.push(Number(value & 127n) | 128)
    value >>= 7n
  }
  bytes.push(Number(value))
  if (padding > 0) {
    bytes[bytes.length - 1]! |= 128
    for (let i = 1; i < padding; i++) bytes.push(128)
    bytes.push(0)
  }
  return bytes
}

describe('VarintReader', () => {
  test.each([
    [[0x00], 0, 0, 0],
    [[0x7f], 127, 127, 0],
    [[0x80, 0x01], 128, 128, 0],
    [[0xac, 0x02], 300, 300, 0],
    [[0x80, 0x00], 0, 0, 0],
    [[0x81, 0x80, 0x80, 0x00], 1, 1, 0],
    [[0xff, 0xff, 0xff, 0xff, 0x07], 2147483647, 2147483647, 0],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 4294967295, -1, 0],
    [[0x80, 0x80, 0x80, 0x80, 0x10], 4294967296, 0, 1],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 53 - 1, -1, 0x1fffff],
    [[0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], 2 ** 53, 1, 0x200000],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 2 ** 53, -1, -1],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 2 ** 53, -1, -1],
  ])('%j reads as %d, low %d, high %d', (bytes, value, low, high) => {
    const padded = Uint8Array.from([0xff, ...bytes, 0xff, 0xff])
    expect(reader.read(padded, 1, 1 + bytes.length)).toBe(true)
    expect({ value: reader.value, low: reader.low, high: reader.high, at: reader.at }).toEqual({
      value,
      low,
      high,
      at: 1 + bytes.length,
    })
  })

  test.each([
    [[]],
    [[0x80]],
    [[0x80, 0x80]],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ])('%j is refused, with and without bytes behind it', (bytes) => {
    expect(reader.read(Uint8Array.from(bytes), 0, bytes.length)).toBe(false)
    expect(reader.read(Uint8Array.from([...bytes, 1, 1, 1]), 0, bytes.length)).toBe(false)
  })

  test('every 64-bit number reads back, padded or not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat({ max: 9 }), (number, padding) => {
        const plain = encode(number)
        const bytes = Uint8Array.from(encode(number, Math.min(padding, 10 - plain.length)))
        expect(reader.read(bytes, 0, bytes.length)).toBe(true)
        expect(reader.at).toBe(bytes.length)
        expect(reader.low).toBe(Number(BigInt.asIntN(32, number)))
        expect(reader.high).toBe(Number(BigInt.asIntN(32, number >> 32n)))
        expect(reader.value).toBe(number > 2n ** 53n ? 2 ** 53 : Number(number))
      }),
    )
  })
})
