/** Values in protobuf's text form, as Envoy 1.40 printed them, and what of it is no such value. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { structDepthMax } from '../../src/limits.ts'
import { createJsonStrings } from '../../src/render/json-string.ts'
import { createJsonStyles } from '../../src/render/json-style.ts'
import { createValueTexts } from '../../src/render/value-text.ts'
import { latin1, memory, utf8, written } from './kit.ts'

const strings = createJsonStrings(memory)
const texts = createValueTexts(memory, strings)
const { envoy } = createJsonStyles(memory, strings)

const json = (text: string | Uint8Array) => written(text, (o, at, end) => texts.json(o, at, end, envoy))
const isNull = (text: string) => written(text, (o, at, end) => (texts.isNull(at, end) ? o : -1)) !== null
const string = (text: string) => written(text, (o, at, end) => (texts.string(o, at, end) ? texts.end : -1))

describe('what Envoy printed', () => {
  test.each([
    ['number_value: 200', '200'],
    ['number_value: 0.30000000000000004', '0.30000000000000004'],
    ['number_value: -0', '-0'],
    ['number_value: 100000', '1e+05'],
    ['number_value: 1e+300', '1e+300'],
    ['number_value: 1.6165728259277519e+19', '16165728259277518848'],
    ['number_value: inf', 'inf'],
    ['number_value: nan', 'null'],
    ['bool_value: true', 'true'],
    ['bool_value: false', 'false'],
    ['null_value: NULL_VALUE', 'null'],
    ['', 'null'],
    ['string_value: ""', '""'],
    ['string_value: "second \\"x\\""', '"second \\"x\\""'],
    ['string_value: "0.016993094s"', '"0.016993094s"'],
    ['string_value: "\\303\\251\\n\\001\\\'\\\\"', '"\u00c3\u00a9\\n\\u0001\'\\\\"'],
    ['string_value: "a\\377\\303\\251"', '"a\\u00ff\\u00c3\\u00a9"'],
    ['list_value { }', '[]'],
    ['struct_value { }', '{}'],
    [
      'list_value { values { number_value: 1 } values { list_value { values { string_value: "x" } } } values { null_value: NULL_VALUE } values { struct_value { } } }',
      '[1,["x"],null,{}]',
    ],
    [
      'struct_value { fields { key: "" value { list_value { } } } fields { key: "b\\"" value { bool_value: true } } }',
      '{"":[],"b\\"":true}',
    ],
  ])('%j is %j', (kind, expected) => {
    expect(json(`value { ${kind}${kind && ' '}} `)).toBe(expected)
  })
})

test.each([
  '',
  'value',
  'value {',
  'value { number_value: 1',
  'value { number_value: 1 } x',
  'value { number_value: 1 number_value: 2 }',
  'value { number_value: }',
  'value { number_value: 0x10 }',
  'value { number_value: 1f }',
  'value { number_value: infinite }',
  `value { number_value: ${'9'.repeat(100)} }`,
  'value { bool_value: 1 }',
  'value { null_value: 0 }',
  'value { string_value: x }',
  'value { string_value: "x }',
  'value { string_value: "\\x41" }',
  'value { string_value: "\\477" }',
  'value { string_value: "\\12" }',
  'value { string_value: "\\',
  'value { struct_value { fields { value { } } } }',
  'value { struct_value { fields { key: "a" } } }',
  'value { struct_value { fields { key: "a" value { } } }',
  'value { list_value { values { } }',
  'value { list_value { number_value: 1 } }',
  'key: "a" value { number_value: 1 }',
  'filter_metadata { key: "a" value { } }',
])('%j is no value', (text) => {
  expect(json(text)).toBe(null)
})

test('null and nothing are null, a string that says so is not', () => {
  expect(['value { null_value: NULL_VALUE } ', 'value { }'].map(isNull)).toEqual([true, true])
  const others = ['value { string_value: "null_value: NULL_VALUE" }', 'value { number_value: 0 }', 'value {', '']
  expect(others.map(isNull)).toEqual([false, false, false, false])
})

test('a string gives its bytes, another value none', () => {
  expect(string('value { string_value: "\\303\\251 \\t" } ')).toBe('\xc3\xa9 \t')
  expect(string('value { number_value: 5 } ')).toBe(null)
  expect(string('value { string_value: "a" } x')).toBe(null)
})

test('is as deep as the limit', () => {
  const deep = (levels: number) => `value { ${'list_value { values { '.repeat(levels)}${'} } '.repeat(levels)}}`
  expect(json(deep(structDepthMax))).toBe(`${'['.repeat(structDepthMax)}null${']'.repeat(structDepthMax)}`)
  expect(json(deep(structDepthMax + 1))).toBe(null)
})

test('cut or damaged anywhere it never throws, nor writes more than its bound', () => {
  const whole = utf8(
    'value { struct_value { fields { key: "a\\303\\251" value { list_value { values { number_value: -1.5e-07 } values { } } } } fields { key: "b" value { string_value: "\\001\\377\\"" } } } } ',
  )
  const bounded = (value: Uint8Array) => {
    expect((json(value) ?? '').length).toBeLessThanOrEqual(value.length * 6)
  }
  for (let length = 0; length < whole.length; length++) {
    const cut = whole.subarray(0, length)
    bounded(cut)
    // Only the space at the end may be missing.
    expect(json(cut) !== null).toBe(length === whole.length - 1)
  }
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), (flips) => {
      const damaged = Uint8Array.from(whole)
      for (const [place, byte] of flips) damaged[place % damaged.length] = byte
      bounded(damaged)
    }),
    { numRuns: 500 },
  )
})

test('whatever JSON there is, its text form reads back as the same value', () => {
  const kind = (value: unknown): string => {
    if (value === null) return 'null_value: NULL_VALUE '
    if (typeof value === 'boolean') return `bool_value: ${value} `
    if (typeof value === 'number') return `number_value: ${value} `
    if (typeof value === 'string') return `string_value: ${quoted(value)} `
    if (Array.isArray(value)) return `list_value { ${value.map((each) => `values { ${kind(each)}} `).join('')}} `
    const fields = Object.entries(value as object).map(
      ([key, each]) => `fields { key: ${quoted(key)} value { ${kind(each)}} } `,
    )
    return `struct_value { ${fields.join('')}} `
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const result = json(latin1(`value { ${kind(value)}} `))
      expect(JSON.parse(Buffer.from(result!, 'latin1').toString())).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 300 },
  )
})

/** As protobuf escapes a string. */
function quoted(text: string): string {
  const bytes = [...utf8(text)].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`
  })
  return `"${bytes.join('')}"`
}
