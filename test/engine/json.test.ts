/** JSON formats on whole entries: types, order, omission and escaping. */
import { describe, expect, test } from 'vitest'
import { encodeEntry, httpEntry, render, renderBytes } from './entries.ts'

const H = httpEntry()

const withMetadata = {
  commonProperties: {
    metadata: {
      filterMetadata: { ns: { n: -1.5, e: 100000, b: true, s: '5', z: null, l: [1, true], o: { a: 1 } } },
    },
  },
}

/** A tag by which Envoy ships an operator. */
const withTag = (use: string, value: string) => httpEntry({ customTags: { [`als:${use}`]: value } })

describe('JSON', () => {
  test.each<[string, object, object, string, string]>([
    [
      'keys sorted, types kept, lists in order',
      H,
      { b: '%RESPONSE_CODE%', a: '%PROTOCOL%', c: { e: ['%REQ(x-none)%', '%BYTES_SENT%'], d: '%DURATION%ms' } },
      '{"a":"HTTP/1.1","b":200,"c":{"d":"124ms","e":[null,567]}}',
      '{"a":"HTTP/1.1","b":200,"c":{"d":"124ms","e":[567]}}',
    ],
    [
      'nothing there',
      {},
      { m: '%REQ(:METHOD)%', o: { x: '%REQ(x)%' }, l: ['%REQ(x)%'], t: '[%REQ(x)%]' },
      '{"l":[null],"m":null,"o":{"x":null},"t":"[-]"}',
      '{"l":[],"t":"[]"}',
    ],
    ['nothing at all', {}, { m: '%REQ(:METHOD)%' }, '{"m":null}', '{}'],
    [
      'literals',
      {},
      { n: 1, f: 0.5, b: true, z: null, s: 'x', p: '100%%', h: 100000, e: {}, l: [{}, null] },
      '{"b":true,"e":{},"f":0.5,"h":1e+05,"l":[{},null],"n":1,"p":"100%","s":"x","z":null}',
      '{"b":true,"f":0.5,"h":1e+05,"l":[],"n":1,"p":"100%","s":"x"}',
    ],
    [
      'several pieces make a string',
      H,
      { a: '%REQ(x-a)%%REQ(x-none)%', b: ' %BYTES_SENT%' },
      '{"a":"1-","b":" 567"}',
      '{"a":"1","b":" 567"}',
    ],
    ['flags are never absent', {}, { f: '%RESPONSE_FLAGS%' }, '{"f":"-"}', '{"f":"-"}'],
    ['an empty string stays', H, { h: '%REQ(x-empty)%' }, '{"h":""}', '{"h":""}'],
    ['a string of only absent pieces stays', {}, { h: '%REQ(a)%%REQ(b)%' }, '{"h":"--"}', '{"h":""}'],
    [
      'ports are numbers',
      H,
      { p: '%UPSTREAM_REMOTE_PORT%', a: '%UPSTREAM_HOST%' },
      '{"a":"10.0.0.2:443","p":443}',
      '{"a":"10.0.0.2:443","p":443}',
    ],
    [
      'a pipe has no port',
      httpEntry({ upstreamRemoteAddress: { pipe: { path: '/a"b' } } }),
      { p: '%UPSTREAM_REMOTE_PORT%', a: '%UPSTREAM_HOST%' },
      '{"a":"/a\\"b","p":null}',
      '{"a":"/a\\"b"}',
    ],
    [
      'strings that are numbers elsewhere',
      H,
      { s: '%RESP(:status)%', c: '%RESP(:status):1%' },
      '{"c":"2","s":"200"}',
      '{"c":"2","s":"200"}',
    ],
    ['cut enums', H, { m: '%REQ(:METHOD):1%' }, '{"m":"G"}', '{"m":"G"}'],
    ['details', H, { d: '%RESPONSE_CODE_DETAILS%' }, '{"d":"via_upstream"}', '{"d":"via_upstream"}'],
    ['a time format with a quote', H, { t: '%START_TIME(%Y"%m)%' }, '{"t":"2020\\"02"}', '{"t":"2020\\"02"}'],
    ['keys by their bytes', {}, { é: 1, z: 2, A: 3 }, '{"A":3,"z":2,"é":1}', '{"A":3,"z":2,"é":1}'],
    [
      'deep objects that vanish',
      {},
      { a: { b: { c: '%REQ(x)%' } }, d: [{ e: '%REQ(x)%' }] },
      '{"a":{"b":{"c":null}},"d":[{"e":null}]}',
      '{"d":[]}',
    ],
    [
      'Kuma values',
      {},
      { m: '%KUMA_MESH%', z: '%KUMA_ZONE%', t: '%KUMA_MESH%/%KUMA_ZONE%' },
      '{"m":"d\\"f","t":"d\\"f/-","z":null}',
      '{"m":"d\\"f","t":"d\\"f/"}',
    ],
  ])('%s', (_name, entry, json, complete, omitting) => {
    const kumaValues = { mesh: 'd"f' }
    expect(render('http', { json }, entry, { kumaValues })).toBe(`${complete}\n`)
    expect(render('http', { json }, entry, { kumaValues, omitEmptyValues: true })).toBe(`${omitting}\n`)
  })

  test.each([
    ['quotes, backslashes and controls', 'a"b\\c\t\u001b\b\f\n\r\u0000', '"a\\"b\\\\c\\t\\u001b\\b\\f\\n\\r\\u0000"'],
    ['everything else is raw', '/<>&\u007f\u2028é😀', '"/<>&\u007f\u2028é😀"'],
    ['a long plain value', 'x'.repeat(1000), `"${'x'.repeat(1000)}"`],
  ])('escaping: %s', (_name, userAgent, expected) => {
    for (let pad = 0; pad < 8; pad++) {
      const shifted = 'p'.repeat(pad) + userAgent
      const quoted = `"${'p'.repeat(pad)}${expected.slice(1)}`
      expect(render('http', { json: { u: '%REQ(USER-AGENT)%' } }, httpEntry({}, { userAgent: shifted }))).toBe(
        `{"u":${quoted}}\n`,
      )
      expect(render('http', { json: { u: '%REQ(USER-AGENT)%.' } }, httpEntry({}, { userAgent: shifted }))).toBe(
        `{"u":${quoted.slice(0, -1)}."}\n`,
      )
    }
  })

  test('numbers that COALESCE has chosen are doubles', () => {
    const chosen = '%COALESCE({"operators":["UPSTREAM_WIRE_BYTES_SENT","BYTES_SENT"]})%'
    const shown = (value: string) => {
      const entry = httpEntry({ upstreamWireBytesSent: value }, {}, { responseBodyBytes: value })
      const json = render('http', { json: { a: chosen, b: '%BYTES_SENT%', c: `${chosen}B` } }, entry)
      return JSON.stringify(/^\{"a":(.*),"b":(.*),"c":"(.*)B"\}\n$/.exec(json)!.slice(1))
    }
    // Seen with Envoy 1.40.
    expect(shown('100000')).toBe('["1e+05","100000","100000"]')
    expect(shown('200000')).toBe('["2e+05","200000","200000"]')
    expect(shown('99999')).toBe('["99999","99999","99999"]')
    expect(shown('123456')).toBe('["123456","123456","123456"]')
    expect(shown('9007199254740993')).toBe('["9007199254740992","9007199254740993","9007199254740993"]')
  })

  test('a cut through a character makes all of its value escape its bytes', () => {
    const entry = httpEntry({}, { userAgent: 'é😀' })
    expect(render('http', { json: { u: '%REQ(USER-AGENT):4%' } }, entry)).toBe('{"u":"\\u00c3\\u00a9\\u00f0\\u009f"}\n')
    // Each piece of a string is escaped by itself (seen with Envoy 1.40): a bad one changes nothing in its neighbours.
    expect(render('http', { json: { u: 'ü\n%REQ(USER-AGENT):1%\t"%REQ(USER-AGENT)%' } }, entry)).toBe(
      '{"u":"ü\\n\\u00c3\\t\\"é😀"}\n',
    )
    // Two halves make no whole.
    const halves = httpEntry({}, { userAgent: 'é', requestHeaders: {} })
    expect(render('http', { json: { u: '%REQ(USER-AGENT):1%%REQ(X-B)%%REQ(USER-AGENT):1%' } }, halves)).toBe(
      '{"u":"\\u00c3-\\u00c3"}\n',
    )
  })

  test('invalid bytes of the wire are escaped one by one in JSON and raw in text', () => {
    const entry = encodeEntry('http', { request: { userAgent: 'aXb' } })
    entry[entry.indexOf(0x58)] = 0xff
    expect(renderBytes('http', { json: { u: '%REQ(USER-AGENT)%' } }, entry)).toBe('{"u":"a\\u00ffb"}\n')
    expect(renderBytes('http', { text: '%REQ(USER-AGENT)%' }, entry)).toBe('a\xffb')
  })

  test("Kuma's pairs keep their order; a repeated key its place and its last value", () => {
    const pairs = [
      { key: 'z', value: '%PROTOCOL%' },
      { key: 'a', value: '%BYTES_SENT%' },
      { key: 'z', value: '%REQ(:METHOD)%' },
    ]
    expect(render('http', { pairs }, H)).toBe('{"z":"GET","a":567}\n')
    expect(render('http', { pairs, sortKeys: true }, H)).toBe('{"a":567,"z":"GET"}\n')
  })

  test.each<[string, 'http' | 'tcp', object, string, string, string]>([
    ['a count', 'http', H, '%BYTES_SENT%', '567', '"567"'],
    ['a code', 'http', H, '%RESPONSE_CODE%', '200', '"200"'],
    ['a code of TCP, which is constant', 'tcp', {}, '%RESPONSE_CODE%', '0', '"0"'],
    ['a duration', 'http', H, '%DURATION%', '124', '"124"'],
    ['a duration that is absent', 'http', {}, '%DURATION%', 'null', 'null'],
    ['a part of a duration', 'http', H, '%COMMON_DURATION(DS_RX_BEG:US_RX_BEG:ns)%', '102000000', '"102000000"'],
    ['a status', 'http', H, '%GRPC_STATUS(NUMBER)%', '14', '"14"'],
    ['a port', 'http', H, '%UPSTREAM_REMOTE_PORT%', '443', '"443"'],
    [
      'a port with a name',
      'http',
      httpEntry({ upstreamRemoteAddress: { socketAddress: { address: '::1', namedPort: 'ht"tp' } } }),
      '%UPSTREAM_REMOTE_PORT%',
      '"ht\\"tp"',
      '"ht\\"tp"',
    ],
    [
      'the port of a pipe',
      'http',
      httpEntry({ upstreamRemoteAddress: { pipe: { path: '/a' } } }),
      '%UPSTREAM_REMOTE_PORT%',
      'null',
      'null',
    ],
    ['a text', 'http', H, '%PROTOCOL%', '"HTTP/1.1"', '"HTTP/1.1"'],
    ['a text that is absent', 'http', H, '%REQ(x-none)%', 'null', 'null'],
    ['several pieces', 'http', H, '%BYTES_SENT%ms', '"567ms"', '"567ms"'],
    ['a literal', 'http', H, '5', '"5"', '"5"'],
    ['the first of some', 'http', H, '%COALESCE({"operators":["TRACE_ID","BYTES_SENT"]}):1%', '567', '"567"'],
    ['metadata: a number', 'http', withMetadata, '%DYNAMIC_METADATA(ns:n)%', '-1.5', '"-1.5"'],
    ['metadata: a large one', 'http', withMetadata, '%DYNAMIC_METADATA(ns:e)%', '1e+05', '"1e+05"'],
    ['metadata: a boolean', 'http', withMetadata, '%DYNAMIC_METADATA(ns:b)%', 'true', '"true"'],
    ['metadata: a text', 'http', withMetadata, '%DYNAMIC_METADATA(ns:s)%', '"5"', '"5"'],
    ['metadata: null', 'http', withMetadata, '%DYNAMIC_METADATA(ns:z)%', 'null', 'null'],
    ['metadata: a list', 'http', withMetadata, '%DYNAMIC_METADATA(ns:l)%', '[1,true]', '[1,true]'],
    ['metadata: an object', 'http', withMetadata, '%DYNAMIC_METADATA(ns:o)%', '{"a":1}', '{"a":1}'],
    ['a tag that is a number', 'http', withTag('%CONNECTION_ID%', '17'), '%CONNECTION_ID%', '17', '"17"'],
    ['a tag that should be one', 'http', withTag('%CONNECTION_ID%', 'x'), '%CONNECTION_ID%', '"x"', '"x"'],
    ['a tag that is empty', 'http', withTag('%CONNECTION_ID%', '<end>'), '%CONNECTION_ID%', 'null', 'null'],
    ["a stream's value", 'http', H, '%KUMA_MESH%', '"5"', '"5"'],
    ["a stream's absent value", 'http', H, '%KUMA_ZONE%', 'null', 'null'],
  ])('types of operators that stand alone: %s', (_name, kind, entry, value, typed, quoted) => {
    const pairs = [
      { key: 'v', value },
      { key: 'w', value: 'x' },
    ]
    const kumaValues = { mesh: '5' }
    const line = (jsonTypes: 'typed' | 'string', omitEmptyValues: boolean) =>
      render(kind, { pairs, jsonTypes }, entry, { kumaValues, omitEmptyValues })
    const omitted = (shown: string) => (shown === 'null' ? '{"w":"x"}\n' : `{"v":${shown},"w":"x"}\n`)
    expect(line('typed', false)).toBe(`{"v":${typed},"w":"x"}\n`)
    expect(line('string', false)).toBe(`{"v":${quoted},"w":"x"}\n`)
    expect(line('typed', true)).toBe(omitted(typed))
    expect(line('string', true)).toBe(omitted(quoted))
  })
})
