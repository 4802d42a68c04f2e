/**
 * Random valid entries, HTTP and TCP: every field, now and then explicit zeros, unknown enum values, huge counters, times and durations
 * that are none, strings that are no UTF-8. Encoded once, in canonical form; see `test/engine/reencode.ts` for other forms.
 */
import fc from 'fast-check'
import { type Bytes, bytesOf } from '../reference/bytes.ts'
import { encode } from '../reference/message.ts'
import type { Kind } from '../reference/value.ts'
import { anyBytes, headerNames, namespaces, stateKeys } from './strings.ts'
import { anyState, anyStruct } from './values.ts'

/** Fields come and go each by itself. */
function some(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc.record(fields, { requiredKeys: [] })
}

const text = (bytes: fc.Arbitrary<string>) => bytes.map((each) => Buffer.from(each, 'latin1'))
const anyString = text(anyBytes)
const pairs = <T>(keys: readonly string[], value: fc.Arbitrary<T>) =>
  fc.array(fc.record({ key: text(fc.constantFrom(...keys)), value }), { maxLength: 4 })

const counter = fc.oneof(
  fc.nat(),
  fc.constantFrom('0', '9007199254740993', '18446744073709551615', '100000', '4294967296'),
)
const number32 = fc.oneof(fc.nat(1000), fc.constantFrom(0, 0xffff, 0xffff_ffff))
const wrapped = (value: fc.Arbitrary<unknown>) => some({ value })
const enumOf = (count: number) =>
  fc.oneof(
    { arbitrary: fc.nat(count - 1), weight: 8 },
    { arbitrary: fc.constantFrom(9, 42, 77, -1, 2 ** 31 - 1), weight: 1 },
  )

/** Times before 1970 are left out: B.1 gives them no meaning. */
const startTime = fc.oneof(
  { arbitrary: some({ seconds: fc.integer({ min: 100_000, max: 2 ** 32 }), nanos: fc.nat(999_999_999) }), weight: 8 },
  { arbitrary: fc.constant({ seconds: 1582062737, nanos: 987654321 }), weight: 2 },
  {
    arbitrary: fc.constantFrom(
      { seconds: '1', nanos: 1_000_000_000 },
      { seconds: '253402300800' },
      { seconds: '5', nanos: -1 },
    ),
    weight: 1,
  },
)

const duration = fc.oneof(
  { arbitrary: some({ seconds: fc.nat(100_000), nanos: fc.nat(999_999_999) }), weight: 6 },
  { arbitrary: some({ nanos: fc.integer({ min: -999_999_999, max: 999_999_999 }) }), weight: 2 },
  {
    arbitrary: fc.record({
      seconds: fc.integer({ min: -1000, max: -1 }),
      nanos: fc.integer({ min: -999_999_999, max: 0 }),
    }),
    weight: 1,
  },
  {
    arbitrary: fc.constantFrom(
      { seconds: '1', nanos: -1 },
      { seconds: '315576000001' },
      { nanos: 1_000_000_000 },
      { seconds: '-9223372036854775808' },
    ),
    weight: 1,
  },
)

const ips =
  '10.0.0.2 127.0.0.1 203.0.113.9 255.255.255.255 ::1 2001:db8:1234:5678:9abc:def0:1234:5678 ::ffff:10.1.2.3 fe80::1:0:0:2 ::'.split(
    ' ',
  )

const namedPort = text(fc.constantFrom('http', '', '"é"'))
const socket = fc
  .tuple(
    some({ address: text(fc.constantFrom(...ips)), protocol: enumOf(2) }),
    fc.oneof(
      { arbitrary: some({ port_value: fc.nat(65535) }), weight: 6 },
      { arbitrary: some({ port_value: fc.nat(65535), named_port: namedPort }), weight: 1 },
    ),
  )
  .map(([host, port]) => ({ ...host, ...port }))
const pipe = some({ path: anyString, mode: fc.nat(511) })
const internal = some({ server_listener_name: anyString, endpoint_id: anyString })

const address = fc.oneof(
  { arbitrary: fc.record({ socket_address: socket }), weight: 6 },
  { arbitrary: fc.record({ pipe }), weight: 2 },
  { arbitrary: fc.record({ envoy_internal_address: internal }), weight: 1 },
  // Two members of one oneof: the last one on the wire counts.
  { arbitrary: fc.record({ socket_address: socket, pipe }), weight: 1 },
  { arbitrary: fc.record({ pipe, envoy_internal_address: internal }), weight: 1 },
  { arbitrary: fc.constant({}), weight: 1 },
)

const flagNames =
  `failed_local_healthcheck no_healthy_upstream upstream_request_timeout local_reset upstream_remote_reset
  upstream_connection_failure upstream_connection_termination upstream_overflow no_route_found delay_injected fault_injected
  rate_limited rate_limit_service_error downstream_connection_termination upstream_retry_limit_exceeded stream_idle_timeout
  invalid_envoy_request_headers downstream_protocol_error upstream_max_stream_duration_reached response_from_cache_filter
  no_filter_config_found duration_timeout upstream_protocol_error no_cluster_found overload_manager dns_resolution_failure
  downstream_remote_reset`.split(/\s+/)

const responseFlags = fc
  .tuple(
    fc.subarray(flagNames, { maxLength: 5 }),
    fc.boolean(),
    some({ unauthorized_details: some({ reason: enumOf(2) }) }),
  )
  .map(([set, value, details]) => ({
    ...Object.fromEntries(set.map((name) => [name, value || name.length % 2 === 0])),
    ...details,
  }))

const certificate = some({
  subject_alt_name: fc.array(some({ uri: anyString, dns: anyString }), { maxLength: 3 }),
  subject: anyString,
  issuer: anyString,
})

const ciphers = [
  0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xcca8, 0x2f, 0x35, 0x9c, 0x0a, 0xc012, 0xffff, 0xc0a0, 0, 0xd001,
]

const tls = some({
  tls_version: enumOf(5),
  tls_cipher_suite: wrapped(fc.constantFrom(...ciphers)),
  tls_sni_hostname: fc.oneof(anyString, text(fc.constantFrom('backend.internal', 'with_under.lab', bytesOf('é.lab')))),
  local_certificate_properties: certificate,
  peer_certificate_properties: certificate,
  tls_session_id: anyString,
  ja3_fingerprint: anyString,
})

const offsets =
  `time_to_last_rx_byte time_to_first_upstream_tx_byte time_to_last_upstream_tx_byte time_to_first_upstream_rx_byte
  time_to_last_upstream_rx_byte time_to_first_downstream_tx_byte time_to_last_downstream_tx_byte duration`.split(/\s+/)
const addresses = `downstream_remote_address downstream_local_address upstream_remote_address upstream_local_address
  downstream_direct_remote_address`.split(/\s+/)
const strings = `upstream_cluster upstream_transport_failure_reason route_name connection_termination_details stream_id
  downstream_transport_failure_reason`.split(/\s+/)
const counters = `downstream_wire_bytes_sent downstream_wire_bytes_received upstream_wire_bytes_sent
  upstream_wire_bytes_received`.split(/\s+/)

const all = <T>(names: readonly string[], value: fc.Arbitrary<T>) =>
  Object.fromEntries(names.map((name) => [name, value]))

/** Nor does a line's end lie before 1970. */
function endAfter1970(fields: { start_time?: { seconds?: unknown }; duration?: unknown }): object {
  const { start_time, duration, ...rest } = fields
  return start_time?.seconds === undefined ? { ...rest, ...(duration ? { duration } : { start_time }) } : fields
}

const common = some({
  sample_rate: fc.double(),
  ...all(addresses, address),
  ...all(offsets, duration),
  ...all(strings, anyString),
  ...all(counters, counter),
  tls_properties: tls,
  start_time: startTime,
  response_flags: responseFlags,
  metadata: some({ filter_metadata: pairs(namespaces, anyStruct) }),
  filter_state_objects: pairs(stateKeys, anyState),
  upstream_request_attempt_count: number32,
  intermediate_log_entry: fc.boolean(),
  access_log_type: enumOf(15),
}).map(endAfter1970)

const paths = [
  '/',
  '/api?id=7&q=a%20b',
  '/?',
  '?q',
  '/a?q=%41%zz&q=2&&=x&A=%00%ff',
  '/a?%41=1&a+b=2&a%20b=3',
  '/x?q=%',
  '/x?q=%4',
]
const contentTypes = ['application/grpc', 'application/grpc+proto', 'application/grpc-web', 'text/html', '']
const statuses = [
  '0',
  '1',
  '14',
  '99',
  'abc',
  ' 3',
  '+7',
  '',
  '4294967296',
  '9223372036854775807',
  '18446744073709551616',
  '-1',
]
const headerValue = fc.oneof(
  { arbitrary: anyString, weight: 2 },
  { arbitrary: text(fc.constantFrom(...contentTypes, ...statuses, '/p?x=1')), weight: 1 },
)
const path = fc.oneof({ arbitrary: text(fc.constantFrom(...paths)), weight: 2 }, { arbitrary: anyString, weight: 1 })
const headers = pairs([...headerNames, 'x-envoy-original-host', ':status', 'server'], headerValue)

const request = some({
  request_method: enumOf(10),
  ...all(['scheme', 'authority', 'user_agent', 'referer', 'forwarded_for', 'request_id'], anyString),
  port: wrapped(number32),
  path,
  original_path: path,
  ...all(
    ['request_headers_bytes', 'request_body_bytes', 'upstream_header_bytes_sent', 'downstream_header_bytes_received'],
    counter,
  ),
  request_headers: headers,
})

const response = some({
  response_code: wrapped(fc.constantFrom(0, 200, 302, 400, 401, 403, 404, 429, 503, 504, 4294967295)),
  ...all(
    ['response_headers_bytes', 'response_body_bytes', 'upstream_header_bytes_received', 'downstream_header_bytes_sent'],
    counter,
  ),
  response_headers: headers,
  response_trailers: headers,
  response_code_details: anyString,
})

export interface AnyEntry {
  readonly kind: Kind
  readonly fields: { readonly common_properties?: object }
}

export const anyEntry: fc.Arbitrary<AnyEntry> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('http' as const),
      fields: some({ common_properties: common, protocol_version: enumOf(5), request, response }),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('tcp' as const),
      fields: some({
        common_properties: common,
        connection_properties: some({ received_bytes: counter, sent_bytes: counter }),
      }),
    }),
    weight: 1,
  },
)

/** The tags come beside the entry, for their names are the format's operators. */
export function encodeEntry({ kind, fields }: AnyEntry, tags: ReadonlyMap<Bytes, Bytes>): Uint8Array {
  const custom_tags = [...tags].map(([key, value]) => ({
    key: Buffer.from(key, 'latin1'),
    value: Buffer.from(value, 'latin1'),
  }))
  const common_properties = { ...fields.common_properties, ...(custom_tags.length > 0 ? { custom_tags } : {}) }
  const hasCommon = fields.common_properties !== undefined || custom_tags.length > 0
  const name = kind === 'http' ? 'HTTPAccessLogEntry' : 'TCPAccessLogEntry'
  return encode(`envoy.data.accesslog.v3.${name}`, { ...fields, ...(hasCommon ? { common_properties } : {}) })
}
