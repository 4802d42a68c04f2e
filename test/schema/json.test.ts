/** proto3 JSON to binary, judged by what protobufjs decodes of it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ConfigError, SchemaError } from '../../src/errors.ts'
import { encodeJsonMessage } from '../../src/schema/json.ts'
import { loadSchema, readProtoFolder } from '../../src/schema/load.ts'
import { toProtoJson } from './proto-json.ts'

const root = readProtoFolder(fileURLToPath(new URL('../../proto', import.meta.url)))
const messageName = 'envoy.service.accesslog.v3.StreamAccessLogsMessage'
const httpName = 'envoy.data.accesslog.v3.HTTPAccessLogEntry'
const commonName = 'envoy.data.accesslog.v3.AccessLogCommon'

function decode(name: string, bytes: Uint8Array): Record<string, unknown> {
  const type = root.lookupType(name)
  return type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: String })
}

/** What protobufjs sees in the bytes that `json` became. */
function encoded(name: string, json: unknown): Record<string, unknown> {
  return decode(name, encodeJsonMessage(loadSchema(), name, json))
}

function faultsOf(name: string, json: unknown): string[] {
  try {
    encodeJsonMessage(loadSchema(), name, json)
  } catch (error) {
    if (error instanceof ConfigError)
      return error.faults.map((fault) => `${fault.path} ${fault.code}: ${fault.message}`)
    throw error
  }
  return []
}

test('every message of a real stream survives the way through JSON', () => {
  const type = root.lookupType(messageName)
  let messages = 0
  let entries = 0
  for (const bytes of framesOf(readFileSync(new URL('../golden/http1/capture.als', import.meta.url)))) {
    const object = decode(messageName, bytes)
    const again = encodeJsonMessage(loadSchema(), messageName, toProtoJson(type, object))
    expect(decode(messageName, again)).toEqual(object)
    expect(again.length).toBe(bytes.length)
    messages++
    entries += (object['http_logs'] as { log_entry: unknown[] }).log_entry.length
  }
  expect([messages, entries]).toEqual([34, 152])
})

test.each([
  ['camelCase', { request: { userAgent: 'curl', requestHeadersBytes: 7 } }],
  ['snake_case', { request: { user_agent: 'curl', request_headers_bytes: 7 } }],
  ['null beside', { request: { userAgent: 'curl', requestHeadersBytes: 7, path: null }, response: null }],
])('names in %s are understood', (_, json) => {
  expect(encoded(httpName, json)).toEqual({ request: { user_agent: 'curl', request_headers_bytes: '7' } })
})

test.each([
  [7, '7'],
  ['7', '7'],
  ['1.0', '1'],
  [1e3, '1000'],
  ['1e3', '1000'],
  [9007199254740991, '9007199254740991'],
  [9007199254740993n, '9007199254740993'],
  ['18446744073709551615', '18446744073709551615'],
  [18446744073709551615n, '18446744073709551615'],
])('the uint64 %s is exactly %s', (json, expected) => {
  expect(encoded(httpName, { request: { requestBodyBytes: json } })).toEqual({
    request: { request_body_bytes: expected },
  })
})

test.each([
  ['google.protobuf.Int64Value', '-9223372036854775808', '-9223372036854775808'],
  ['google.protobuf.Int64Value', -1, '-1'],
  ['google.protobuf.UInt64Value', '18446744073709551615', '18446744073709551615'],
  ['google.protobuf.Int32Value', -2147483648, -2147483648],
  ['google.protobuf.UInt32Value', 4294967295, 4294967295],
  ['google.protobuf.BoolValue', true, true],
  ['google.protobuf.StringValue', 'x\u0000y', 'x\u0000y'],
  ['google.protobuf.BytesValue', '+/8=', '+/8='],
  ['google.protobuf.BytesValue', '-_8', '+/8='],
  ['google.protobuf.DoubleValue', -0.5, -0.5],
  ['google.protobuf.DoubleValue', '-Infinity', '-Infinity'],
  ['google.protobuf.DoubleValue', 'NaN', 'NaN'],
  ['google.protobuf.DoubleValue', '2.5e3', 2500],
  ['google.protobuf.FloatValue', 0.5, 0.5],
])('a %s is the bare value %j', (name, json, expected) => {
  const decoded = root.lookupType(name).decode(encodeJsonMessage(loadSchema(), name, json))
  const object = decoded.$type.toObject(decoded, { longs: String, bytes: String, json: true })
  expect(object).toEqual({ value: expected })
})

test('a wrapper of zero is there, a scalar of zero is not, a member of a oneof is', () => {
  const bytes = encodeJsonMessage(loadSchema(), httpName, { response: { responseCode: 0, responseBodyBytes: 0 } })
  expect([...bytes]).toEqual([34, 2, 10, 0])
  expect(encoded('envoy.config.core.v3.SocketAddress', { address: '', portValue: 0 })).toEqual({ port_value: 0 })
})

test('minus zero is not the default', () => {
  const decoded = encoded(commonName, { sampleRate: -0 })
  expect(Object.is(decoded['sample_rate'], -0)).toBe(true)
})

test.each([
  ['2024-01-02T03:04:05Z', { seconds: '1704164645' }],
  ['2024-01-02T03:04:05.678Z', { seconds: '1704164645', nanos: 678000000 }],
  ['2024-01-02T03:04:05.000000001Z', { seconds: '1704164645', nanos: 1 }],
  ['2024-01-02T08:34:05+05:30', { seconds: '1704164645' }],
  ['2024-01-01T22:04:05-05:00', { seconds: '1704164645' }],
  ['1970-01-01T00:00:00Z', {}],
  ['1969-12-31T23:59:59.5Z', { seconds: '-1', nanos: 500000000 }],
  ['2024-02-29T00:00:00Z', { seconds: '1709164800' }],
  ['0001-01-01T00:00:00Z', { seconds: '-62135596800' }],
  ['9999-12-31T23:59:59.999999999Z', { seconds: '253402300799', nanos: 999999999 }],
])('the time %s', (text, expected) => {
  expect(encoded(commonName, { startTime: text })).toEqual({ start_time: expected })
})

test.each([
  ['1.5s', { seconds: '1', nanos: 500000000 }],
  ['0s', {}],
  ['-0.5s', { nanos: -500000000 }],
  ['-2.000000001s', { seconds: '-2', nanos: -1 }],
  ['315576000000s', { seconds: '315576000000' }],
])('the duration %s', (text, expected) => {
  expect(encoded(commonName, { duration: text })).toEqual({ duration: expected })
})

test('enums go by name or number, also by a number without a name', () => {
  expect(encoded(httpName, { protocolVersion: 'HTTP2', request: { requestMethod: 3 } })).toEqual({
    protocol_version: 'HTTP2',
    request: { request_method: 'POST' },
  })
  expect(encoded(httpName, { protocolVersion: 77 })).toEqual({ protocol_version: 77 })
})

test('maps and free JSON', () => {
  const json = {
    customTags: { 'x-a': '1', ['__proto__']: 'p', '': '' },
    metadata: { filterMetadata: { 'envoy.lb': { n: null, b: false, i: 0, s: '', l: [1, [], {}], o: { deep: 'x' } } } },
  }
  expect(encoded(commonName, json)).toEqual({
    custom_tags: Object.fromEntries([
      ['x-a', '1'],
      ['__proto__', 'p'],
      ['', ''],
    ]),
    metadata: {
      filter_metadata: {
        'envoy.lb': {
          fields: {
            n: { null_value: 'NULL_VALUE' },
            b: { bool_value: false },
            i: { number_value: 0 },
            s: { string_value: '' },
            l: {
              list_value: {
                values: [{ number_value: 1 }, { list_value: {} }, { struct_value: {} }],
              },
            },
            o: { struct_value: { fields: { deep: { string_value: 'x' } } } },
          },
        },
      },
    },
  })
})

test('a free number that came as BigInt becomes a double', () => {
  expect(encoded('google.protobuf.Value', 2n ** 64n)).toEqual({ number_value: 2 ** 64 })
})

test.each([
  [
    'with a form of its own',
    { '@type': 't/google.protobuf.Duration', value: '1.5s' },
    'google.protobuf.Duration',
    { seconds: '1', nanos: 500000000 },
  ],
  ['with fields', { '@type': 't/envoy.config.core.v3.Pipe', path: '/p' }, 'envoy.config.core.v3.Pipe', { path: '/p' }],
  [
    'as a struct',
    { '@type': 't/google.protobuf.Struct', value: { a: 'b' } },
    'google.protobuf.Struct',
    { fields: { a: { string_value: 'b' } } },
  ],
  ['that is empty', { '@type': 't/envoy.config.core.v3.Pipe' }, 'envoy.config.core.v3.Pipe', {}],
])('an Any %s', (_, json, name, expected) => {
  const any = root.lookupType('google.protobuf.Any')
  const decoded = any.decode(encodeJsonMessage(loadSchema(), 'google.protobuf.Any', json)) as unknown as {
    type_url: string
    value: Uint8Array
  }
  expect(decoded.type_url).toBe(`t/${name}`)
  expect(decode(name, decoded.value)).toEqual(expected)
})

test('an Any of a type that we do not know is given as it is', () => {
  const json = { typeUrl: 'type.googleapis.com/other.Thing', value: 'AQI=' }
  expect(encoded('google.protobuf.Any', json)).toEqual({ type_url: json.typeUrl, value: 'AQI=' })
})

test('strings keep all Unicode; half a surrogate pair becomes U+FFFD', () => {
  const bytes = encodeJsonMessage(loadSchema(), 'google.protobuf.StringValue', '😀\ud800x\udc00é')
  expect(Buffer.from(bytes).subarray(2).toString('utf8')).toBe('😀\ufffdx\ufffdé')
})

test.each([
  [
    { httpLogs: { logEntry: [{ request: { userAgnt: 'x' } }] } },
    'httpLogs.logEntry[0].request.userAgnt unknown_field: HTTPRequestProperties has no field userAgnt. Did you mean userAgent?',
  ],
  [{ http_log: {} }, 'http_log unknown_field: StreamAccessLogsMessage has no field http_log. Did you mean http_logs?'],
  [{ httpLogs: {}, http_logs: {} }, 'http_logs duplicate_field: httpLogs is given twice: as http_logs as well.'],
  [
    { httpLogs: {}, tcpLogs: {} },
    'tcpLogs oneof: Only one of httpLogs and tcpLogs may be given: they share the oneof log_entries.',
  ],
  [{ httpLogs: [] }, 'httpLogs wrong_type: This must be an object (HTTPAccessLogEntries), but is an array.'],
  [{ httpLogs: { logEntry: {} } }, 'httpLogs.logEntry wrong_type: This must be an array, but is an object.'],
  [
    { httpLogs: { logEntry: [null] } },
    'httpLogs.logEntry[0] wrong_type: This must be an object (HTTPAccessLogEntry), but is null.',
  ],
  [{ identifier: { logName: 5 } }, 'identifier.logName wrong_type: This must be a string, but is 5.'],
  [7, ' wrong_type: This must be an object (StreamAccessLogsMessage), but is 7.'],
])('%j is refused', (json, fault) => {
  expect(faultsOf(messageName, json)).toEqual([fault])
})

test.each([
  [{ sampleRate: 'much' }, 'sampleRate wrong_type', '"much"'],
  [{ sampleRate: '1e999' }, 'sampleRate wrong_type', 'a double'],
  [{ upstreamRequestAttemptCount: -1 }, 'upstreamRequestAttemptCount wrong_type', 'from 0 to 4294967295, but is -1'],
  [{ upstreamRequestAttemptCount: 1.5 }, 'upstreamRequestAttemptCount wrong_type', 'whole number'],
  [{ upstreamRequestAttemptCount: '0x10' }, 'upstreamRequestAttemptCount wrong_type', 'whole number'],
  [{ downstreamWireBytesSent: 2 ** 60 }, 'downstreamWireBytesSent inexact_integer', 'string of digits'],
  [{ downstreamWireBytesSent: '18446744073709551616' }, 'downstreamWireBytesSent wrong_type', '18446744073709551615'],
  [{ intermediateLogEntry: 'true' }, 'intermediateLogEntry wrong_type', 'true or false'],
  [{ accessLogType: 'TcpConectionEnd' }, 'accessLogType unknown_value', 'Did you mean TcpConnectionEnd?'],
  [{ accessLogType: 1.5 }, 'accessLogType wrong_type', '2147483647'],
  [{ startTime: 'today' }, 'startTime wrong_type', '"2024-01-02T03:04:05.678Z"'],
  [{ startTime: '2024-02-30T00:00:00Z' }, 'startTime wrong_type', 'a time'],
  [{ startTime: '2024-01-02T24:00:00Z' }, 'startTime wrong_type', 'a time'],
  [{ startTime: '2024-01-02T03:04:05' }, 'startTime wrong_type', 'a time'],
  [{ startTime: '2024-01-02T03:04:05.1234567890Z' }, 'startTime wrong_type', 'a time'],
  [{ startTime: '0001-01-01T00:00:00+00:01' }, 'startTime wrong_type', 'a time'],
  [{ startTime: 5 }, 'startTime wrong_type', 'a time'],
  [{ duration: '1.5' }, 'duration wrong_type', 'a duration'],
  [{ duration: '315576000000.1s' }, 'duration wrong_type', 'a duration'],
  [{ customTags: { a: null } }, 'customTags.a wrong_type', 'a string, but is null'],
  [{ customTags: ['a'] }, 'customTags wrong_type', 'an object'],
  [{ customTags: { 'x-a': 1 } }, 'customTags["x-a"] wrong_type', 'a string'],
  [{ metadata: { filterMetadata: { f: 'x' } } }, 'metadata.filterMetadata.f wrong_type', 'an object'],
  [{ filterStateObjects: { k: { '@type': 'a/no.Such' } } }, 'filterStateObjects.k["@type"] unknown_type', 'typeUrl'],
  [{ filterStateObjects: { k: { '@type': 5 } } }, 'filterStateObjects.k["@type"] wrong_type', 'a string'],
  [
    { filterStateObjects: { k: { '@type': 'a/google.protobuf.StringValue', value: 'x', more: 1 } } },
    'filterStateObjects.k.more unknown_field',
    'only "value"',
  ],
  [{ filterStateObjects: { k: { typeUrl: 'a/b', value: 'a*' } } }, 'filterStateObjects.k.value wrong_type', 'base64'],
  [
    { filterStateObjects: { k: { typeUrl: 'a/b', value: 'abcde' } } },
    'filterStateObjects.k.value wrong_type',
    'base64',
  ],
  [{ responseFlags: { noRouteFound: 1 } }, 'responseFlags.noRouteFound wrong_type', 'true or false'],
])('%j is refused at its place', (json, start, piece) => {
  const [fault, ...others] = faultsOf(commonName, json)
  expect(others).toEqual([])
  expect(fault!.slice(0, start.length + 1)).toBe(`${start}:`)
  expect(fault).toContain(piece)
})

test('all faults of a message are told at once', () => {
  const json = {
    httpLogs: { logEntry: [{ request: { paht: '/' } }, { response: { responseCode: 'x' } }, { what: 1 }] },
  }
  expect(faultsOf(messageName, json).map((fault) => fault.split(':')[0])).toEqual([
    'httpLogs.logEntry[0].request.paht unknown_field',
    'httpLogs.logEntry[1].response.responseCode wrong_type',
    'httpLogs.logEntry[2].what unknown_field',
  ])
})

test('JSON nests 100 deep and no deeper', () => {
  const nest = (depth: number) => Array.from({ length: depth }).reduce((inner) => [inner], 1 as unknown)
  expect(faultsOf('google.protobuf.Value', nest(100))).toEqual([])
  const faults = faultsOf('google.protobuf.Value', nest(101))
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain('too_deep')
})

test('a message that proto/ does not have is a SchemaError', () => {
  expect(() => encodeJsonMessage(loadSchema(), 'envoy.Nothing', {})).toThrow(SchemaError)
})

/** The messages of a capture, cut here by hand so that this test needs no room but `schema/`. */
function* framesOf(capture: Buffer): Generator<Buffer> {
  for (let at = 0; at < capture.length; ) {
    const end = at + 5 + capture.readUInt32BE(at + 1)
    yield capture.subarray(at + 5, end)
    at = end
  }
}
