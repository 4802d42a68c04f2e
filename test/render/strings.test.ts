/** Leaf writers for bytes: copying, JSON strings, words, flags, networks, doubles, UTF-8. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCopy } from '../../src/render/copy.ts'
import { formatDouble } from '../../src/render/double.ts'
import { escapeJson, isUtf8 } from '../../src/render/json-escape.ts'
import { createJsonStrings } from '../../src/render/json-string.ts'
import { writeNetwork } from '../../src/render/network.ts'
import { createFlagNames, writeFlags } from '../../src/render/response-flags.ts'
import { createRun } from '../../src/render/run.ts'
import { utf8Valid } from '../../src/render/utf8.ts'
import { createWords, writeWord } from '../../src/render/words.ts'
import { createMemory } from '../../src/wire/memory.ts'

const memory = createMemory({ inputBytesMax: 4096, outputBytesMax: 65_536 })
const { bytes, view, inputAt, outputAt } = memory
const copies = createCopy(memory)
const strings = createJsonStrings(memory)
const written = (end: number, at = outputAt) => Buffer.from(bytes.subarray(at, end)).toString('latin1')

/** Lays bytes in, with quotes around them that nobody may read as part of the value. */
function layIn(value: Uint8Array): number {
  bytes.fill(0x22, inputAt - 8, inputAt + value.length + 8)
  bytes.set(value, inputAt)
  return inputAt + value.length
}

/** Mostly plain text, sometimes anything. */
const anyBytes = fc.oneof(
  fc.string({ maxLength: 60 }).map((text) => Uint8Array.from(Buffer.from(text))),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Uint8Array.from(Buffer.from(text))),
  fc.uint8Array({ maxLength: 60 }),
)

describe('copies', () => {
  test('of any length are whole, and nothing before them is touched', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (value) => {
        bytes[outputAt - 1] = 7
        const end = copies.copy(outputAt, inputAt, layIn(value))
        expect(written(end)).toBe(Buffer.from(value).toString('latin1'))
        expect(bytes[outputAt - 1]).toBe(7)
      }),
    )
  })

  test('clean: each white-space byte is an underscore, all else stays', () => {
    const end = copies.copyClean(outputAt, inputAt, layIn(Buffer.from(' a\tb\nc\vd\fe\rf_é\x1f')))
    expect(Buffer.from(written(end), 'latin1').toString()).toBe('_a_b_c_d_e_f_é\x1f')
  })

  test('constants of any length', () => {
    for (let length = 0; length < 20; length++) {
      const text = '0123456789abcdefghij'.slice(0, length)
      expect(written(copies.constant(outputAt, createRun(text)))).toBe(text)
    }
    expect(written(copies.constant(outputAt, createRun('\xff\xfe\x80\x81')))).toBe('\xff\xfe\x80\x81')
  })
})

describe('JSON strings', () => {
  test('from the entry, and quoted in place, equal the plain way', () => {
    fc.assert(
      fc.property(anyBytes, (value) => {
        const text = Buffer.from(value).toString('latin1')
        const expected = escapeJson(text)
        expect(written(strings.jsonString(outputAt, inputAt, layIn(value)))).toBe(expected)
        bytes.set(value, outputAt + 1)
        expect(written(strings.quote(outputAt, outputAt + 1 + value.length))).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('valid UTF-8 reads back as the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/\p{Surrogate}/u.test(text))
        const json = Buffer.from(
          written(strings.jsonString(outputAt, inputAt, layIn(Buffer.from(text)))),
          'latin1',
        ).toString()
        expect(JSON.parse(json)).toBe(text)
      }),
    )
  })

  test.each([
    ['a"b', '"a\\"b"'],
    ['\x00\x1f\x7f', '"\\u0000\\u001f\x7f"'],
    ['/', '"/"'],
    ['\xc3\xa9', '"\xc3\xa9"'],
    ['\xc3', '"\\u00c3"'],
    ['\xff"\n\x7f', '"\\u00ff\\u0022\\u000a\\u007f"'],
  ])('%j', (value, expected) => {
    expect(escapeJson(value)).toBe(expected)
  })
})

test.each<[string, boolean]>([
  ['', true],
  ['a\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf', true],
  ['\x80', false],
  ['\xc0\x80', false],
  ['\xc1\xbf', false],
  ['\xe0\x9f\xbf', false],
  ['\xed\xa0\x80', false],
  ['\xf0\x8f\xbf\xbf', false],
  ['\xf4\x90\x80\x80', false],
  ['\xf5\x80\x80\x80', false],
  ['\xc3', false],
  ['\xe2\x82', false],
  ['\xe2\x82a', false],
])('UTF-8 or not: %j', (text, valid) => {
  const value = Buffer.from(text, 'latin1')
  expect(utf8Valid(value, 0, value.length)).toBe(valid)
  expect(isUtf8(text)).toBe(valid)
})

test('UTF-8 or not: as the platform says, for any bytes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 12 }),
      (value) => utf8Valid(value, 0, value.length) === isUtf8(Buffer.from(value).toString('latin1')),
    ),
  )
})

describe('words', () => {
  const words = createWords([
    [1, 'GET'],
    [3, 'A_WORD_OF_SOME_LENGTH'],
  ])
  test.each([
    [1, 'GET'],
    [3, 'A_WORD_OF_SOME_LENGTH'],
  ])('%i has one', (number, word) => {
    expect(written(writeWord(view, outputAt, words, number))).toBe(word)
  })
  test.each([0, 2, 4, 1e9, -1, -(2 ** 31)])('%i has none', (number) => {
    expect(writeWord(view, outputAt, words, number)).toBe(-1)
  })
  test('no words at all', () => {
    expect(writeWord(view, outputAt, createWords([]), 0)).toBe(-1)
  })
})

test.each([
  [0, -1, '-'],
  [0b001, -1, 'A'],
  [0b111, -1, 'A,BB,C'],
  [0b111, 2, 'C,A,BB'],
  [0b011, 2, 'A,BB'],
  [0b100, 2, 'C'],
])('flags %i with bit %i first', (mask, first, expected) => {
  expect(written(writeFlags(bytes, outputAt, createFlagNames(['A', 'BB', 'C']), mask, first))).toBe(expected)
})

test('the highest of 32 flags', () => {
  const names = createFlagNames(Array.from({ length: 32 }, (_, i) => `f${i}`))
  expect(written(writeFlags(bytes, outputAt, names, (1 << 31) | 1, 31))).toBe('f31,f0')
})

test.each([
  ['10.1.10.23', 16, '10.1.0.0/16'],
  ['10.1.10.23', 32, '10.1.10.23/32'],
  ['10.1.10.23', 128, '10.1.10.23/32'],
  ['255.255.255.255', 9, '255.128.0.0/9'],
  ['2001:db8:1234:5678:9abc:def0:1234:5678', 64, '2001:db8:1234:5678::/64'],
  ['2001:db8:1234:5678:9abc:def0:1234:5678', 128, '2001:db8:1234:5678:9abc:def0:1234:5678/128'],
  ['2001:db8::1', 12, '2000::/12'],
  ['::1', 128, '::1/128'],
  ['::', 0, '::/0'],
  ['::ffff:10.1.2.3', 128, '::ffff:10.1.2.3/128'],
  ['1:0:0:2:0:0:0:3', 128, '1:0:0:2::3/128'],
  ['1:0:2:3:4:5:6:7', 128, '1:0:2:3:4:5:6:7/128'],
])('the network of %s with %i bits', (address, prefixLength, expected) => {
  expect(written(writeNetwork(bytes, outputAt, inputAt, layIn(Buffer.from(address)), prefixLength))).toBe(expected)
})

test.each([
  '',
  'localhost',
  '10.1.2',
  '10.1.2.256',
  '1:2',
  ':::',
  '1::2::3',
  'g::',
  '1:2:3:4:5:6:7:8:9',
  'x'.repeat(200),
])('%j is no address', (address) => {
  expect(writeNetwork(bytes, outputAt, inputAt, layIn(Buffer.from(address)), 8)).toBe(-1)
})

test.each([
  [0, '0'],
  [-0, '-0'],
  [5, '5'],
  [0.5, '0.5'],
  [-1.5, '-1.5'],
  [10_000, '10000'],
  [100_000, '1e+05'],
  [400_000, '4e+05'],
  [123_456, '123456'],
  [1_200_000, '1200000'],
  [1e6, '1e+06'],
  [1e21, '1e+21'],
  [0.0001, '1e-04'],
  [0.00012, '0.00012'],
  [1.5e-7, '1.5e-07'],
  [1.2345678901234567e19, '12345678901234567168'],
  [-(2 ** 63 + 2 ** 11), '-9223372036854777856'],
  [2 ** 70 + 2 ** 18, '1180591620717411565568'],
  [2 ** 75 + 2 ** 23, '3.777893186295717e+22'],
  [123_456_789_012_345_680, '123456789012345680'],
  [1e-300, '1e-300'],
  [1.25e-7, '1.25e-07'],
  [-0.00000125, '-1.25e-06'],
  [1.23456789e-7, '1.23456789e-07'],
  [-1.5e-7, '-1.5e-07'],
  [Number.NaN, 'null'],
  [Number.POSITIVE_INFINITY, 'inf'],
])('the double %s', (value, expected) => {
  expect(formatDouble(value)).toBe(expected)
})
