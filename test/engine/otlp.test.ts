/** LogRecords on whole entries: body forms, types, times, severity, trace context, and strings that are none. */
import { describe, expect, test } from 'vitest'
import { compileFormat, noteFormat } from '../../src/engine/compile-format.ts'
import { explainPrograms } from '../../src/engine/explain.ts'
import { loggerBlock } from '../../src/engine/logger-block.ts'
import type { LogRecordFormat } from '../../src/format/log-record.ts'
import { createMemory } from '../../src/wire/memory.ts'
import { type EntryKind, encodeEntry, httpEntry, memory, tcpEntry } from './entries.ts'
import { decodeRecord, type RecordOptions, recorder } from './log-records.ts'

const H = httpEntry()

function record(format: LogRecordFormat, entry: unknown = H, options: RecordOptions = {}, kind: EntryKind = 'http') {
  return decodeRecord(recorder(format, options)(kind, encodeEntry(kind, entry)))
}

const bodyOf = (body: unknown, entry?: unknown, options?: RecordOptions, format: LogRecordFormat = {}) =>
  record({ body, ...format }, entry, options)['body']
const string = (text: string) => ({ string_value: text })

describe('body', () => {
  test.each<[string, unknown, unknown]>([
    ['a bare string, without quotes', 'at %START_TIME%', string('at 2020-02-18T21:52:17.987Z')],
    ['stringValue of several lines', { stringValue: 'a\n%PROTOCOL%\n' }, string('a\nHTTP/1.1\n')],
    ['an empty string', { stringValue: '' }, string('')],
    ['an absent value is a dash', '%REQ(x-none)%|%KUMA_ZONE%|', string('-|-|')],
    ['a number is a string', { stringValue: '%RESPONSE_CODE%' }, string('200')],
    ['boolValue', { boolValue: true }, { bool_value: true }],
    ['boolValue false', { boolValue: false }, { bool_value: false }],
    ['intValue', { intValue: 123 }, { int_value: '123' }],
    ['a negative intValue', { intValue: '-5' }, { int_value: '-5' }],
    ['doubleValue', { doubleValue: 1.2 }, { double_value: 1.2 }],
    ['bytesValue', { bytesValue: 'aGVsbG8=' }, { bytes_value: 'aGVsbG8=' }],
    [
      'arrayValue',
      { arrayValue: { values: [{ stringValue: '%KUMA_MESH%' }, '%PROTOCOL%', { intValue: 1 }, {}] } },
      { array_value: { values: [string('default'), string('HTTP/1.1'), { int_value: '1' }, {}] } },
    ],
    ['an empty arrayValue', { arrayValue: {} }, { array_value: {} }],
    [
      'kvlistValue with KUMA_* in keys and values, order and repeated keys kept',
      {
        kvlistValue: {
          values: [
            { key: 'mesh-%KUMA_MESH%', value: '%KUMA_MESH%/%PROTOCOL%' },
            { key: '%PROTOCOL%', value: { kvlistValue: { values: [{ key: 'p', value: '%REQ(x-a)%' }] } } },
            { key: '%PROTOCOL%', value: { boolValue: true } },
          ],
        },
      },
      {
        kvlist_value: {
          values: [
            { key: 'mesh-default', value: string('default/HTTP/1.1') },
            { key: '%PROTOCOL%', value: { kvlist_value: { values: [{ key: 'p', value: string('1') }] } } },
            { key: '%PROTOCOL%', value: { bool_value: true } },
          ],
        },
      },
    ],
    [
      "the documentation's, indented wrongly",
      { kvlistValue: null, values: [{ key: 'mesh', value: { stringValue: '%KUMA_MESH%' } }] },
      { kvlist_value: { values: [{ key: 'mesh', value: string('default') }] } },
    ],
    ['none', undefined, undefined],
    ['an empty object is none', {}, undefined],
  ])('%s', (_, body, expected) => {
    expect(bodyOf(body, H, { kumaValues: { mesh: 'default' } })).toEqual(expected)
  })

  test.each([0, 1, 126, 127, 128, 129, 16_382, 16_383, 16_384, 16_385, 300_000])('a string of %d bytes', (length) => {
    const userAgent = 'u'.repeat(length)
    const body = { kvlistValue: { values: [{ key: 'k', value: '%REQ(USER-AGENT)%.' }] } }
    const expected = { kvlist_value: { values: [{ key: 'k', value: string(`${userAgent || '-'}.`) }] } }
    expect(bodyOf(body, httpEntry({}, { userAgent }))).toEqual(expected)
  })

  test('long and short records take turns with one program', () => {
    const write = recorder({ body: '%REQ(USER-AGENT)%', attributes: [{ key: 'a', value: '<%REQ(USER-AGENT)%>' }] })
    for (const length of [3, 200, 200, 3, 20_000, 5, 127, 128, 127]) {
      const userAgent = 'u'.repeat(length)
      const found = decodeRecord(write('http', encodeEntry('http', httpEntry({}, { userAgent }))))
      expect(found).toMatchObject({ body: string(userAgent), attributes: [{ value: string(`<${userAgent}>`) }] })
    }
  })
})

describe('attributes', () => {
  test('are strings in their order, repeated keys kept', () => {
    const attributes = [
      { key: 'start_time', value: '%START_TIME%' },
      { key: 'mesh', value: '%KUMA_MESH%' },
      { key: 'code', value: '%RESPONSE_CODE%' },
      { key: 'mesh', value: '' },
      { key: '', value: 'x' },
    ]
    expect(record({ attributes }, H, { kumaValues: { mesh: 'default' } })['attributes']).toEqual([
      { key: 'start_time', value: string('2020-02-18T21:52:17.987Z') },
      { key: 'mesh', value: string('default') },
      { key: 'code', value: string('200') },
      { key: 'mesh', value: string('') },
      { value: string('x') },
    ])
  })

  test('values of the stream come from the stream', () => {
    const write = recorder(
      { attributes: [{ key: '%KUMA_MESH%', value: '%KUMA_MESH% %KUMA_TRAFFIC_DIRECTION%' }] },
      { stream: { logName: 'kuma:shop%20é:dp:outbound:http:pay', nodeId: '', nodeCluster: '' } },
    )
    expect(decodeRecord(write('http', encodeEntry('http', H)))['attributes']).toEqual([
      { key: 'shop é', value: string('shop é OUTBOUND') },
    ])
  })
})

describe('typedValues', () => {
  const typed = (body: unknown, entry?: unknown, options?: RecordOptions) =>
    bodyOf(body, entry, options, { typedValues: true })
  const tagged = (customTags: object) => httpEntry({ customTags })
  const metadata = (value: unknown) => httpEntry({ metadata: { filterMetadata: { n: { k: value } } } })

  test.each<[string, string, unknown, unknown]>([
    ['a code', '%RESPONSE_CODE%', H, { int_value: '200' }],
    [
      'a counter',
      '%BYTES_SENT%',
      httpEntry({}, {}, { responseBodyBytes: '9007199254740993' }),
      { int_value: '9007199254740993' },
    ],
    [
      'beyond 64 bits',
      '%BYTES_SENT%',
      httpEntry({}, {}, { responseBodyBytes: '18446744073709551615' }),
      string('18446744073709551615'),
    ],
    ['a duration', '%DURATION%', H, { int_value: '124' }],
    [
      'a time that runs backwards',
      '%RESPONSE_TX_DURATION%',
      httpEntry({ timeToFirstUpstreamRxByte: '0.2239s' }),
      { int_value: '-99' },
    ],
    ['a port', '%UPSTREAM_REMOTE_PORT%', H, { int_value: '443' }],
    [
      'the port of a pipe',
      '%UPSTREAM_REMOTE_PORT%',
      httpEntry({ upstreamRemoteAddress: { pipe: { path: '/a' } } }),
      {},
    ],
    ['a string', '%PROTOCOL%', H, string('HTTP/1.1')],
    ['a string of digits', '%REQ(x-a)%', H, string('1')],
    ['an absent string', '%REQ(x-none)%', H, {}],
    [
      'a number that is 0 when it is absent',
      '%RESPONSE_CODE%',
      httpEntry({}, {}, { responseCode: null }),
      { int_value: '0' },
    ],
    ['what no entry carries', '%CONNECTION_ID%', H, {}],
    ['a number by custom tag', '%CONNECTION_ID%', tagged({ 'als:%CONNECTION_ID%': '7<end>' }), { int_value: '7' }],
    ['a custom tag that is no number', '%CONNECTION_ID%', tagged({ 'als:%CONNECTION_ID%': '0"7' }), string('0"7')],
    ['several pieces', '%RESPONSE_CODE% ', H, string('200 ')],
    ['a literal', '5', H, string('5')],
    ['metadata: a number', '%DYNAMIC_METADATA(n:k)%', metadata(5), { int_value: '5' }],
    ['metadata: a fraction', '%DYNAMIC_METADATA(n:k)%', metadata(-0.25), { double_value: -0.25 }],
    ['metadata: a large number', '%DYNAMIC_METADATA(n:k)%', metadata(1e100), { double_value: 1e100 }],
    ['metadata: a boolean', '%DYNAMIC_METADATA(n:k)%', metadata(true), { bool_value: true }],
    ['metadata: false', '%DYNAMIC_METADATA(n:k)%', metadata(false), { bool_value: false }],
    ['metadata: null', '%DYNAMIC_METADATA(n:k)%', metadata(null), {}],
    ['metadata: a string, unescaped', '%DYNAMIC_METADATA(n:k)%', metadata('a"\n'), string('a"\n')],
    ['metadata: an empty string', '%DYNAMIC_METADATA(n:k)%', metadata(''), string('')],
    ['metadata: a list', '%DYNAMIC_METADATA(n:k)%', metadata([1, 'x']), string('[1,"x"]')],
    ['a stream value', '%KUMA_MESH%', H, string('default')],
    ['an absent stream value', '%KUMA_ZONE%', H, {}],
  ])('%s: %s', (_, body, entry, expected) => {
    expect(typed(body, entry, { kumaValues: { mesh: 'default' } })).toEqual(expected)
  })

  test('nothing is typed unless asked for', () => {
    expect(bodyOf('%RESPONSE_CODE%')).toEqual(string('200'))
    expect(bodyOf('%DYNAMIC_METADATA(n:k)%', metadata(true))).toEqual(string('true'))
  })

  test('a value that is absent keeps its key', () => {
    const attributes = [
      { key: 'x', value: '%REQ(x-none)%' },
      { key: 'z', value: '%KUMA_ZONE%' },
    ]
    expect(record({ attributes, typedValues: true })['attributes']).toEqual([
      { key: 'x', value: {} },
      { key: 'z', value: {} },
    ])
  })
})

describe('strings are UTF-8', () => {
  const withAgent = (bytes: readonly number[]) => {
    const entry = encodeEntry('http', { request: { userAgent: 'X'.repeat(bytes.length) } })
    entry.set(bytes, entry.indexOf(0x58))
    return entry
  }
  const read = (format: LogRecordFormat, bytes: readonly number[]) =>
    decodeRecord(recorder(format)('http', withAgent(bytes)))['body']

  test.each([
    ['a bad byte', [0x61, 0xff, 0x62], 'a\ufffdb'],
    ['a character cut short', [0xe2, 0x82, 0x61], '\ufffda'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
    ['only bad bytes, many', new Array(100).fill(0xff), '\ufffd'.repeat(100)],
    ['good ones stay', [...Buffer.from('é€😀')], 'é€😀'],
  ])('%s', (_, bytes, expected) => {
    expect(read({ body: '%REQ(USER-AGENT)%' }, bytes)).toEqual(string(expected))
    expect(read({ body: '%REQ(USER-AGENT)%', typedValues: true }, bytes)).toEqual(string(expected))
    expect(read({ body: 'é%REQ(USER-AGENT)%"' }, bytes)).toEqual(string(`é${expected}"`))
  })

  test('a cut through a character leaves none of it', () => {
    expect(bodyOf('%REQ(USER-AGENT):3%', httpEntry({}, { userAgent: 'aé😀' }))).toEqual(string('aé'))
    expect(bodyOf('%REQ(USER-AGENT):4%', httpEntry({}, { userAgent: 'aé😀' }))).toEqual(string('aé\ufffd'))
  })
})

describe('times', () => {
  test('start and arrival, to the nanosecond and the millisecond', () => {
    expect(record({}, H, { receivedAtMs: 1_700_000_000_123 })).toEqual({
      time_unix_nano: '1582062737987654321',
      observed_time_unix_nano: '1700000000123000000',
    })
  })

  test.each([
    ['1970-01-01T00:00:00Z', undefined],
    ['1970-01-01T00:00:00.000000001Z', '1'],
    ['1969-12-31T23:59:59Z', undefined],
    ['2106-02-07T06:28:15.999999999Z', '4294967295999999999'],
    ['2554-07-21T23:34:32.999999999Z', '18446744072999999999'],
    ['2600-01-01T00:00:00Z', undefined],
  ])('%s is %s', (startTime, expected) => {
    expect(record({}, { commonProperties: { startTime } })['time_unix_nano']).toBe(expected)
  })

  test('an entry without a start has none', () => expect(record({}, {})).toEqual({}))
})

describe('severity', () => {
  const severity = (responseCode: number | null, on = true) => {
    const { severity_number, severity_text } = record({ severity: on }, httpEntry({}, {}, { responseCode }))
    return [severity_number, severity_text]
  }

  test.each([
    [101, 9, 'INFO'],
    [200, 9, 'INFO'],
    [399, 9, 'INFO'],
    [400, 13, 'WARN'],
    [499, 13, 'WARN'],
    [500, 17, 'ERROR'],
    [599, 17, 'ERROR'],
  ])('%d is %d', (code, number, text) => expect(severity(code)).toEqual([number, text]))

  test.each([[0], [99], [600], [4294967295], [null]])('%j has none', (code) => {
    expect(severity(code)).toEqual([undefined, undefined])
  })

  test('none unless asked for, and none for TCP', () => {
    expect(severity(500, false)).toEqual([undefined, undefined])
    expect(record({ severity: true }, tcpEntry(), {}, 'tcp')).not.toHaveProperty('severity_number')
  })
})

describe('trace context', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const span = 'b7ad6b7169203331'
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
  const ids = (requestHeaders: object, format: LogRecordFormat = { traceContext: true }) => {
    const { flags, trace_id, span_id } = record(format, httpEntry({}, { requestHeaders }))
    return { flags, trace_id, span_id }
  }
  const none = { flags: undefined, trace_id: undefined, span_id: undefined }
  const both = { flags: undefined, trace_id: base64(trace), span_id: base64(span) }
  const short = { ...both, trace_id: base64('0'.repeat(16) + trace.slice(16)) }

  test.each<[string, object, object]>([
    ['traceparent', { traceparent: `00-${trace}-${span}-01` }, { ...both, flags: 1 }],
    ['traceparent, not sampled', { traceparent: `00-${trace}-${span}-00` }, both],
    ['traceparent of a later version', { traceparent: `cc-${trace}-${span}-03-more` }, { ...both, flags: 3 }],
    ['b3', { b3: `${trace}-${span}-1` }, { ...both, flags: 1 }],
    ['b3 with a parent', { b3: `${trace}-${span}-0-${span}` }, both],
    ['b3 without more', { b3: `${trace}-${span}` }, both],
    ['b3 of 64 bits', { b3: `${trace.slice(16)}-${span}-d` }, { ...short, flags: 1 }],
    ['x-b3-*', { 'x-b3-traceid': trace, 'x-b3-spanid': span }, both],
    ['x-b3-* of 64 bits', { 'X-B3-TraceId': trace.slice(16), 'X-B3-SpanId': span }, short],
    ['x-b3-* without a span', { 'x-b3-traceid': trace }, { ...both, span_id: undefined }],
    [
      'x-datadog-*',
      { 'x-datadog-trace-id': '18446744073709551615', 'x-datadog-parent-id': '5' },
      { ...none, trace_id: base64('0'.repeat(16) + 'f'.repeat(16)), span_id: base64('0000000000000005') },
    ],
    [
      'the first valid one wins',
      { traceparent: 'nonsense', b3: '0', 'x-b3-traceid': trace, 'x-b3-spanid': span },
      both,
    ],
    [
      'traceparent before b3',
      { traceparent: `00-${trace}-${span}-01`, b3: `${'1'.repeat(32)}-${span}-1` },
      { ...both, flags: 1 },
    ],
    ['none', {}, none],
  ])('%s', (_, headers, expected) => expect(ids(headers)).toEqual(expected))

  test.each<[string, object]>([
    ['zeros', { traceparent: `00-${'0'.repeat(32)}-${span}-01` }],
    ['a span of zeros', { traceparent: `00-${trace}-${'0'.repeat(16)}-01` }],
    ['version ff', { traceparent: `ff-${trace}-${span}-01` }],
    ['too short', { traceparent: `00-${trace}-${span}-0` }],
    ['too long for its version', { traceparent: `00-${trace}-${span}-01-x` }],
    ['no dash behind', { traceparent: `01-${trace}-${span}-01x` }],
    ['no hexadecimal', { traceparent: `00-${trace.replace('a', 'g')}-${span}-01` }],
    ['other dashes', { traceparent: `00_${trace}_${span}_01` }],
    ['b3 that says no', { b3: '0' }],
    ['b3 of zeros', { b3: `${'0'.repeat(16)}-${span}-1` }],
    ['b3 with a short span', { b3: `${trace}-${span.slice(1)}` }],
    ['b3 with a long span', { b3: `${trace}-${span}1` }],
    ['a span alone', { 'x-b3-spanid': span }],
    ['an id of odd length', { 'x-b3-traceid': trace.slice(1), 'x-b3-spanid': span }],
    ['a number beyond 64 bits', { 'x-datadog-trace-id': '18446744073709551616' }],
    ['no number', { 'x-datadog-trace-id': 'abc' }],
    ['zero', { 'x-datadog-trace-id': '0' }],
    ['nothing', { traceparent: '', b3: '', 'x-b3-traceid': '', 'x-datadog-trace-id': '' }],
  ])('%s is none', (_, headers) => expect(ids(headers)).toEqual(none))

  test('is there only on request, and never in TCP entries', () => {
    expect(ids({ traceparent: `00-${trace}-${span}-01` }, {})).toEqual(none)
    expect(record({ traceContext: true }, tcpEntry(), {}, 'tcp')).not.toHaveProperty('trace_id')
  })

  test('its headers are asked of the logger', () => {
    const { requestHeaders } = loggerBlock([{ otlp: { traceContext: true } }], { exact: false, envoyVersion: null })
    expect(requestHeaders).toEqual(expect.arrayContaining(['traceparent', 'b3', 'x-b3-traceid', 'x-datadog-trace-id']))
  })
})

describe('around it', () => {
  const format: LogRecordFormat = {
    body: {
      kvlistValue: {
        values: [
          { key: '%KUMA_MESH%', value: '%REQ(:PATH)% %KUMA_MESH%' },
          { key: 'n', value: '%DURATION%' },
        ],
      },
    },
    attributes: [{ key: 'mesh', value: '%KUMA_MESH%' }],
    typedValues: true,
    severity: true,
  }

  test('the generated source', async () => {
    await expect(compileFormat({ otlp: format }, { memory }).http.source).toMatchFileSnapshot('__snapshots__/otlp.js')
  })

  test('explain tells the steps, and that the machine has no part in it', () => {
    const told = explainPrograms(compileFormat({ otlp: format }, { memory }))
    expect(told).toContain('time    time_unix_nano: common_properties.start_time')
    expect(told).toContain('stream  attributes("\\n\\u0004mesh" value(string_value(kuma)))')
    expect(told).toContain('typed   %DURATION%')
    expect(told).toContain('the machine cannot do LogRecords')
  })

  test('notes name headers, custom tags and misplaced lists', () => {
    const body = {
      arrayValue: { values: ['%REQ(x-a)%', { kvlistValue: null, values: [{ key: 'a', value: '%CONNECTION_ID%' }] }] },
    }
    const notes = noteFormat({ otlp: { body } }, null)
    expect(notes.map(({ code }) => code)).toEqual(['logger_setting', 'custom_tag', 'misplaced_values'])
    expect(notes[2]!.message).toContain('body.arrayValue.values[1].values is read')
  })

  test('omitEmptyValues has no part in it', () => {
    expect(bodyOf('[%REQ(x-none)%]', H, { omitEmptyValues: true })).toEqual(string('[-]'))
  })

  test('control characters are escaped when asked for', () => {
    const options = { textSafety: { escapeControl: true }, kumaValues: { mesh: 'a\tb' } }
    expect(bodyOf('%REQ(USER-AGENT)%\n%KUMA_MESH%', httpEntry({}, { userAgent: 'a\nb' }), options)).toEqual(
      string('a\\nb\na\\tb'),
    )
  })

  test('a record that does not fit is not begun', () => {
    const small = createMemory({ inputBytesMax: 4096, outputBytesMax: 256 })
    const entry = encodeEntry('http', httpEntry({}, { userAgent: 'u'.repeat(300) }))
    const { http } = compileFormat({ otlp: { body: '%REQ(USER-AGENT)%' } }, { memory: small })
    small.bytes.set(entry, small.inputAt)
    const before = small.bytes.slice(small.outputAt)
    expect(http.render(small.inputAt, small.inputAt + entry.length, small.outputAt, [], 0)).toBe(-2)
    expect(small.bytes.slice(small.outputAt)).toEqual(before)
  })
})
