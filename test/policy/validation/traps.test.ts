/** What is valid and will surprise: each trap is told once, at its place, and sound policies are left in peace. */
import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { backendPath as at, policy, warningsOf, withBackend } from './policy-text.ts'

const file = (format: string, path = '/x') => `{type: File, file: {path: ${path}, format: ${format}}}`
const tcp = (address: string) => `{type: Tcp, tcp: {address: "${address}"}}`
const otel = (members: string) => `{type: OpenTelemetry, openTelemetry: {endpoint: otel, ${members}}}`

describe.each<[string, [backend: string, version: KumaVersion, warnings: string[]][]]>([
  [
    'members that nobody reads',
    [
      ['{type: File, file: {path: /x}, tcp: {address: "a:12"}}', '2.14', [`unused ${at}.tcp`]],
      [file('{type: Json, json: [{key: a, value: b}], plain: c}'), '2.14', [`unused ${at}.file.format.plain`]],
      [file('{type: Plain, plain: a, omitEmptyValue: true}'), '2.14', [`unknown_key ${at}.file.format.omitEmptyValue`]],
      ['{type: File, file: {path: /x}, x-als: {filter: a}, _note: b}', '2.14', []],
    ],
  ],
  [
    'keys of JSON',
    [
      [
        file('{type: Json, json: [{key: a, value: b}, {key: c, value: d}, {key: a, value: e}]}'),
        '2.14',
        [`duplicate_key ${at}.file.format.json[0].key`],
      ],
      [
        file('{type: Json, json: [{key: "%KUMA_MESH%", value: "%KUMA_MESH%"}]}'),
        '2.14',
        [`kuma_marker ${at}.file.format.json[0].key`],
      ],
    ],
  ],
  [
    'addresses',
    [
      [tcp('google.com'), '2.14', [`not_dialled ${at}.tcp.address`]],
      [tcp('http://logs.com'), '2.14', [`not_dialled ${at}.tcp.address`]],
      [tcp('user:pw@logs:5000'), '2.14', [`not_dialled ${at}.tcp.address`]],
      [tcp('logs:5000/path'), '2.14', [`not_dialled ${at}.tcp.address`]],
      [tcp('logs:0'), '2.14', [`not_dialled ${at}.tcp.address`]],
      [tcp('logs:65536'), '2.14', [`not_dialled ${at}.tcp.address`]],
      [tcp('tcp://logs:5000'), '2.14', [`not_kuma ${at}.tcp.address`]],
      [tcp('logs:5000'), '2.14', []],
      [tcp('[2001:db8::1]:5000'), '2.14', []],
    ],
  ],
  [
    'markers that Kuma does not fill in',
    [
      [file('{type: Plain, plain: "%KUMA_ZONE%"}'), '2.13', [`kuma_marker ${at}.file.format.plain`]],
      [file('{type: Plain, plain: "%KUMA_ZONE%"}'), '2.14', []],
      [
        file('{type: Json, json: [{key: a, value: "%KUMA_WORKLOAD%"}]}'),
        '2.10',
        [`kuma_marker ${at}.file.format.json`],
      ],
      [file('{type: Plain, plain: "%KUMA_MESH%"}', '/var/%KUMA_MESH%.log'), '2.14', [`kuma_marker ${at}.file.path`]],
      [
        otel('attributes: [{key: a, value: "%KUMA_MESH%"}]'),
        '2.13',
        [`kuma_marker ${at}.openTelemetry.attributes[0].value`],
      ],
      [
        otel('attributes: [{key: "%KUMA_MESH%", value: a}]'),
        '2.13',
        [`kuma_marker ${at}.openTelemetry.attributes[0].key`],
      ],
      [otel('attributes: [{key: a, value: "%KUMA_MESH%"}]'), '2.14', [`deprecated ${at}.openTelemetry.endpoint`]],
      [
        '{type: OpenTelemetry, openTelemetry: {endpoint: "%KUMA_MESH%:4317"}}',
        '2.13',
        [`kuma_marker ${at}.openTelemetry.endpoint`],
      ],
      [
        '{type: OpenTelemetry, openTelemetry: {endpoint: "%REQ(x)%:4317"}}',
        '2.13',
        [`kuma_marker ${at}.openTelemetry.endpoint`],
      ],
    ],
  ],
  [
    'bodies',
    [
      [otel('body: {stringValue: a}'), '2.13', []],
      [otel('body: {stringValue: a}'), '2.3', [`no_effect ${at}.openTelemetry.body`]],
      [otel('body: a'), '2.13', [`bare_body ${at}.openTelemetry.body`]],
      [otel('body: [a]'), '2.13', [`bare_body ${at}.openTelemetry.body`]],
      [otel('body: {}'), '2.13', [`no_effect ${at}.openTelemetry.body`]],
      [otel('body: {foo: 1}'), '2.13', [`no_effect ${at}.openTelemetry.body`]],
      [otel('body: {stringValue: a, foo: 1}'), '2.13', [`unknown_key ${at}.openTelemetry.body.foo`]],
      [otel('body: {string_value: a}'), '2.13', []],
      [otel('body: {kvlistValue: null, values: []}'), '2.13', [`misplaced_values ${at}.openTelemetry.body.values`]],
      [
        otel('body: {arrayValue: {values: [{kvlistValue: null, values: []}]}}'),
        '2.13',
        [`misplaced_values ${at}.openTelemetry.body`],
      ],
      [otel('body: {boolValue: true}'), '2.13', [`refused_by_envoy ${at}.openTelemetry.body`]],
      [
        otel('body: {arrayValue: {values: [{kvlistValue: {values: [{key: a, value: {int_value: 5}}]}}]}}'),
        '2.13',
        [`refused_by_envoy ${at}.openTelemetry.body`],
      ],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%s in %s', (backend, version, warnings) => {
    expect(warningsOf(withBackend(backend), version)).toEqual(warnings)
  })
})

test('a kind that selects nothing', () => {
  const route = policy(
    '{targetRef: {kind: MeshGatewayRoute, name: r}, from: [{targetRef: {kind: Mesh}, default: {backends: []}}]}',
  )
  expect(warningsOf(route, '2.2')).toEqual(['no_effect spec.targetRef.kind'])
})

test('parts of a policy that the version has not got', () => {
  const rules = policy(
    '{targetRef: {kind: Mesh}, to: [{targetRef: {kind: Mesh}, default: {backends: []}}], rules: [{default: {}}]}',
  )
  expect(warningsOf(rules, '2.9')).toEqual(['unknown_key spec.rules'])
  const matches = policy('{rules: [{matches: [], default: {backends: []}}]}')
  expect(warningsOf(matches, '2.13')).toEqual(['unknown_key spec.rules[0].matches'])
})
