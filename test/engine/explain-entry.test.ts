/** Why a value is there or not: for each kind of source what is found in an entry, and how it is mended. */
import { describe, expect, test } from 'vitest'
import type { FormatSpec } from '../../src/engine/compile-format.ts'
import { explainEntry, type OperatorExplanation } from '../../src/engine/explain-entry.ts'
import { toText } from '../../src/format/byte-string.ts'
import { operators } from '../../src/format/operators.ts'
import { unidentified } from '../../src/identifier.ts'
import { type EntryKind, encodeEntry, httpEntry, memory, renderBytes, tcpEntry } from './entries.ts'

function explain(kind: EntryKind, spec: FormatSpec, entry: object | Uint8Array, options: object = {}) {
  const bytes = entry instanceof Uint8Array ? entry : encodeEntry(kind, entry)
  memory.bytes.set(bytes, memory.inputAt)
  const end = memory.inputAt + bytes.length
  const place = { memory, kind, at: memory.inputAt, end, stream: unidentified, receivedAtMs: 0 }
  return explainEntry(spec, { ...place, ...options })
}

function explainOne(kind: EntryKind, operator: string, entry: object, options: object = {}): OperatorExplanation {
  const explained = explain(kind, { text: operator }, entry, options)
  if ('fault' in explained) throw new Error(explained.fault)
  expect(explained.operators).toHaveLength(1)
  return explained.operators[0]!
}

const tags = (customTags: Record<string, string>) => ({ commonProperties: { customTags } })
const remote = (address: object, more: object = {}) => ({
  commonProperties: { upstreamRemoteAddress: address, ...more },
})
const socket = { socketAddress: { address: '10.0.0.2', portValue: 443 } }
const any = (type: string, value: object) => ({ '@type': `type.googleapis.com/google.protobuf.${type}`, ...value })
const state = (object: object) => ({ commonProperties: { filterStateObjects: { k: object } } })
const metadata = (filterMetadata: object) => ({ commonProperties: { metadata: { filterMetadata } } })

const tlsField = 'common_properties.tls_properties'
const upstreamField = 'common_properties.upstream_remote_address'
const none = 'not on the wire'

type Row = readonly [operator: string, entry: object, where: string, found: string]

/** HTTP entries in which the operator has no value. */
const absences: readonly Row[] = [
  ['%REQ(X-A)%', {}, 'request.request_headers["x-a"]', none],
  [
    '%REQ(X-A)%',
    { request: { requestHeaders: { 'X-B': '1' } } },
    'request.request_headers["x-a"]',
    `${none} (there: X-B)`,
  ],
  ['%REQ(:AUTHORITY)%', { request: { authority: '' } }, 'request.authority', none],
  ['%CONNECTION_ID%', {}, 'custom tag "als:%CONNECTION_ID%"', none],
  ['%CONNECTION_ID%', {}, 'fields of the entry', 'none carries it'],
  [
    '%HOSTNAME%',
    tags({ 'als:%HOSTNAME%': '<absent><end>' }),
    'custom tag "als:%HOSTNAME%"',
    'it says that there is no value',
  ],
  [
    '%METADATA(ROUTE:ns:b)%',
    tags({ 'als:%METADATA(ROUTE:ns)%': '{"a":1}<end>' }),
    'custom tag "als:%METADATA(ROUTE:ns)%"',
    '"{\\"a\\":1}", in which b is looked for',
  ],
  ['%DURATION%', {}, 'common_properties.duration', none],
  ['%DURATION%', {}, 'common_properties.time_to_last_downstream_tx_byte', none],
  ['%START_TIME%', {}, 'common_properties.start_time', none],
  [
    '%COMMON_DURATION(US_RX_BEG:DS_RX_BEG)%',
    { commonProperties: { timeToFirstUpstreamRxByte: '0.1s' } },
    'both together',
    'the end lies before the start',
  ],
  ['%RESPONSE_TX_DURATION%', {}, 'common_properties.time_to_first_upstream_rx_byte', none],
  ['%PROTOCOL%', { protocolVersion: 9 }, 'protocol_version', '9, a number without a name'],
  ['%PROTOCOL%', {}, 'protocol_version', none],
  ['%UPSTREAM_HOST%', {}, upstreamField, none],
  ['%UPSTREAM_HOST%', remote({}), upstreamField, 'there, but of no kind'],
  [
    '%UPSTREAM_REMOTE_ADDRESS%',
    remote(socket),
    upstreamField,
    '10.0.0.2, port 443; no upstream connection was made (common_properties.upstream_local_address is not on the wire)',
  ],
  [
    '%UPSTREAM_REMOTE_ADDRESS%',
    { ...remote({ pipe: { path: '/p' } }), protocolVersion: 'HTTP11' },
    upstreamField,
    'the pipe /p; no upstream connection was made (common_properties.time_to_first_upstream_tx_byte is not on the wire)',
  ],
  [
    '%UPSTREAM_REMOTE_ADDRESS%',
    remote({ pipe: { path: '/p' } }, { responseFlags: { upstreamConnectionFailure: true } }),
    upstreamField,
    'the pipe /p; no upstream connection was made (common_properties.response_flags.upstream_connection_failure is set)',
  ],
  [
    '%DYNAMIC_METADATA(ns:a:c)%',
    metadata({ ns: { a: { b: 1 } } }),
    'common_properties.metadata.filter_metadata["ns"].a.c',
    'ns:a has no "c" (there: b)',
  ],
  [
    '%DYNAMIC_METADATA(ns:a:c)%',
    metadata({ ns: { a: 'x' } }),
    'common_properties.metadata.filter_metadata["ns"].a.c',
    'ns:a is no struct',
  ],
  [
    '%DYNAMIC_METADATA(ns:a)%',
    metadata({ ns: { a: null } }),
    'common_properties.metadata.filter_metadata["ns"].a',
    'null',
  ],
  [
    '%DYNAMIC_METADATA(ns)%',
    metadata({ other: {} }),
    'common_properties.metadata.filter_metadata["ns"]',
    `${none} (there: other)`,
  ],
  [
    '%FILTER_STATE(k:PLAIN)%',
    state(any('Duration', { value: '1s' })),
    'common_properties.filter_state_objects["k"]',
    'a google.protobuf.Duration, which has no bare text here',
  ],
  [
    '%FILTER_STATE(k:FIELD:a)%',
    state(any('StringValue', { value: 'x' })),
    'common_properties.filter_state_objects["k"]',
    'a google.protobuf.StringValue, which has no field "a" here',
  ],
  ['%QUERY_PARAMS%', { request: { path: '/a' } }, 'request.path', '"/a", which has no query'],
  ['%QUERY_PARAM(id)%', { request: { path: '/a?x=1' } }, 'request.path', '"/a?x=1", which has no query parameter "id"'],
  [
    '%GRPC_STATUS%',
    { request: { requestHeaders: { 'content-type': 'text/html' } } },
    'request.request_headers["content-type"]',
    '"text/html": the request is not gRPC',
  ],
  [
    '%GRPC_STATUS%',
    { response: { responseCode: 200 } },
    'response.response_code',
    '200; asked only when the request is known to be gRPC',
  ],
  ['%DOWNSTREAM_TLS_CIPHER%', {}, `${tlsField}.tls_cipher_suite`, none],
  [
    '%DOWNSTREAM_TLS_CIPHER%',
    { commonProperties: { tlsProperties: { tlsCipherSuite: 0xffff } } },
    `${tlsField}.tls_cipher_suite`,
    '65535, which is no cipher',
  ],
  [
    '%DOWNSTREAM_PEER_URI_SAN%',
    { commonProperties: { tlsProperties: { peerCertificateProperties: { subjectAltName: [{ dns: 'a' }] } } } },
    `${tlsField}.peer_certificate_properties.subject_alt_name`,
    'there, but without uri',
  ],
  ['%KUMA_MESH%', {}, 'mesh in log name, configuration and node id', 'none of them says it'],
  ['%REQ(?)%', {}, 'the argument', 'names nothing to look for'],
  ['%COALESCE({"operators":["HOSTNAME","PROTOCOL"]})%', {}, 'protocol_version', none],
]

test.each(absences)('%s is absent in %j: %s', (operator, entry, where, found) => {
  const { value, looked } = explainOne('http', operator, entry)
  expect(value).toBeNull()
  expect(looked).toContainEqual({ where, found })
})

type ValueRow = readonly [operator: string, value: string, entry: object, where: string, found: string]

/** Values in which there is little to see. */
const values: readonly ValueRow[] = [
  ['%RESPONSE_CODE%', '0', {}, 'response.response_code.value', `${none}, which is 0`],
  ['%REQ(X-E)%', '', { request: { requestHeaders: { 'x-e': '' } } }, 'request.request_headers["x-e"]', '""'],
  ['%RESPONSE_FLAGS%', '-', {}, 'common_properties.response_flags', 'no flag is set'],
  [
    '%RESPONSE_FLAGS%',
    'UF,UAEX',
    { commonProperties: { responseFlags: { upstreamConnectionFailure: true, unauthorizedDetails: { reason: 1 } } } },
    'common_properties.response_flags',
    'upstream_connection_failure, unauthorized_details',
  ],
  ['%ENVIRONMENT(POD)%', '-', {}, 'fields of the entry', 'none carries it; "-" stands for it'],
  [
    '%UPSTREAM_LOCAL_PORT%',
    '',
    pipeLocal(),
    'common_properties.upstream_local_address',
    'the pipe /p, which has no port',
  ],
  ['%ACCESS_LOG_TYPE%', 'NotSet', {}, 'common_properties.access_log_type', `${none}, which is NotSet`],
  ['%CONNECTION_ID%', '7', tags({ 'als:%CONNECTION_ID%': '7<end>' }), 'custom tag "als:%CONNECTION_ID%"', '"7"'],
]

function pipeLocal() {
  return { commonProperties: { upstreamLocalAddress: { pipe: { path: '/p' } } } }
}

test.each(values)('%s is %j in %j: %s', (operator, value, entry, where, found) => {
  const explained = explainOne('http', operator, entry)
  expect(explained.value).toBe(value)
  expect(explained.looked).toContainEqual({ where, found })
})

describe('mending', () => {
  test.each([
    [
      '%REQ(X-A?X-B)%',
      {},
      'If the request had it, the logger must list "x-a", "x-b" in additional_request_headers_to_log',
    ],
    [
      '%RESP(server)%',
      {},
      'If the response had it, the logger must list "server" in additional_response_headers_to_log',
    ],
    ['%FILTER_STATE(k)%', {}, 'If the filter state had it, the logger must list "k" in filter_state_objects_to_log'],
    ['%CONNECTION_ID%', {}, 'Let the logger ship it as the custom tag "als:%CONNECTION_ID%"'],
    ['%METADATA(ROUTE:ns:b)%', {}, 'Let the logger ship it as the custom tag "als:%METADATA(ROUTE:ns)%"'],
    ['%ENVIRONMENT(POD)%', {}, 'Let the logger ship it as the custom tag "als:%ENVIRONMENT(POD)%"'],
    ['%REQ(:PATH)%', {}, '`als-sink envoy --exact` prints how.'],
    ['%KUMA_ZONE%', {}, '--kuma zone=…'],
    [
      '%GRPC_STATUS%',
      { request: { requestHeaders: { 'content-type': 'application/grpc' } } },
      'must list "grpc-status" in additional_response_trailers_to_log',
    ],
    ['%COALESCE({"operators":["HOSTNAME"]}):3%', {}, 'the custom tag "als:%HOSTNAME%"'],
  ])('%s in %j', (operator, entry, sentence) => {
    expect(explainOne('http', operator, entry).mend.join('\n')).toContain(sentence)
  })

  test.each([
    ['an exact operator', '%START_TIME%', {}],
    ['a tag that says so', '%HOSTNAME%', tags({ 'als:%HOSTNAME%': '<absent><end>' })],
    ['no connection', '%UPSTREAM_REMOTE_ADDRESS%', remote(socket)],
    ['a request that is not gRPC', '%GRPC_STATUS%', { request: { requestHeaders: { 'content-type': 'text/html' } } }],
    ['a value', '%RESPONSE_CODE%', {}],
    ['a member with a value', '%COALESCE({"operators":["HOSTNAME","RESPONSE_CODE"]})%', {}],
    ['a shipped variable', '%ENVIRONMENT(POD)%', tags({ 'als:%ENVIRONMENT(POD)%': '-<end>' })],
  ])('nothing for %s', (_name, operator, entry) => {
    expect(explainOne('http', operator, entry).mend).toEqual([])
  })
})

describe('TCP entries', () => {
  test.each(['%REQ(:PATH)%', '%PROTOCOL%', '%GRPC_STATUS%', '%COMMON_DURATION(DS_RX_BEG:DS_RX_END)%'])(
    '%s has no place in them',
    (operator) => {
      const { value, looked, mend } = explainOne('tcp', operator, {})
      expect(value).toBeNull()
      expect(looked.at(-1)).toEqual({ where: 'TCP entries', found: 'have no such value' })
      expect(mend).toEqual([])
    },
  )

  test('a count that they do not have is 0, as in Envoy', () => {
    expect(explainOne('tcp', '%RESPONSE_CODE%', {})).toMatchObject({
      value: '0',
      looked: [{ where: 'TCP entries', found: 'have no such value; Envoy prints 0' }],
    })
  })

  test('no list of headers brings a host', () => {
    const { mend } = explainOne('tcp', '%REQUESTED_SERVER_NAME(SNI_FIRST:HOST)%', {})
    expect(mend.join()).not.toContain('additional_request_headers_to_log')
  })
})

test('a request that is known to have no content type is not gRPC', () => {
  const found = `${none}: the request is not gRPC`
  expect(
    explainOne('http', '%GRPC_STATUS%', {}, { contentTypeListed: true }).looked.map((look) => look.found),
  ).toContain(found)
  expect(explainOne('http', '%GRPC_STATUS%', {}).looked.map((look) => look.found)).not.toContain(found)
})

test('values of Kuma come from the stream and from the configuration', () => {
  const stream = { logName: '', nodeId: 'm.web-1', nodeCluster: 'web' }
  expect(explainOne('http', '%KUMA_MESH%', {}, { stream }).value).toBe('m')
  expect(explainOne('http', '%KUMA_ZONE%', {}, { kumaValues: { zone: 'east' } }).value).toBe('east')
})

test('the line is that of the whole format, and each use is told once, in order', () => {
  const spec = { json: { b: '%PROTOCOL% %REQ(X-A)%', a: ['%REQ(X-A)%', { c: '%REQ(X-A):1%' }] } }
  const explained = explain('http', spec, httpEntry(), { omitEmptyValues: true })
  if ('fault' in explained) throw new Error(explained.fault)
  expect(Buffer.from(explained.line).toString()).toBe('{"a":["1",{"c":"1"}],"b":"HTTP/1.1 1"}\n')
  expect(explained.operators.map(({ operator }) => operator)).toEqual(['%REQ(X-A)%', '%REQ(X-A):1%', '%PROTOCOL%'])
})

test('a malformed entry has a fault', () => {
  const entry = Uint8Array.from([0x1a, 5, 0x0a])
  const fault = /^<(.*)>$/.exec(renderBytes('http', { text: '%REQ(:PATH)%' }, entry))![1]
  expect(explain('http', { text: '%REQ(:PATH)%' }, entry)).toEqual({ fault })
})

test('fields in any order, split messages and lost members of a oneof are read as the engine reads them', () => {
  // upstream_remote_address: in one piece socket_address, in the next pipe; within common_properties, twice.
  const first = encodeEntry('http', remote(socket))
  const second = encodeEntry('http', remote({ pipe: { path: '/p' } }))
  const told = explain('http', { text: '%UPSTREAM_HOST%' }, Buffer.concat([first, second]))
  expect(told).toMatchObject({
    operators: [{ value: '/p', looked: [{ where: upstreamField, found: 'the pipe /p' }] }],
  })
})

describe('every operator of the catalogue', () => {
  const uses = [...operators.values()].map(({ example }) => example.use)
  const kinds = [
    ['http', {}],
    ['http', httpEntry()],
    ['tcp', {}],
    ['tcp', tcpEntry()],
  ] as const
  test.each(kinds)('is told for an entry of %s: %j', (kind, entry) => {
    for (const use of uses) {
      const { operator, value, looked } = explainOne(kind, use, entry)
      expect(operator).toBe(toText(Buffer.from(use).toString('latin1')))
      expect(looked.length > 0 || value !== null, use).toBe(true)
    }
  })
})
