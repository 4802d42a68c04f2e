/** Loggers as `policy inspect` shows them: what Kuma would generate, with the values of one listener. */
import { describe, expect, test } from 'vitest'
import { presets } from '../../../src/format/default-formats.ts'
import { type DescribeOptions, describeLogger } from '../../../src/policy/lowering/describe-logger.ts'
import type { PolicyBackend } from '../../../src/policy/resources.ts'
import { otelBackend } from '../support/otel-backend.ts'
import { fileBackend, json, otlpBackend, plain, tcpBackend } from '../support/policy-backend.ts'

const values = {
  mesh: 'default',
  zone: '',
  sourceService: 'shop',
  destinationService: 'mysql',
  sourceAddress: '192.168.0.7',
  trafficDirection: 'OUTBOUND',
}

const options: DescribeOptions = {
  defaultFormats: presets['kuma-documented'],
  otelBackends: [],
  outside: { variables: {} },
}

const show = (backend: PolicyBackend, protocol: 'http' | 'tcp' = 'http', more: Partial<DescribeOptions> = {}) =>
  describeLogger(backend, { values, protocol }, { ...options, ...more })

const tcpText =
  '[%START_TIME%] %RESPONSE_FLAGS% default 192.168.0.7(shop)->%UPSTREAM_HOST%(mysql) took %DURATION%ms, sent %BYTES_SENT% bytes, received: %BYTES_RECEIVED% bytes'
const httpText =
  '[%START_TIME%] default "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "shop" "mysql" "192.168.0.7" "%UPSTREAM_HOST%"'

describe('File', () => {
  test.each<[PolicyBackend, 'http' | 'tcp', object]>([
    [fileBackend(plain('x'), '/log/two'), 'http', { type: 'File', path: '/log/two', text: 'x\n' }],
    [fileBackend(), 'tcp', { type: 'File', path: '/var/log/mesh.log', text: `${tcpText}\n` }],
    [fileBackend(), 'http', { type: 'File', path: '/var/log/mesh.log', text: `${httpText}\n` }],
    [
      fileBackend(plain('%KUMA_SOURCE_ADDRESS%|%KUMA_TRAFFIC_DIRECTION%|%KUMA_ZONE%|%KUMA_NOPE%', true)),
      'http',
      { type: 'File', path: '/var/log/mesh.log', text: '192.168.0.7:0|OUTBOUND||%KUMA_NOPE%\n', omitEmptyValues: true },
    ],
    [
      fileBackend(
        json([
          ['a', '1'],
          ['%KUMA_MESH%', '%KUMA_MESH%'],
          ['a', '%DURATION%'],
        ]),
        '/l/%KUMA_MESH%//%KUMA_ZONE%',
      ),
      'http',
      { type: 'File', path: '/l/default//_', json: { a: '%DURATION%', '%KUMA_MESH%': 'default' } },
    ],
    [fileBackend(plain('x'), '%REQ(A)%/%KUMA_MESH%'), 'http', { type: 'File', path: '%REQ(A)%/default', text: 'x\n' }],
  ])('%#', (backend, protocol, logger) => {
    expect(show(backend, protocol)).toEqual(logger)
  })
})

test.each<[PolicyBackend, object]>([
  [tcpBackend(), { type: 'Tcp', address: 'logs:5000', message: `${tcpText}\n` }],
  [
    tcpBackend(plain('%KUMA_MESH%'), 'logs.%KUMA_MESH%'),
    { type: 'Tcp', address: 'logs.default', message: 'default\n' },
  ],
  [
    tcpBackend(
      json(
        [
          ['dst', '%KUMA_DESTINATION_SERVICE%'],
          ['ms', '%DURATION%'],
        ],
        true,
      ),
    ),
    { type: 'Tcp', address: 'logs:5000', message: { dst: 'mysql', ms: '%DURATION%' }, omitEmptyValues: true },
  ],
])('Tcp %#', (backend, logger) => {
  expect(show(backend, 'tcp')).toEqual(logger)
})

describe('OpenTelemetry', () => {
  test('with body and attributes', () => {
    const backend = otlpBackend({
      endpoint: 'collector.obs',
      attributes: [{ key: 'mesh', value: '%KUMA_MESH%' }],
      body: { kvlist_value: { values: [{ key: 'svc-%KUMA_MESH%', value: { stringValue: '%KUMA_SOURCE_SERVICE%' } }] } },
    })
    expect(show(backend)).toEqual({
      type: 'OpenTelemetry',
      endpoint: 'collector.obs:4317',
      body: { kvlistValue: { values: [{ key: 'svc-default', value: { stringValue: 'shop' } }] } },
      attributes: [{ key: 'mesh', value: { stringValue: 'default' } }],
    })
  })

  test.each([
    ['http', httpText],
    ['tcp', tcpText],
  ] as const)('the default body is one text: %s', (protocol, text) => {
    expect(show(otlpBackend(), protocol)).toMatchObject({ body: { stringValue: text } })
  })

  test.each([
    ['2001:db8::1', '[2001:db8::1]:4317'],
    ['grpc://otel', 'otel:4317'],
    ['grpcs://otel', 'grpcs://otel:4317'],
    ['http://otel:4318', 'http://otel:4318/v1/logs'],
    ['otel:abc.%KUMA_MESH%', 'otel:abc.default'],
  ])('the endpoint %j is shown as %j', (endpoint, shown) => {
    expect(show(otlpBackend({ endpoint }))).toMatchObject({ endpoint: shown })
  })

  test('a reference is followed; where it leads nowhere there is no logger', () => {
    const backend = otlpBackend({ endpoint: null, backendRef: { team: 'obs' } })
    expect(show(backend, 'http', { otelBackends: [otelBackend('main', { team: 'obs' })] })).toMatchObject({
      endpoint: 'main.obs:4317',
    })
    expect(show(backend)).toBeNull()
  })
})

test('what a value holds is no marker, and no operator of its own is made of it', () => {
  const listener = { values: { sourceService: '%KUMA_MESH%', mesh: 'm' }, protocol: 'http' } as const
  expect(describeLogger(fileBackend(plain('%KUMA_SOURCE_SERVICE%')), listener, options)).toMatchObject({
    text: '%KUMA_MESH%\n',
  })
})
