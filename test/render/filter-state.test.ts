/** Filter state: proto3 JSON as Envoy prints it, and as it reads it again. The odd strings were seen on Envoy 1.40. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { structDepthMax } from '../../src/limits.ts'
import { stateBytesFixed, stateBytesPerByte, stateForms } from '../../src/render/filter-state.ts'
import {
  anyBytes,
  anyTags,
  bytesField,
  doubleField,
  filterStates,
  type Json,
  latin1,
  listBytes,
  structBytes,
  utf8,
  valueBytes,
  varintField,
  written,
} from './kit.ts'

const { wrappers, duration, timestamp } = anyTags
const { stateText, stateJson } = filterStates

interface Options {
  readonly field?: string
  readonly cut?: number
  readonly whole?: boolean
  readonly finite?: boolean
}

function text(form: keyof typeof stateForms, any: Uint8Array, options: Options = {}): string | null {
  const { field = '', cut = Number.POSITIVE_INFINITY, whole = false, finite = false } = options
  return written(any, (o, at, end) => stateText(o, stateForms[form], utf8(field), at, end, cut, whole, finite))
}
const json = (any: Uint8Array) => written(any, stateJson)
const all = (any: Uint8Array) => [text('typed', any), json(any), text('plain', any)]

const string = (value: Uint8Array | string) =>
  anyBytes('StringValue', bytesField(wrappers.StringValue, typeof value === 'string' ? utf8(value) : value))

function float(n: number): Uint8Array {
  const payload = Buffer.alloc(4)
  payload.writeFloatLE(n)
  return anyBytes('FloatValue', Buffer.concat([Uint8Array.of(wrappers.FloatValue), payload]))
}
const double = (n: number) => anyBytes('DoubleValue', doubleField(wrappers.DoubleValue, n))
const integer = (type: 'Int32Value' | 'Int64Value' | 'UInt32Value' | 'UInt64Value' | 'BoolValue', n: number | bigint) =>
  anyBytes(type, varintField(wrappers[type], n))
const time = (type: 'Duration' | 'Timestamp', seconds: number, nanos: number) => {
  const tags = type === 'Duration' ? duration : timestamp
  return anyBytes(type, Buffer.concat([varintField(tags.seconds, seconds), varintField(tags.nanos, nanos)]))
}
const message = (type: 'Struct' | 'Value' | 'ListValue', value: Json) =>
  anyBytes(
    type,
    type === 'Value'
      ? valueBytes(value)
      : type === 'ListValue'
        ? listBytes(value as Json[])
        : structBytes(value as { [key: string]: Json }),
  )

/** `plain` null: no such form; the JSON is the typed text where nothing else is said. */
test.each<[string, Uint8Array, typed: string | null, plain: string | null, json?: string | null]>([
  ['a string', string('abc'), '"abc"', 'abc'],
  ['an empty string', string(''), '""', ''],
  ['a string that is not there', anyBytes('StringValue', new Uint8Array()), '""', ''],
  ['bytes', anyBytes('BytesValue', bytesField(wrappers.BytesValue, latin1('\xff\0a'))), '"/wBh"', '\xff\0a'],
  ['no bytes', anyBytes('BytesValue', new Uint8Array()), '""', ''],
  ['true', integer('BoolValue', 1), 'true', 'true'],
  ['false', anyBytes('BoolValue', new Uint8Array()), 'false', 'false'],
  ['uint32', integer('UInt32Value', 5), '5', '5'],
  ['no uint32', anyBytes('UInt32Value', new Uint8Array()), '0', '0'],
  ['100000', integer('UInt32Value', 100_000), '100000', '100000', '1e+05'],
  ['the largest uint32', integer('UInt32Value', 4_294_967_295), '4294967295', '4294967295'],
  ['int32', integer('Int32Value', -7), '-7', '-7'],
  ['-100000', integer('Int32Value', -100_000), '-100000', '-100000', '-1e+05'],
  ['uint64', integer('UInt64Value', 2n ** 64n - 1n), '"18446744073709551615"', '18446744073709551615'],
  ['no uint64', anyBytes('UInt64Value', new Uint8Array()), '"0"', '0'],
  ['int64', integer('Int64Value', -(2n ** 63n)), '"-9223372036854775808"', '-9223372036854775808'],
  ['no int64', anyBytes('Int64Value', new Uint8Array()), '"0"', '0'],
  ['a double', double(1.5), '1.5', '1.5'],
  ['no double', anyBytes('DoubleValue', new Uint8Array()), '0', '0'],
  ['-0', double(-0), '-0', '-0'],
  ['a tenth', double(0.1), '0.1', '0.1'],
  ['0.1 + 0.2', double(0.1 + 0.2), '0.30000000000000004', '0.30000000000000004'],
  ['a small double', double(0.00001), '1e-05', '1e-05'],
  ['a thousandth', double(0.0001), '0.0001', '0.0001', '1e-04'],
  ['a large double', double(1e15), '1e+15', '1e+15'],
  ['not so large', double(100_000), '100000', '100000', '1e+05'],
  ['huge', double(1.7976931348623157e308), '1.7976931348623157e+308', '1.7976931348623157e+308'],
  ['NaN', double(Number.NaN), '"NaN"', 'NaN'],
  ['infinity', double(Number.NEGATIVE_INFINITY), '"-Infinity"', '-Infinity'],
  ['a float', float(0.1), '0.1', '0.1'],
  ['a longer float', float(16_777_216), '16777216', '16777216'],
  ['a large float', float(1e10), '1e+10', '1e+10'],
  ['the largest float', float(3.4028234663852886e38), '3.40282347e+38', '3.40282347e+38'],
  ['no float', anyBytes('FloatValue', new Uint8Array()), '0', '0'],
  ['a Duration', time('Duration', 1, 500_000_000), '"1.500s"', null],
  ['a Duration of micros', time('Duration', 0, 1_000), '"0.000001s"', null],
  ['a Duration of nanos', time('Duration', 0, -1), '"-0.000000001s"', null],
  ['a Duration backwards', time('Duration', -3, 0), '"-3s"', null],
  ['a Duration of two signs', time('Duration', 1, -1), null, null],
  ['a Duration too long', time('Duration', 315_576_000_001, 0), null, null],
  ['no Duration', anyBytes('Duration', new Uint8Array()), '"0s"', null],
  ['a Timestamp', time('Timestamp', 1_582_062_737, 987_654_321), '"2020-02-18T21:52:17.987654321Z"', null],
  ['a Timestamp of millis', time('Timestamp', 1_582_062_737, 987_000_000), '"2020-02-18T21:52:17.987Z"', null],
  ['the first Timestamp', time('Timestamp', -62_135_596_800, 0), '"0001-01-01T00:00:00Z"', null],
  ['a Timestamp before it', time('Timestamp', -62_135_596_801, 0), null, null],
  ['a Timestamp after the last', time('Timestamp', 253_402_300_800, 0), null, null],
  ['a Timestamp with negative nanos', time('Timestamp', 0, -1), null, null],
  ['Empty', anyBytes('Empty', new Uint8Array()), '{}', null],
  [
    'a Struct',
    message('Struct', { b: [1, null], a: { c: 'x' } }),
    '{"a":{"c":"x"},"b":[1,null]}',
    '{"a":{"c":"x"},"b":[1,null]}',
  ],
  ['a Struct of 1e5', message('Struct', { n: 1e5 }), '{"n":100000}', '{"n":1e+05}', '{"n":1e+05}'],
  ['a Struct of brackets', message('Struct', { '<': '>' }), '{"\\u003c":"\\u003e"}', '{"<":">"}', '{"<":">"}'],
  ['a Struct with NaN', message('Struct', { n: Number.NaN }), null, '{"n":null}'],
  ['a Struct with infinity', message('Struct', { n: Number.POSITIVE_INFINITY }), null, '{"n":inf}'],
  ['a list', message('ListValue', [true, 'x', 2]), '[true,"x",2]', '[true,"x",2]'],
  ['a Value', message('Value', 'x'), '"x"', '"x"'],
  ['a null', message('Value', null), 'null', 'null', null],
  ['a Value of no kind', message('Value', undefined), 'null', 'null', null],
  ['another type', anyBytes('FieldMask', utf8('x')), null, null],
  ['no type', new Uint8Array(), null, null],
])('%s', (_, any, typed, plain, inJson = typed) => {
  expect(all(any)).toEqual([typed, inJson, plain])
})

const url = 'type.googleapis.com/google.protobuf.'
test.each<[string, Uint8Array, string | null, string?]>([
  ['a string', string('x'), `{"@type":"${url}StringValue","value":"x"}`],
  ['a Struct', message('Struct', { a: 1 }), `{"@type":"${url}Struct","value":{"a":1}}`],
  [
    '1e5',
    integer('UInt32Value', 100_000),
    `{"@type":"${url}UInt32Value","value":100000}`,
    `{"@type":"${url}UInt32Value","value":1e+05}`,
  ],
  ['Empty', anyBytes('Empty', new Uint8Array()), `{"@type":"${url}Empty"}`],
  ['nothing', new Uint8Array(), '{}'],
  ['an unknown type', anyBytes('FieldMask', utf8('x')), null],
  ['no type', bytesField(anyTags.value, utf8('x')), null],
])('%s in an Any within', (_, inner, typed, inJson = typed as string) => {
  expect(all(anyBytes('Any', inner))).toEqual([typed, inJson, null])
})

describe('strings', () => {
  test.each([
    ["a<b>&'/\x7f", "a\\u003cb\\u003e&'/\\u007f"],
    ['"\\', '\\"\\\\'],
    ['a\0b\x01\x1b\x0b\b\t\n\f\r', 'a\\u0000b\\u0001\\u001b\\u000b\\b\\t\\n\\f\\r'],
    ['z\u2028\ufeff\u00ad\u0085\u{e0001}\u{1d173}x', 'z\\u2028\\ufeff\\u00ad\\u0085\\udb40\\udc01\\ud834\\udd73x'],
    ['\u2060\u0600\u06dd\u070f\u17b4\u200b\u202a\ufff9', '\\u2060\\u0600\\u06dd\\u070f\\u17b4\\u200b\\u202a\\ufff9'],
    ['é😀\ufffd\ufffe\u00a0', 'é😀\ufffd\ufffe\u00a0'],
  ])('%j: protobuf escapes more than Envoy', (value, typed) => {
    expect(text('typed', string(value))).toBe(Buffer.from(`"${typed}"`).toString('latin1'))
    expect(json(string(value))).toBe(Buffer.from(JSON.stringify(value)).toString('latin1'))
    expect(text('plain', string(value))).toBe(Buffer.from(value).toString('latin1'))
  })

  test('what is escaped, over all characters, are these', () => {
    const escaped: string[] = []
    for (let scalar = 0x80; scalar < 0x11_0000; scalar += scalar === 0xd7ff ? 0x801 : 1) {
      if (scalar > 0x2_0000 && scalar < 0xe_0000) continue
      if (text('typed', string(String.fromCodePoint(scalar)))!.startsWith('"\\')) escaped.push(scalar.toString(16))
      if (scalar > 0xe_0200) break
    }
    const ranges = [
      [0x80, 0x9f],
      [0xad, 0xad],
      [0x600, 0x603],
      [0x6dd, 0x6dd],
      [0x70f, 0x70f],
      [0x17b4, 0x17b5],
      [0x200b, 0x200f],
      [0x2028, 0x202e],
      [0x2060, 0x2064],
      [0x206a, 0x206f],
      [0xfeff, 0xfeff],
      [0xfff9, 0xfffb],
      [0x1d173, 0x1d17a],
      [0xe0001, 0xe0001],
      [0xe0020, 0xe007f],
    ] as const
    const expected = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    expect(escaped).toEqual(expected.map((scalar) => scalar.toString(16)))
  })

  test.each<[string, typed: string, json: string | null]>([
    ['a\xffb', 'a b', 'a b'],
    ['a\xff\xfeb', 'a  b', 'a  b'],
    ['a\xe2\x82b', 'a ', 'a '],
    ['a\xe2\x82', 'a ', 'a '],
    ['a\xc3(b', 'a b', 'a b'],
    ['a\xf0\x9f\x98b', 'a ', 'a '],
    ['a\xe2\x82\xff\xe9b', 'a  ', 'a  '],
    ['\xf0\x9f\x98\x80\xff', '\xf0\x9f\x98\x80 ', '\xf0\x9f\x98\x80 '],
    ['\xf4\x90\x80\x80', ' ', ' '],
    ['a\xf5\x80\x80\x80b', 'a b', 'a b'],
    ['\xf8\x88\x80\x80\x80', '     ', '     '],
    ['\x80\x80', '  ', '  '],
    ['\xfe\x80', '  ', '  '],
    ['a\xc0\x80b', 'a\\u0000b', 'a\\u0000b'],
    ['a\xc0\xbcb', 'a\\u003cb', 'a<b'],
    ['a\xe0\x80\x80b', 'a\\u0000b', 'a\\u0000b'],
    ['a\xf0\x80\x80\x80b', 'a\\u0000b', 'a\\u0000b'],
    ['a\xed\xa0\x80b', 'a\xed\xa0\x80b', null],
    ['a\xc1\x81b', 'a\xc1\x81b', null],
    ['a\xe0\x81\x81b', 'a\xe0\x81\x81b', null],
  ])('%j is no UTF-8', (value, typed, inJson) => {
    const any = string(latin1(value))
    expect(all(any)).toEqual([`"${typed}"`, inJson === null ? null : `"${inJson}"`, value])
  })
})

describe('a length', () => {
  test('cuts text in every form, but never TYPED in JSON', () => {
    expect(text('typed', string('abc'), { cut: 3 })).toBe('"ab')
    expect(text('typed', string('abc'), { cut: 0 })).toBe('')
    expect(text('typed', string('abc'), { cut: 5 })).toBe('"abc"')
    expect(text('plain', string('abc'), { cut: 2 })).toBe('ab')
    expect(text('plain', message('Struct', { a: 1 }), { cut: 3 })).toBe('{"a')
    expect(text('plain', string('é'), { cut: 1 })).toBe('\xc3')
    expect(text('plain', string('é'), { cut: 1, whole: true })).toBe('')
    expect(text('typed', string('é'), { cut: 2, whole: true })).toBe('"')
  })
})

test('FIELD is the text of a top-level field of a Struct, and absent for all else', () => {
  const struct = message('Struct', { s: 'text', n: 1e5, o: { x: 1 }, z: null, inf: Number.POSITIVE_INFINITY })
  const field = (name: string, options?: Options) => text('field', struct, { field: name, ...options })
  expect(field('s')).toBe('text')
  expect(field('s', { cut: 2 })).toBe('te')
  expect(field('n')).toBe('1e+05')
  expect(field('o')).toBe('{"x":1}')
  expect(field('z')).toBe(null)
  expect(field('none')).toBe(null)
  expect(field('inf')).toBe('inf')
  expect(field('inf', { finite: true })).toBe('null')
  expect(text('field', string('x'), { field: 'value' })).toBe(null)
  expect(text('field', message('Value', { s: 1 }), { field: 's' })).toBe(null)
})

test('infinity within a Struct is null in PLAIN when numbers have to be finite', () => {
  expect(text('plain', message('Struct', { n: Number.POSITIVE_INFINITY }), { finite: true })).toBe('{"n":null}')
})

test('only what stands behind the last slash of the URL names the type', () => {
  const withUrl = (typeUrl: string) =>
    Buffer.concat([
      bytesField(anyTags.typeUrl, utf8(typeUrl)),
      bytesField(anyTags.value, varintField(wrappers.BoolValue, 1)),
    ])
  expect(json(withUrl('google.protobuf.BoolValue'))).toBe('true')
  expect(json(withUrl('https://a/b/google.protobuf.BoolValue'))).toBe('true')
  expect(json(withUrl('type.googleapis.com/google.protobuf.BoolValue/'))).toBe(null)
  expect(json(withUrl('type.googleapis.com/google.protobuf.boolvalue'))).toBe(null)
  expect(json(withUrl('type.googleapis.com/my.google.protobuf.BoolValue'))).toBe(null)
})

test('the last type, the last value and the last scalar count', () => {
  const twice = Buffer.concat([string('first'), anyBytes('Int32Value', varintField(wrappers.Int32Value, 1))])
  expect(json(twice)).toBe('1')
  const scalars = Buffer.concat([varintField(wrappers.Int32Value, 1), varintField(wrappers.Int32Value, 2)])
  expect(json(anyBytes('Int32Value', scalars))).toBe('2')
})

test('Anys within Anys are followed to the depth of the limit', () => {
  const nested = (levels: number) => {
    let any = integer('BoolValue', 1)
    for (let i = 0; i < levels; i++) any = anyBytes('Any', any)
    return any
  }
  expect(json(nested(structDepthMax))).toContain('BoolValue","value":true}')
  expect(json(nested(structDepthMax + 1))).toBe(null)
})

test('damage is absence or another value; it never throws, nor writes more than its bound', () => {
  const objects = [
    string('a<\u00ad\x01é'),
    message('Struct', { a: [1, 'x', { b: null }], c: true }),
    anyBytes('Any', message('ListValue', [1, ['x']])),
    time('Timestamp', 1_582_062_737, 987_654_321),
    double(1 / 3),
    integer('Int64Value', -5),
  ]
  const bounded = (any: Uint8Array) => {
    const bound = any.length * stateBytesPerByte + stateBytesFixed
    for (const result of [...all(any), text('field', any, { field: 'a' })]) {
      expect((result ?? '').length).toBeLessThanOrEqual(bound)
    }
  }
  for (const any of objects) for (let length = 0; length < any.length; length++) bounded(any.subarray(0, length))
  fc.assert(
    fc.property(
      fc.constantFrom(...objects),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (any, flips) => {
        const damaged = Uint8Array.from(any)
        for (const [place, byte] of flips) damaged[place % damaged.length] = byte
        bounded(damaged)
      },
    ),
    { numRuns: 500 },
  )
})
