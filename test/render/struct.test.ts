/** Metadata from the wire to text and JSON, against a plain model; damage is absence. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { structDepthMax, structFieldsMax } from '../../src/limits.ts'
import { formatDouble } from '../../src/render/double.ts'
import { escapeJson } from '../../src/render/json-escape.ts'
import { structBytesFixed, structBytesPerByte } from '../../src/render/struct.ts'
import {
  bytesField,
  fieldBytes,
  type Json,
  latin1,
  structBytes,
  structPaths,
  structTags,
  utf8,
  valueBytes,
  varintField,
  written,
} from './kit.ts'

interface Options {
  readonly cut?: number
  readonly whole?: boolean
  readonly finite?: boolean
}

function print(as: 'structText' | 'structJson', struct: Uint8Array, path: readonly string[], options: Options = {}) {
  const { cut = Number.POSITIVE_INFINITY, whole = false, finite = false } = options
  const keys = path.map(utf8)
  return written(struct, (o, at, end) => structPaths[as](o, keys, at, end, cut, whole, finite))
}

const text = (struct: Uint8Array, path: readonly string[], options?: Options) =>
  print('structText', struct, path, options)
const json = (struct: Uint8Array, path: readonly string[], options?: Options) =>
  print('structJson', struct, path, options)
const both = (struct: Uint8Array, path: readonly string[]) => [text(struct, path), json(struct, path)]

/** What the kit gives back for text. */
const latin1String = (text: string) => Buffer.from(text).toString('latin1')

const string = fc
  .oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 4 }))
  .filter((s) => !/\p{Surrogate}/u.test(s))
const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.boolean(),
  fc.double(),
  fc.integer(),
  string,
  fc.uint8Array({ maxLength: 8 }),
)
const lists = (json: fc.Arbitrary<Json>): fc.Arbitrary<Json> => fc.array(json, { maxLength: 4 })
const objects = (json: fc.Arbitrary<Json>) => fc.dictionary(string, json, { maxKeys: 5, noNullPrototype: true })

const anyJson = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof({ depthSize: 'medium' }, leaf, lists(tie('json')), objects(tie('json'))),
})).json

const com = structBytes({
  test_key: 'foo',
  n: 5,
  x: 1.5,
  t: true,
  z: null,
  unset: undefined,
  empty: '',
  '': 'no key',
  obj: { b: 'bar', a: [1, 'two', { k: 'v' }] },
  list: [{}, [], null, undefined, false],
})

test.each<[string[], string | null, string | null]>([
  [['test_key'], 'foo', '"foo"'],
  [['n'], '5', '5'],
  [['x'], '1.5', '1.5'],
  [['t'], 'true', 'true'],
  [['z'], null, null],
  [['unset'], null, null],
  [['empty'], '', '""'],
  [[''], 'no key', '"no key"'],
  [['obj'], '{"a":[1,"two",{"k":"v"}],"b":"bar"}', '{"a":[1,"two",{"k":"v"}],"b":"bar"}'],
  [['obj', 'b'], 'bar', '"bar"'],
  [['obj', 'a'], '[1,"two",{"k":"v"}]', '[1,"two",{"k":"v"}]'],
  [['obj', 'a', '0'], null, null],
  [['obj', 'a', ''], null, null],
  [['obj', 'a', 'k'], null, null],
  [['obj', ''], null, null],
  [['list'], '[{},[],null,null,false]', '[{},[],null,null,false]'],
  [['nope'], null, null],
  [['test_key', 'deeper'], null, null],
  [['z', 'deeper'], null, null],
])('%j gives the text %j and the JSON %j', (path, asText, asJson) => {
  expect(both(com, path)).toEqual([asText, asJson])
})

test('without a path it is the whole Struct, its keys sorted by their bytes', () => {
  const struct = structBytes({ é: 1, z: 2, A: 3, '': 4, '\x7f': 5, ab: 6, a: 7 })
  const expected = Buffer.from('{"":4,"A":3,"a":7,"ab":6,"z":2,"\x7f":5,"é":1}').toString('latin1')
  expect(both(struct, [])).toEqual([expected, expected])
  expect(both(new Uint8Array(), [])).toEqual(['{}', '{}'])
})

test.each([
  [0, '0'],
  [-0, '-0'],
  [-17, '-17'],
  [99_999, '99999'],
  [100_000, '1e+05'],
  [-100_000, '-1e+05'],
  [123_456, '123456'],
  [1e-7, '1e-07'],
  [0.1, '0.1'],
  [1e21, '1e+21'],
  [123456789012345680, '123456789012345680'],
  [Number.NaN, 'null'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
])('the number %d is %s, alone and in a list', (n, expected) => {
  const struct = structBytes({ n, l: [n] })
  expect(both(struct, ['n'])).toEqual([expected, expected])
  expect(both(struct, ['l'])).toEqual([`[${expected}]`, `[${expected}]`])
  const finite = expected.includes('inf') ? 'null' : expected
  expect(json(struct, ['l'], { finite: true })).toBe(`[${finite}]`)
  expect(text(struct, ['n'], { finite: true })).toBe(finite)
})

test('bytes that are no UTF-8 come out raw as text, and escaped in JSON, in keys too', () => {
  const struct = Buffer.concat([
    fieldBytes(utf8('s'), valueBytes(latin1('a\xffd<e>\x7f'))),
    fieldBytes(latin1('k\xff\x01'), valueBytes('é<\x7f')),
  ])
  expect(text(struct, ['s'])).toBe('a\xffd<e>\x7f')
  expect(json(struct, ['s'])).toBe('"a\\u00ffd<e>\\u007f"')
  expect(json(struct, [])).toBe(latin1String('{"k\\u00ff\\u0001":"é<\x7f","s":"a\\u00ffd<e>\\u007f"}'))
  expect(json(struct, ['s'], { cut: 2 })).toBe('"a\\u00ff"')
})

describe('a length', () => {
  test.each<[string, number, string, string]>([
    ['s', 2, 'fo', '"fo"'],
    ['s', 0, '', '""'],
    ['s', 99, 'foo', '"foo"'],
    ['n', 1, '1', '12'],
    ['t', 2, 'tr', 'true'],
    ['o', 7, '{"a":[1', '{"a":[1,2]}'],
    ['o', 0, '', '{"a":[1,2]}'],
    ['e', 2, 'h\xc3', '"h\\u00c3"'],
  ])('of %s, cut at %i, gives %j as text and cuts only strings in JSON: %j', (key, cut, asText, asJson) => {
    const struct = structBytes({ s: 'foo', n: 12, t: true, o: { a: [1, 2] }, e: 'hé' })
    expect(text(struct, [key], { cut })).toBe(asText)
    expect(json(struct, [key], { cut })).toBe(asJson)
  })

  test('keeps characters whole when asked to', () => {
    const struct = structBytes({ s: 'ab😀cd', o: { a: 'é' } })
    expect(text(struct, ['s'], { cut: 4, whole: true })).toBe('ab')
    expect(json(struct, ['s'], { cut: 4, whole: true })).toBe('"ab"')
    expect(text(struct, ['o'], { cut: 7, whole: true })).toBe('{"a":"')
    expect(text(struct, [], { cut: 3, whole: true })).toBe('{"o')
  })
})

describe('the wire', () => {
  const { fields, key, value, structValue, listValue, values, boolValue } = structTags

  test('of a repeated key the last counts, and of a oneof the last member', () => {
    const struct = Buffer.concat([
      structBytes({ a: 1, b: { x: 1 } }),
      structBytes({ a: 'last', b: 2 }),
      fieldBytes(utf8('c'), Buffer.concat([valueBytes({ x: 1 }), valueBytes('c'), valueBytes(null), valueBytes(7)])),
      structBytes({ a: 'very last' }),
    ])
    expect(json(struct, [])).toBe('{"a":"very last","b":2,"c":7}')
    expect(json(struct, ['a'])).toBe('"very last"')
    expect(json(struct, ['b', 'x'])).toBe(null)
  })

  test('the last key of an entry counts', () => {
    const entry = Buffer.concat([
      bytesField(key, utf8('x')),
      bytesField(value, valueBytes(1)),
      bytesField(key, utf8('y')),
    ])
    expect(json(bytesField(fields, entry), [])).toBe('{"y":1}')
  })

  test('pieces of a message merge, wherever it was split', () => {
    const one = valueBytes({ x: 1, l: [1] })
    const two = valueBytes({ y: { z: 2 }, l: 'later' })
    const three = valueBytes({ y: [3] })
    for (const struct of [
      fieldBytes(utf8('a'), Buffer.concat([one, two, three])),
      fieldBytes(utf8('a'), one, two, three),
      fieldBytes(utf8('a'), one, new Uint8Array(), Buffer.concat([two, three])),
    ]) {
      expect(json(struct, [])).toBe('{"a":{"l":"later","x":1,"y":[3]}}')
      expect(json(struct, ['a', 'y'])).toBe('[3]')
    }
    const list = Buffer.concat([valueBytes([1, [2]]), valueBytes([]), valueBytes(['3'])])
    expect(json(fieldBytes(utf8('a'), list), ['a'])).toBe('[1,[2],"3"]')
    expect(json(fieldBytes(utf8('a'), valueBytes([1]), valueBytes({ x: 1 }), valueBytes([2])), ['a'])).toBe('[2]')
  })

  test('unknown fields, known ones of another type and over-long varints change nothing', () => {
    const odd = Buffer.concat([
      varintField(8 * 77, 5),
      bytesField(boolValue + 2, utf8('no bool')),
      Uint8Array.of(8 * 9 + 3, 8 * 9 + 4),
      Uint8Array.of(boolValue, 0x80, 0x82, 0x80, 0x00),
      varintField(structValue - 2, 1),
    ])
    expect(json(Buffer.concat([odd, fieldBytes(utf8('a'), odd)]), [])).toBe('{"a":true}')
  })

  test('an entry without key or value is an empty key, a null', () => {
    expect(json(bytesField(fields), [])).toBe('{"":null}')
    expect(json(bytesField(fields, bytesField(value, valueBytes(1))), [''])).toBe('1')
    expect(json(bytesField(fields, bytesField(key, utf8('k'))), ['k'])).toBe(null)
  })

  test('is followed to the depth of the limit and no further', () => {
    const nested = (levels: number, wrap: (inner: Uint8Array) => Uint8Array) => {
      let inner: Uint8Array = new Uint8Array()
      for (let i = 0; i < levels; i++) inner = wrap(inner)
      return fieldBytes(utf8('a'), inner)
    }
    const inList = (inner: Uint8Array) => bytesField(listValue, bytesField(values, inner))
    const inStruct = (inner: Uint8Array) => bytesField(structValue, fieldBytes(utf8('k'), inner))
    const levels = structDepthMax
    expect(json(nested(levels, inList), ['a'])).toBe(`${'['.repeat(levels)}null${']'.repeat(levels)}`)
    expect(json(nested(levels, inStruct), ['a'])).toBe(`${'{"k":'.repeat(levels)}null${'}'.repeat(levels)}`)
    expect(json(nested(levels + 1, inList), ['a'])).toBe(null)
    expect(json(nested(levels + 1, inStruct), ['a'])).toBe(null)
    expect(json(nested(levels, inList), [])).toBe(null)
    // A path walks as far as it is long.
    expect(json(nested(levels + 1, inStruct), ['a', 'k'])).not.toBe(null)
  })

  test('takes as many fields as the limit allows and no more', () => {
    const field = fieldBytes(utf8('k'), valueBytes(true))
    const many = Buffer.concat(Array.from({ length: structFieldsMax }, () => field))
    expect(json(many, [])).toBe('{"k":true}')
    expect(json(Buffer.concat([many, field]), [])).toBe(null)
    expect(json(com, ['n'])).toBe('5')
  })

  test('merging without end is given up, and the next value is not harmed', () => {
    const piece = valueBytes({ k: 'v'.repeat(5000) })
    const struct = fieldBytes(utf8('a'), Buffer.concat(Array.from({ length: 100 }, () => piece)))
    expect(json(struct, ['a'])).toBe(null)
    expect(json(com, ['n'])).toBe('5')
  })

  test('cut anywhere it is absent, or what is left of it; it never throws', () => {
    for (let length = 0; length < com.length; length++) {
      const cut = com.subarray(0, length)
      for (const path of [[], ['obj'], ['obj', 'a'], ['list'], ['n']]) {
        const result = json(cut, path)
        if (result !== null) expect(() => JSON.parse(result)).not.toThrow()
      }
    }
    expect(json(com.subarray(0, com.length - 1), [])).toBe(null)
  })

  test('any damage is absence, or another value; it never throws, nor writes more than its bound', () => {
    fc.assert(
      fc.property(objects(anyJson), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (model, flips) => {
        const struct = Uint8Array.from(structBytes(model))
        for (const [place, byte] of flips) if (struct.length > 0) struct[place % struct.length] = byte
        for (const path of [[], ...Object.keys(model).map((name) => [name])]) {
          const bound = struct.length * structBytesPerByte + structBytesFixed
          for (const result of both(struct, path)) expect((result ?? '').length).toBeLessThanOrEqual(bound)
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** The plain way. */
function model(value: Json): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return formatDouble(value)
  if (typeof value === 'string') return escapeJson(latin1String(value))
  if (value instanceof Uint8Array) return escapeJson(Buffer.from(value).toString('latin1'))
  if (Array.isArray(value)) return `[${value.map(model).join(',')}]`
  const members = Object.entries(value).sort(([a], [b]) => Buffer.compare(utf8(a), utf8(b)))
  return `{${members.map(([key, member]) => `${model(key)}:${model(member)}`).join(',')}}`
}

test('any value equals the model, whole, by its paths, and as text', () => {
  fc.assert(
    fc.property(objects(anyJson), (value) => {
      const struct = structBytes(value)
      expect(json(struct, [])).toBe(model(value))
      for (const [key, member] of Object.entries(value)) {
        const absent = member === null || member === undefined
        expect(json(struct, [key])).toBe(absent ? null : model(member))
        if (typeof member === 'string') expect(text(struct, [key])).toBe(latin1String(member))
        else if (member instanceof Uint8Array) expect(text(struct, [key])).toBe(Buffer.from(member).toString('latin1'))
        else expect(text(struct, [key])).toBe(absent ? null : model(member))
      }
    }),
    { numRuns: 300 },
  )
})
