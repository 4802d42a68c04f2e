/** Every operator of the catalogue on whole entries, in text: values, absence, and both kinds of entry. */
import { describe, expect, test } from 'vitest'
import { envoyDefaultFormat, kumaTcpFormat } from '../../src/format/default-formats.ts'
import { httpEntry, render, tcpEntry } from './entries.ts'

type Row = readonly [name: string, kind: 'http' | 'tcp', entry: object, format: string, expected: string]

const H = httpEntry()
const T = tcpEntry()
const E = {}
const address = (host: string, port: number) => ({ socketAddress: { address: host, portValue: port } })
const remote = (host: string, port = 53165) => httpEntry({ downstreamRemoteAddress: address(host, port) })

const rows: readonly Row[] = [
  ['counters and codes', 'http', H, '%PROTOCOL% %RESPONSE_CODE% %BYTES_RECEIVED% %BYTES_SENT%', 'HTTP/1.1 200 234 567'],
  [
    'counters and codes of a TCP entry',
    'tcp',
    T,
    '%PROTOCOL% %RESPONSE_CODE% %BYTES_RECEIVED% %BYTES_SENT%',
    '- 0 234 567',
  ],
  [
    'an entry with nothing set',
    'http',
    E,
    '%PROTOCOL% %RESPONSE_CODE% %BYTES_RECEIVED% %BYTES_SENT% [%START_TIME%]',
    '- 0 0 0 [-]',
  ],
  [
    'header names in any case',
    'http',
    H,
    '%REQ(:METHOD)% %REQ(:Authority)% %REQ(HOST)%',
    'GET backend.internal:8080 backend.internal:8080',
  ],
  ['empty is not absent', 'http', H, '"%REQ(X-A)%" "%REQ(X-EMPTY)%" "%REQ(X-NONE)%"', '"1" "" "-"'],
  ['an empty header hides its alternative', 'http', H, '%REQ(x-empty?x-a)%|%REQ(x-none?X-A)%', '|1'],
  ['absent values are not cut', 'http', H, '%REQ(x-none?x-none2):3%', '-'],
  ['headers of a TCP entry', 'tcp', T, '%REQ(:path)%|%RESP(server)%|%TRAILER(grpc-status)%', '-|-|-'],
  ['a method outside the enum', 'http', httpEntry({}, { requestMethod: 'METHOD_UNSPECIFIED' }), '%REQ(:method)%', '-'],
  [
    'a listed method wins',
    'http',
    httpEntry({}, { requestHeaders: { ':method': 'PURGE' } }),
    '%REQ(:method)%',
    'PURGE',
  ],
  [
    'map keys in any case',
    'http',
    httpEntry({}, { requestHeaders: { 'X-Mixed-Case': 'y' } }),
    '%REQ(x-mixed-case)%',
    'y',
  ],
  ['response headers', 'http', H, '%RESP(SERVER):3% %RESP(:status)% %RESP(:status):2%', 'Tom 200 20'],
  ['aliases', 'http', H, '%REQUEST_HEADER(x-a)%%RESPONSE_HEADER(server)%%RESPONSE_TRAILER(grpc-status)%', '1Tomcat14'],
  ['a length of nothing', 'http', H, '%REQ(x-a):0%|%REQ(:method):2%', '|GE'],
  [
    'durations are cut toward zero',
    'http',
    H,
    '%DURATION% %REQUEST_DURATION% %REQUEST_TX_DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION%',
    '124 57 70 102 21',
  ],
  ['without a duration the last byte out counts', 'http', httpEntry({ duration: null }), '%DURATION%', '123'],
  [
    'without either there is none',
    'http',
    httpEntry({ duration: null, timeToLastDownstreamTxByte: null }),
    '%DURATION%',
    '-',
  ],
  [
    'durations of a TCP entry',
    'tcp',
    T,
    '%DURATION% %REQUEST_DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION% %COMMON_DURATION(DS_RX_BEG:DS_RX_END)%',
    '124 - - - -',
  ],
  ['present and zero', 'http', httpEntry({ timeToLastRxByte: '0s' }), '%REQUEST_DURATION%', '0'],
  [
    'a response that ends before it begins',
    'http',
    httpEntry({ timeToFirstUpstreamRxByte: '0.1255s' }),
    '%RESPONSE_TX_DURATION%',
    '-1',
  ],
  ['a negative duration', 'http', httpEntry({ duration: '-1.5s' }), '%DURATION%', '-1500'],
  [
    'points in any unit',
    'http',
    H,
    '%COMMON_DURATION(US_TX_BEG:US_RX_BEG)% %COMMON_DURATION(US_TX_BEG:US_RX_BEG:us)% %COMMON_DURATION(DS_RX_BEG:DS_RX_END:ns)%',
    '40 40800 57000000',
  ],
  [
    'points that run backwards',
    'http',
    H,
    '%COMMON_DURATION(DS_TX_END:DS_RX_BEG)% %COMMON_DURATION(US_RX_BEG:US_TX_BEG:ns)%',
    '- -',
  ],
  ['a point that nobody sends', 'http', H, '%COMMON_DURATION(US_CX_BEG:US_CX_END:ms)%', '-'],
  ['the same point twice', 'http', H, '%COMMON_DURATION(DS_RX_BEG:DS_RX_BEG:ns)%', '0'],
  [
    'addresses',
    'http',
    H,
    '%UPSTREAM_HOST% %UPSTREAM_LOCAL_PORT% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    '10.0.0.2:443 10001 127.0.0.3',
  ],
  [
    'IPv6',
    'http',
    remote('2001:db8::1'),
    '%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%',
    '[2001:db8::1]:53165 2001:db8::1 53165',
  ],
  [
    'IPv6 with a long first group',
    'http',
    remote('::ffff:10.1.2.3', 0),
    '%DOWNSTREAM_REMOTE_ADDRESS%',
    '[::ffff:10.1.2.3]:0',
  ],
  ['port 0', 'http', remote('0.0.0.0', 0), '%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_PORT%', '0.0.0.0:0 0'],
  [
    'a pipe',
    'http',
    httpEntry({ upstreamRemoteAddress: { pipe: { path: '/var/run/app.sock' } } }),
    '%UPSTREAM_HOST% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% [%UPSTREAM_REMOTE_PORT%]',
    '/var/run/app.sock /var/run/app.sock []',
  ],
  [
    'an internal address',
    'http',
    httpEntry({ upstreamRemoteAddress: { envoyInternalAddress: { serverListenerName: 'l' } } }),
    '%UPSTREAM_HOST%',
    'envoy://l/',
  ],
  ['an address without a kind', 'http', httpEntry({ upstreamRemoteAddress: {} }), '%UPSTREAM_HOST%', '-'],
  [
    'no connection, no remote address',
    'http',
    httpEntry({ upstreamLocalAddress: null }),
    '%UPSTREAM_HOST% %UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_REMOTE_PORT%',
    '10.0.0.2:443 - -',
  ],
  [
    'a pipe that was never written to',
    'http',
    httpEntry({ upstreamRemoteAddress: { pipe: { path: '/p' } }, timeToFirstUpstreamTxByte: null }),
    '%UPSTREAM_REMOTE_ADDRESS%',
    '-',
  ],
  [
    'a TCP pipe that failed',
    'tcp',
    tcpEntry({ upstreamRemoteAddress: { pipe: { path: '/p' } } }),
    '%UPSTREAM_REMOTE_ADDRESS%',
    '-',
  ],
  [
    'a TCP pipe that did not',
    'tcp',
    tcpEntry({ upstreamRemoteAddress: { pipe: { path: '/p' } }, responseFlags: null }),
    '%UPSTREAM_REMOTE_ADDRESS%',
    '/p',
  ],
  [
    'networks',
    'http',
    remote('10.1.10.23'),
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(0)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(129)%',
    '10.1.0.0/16 0.0.0.0/0 10.1.10.23/32',
  ],
  [
    'lengths that are read leniently',
    'http',
    remote('10.1.10.23'),
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT( +08 )% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(1.5)% [%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(-1)%]',
    '10.0.0.0/8 10.1.10.23 []',
  ],
  [
    'IPv6 networks',
    'http',
    remote('2001:db8:1234:5678:9abc:def0:1234:5678'),
    '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(64)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)%',
    '2001:db8:1234:5678::/64 2000::/8',
  ],
  [
    'white space in details',
    'http',
    httpEntry({}, {}, { responseCodeDetails: 'a b\tc' }),
    '%RESPONSE_CODE_DETAILS%|%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%|%RESPONSE_CODE_DETAILS(x)%',
    'a_b_c|a b\tc|a_b_c',
  ],
  [
    'flags of an HTTP entry',
    'http',
    H,
    '%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%',
    'URX,UF UpstreamRetryLimitExceeded,UpstreamConnectionFailure',
  ],
  ['flags of a TCP entry', 'tcp', T, '%RESPONSE_FLAGS%', 'UF,URX'],
  [
    'flags of TCP inside an HTTP entry',
    'http',
    httpEntry({}, {}, {}, 'PROTOCOL_UNSPECIFIED'),
    '%RESPONSE_FLAGS%',
    'UF,URX',
  ],
  ['no flags', 'http', E, '%RESPONSE_FLAGS%', '-'],
  [
    'an external authorizer said no',
    'http',
    httpEntry({ responseFlags: { dnsResolutionFailure: true, unauthorizedDetails: { reason: 'EXTERNAL_SERVICE' } } }),
    '%RESPONSE_FLAGS%',
    'UAEX,DF',
  ],
  [
    'an authorizer without a reason',
    'http',
    httpEntry({ responseFlags: { unauthorizedDetails: {} } }),
    '%RESPONSE_FLAGS%',
    '-',
  ],
  ['cluster and route', 'tcp', T, '%UPSTREAM_CLUSTER% %ROUTE_NAME%', 'outbound:backend r1'],
  [
    'a number beyond 2^53',
    'http',
    httpEntry({}, {}, { responseBodyBytes: '9007199254740993' }),
    '%BYTES_SENT%',
    '9007199254740993',
  ],
  [
    'the largest number',
    'http',
    httpEntry({}, {}, { responseBodyBytes: '18446744073709551615' }),
    '%BYTES_SENT%',
    '18446744073709551615',
  ],
  [
    'numbers of enums that nobody knows',
    'http',
    { protocolVersion: 9, request: { requestMethod: 42 } },
    '%PROTOCOL% %REQ(:METHOD)%',
    '- -',
  ],
  ['percent signs', 'http', H, '100%% %%%PROTOCOL%%%', '100% %HTTP/1.1%'],
  ['the empty format', 'http', H, '', ''],
  ['a long value', 'http', httpEntry({}, { userAgent: 'x'.repeat(5000) }), '%REQ(USER-AGENT)%', 'x'.repeat(5000)],
]

describe('text', () => {
  test.each(rows)('%s', (_name, kind, entry, format, expected) => {
    expect(render(kind, { text: format }, entry)).toBe(expected)
  })

  test("Envoy's default format on an HTTP entry", () => {
    expect(render('http', { text: envoyDefaultFormat }, H)).toBe(
      '[2020-02-18T21:52:17.987Z] "GET /api?id=7&q=a%20b HTTP/1.1" 200 URX,UF 234 567 124 - "-" "curl/8" "-" "backend.internal:8080" "10.0.0.2:443"\n',
    )
  })

  test("Kuma's TCP format, for TCP and for TCP inside an HTTP entry", () => {
    const kumaValues = {
      mesh: 'default',
      sourceAddress: '10.0.0.3',
      sourceService: 'web',
      destinationService: 'backend',
    }
    const line =
      '[2020-02-18T21:52:17.987Z] UF,URX default 10.0.0.3(web)->10.0.0.2:443(backend) took 124ms, sent 567 bytes, received: 234 bytes\n'
    expect(render('tcp', { text: kumaTcpFormat }, T, { kumaValues })).toBe(line)
    const disguised = {
      commonProperties: (T as { commonProperties: object }).commonProperties,
      request: { requestBodyBytes: '234' },
      response: { responseBodyBytes: '567' },
    }
    expect(render('http', { text: kumaTcpFormat }, disguised, { kumaValues })).toBe(line)
  })

  test('with omit_empty_values absent values are nothing, flags and counters stay', () => {
    const format = { text: '%PROTOCOL%|%REQ(x)%|%RESPONSE_FLAGS%|%BYTES_SENT%|%KUMA_MESH%' }
    expect(render('http', format, {}, { omitEmptyValues: true })).toBe('||-|0|')
    expect(render('http', format, {}, { omitEmptyValues: false })).toBe('-|-|-|0|-')
  })
})
