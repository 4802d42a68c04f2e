/** Custom tags read back as values of operators. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { structDepthMax } from '../../src/limits.ts'
import { jsonValueBytesPerByte } from '../../src/render/json-value.ts'
import { latin1, structBytes, structPaths, tagValues, utf8, written } from './kit.ts'

const { tagText, tagNumber, tagJson, tagPathText, tagPathJson, tagTyped } = tagValues

test.each<[string, text: string | null, number: string | null, json: string | null]>([
  ['12<end>', '12', '12', '12'],
  ['<end>', '', null, '""'],
  ['', '', null, '""'],
  ['<absent><end>', null, null, null],
  ['<absent>', null, null, null],
  ['<absent><end><end>', '<absent><end>', '"<absent><end>"', '"<absent><end>"'],
  ['<end><end>', '<end>', '"<end>"', '"<end>"'],
  ['<absent> <end>', '<absent> ', '"<absent> "', '"<absent> "'],
  ['x<absent><end>', 'x<absent>', '"x<absent>"', '"x<absent>"'],
  ['12', '12', '12', '12'],
  ['0<end>', '0', '0', '0'],
  ['-5<end>', '-5', '-5', '-5'],
  ['-0<end>', '-0', '-0', '-0'],
  ['18446744073709551615<end>', '18446744073709551615', '18446744073709551615', '18446744073709551616'],
  ['007<end>', '007', '"007"', '"007"'],
  ['+5<end>', '+5', '"+5"', '"+5"'],
  ['-<end>', '-', '"-"', '"-"'],
  ['1.5<end>', '1.5', '"1.5"', '1.5'],
  [' 12<end>', ' 12', '" 12"', '12'],
  ['a "b"\n<end>', 'a "b"\n', '"a \\"b\\"\\n"', '"a \\"b\\"\\n"'],
  ['<end', '<end', '"<end"', '"<end"'],
  ['ab<end>c', 'ab<end>c', '"ab<end>c"', '"ab<end>c"'],
])('%j is the text %j, the number %j, the JSON %j', (tag, asText, asNumber, asJson) => {
  expect(written(tag, tagText)).toBe(asText)
  expect(written(tag, tagNumber)).toBe(asNumber)
  expect(written(tag, tagJson)).toBe(asJson)
})

test('bytes that are no UTF-8 stay in text and are escaped in JSON', () => {
  expect(written(latin1('a\xff<end>'), tagText)).toBe('a\xff')
  expect(written(latin1('a\xff<end>'), tagNumber)).toBe('"a\\u00ff"')
  expect(written(latin1('a\xff<end>'), tagJson)).toBe('"a\\u00ff"')
})

describe('tagJson', () => {
  const json = (tag: string) => written(tag, tagJson)

  test.each([
    ['"abc"', '"abc"'],
    ['"a\\u003cb\\u003e\\u007f"', '"a<b>\x7f"'],
    ['"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001"', '"a\\"\\\\/\\b\\f\\n\\r\\t\\u0001"'],
    ['true', 'true'],
    ['false', 'false'],
    ['null', null],
    ['100000', '1e+05'],
    ['-1.5e-7', '-1.5e-07'],
    ['0.0', '0'],
    ['1E2', '100'],
    ['{}', '{}'],
    ['[]', '[]'],
    [' { "a" : [ 1 , { } , [ ] ] , "b" : null } ', '{"a":[1,{},[]],"b":null}'],
    ['\t[\r\n]\t', '[]'],
  ])('%j is %j', (tag, expected) => {
    expect(json(`${tag}<end>`)).toBe(expected)
  })

  test('escapes are characters, pairs of surrogates one', () => {
    const tag = '"\\u00ad\\u00e9\\u2028\\ud834\\udd73"'
    expect(json(tag)).toBe(Buffer.from('"\u00ad\u00e9\u2028\u{1d173}"').toString('latin1'))
  })

  test.each([
    '{',
    '}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '{"a":1 "b":2}',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1',
    '"abc',
    '"a\\x"',
    '"a\\u12"',
    '"a\\u12g4"',
    '"\\ud834"',
    '"\\ud834\\u0041"',
    '"\\udd73"',
    '"a"b',
    '01',
    '1.',
    '.5',
    '1e',
    '1e+',
    '--1',
    '1e999',
    'inf',
    '-inf',
    'NaN',
    'nul',
    'tru',
    'True',
    '[1]]',
    '{"a":1}}',
    '1 2',
    "{'a':1}",
    '9'.repeat(2000),
    `${'['.repeat(structDepthMax + 1)}${']'.repeat(structDepthMax + 1)}`,
    '['.repeat(100_000),
  ])('%j is no JSON, and a string', (tag) => {
    expect(json(`${tag}<end>`)).toBe(JSON.stringify(tag))
  })

  test('a raw control character is no JSON', () => {
    expect(json('"a\nb"')).toBe('"\\"a\\nb\\""')
  })

  test('is as deep as the limit', () => {
    const deep = `${'['.repeat(structDepthMax)}${']'.repeat(structDepthMax)}`
    expect(json(deep)).toBe(deep)
  })

  test('whatever JSON there is, it reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        const result = json(`${JSON.stringify(value, null, indent)}<end>`)
        if (value === null) expect(result).toBe(null)
        else expect(JSON.parse(Buffer.from(result!, 'latin1').toString())).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 300 },
    )
  })
})

interface Options {
  readonly cut?: number
  readonly whole?: boolean
  readonly finite?: boolean
}

describe('tagPath', () => {
  const follow = (write: typeof tagPathText, tag: string, path: readonly string[], options: Options = {}) => {
    const { cut = Number.POSITIVE_INFINITY, whole = false, finite = false } = options
    return written(tag, (o, at, end) => write(o, path.map(utf8), at, end, cut, whole, finite))
  }
  const text = (tag: string, path: readonly string[], options?: Options) => follow(tagPathText, tag, path, options)
  const json = (tag: string, path: readonly string[], options?: Options) => follow(tagPathJson, tag, path, options)

  const namespace = `{"":0,"big":1e+05,"l":[1,{"k":"v"}],"n":5,"o":{"b":"bar","n":null},"s":"f\\"o","t":true,"z":null}<end>`

  test.each<[string[], string | null, string | null]>([
    [['s'], 'f"o', '"f\\"o"'],
    [['n'], '5', '5'],
    [['big'], '1e+05', '1e+05'],
    [['t'], 'true', 'true'],
    [['z'], null, null],
    [[''], '0', '0'],
    [['o'], '{"b":"bar","n":null}', '{"b":"bar","n":null}'],
    [['o', 'b'], 'bar', '"bar"'],
    [['o', 'n'], null, null],
    [['o', 'b', 'x'], null, null],
    [['l'], '[1,{"k":"v"}]', '[1,{"k":"v"}]'],
    [['l', '0'], null, null],
    [['l', 'k'], null, null],
    [['nope'], null, null],
    [['n', 'x'], null, null],
    [['z', 'x'], null, null],
    [[], namespace.slice(0, -5), namespace.slice(0, -5)],
  ])('%j is the text %j and the JSON %j', (path, asText, asJson) => {
    expect(text(namespace, path)).toBe(asText)
    expect(json(namespace, path)).toBe(asJson)
  })

  test('a length cuts the unescaped string, in JSON nothing else', () => {
    const tag = '{"e":"h\\u00c3\\u00ff","s":"\\"\\"\\"","n":12,"o":{"a":1},"é":"hé"}<end>'
    expect(json(tag, ['s'], { cut: 2 })).toBe('"\\"\\""')
    expect(text(tag, ['s'], { cut: 2 })).toBe('""')
    expect(json(tag, ['n'], { cut: 1 })).toBe('12')
    expect(text(tag, ['n'], { cut: 1 })).toBe('1')
    expect(json(tag, ['o'], { cut: 1 })).toBe('{"a":1}')
    expect(text(tag, ['o'], { cut: 4 })).toBe('{"a"')
    expect(json(tag, ['e'], { cut: 2 })).toBe('"h\\u00c3"')
    expect(json(tag, ['é'], { cut: 2 })).toBe('"h\\u00c3"')
    expect(json(tag, ['é'], { cut: 2, whole: true })).toBe('"h"')
    expect(text(tag, ['é'], { cut: 2, whole: true })).toBe('h')
  })

  test('escapes of bytes that Envoy made are bytes again, in values and keys', () => {
    const tag = '{"k\\u00ff":"a\\u00ffd\\u007f","u":"é\\u2028\\u0001"}<end>'
    expect(written(tag, (o, at, end) => tagPathText(o, [latin1('k\xff')], at, end, Infinity, false, false))).toBe(
      'a\xffd\x7f',
    )
    expect(json(tag, ['u'])).toBe(Buffer.from('"é\u2028\\u0001"').toString('latin1'))
    expect(text(tag, [])).toBe(Buffer.from('{"k\\u00ff":"a\\u00ffd\\u007f","u":"é\u2028\\u0001"}').toString('latin1'))
  })

  test('of a repeated key the last counts, also when it was written with escapes', () => {
    expect(json('{"a":1,"\\u0061":2}', ['a'])).toBe('2')
    expect(json('{"a":{"b":1},"a":{}}', ['a', 'b'])).toBe(null)
    expect(json('{"a":{"b":1},"a":{"b":2,"b":3}}', ['a', 'b'])).toBe('3')
  })

  test('infinity is a number, unless numbers have to be finite', () => {
    const tag = '{"i":inf,"l":[-inf,null]}<end>'
    expect([text(tag, ['i']), json(tag, ['l'])]).toEqual(['inf', '[-inf,null]'])
    expect([text(tag, ['i'], { finite: true }), json(tag, ['l'], { finite: true })]).toEqual(['null', '[null,null]'])
  })

  test.each([
    '',
    '<end>',
    '<absent><end>',
    'null<end>',
    '5<end>',
    '"n"<end>',
    '[{"n":5}]<end>',
    '{"n":5<end>',
    '{"n":5,}<end>',
    '{"n":5}x<end>',
    '{"n":5,"x":tru}<end>',
    '{"n":5,x:1}<end>',
    '{"n":5 "x":1}<end>',
    '{}<end>',
    `{"n":${'['.repeat(structDepthMax + 1)}`,
  ])('%j holds nothing', (tag) => {
    expect(text(tag, ['n'])).toBe(null)
    expect(json(tag, ['n'])).toBe(null)
  })

  test('says the same as the Struct that Envoy printed', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((s) => !/\p{Surrogate}/u.test(s))
    // NaN is printed as null, and null is no value.
    const scalar = fc.oneof(
      fc.boolean(),
      fc.double({ noNaN: true }),
      key,
      fc.uint8Array({ maxLength: 6 }),
      fc.constant(null),
    )
    const struct = fc.dictionary(
      key,
      fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(key, scalar, { maxKeys: 3 })),
      {
        maxKeys: 4,
      },
    )
    const whole = (o: number, path: Uint8Array[], at: number, end: number) =>
      [o, path, at, end, Infinity, false, false] as const
    fc.assert(
      fc.property(struct, (value) => {
        const wire = structBytes(value)
        const printed = written(wire, (o, at, end) => structPaths.structText(...whole(o, [], at, end)))!
        const tag = latin1(`${printed}<end>`)
        for (const path of [[], ...Object.keys(value).map((name) => [utf8(name)])]) {
          for (const [ofTag, ofStruct] of [
            [tagPathText, structPaths.structText],
            [tagPathJson, structPaths.structJson],
          ] as const) {
            const fromTag = written(tag, (o, at, end) => ofTag(...whole(o, path, at, end)))
            expect(fromTag).toBe(written(wire, (o, at, end) => ofStruct(...whole(o, path, at, end))))
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('tagTyped', () => {
  /** Both tags lie in one input, side by side; null: the entry does not have it. */
  const typed = (text: string | null, value: string | null, { cut = Infinity, whole = false, finite = false } = {}) =>
    written(`${text ?? ''}${value ?? ''}`, (o, at, end) => {
      const between = at + utf8(text ?? '').length
      const [textAt, textEnd] = text === null ? [0, 0] : [at, between]
      const [valueAt, valueEnd] = value === null ? [0, 0] : [between, end]
      return tagTyped(o, textAt, textEnd, valueAt, valueEnd, cut, whole, finite)
    })

  test.each<[string | null, string | null, string | null]>([
    ['200<end>', 'value { number_value: 200 } <end>', '200'],
    ['200<end>', 'value { string_value: "200" } <end>', '"200"'],
    ['true<end>', 'value { bool_value: true } <end>', 'true'],
    ['CelMap value<end>', 'value { struct_value { fields { key: "a" value { number_value: 1 } } } } <end>', '{"a":1}'],
    ['NULL<end>', 'value { null_value: NULL_VALUE } <end>', null],
    ['CelType value<end>', '<absent><end>', null],
    ['<absent><end>', '<absent><end>', null],
    ['200<end>', null, '"200"'],
    ['<absent><end>', null, null],
    ['<end>', null, '""'],
    [null, 'value { number_value: 200 } <end>', '200'],
    [null, 'value { number_value: } <end>', null],
    [null, null, null],
    ['200<end>', 'number 200<end>', '"200"'],
    ['a "b"<end>', 'value { string_value: "a <end>', '"a \\"b\\""'],
  ])('the text %j and the value %j are %j', (text, value, expected) => {
    expect(typed(text, value)).toBe(expected)
  })

  test('a length cuts strings only, before they are escaped', () => {
    const [text, value] = ['"é"<end>', 'value { string_value: "\\"\\303\\251\\"" } <end>']
    expect(typed(text, value, { cut: 1 })).toBe('"\\""')
    expect(typed(text, value, { cut: 2 })).toBe('"\\u0022\\u00c3"')
    expect(typed(text, value, { cut: 2, whole: true })).toBe('"\\""')
    expect(typed(text, null, { cut: 1 })).toBe('"\\""')
    expect(typed('1234', 'value { number_value: 1234 }', { cut: 2 })).toBe('1234')
    expect(typed('x', 'value { list_value { values { string_value: "long" } } }', { cut: 2 })).toBe('["long"]')
  })

  test('infinity is null where numbers have to be finite', () => {
    const value = 'value { number_value: -inf } <end>'
    expect([typed('-inf', value), typed('-inf', value, { finite: true })]).toEqual(['-inf', 'null'])
  })
})

test('cut or damaged anywhere it never throws, nor writes more than its bound', () => {
  const tag = utf8('{"a":[1e5,-0.5,inf,"\\u00ffé\\ud834\\udd73\\n"],"b":{"a":null}}<end>')
  const bounded = (value: Uint8Array) => {
    const bound = value.length * jsonValueBytesPerByte + 2
    for (const write of [tagText, tagNumber, tagJson]) {
      expect((written(value, write) ?? '').length).toBeLessThanOrEqual(bound)
    }
    const path = [utf8('a')]
    for (const write of [tagPathText, tagPathJson]) {
      const result = written(value, (o, at, end) => write(o, path, at, end, Infinity, false, false))
      expect((result ?? '').length).toBeLessThanOrEqual(bound)
    }
  }
  for (let length = 0; length < tag.length; length++) bounded(tag.subarray(0, length))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), (flips) => {
      const damaged = Uint8Array.from(tag)
      for (const [place, byte] of flips) damaged[place % damaged.length] = byte
      bounded(damaged)
    }),
    { numRuns: 500 },
  )
})
