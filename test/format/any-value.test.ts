/** AnyValue templates: every form that users write, and every fault with its place. */
import { describe, expect, test } from 'vitest'
import type { FormatError } from '../../src/errors.ts'
import { parseAnyValue, parseKey } from '../../src/format/any-value.ts'
import { toText } from '../../src/format/byte-string.ts'
import { parseLogRecord } from '../../src/format/log-record.ts'
import type { Dialect } from '../../src/format/operator.ts'
import { operators } from '../../src/format/operators.ts'
import type { AnyValueTemplate, TextTemplate } from '../../src/format/template.ts'
import { anyValueDepthMax } from '../../src/limits.ts'

const options = { catalogue: operators, path: 'body' }

/** Short, for comparing: `a %X% b`, numbers with their kind, lists and pairs. */
function show(value: AnyValueTemplate): unknown {
  switch (value.kind) {
    case 'empty':
      return null
    case 'text':
      return showText(value.parts)
    case 'array':
      return value.values.map(show)
    case 'kvlist':
      return { kvlist: value.values.map((pair) => [showText(pair.key), show(pair.value)]) }
    case 'bytes':
      return { bytes: value.value }
    default:
      return { [value.kind]: value.value }
  }
}

function showText(parts: TextTemplate): string {
  return parts.map((part) => (part.kind === 'literal' ? toText(part.text) : `<${toText(part.call.written)}>`)).join('')
}

function read(value: unknown, dialect: Dialect = 'sink'): { value: unknown; faults: string[]; codes: string[] } {
  const faults: FormatError[] = []
  const template = parseAnyValue(value, { ...options, dialect }, faults)
  return {
    value: show(template),
    faults: faults.map(({ path, message }) => `${path}: ${message}`),
    codes: faults.map(({ code }) => code),
  }
}

describe('a value', () => {
  test.each<[string, unknown, unknown]>([
    ['a bare string', 'é %START_TIME% 100%%', 'é <%START_TIME%> 100%'],
    ['an empty string', '', ''],
    ['stringValue', { stringValue: '%KUMA_MESH%' }, '<%KUMA_MESH%>'],
    ['boolValue', { boolValue: true }, { bool: true }],
    ['boolValue false', { boolValue: false }, { bool: false }],
    ['intValue', { intValue: 123 }, { int: 123n }],
    ['intValue in quotes', { intValue: '-9223372036854775808' }, { int: -(2n ** 63n) }],
    ['intValue as a YAML reader may give it', { intValue: 9223372036854775807n }, { int: 2n ** 63n - 1n }],
    ['doubleValue', { doubleValue: 1.2 }, { double: 1.2 }],
    ['doubleValue in quotes', { doubleValue: '-1.5e3' }, { double: -1500 }],
    ['doubleValue without a number', { doubleValue: '-Infinity' }, { double: -Infinity }],
    ['bytesValue', { bytesValue: 'aGVsbG8=' }, { bytes: 'hello' }],
    ['bytesValue without padding, in the alphabet of URLs', { bytesValue: '_-8' }, { bytes: '\xff\xef' }],
    ['no bytes', { bytesValue: '' }, { bytes: '' }],
    ['arrayValue', { arrayValue: { values: [{ stringValue: 'a' }, 'b', { intValue: 1 }] } }, ['a', 'b', { int: 1n }]],
    ['an empty arrayValue', { arrayValue: {} }, []],
    [
      'kvlistValue',
      {
        kvlistValue: {
          values: [
            { key: 'mesh', value: { stringValue: '%KUMA_MESH%' } },
            { key: 'mesh', value: { kvlistValue: { values: [] } } },
          ],
        },
      },
      {
        kvlist: [
          ['mesh', '<%KUMA_MESH%>'],
          ['mesh', { kvlist: [] }],
        ],
      },
    ],
    [
      'snake_case',
      { kvlist_value: { values: [{ key: 'a', value: { string_value: 'x' } }] } },
      { kvlist: [['a', 'x']] },
    ],
    ['null is not there', { stringValue: null, intValue: 1, boolValue: null }, { int: 1n }],
    ['nothing', {}, null],
    ['only null', { kvlistValue: null }, null],
    [
      "the slip of Kuma's documentation",
      { kvlistValue: null, values: [{ key: 'mesh', value: { stringValue: '%KUMA_MESH%' } }] },
      { kvlist: [['mesh', '<%KUMA_MESH%>']] },
    ],
    ['the same with a list', { array_value: null, values: ['a'] }, ['a']],
  ])('%s', (_, value, expected) => {
    expect(read(value)).toEqual({ value: expected, faults: [], codes: [] })
  })

  test.each<[string, unknown, string[]]>([
    ['null', null, ['body: A value is a string or an object with one of stringValue,']],
    ['a bare number', 5, ['body: A value is a string or an object with one of', 'Write { intValue: 5 }.']],
    ['a bare fraction', 0.5, ['Write { doubleValue: 0.5 }.']],
    ['a bare boolean', true, ['Write { boolValue: true }.']],
    ['a bare list', ['a'], ['Write { arrayValue: { values: […] } }.']],
    ['two members', { intValue: 1, stringValue: 'a' }, ['body.stringValue: stringValue stands beside intValue;']],
    [
      'an unknown member',
      { stringvalu: 'a' },
      ['body.stringvalu: stringvalu is no member of a value. Did you mean stringValue?'],
    ],
    [
      'values in the open',
      { values: ['a'] },
      ['body.values: values is no member of a value. It stands inside of arrayValue'],
    ],
    ['a string that is none', { stringValue: 5 }, ['body.stringValue: stringValue takes a string; put it in quotes.']],
    ['a boolean in quotes', { boolValue: 'true' }, ['body.boolValue: boolValue takes true or false.']],
    ['a fraction', { intValue: 1.5 }, ['body.intValue: intValue takes a whole number.']],
    ['words', { intValue: 'many' }, ['body.intValue: intValue takes a whole number.']],
    [
      'too large',
      { intValue: '9223372036854775808' },
      ['body.intValue: intValue takes a number of 64 bits, from -9223372036854775808'],
    ],
    ['too large to be exact', { intValue: 2 ** 60 }, ['body.intValue: So large an intValue must be put in quotes']],
    ['no double', { doubleValue: '1,5' }, ['body.doubleValue: doubleValue takes a number, "NaN"']],
    ['no base64', { bytesValue: 'a' }, ['body.bytesValue: bytesValue takes base64']],
    ['bytes that are text', { bytesValue: 'hello!!!' }, ['body.bytesValue: bytesValue takes base64']],
    ['no list', { arrayValue: ['a'] }, ['body.arrayValue: takes an object with a list: { values: […] }.']],
    ['values that are none', { arrayValue: { values: 'a' } }, ['body.arrayValue.values: values is a list.']],
    [
      'a misspelt list',
      { arrayValue: { value: [] } },
      ['body.arrayValue.value: value is not known here; known: values. Did you mean values?'],
    ],
    [
      'a pair that is none',
      { kvlistValue: { values: ['a'] } },
      ['body.kvlistValue.values[0]: is { key: …, value: … }.'],
    ],
    [
      'a pair without value',
      { kvlistValue: { values: [{ key: 'a' }] } },
      ['body.kvlistValue.values[0]: lacks its value.'],
    ],
    [
      'a pair with more',
      { kvlistValue: { values: [{ kez: 'a', value: 'b' }] } },
      ['body.kvlistValue.values[0].kez: kez is not known here; known: key, value. Did you mean key?'],
    ],
    [
      'a key that is a number',
      { kvlistValue: { values: [{ key: 1, value: 'b' }] } },
      ['body.kvlistValue.values[0].key: A key is a string'],
    ],
    [
      'a bad item',
      { arrayValue: { values: ['a', { intValue: 'x' }] } },
      ['body.arrayValue.values[1].intValue: intValue takes'],
    ],
    [
      'a bad operator deep inside',
      { kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: ['%STAR_TIME%'] } } }] } },
      [
        'body.kvlistValue.values[0].value.arrayValue.values[0]: %STAR_TIME% is not an operator. Did you mean %START_TIME%?',
      ],
    ],
    [
      'a bad operator in a misplaced list',
      { kvlistValue: null, values: [{ key: 'a', value: '%X' }] },
      ['body.values[0].value: At byte 0: %X is not closed by %.'],
    ],
  ])('%s is refused', (_, value, expected) => {
    const { faults } = read(value)
    expect(faults).toHaveLength(1)
    for (const piece of expected) expect(faults[0]).toContain(piece)
  })

  test('all faults are told at once', () => {
    const values = ['%NOPE%', { intValue: 'x' }, { foo: 1 }, { stringValue: 'fine' }]
    expect(read({ arrayValue: { values } }).codes).toEqual(['unknown_operator', 'any_value', 'any_value'])
  })

  test('nesting has a bound', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 'a' : { arrayValue: { values: [nested(levels - 1)] } })
    expect(read(nested(anyValueDepthMax)).faults).toEqual([])
    expect(read(nested(anyValueDepthMax + 1)).faults.join()).toContain(`More than ${anyValueDepthMax} levels`)
  })

  test("Envoy's dialect takes strings and lists of them", () => {
    expect(read({ arrayValue: { values: ['%PROTOCOL%', { kvlistValue: {} }] } }, 'envoy').codes).toEqual([])
    const others = [{ intValue: 1 }, { boolValue: true }, { doubleValue: 1 }, { bytesValue: '' }, '%KUMA_MESH%']
    for (const other of others) expect(read({ arrayValue: { values: [other] } }, 'envoy').codes).toEqual(['not_envoys'])
  })
})

describe('a key', () => {
  const readKey = (key: string, dialect: Dialect = 'sink') => {
    const faults: FormatError[] = []
    const shown = showText(parseKey(key, { ...options, dialect }, faults))
    return faults.length > 0 ? faults.map(({ message }) => message).join() : shown
  }

  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['%KUMA_MESH%', '<%KUMA_MESH%>'],
    ['a.%KUMA_ZONE%/%KUMA_MESH%', 'a.<%KUMA_ZONE%>/<%KUMA_MESH%>'],
    ['100%', '100%'],
    ['%%', '%%'],
    ['%START_TIME%', '%START_TIME%'],
    ['%KUMA_MESH:5%', '%KUMA_MESH:5%'],
  ])('%j', (key, expected) => expect(readKey(key)).toBe(expected))

  test('a KUMA_* operator that does not exist is a fault', () => {
    expect(readKey('%KUMA_MASH%')).toContain('Did you mean %KUMA_MESH%?')
  })

  test("Envoy's dialect fills in nothing", () => expect(readKey('%KUMA_MESH%', 'envoy')).toBe('%KUMA_MESH%'))
})

describe('a record', () => {
  test('faults of attributes have their places', () => {
    const faults: FormatError[] = []
    const attributes = [
      { key: 'a', value: 'x' },
      { key: '%KUMA_X%', value: '%NOPE%' },
    ]
    parseLogRecord({ body: { bogus: 1 }, attributes }, { catalogue: operators }, faults)
    expect(faults.map(({ path }) => path)).toEqual(['body.bogus', 'attributes[1].key', 'attributes[1].value'])
  })

  test.each([[undefined], [null], [{}], [{ stringValue: null }]])('a body of %j is none', (body) => {
    expect(parseLogRecord({ body }, { catalogue: operators }, []).body).toBeNull()
  })

  test('the headers of trace contexts are asked for only on request', () => {
    const headers = (traceContext: boolean) =>
      parseLogRecord({ traceContext }, { catalogue: operators }, []).traceHeaders.map(({ argument }) => argument)
    expect(headers(false)).toEqual([])
    expect(headers(true)).toContain('x-b3-traceid')
  })
})
