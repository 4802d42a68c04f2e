import { expect, test } from 'vitest'
import { fieldBytes, MessageWriter, varintBytes } from '../../src/wire/message-writer.ts'

test.each([
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [16_383, 'ff7f'],
  [16_384, '808001'],
  [2 ** 31, '8080808008'],
  [2 ** 32 - 1, 'ffffffff0f'],
])('%i as a varint is %s, and its size is known before', (value, hex) => {
  const writer = new MessageWriter(varintBytes(value))
  writer.varint(value)
  expect(Buffer.from(writer.finish()).toString('hex')).toBe(hex)
})

test('a field is its tag, its length and its bytes; one that is opened is filled by what follows', () => {
  const writer = new MessageWriter(fieldBytes(10, fieldBytes(162, 2)))
  writer.open(10, fieldBytes(162, 2))
  writer.field(162, Uint8Array.of(0xaa, 0xbb))
  expect([...writer.finish()]).toEqual([10, 5, 0xa2, 1, 2, 0xaa, 0xbb])
})

test('a size that was reckoned wrongly is told, whichever way', () => {
  const long = new MessageWriter(3)
  expect(() => long.finish()).toThrow('0 bytes of 3')
  const short = new MessageWriter(1)
  short.varint(300)
  expect(() => short.finish()).toThrow('2 bytes of 1')
  expect(() => new MessageWriter(3).field(10, Uint8Array.of(1, 2))).toThrow(RangeError)
})
