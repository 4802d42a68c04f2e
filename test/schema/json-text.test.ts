/** JSON text with exact integers; in all else it must equal `JSON.parse`. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { parseJson } from '../../src/schema/json-text.ts'

test.each([
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', 9007199254740993n],
  ['-18446744073709551615', -18446744073709551615n],
  [
    '{"a":[18446744073709551615,{"b":1}],"c":"12345678901234567890"}',
    { a: [18446744073709551615n, { b: 1 }], c: '12345678901234567890' },
  ],
  ['1234567890123456.5', 1234567890123456.5],
  ['12345678901234567890e2', Number('12345678901234567890e2')],
])('%s', (text, expected) => {
  expect(parseJson(text)).toEqual(expected)
})

test('any JSON reads as JSON.parse reads it, beside a long integer too', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.boolean(), (value, spaced) => {
      const text = JSON.stringify({ value, long: '#' }, null, spaced ? 2 : 0).replace('"#"', '12345678901234567890')
      const read = parseJson(text) as { value: unknown; long: bigint }
      expect(read.long).toBe(12345678901234567890n)
      expect(JSON.parse(JSON.stringify(read.value, rounded))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { seed: 20251121, numRuns: 300 },
  )
})

test('the key __proto__ is a key like any other', () => {
  const value = parseJson('{"__proto__":{"x":12345678901234567890}}') as object
  expect(Object.keys(value)).toEqual(['__proto__'])
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
})

test.each(['', '{', '{"a":1,}', "{'a':1}", '12345678901234567890 x', '[1234567890123456789'])(
  '%j is refused',
  (text) => {
    expect(() => parseJson(text)).toThrow(ConfigError)
  },
)

test('long integers may lie 100 deep and no deeper', () => {
  const nest = (depth: number) => `${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}`
  expect(JSON.stringify(parseJson(nest(100)), rounded)).toContain('[12345678901234567000]')
  expect(() => parseJson(nest(101))).toThrow('nested deeper than 100')
})

/** For `JSON.stringify`: what a plain reader would have made of an exact integer. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
