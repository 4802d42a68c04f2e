/** MeshAccessLog in its dialects: what was valid in any version of Kuma becomes one shape. */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readResource } from '../../../src/policy/documents/read-resource.ts'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import type { MeshAccessLog } from '../../../src/policy/resources.ts'

function policyOf(text: string, version: KumaVersion = '2.14'): MeshAccessLog {
  const source = { file: 'a.yaml', index: 0 }
  const { resource, faults } = readResource(parse(text), { source, systemNamespaces: ['kuma-system'], version })
  expect(faults).toEqual([])
  return resource as MeshAccessLog
}

const universal = (spec: string) => policyOf(`{type: MeshAccessLog, name: a, mesh: default, spec: ${spec}}`)
const backendOf = (backend: string) =>
  universal(`{to: [{targetRef: {kind: Mesh}, default: {backends: [${backend}]}}]}`).to[0]!.backends[0]!

const wholeMesh = {
  kind: 'Mesh',
  name: null,
  namespace: null,
  labels: {},
  sectionName: null,
  tags: {},
  proxyTypes: [],
}

describe('who a policy is about', () => {
  test('without a targetRef: the whole mesh', () => {
    expect(universal('{to: []}')).toMatchObject({ targetRef: wholeMesh, to: [], from: [], rules: [], role: 'system' })
  })

  test.each([
    [
      '{kind: MeshService, name: ledger, namespace: money, sectionName: http, _port: 8080}',
      { ...wholeMesh, kind: 'MeshService', name: 'ledger', namespace: 'money', sectionName: 'http' },
    ],
    ['{kind: Dataplane, labels: {app: shop}}', { ...wholeMesh, kind: 'Dataplane', labels: { app: 'shop' } }],
    [
      '{kind: MeshSubset, tags: {version: "1"}, proxyTypes: [Gateway]}',
      { ...wholeMesh, kind: 'MeshSubset', tags: { version: '1' }, proxyTypes: ['Gateway'] },
    ],
  ])('%s', (targetRef, expected) => expect(universal(`{targetRef: ${targetRef}}`).targetRef).toEqual(expected))
})

test('from, to and rules are all there, and an empty list of backends is one', () => {
  const policy =
    universal(`{from: [{targetRef: {kind: Mesh}, default: {backends: []}}], to: [{targetRef: {kind: Mesh}, default: {backends: []}}],
    rules: [{default: {backends: [{type: File, file: {path: /x}}]}}, {matches: [{spiffeID: {type: Prefix, value: "spiffe://m/ns/a"}},
      {spiffeID: {type: Exact, value: "spiffe://m/a"}, sni: {type: Exact, value: shop.example}}], default: {backends: []}}]}`)
  expect(policy.from).toEqual([{ targetRef: wholeMesh, backends: [] }])
  expect(policy.to).toEqual([{ targetRef: wholeMesh, backends: [] }])
  expect(policy.rules).toEqual([
    {
      matches: [],
      backends: [{ type: 'File', path: 'spec.rules[0].default.backends[0]', file: { path: '/x', format: null } }],
    },
    {
      matches: [
        { spiffeID: { type: 'Prefix', value: 'spiffe://m/ns/a' }, sni: null },
        { spiffeID: { type: 'Exact', value: 'spiffe://m/a' }, sni: { type: 'Exact', value: 'shop.example' } },
      ],
      backends: [],
    },
  ])
})

describe('backends', () => {
  const path = 'spec.to[0].default.backends[0]'
  const plain = { type: 'Plain', plain: '%DURATION%', json: [], omitEmptyValues: false }

  test.each<[string, string, object]>([
    [
      '2.2',
      '{file: {path: /x, format: {plain: "%DURATION%"}}}',
      { type: 'File', path, file: { path: '/x', format: plain } },
    ],
    [
      '2.2',
      '{tcp: {address: "a:1", format: {json: [{key: a, value: b}], omitEmptyValues: true}}}',
      {
        type: 'Tcp',
        path,
        tcp: {
          address: 'a:1',
          format: { type: 'Json', plain: '', json: [{ key: 'a', value: 'b' }], omitEmptyValues: true },
        },
      },
    ],
    [
      '2.3',
      '{type: File, file: {path: /x, format: {type: Plain, plain: "%DURATION%", json: [{key: a, value: b}]}}, tcp: {address: "a:1"}}',
      { type: 'File', path, file: { path: '/x', format: plain } },
    ],
    [
      '2.3',
      '{type: Tcp, file: {path: /x}, tcp: {address: "a:1", format: {type: Json, plain: x, json: [{key: a, value: b}, {key: a, value: c}]}}}',
      {
        type: 'Tcp',
        path,
        tcp: {
          address: 'a:1',
          format: {
            type: 'Json',
            plain: '',
            json: [
              { key: 'a', value: 'b' },
              { key: 'a', value: 'c' },
            ],
            omitEmptyValues: false,
          },
        },
      },
    ],
    [
      '2.14',
      '{type: OpenTelemetry, openTelemetry: {endpoint: "", backendRef: {kind: MeshOpenTelemetryBackend, labels: {a: b}}, attributes: [{key: mesh, value: "%KUMA_MESH%"}]}}',
      {
        type: 'OpenTelemetry',
        path,
        openTelemetry: {
          endpoint: null,
          backendRef: { a: 'b' },
          attributes: [{ key: 'mesh', value: '%KUMA_MESH%' }],
          body: undefined,
        },
      },
    ],
  ])('of %s: %s', (_, written, expected) => expect(backendOf(written)).toEqual(expected))

  test.each<[string, unknown]>([
    ['text', 'text'],
    ['{stringValue: a}', { stringValue: 'a' }],
    [
      '{kvlistValue: null, values: [{key: a, value: {stringValue: b}}]}',
      { kvlistValue: { values: [{ key: 'a', value: { stringValue: 'b' } }] } },
    ],
    ['5', 5],
    ['null', undefined],
  ])('a body of %s', (written, body) => {
    const backend = backendOf(`{type: OpenTelemetry, openTelemetry: {endpoint: o, body: ${written}}}`)
    expect(backend).toMatchObject({ openTelemetry: { body } })
  })
})

describe('the role', () => {
  const mesh = '{targetRef: {kind: Mesh}}'
  const own = '{targetRef: {kind: MeshService, name: a}}'
  const ownToo = '{targetRef: {kind: MeshService, name: b, namespace: money}}'
  const other = '{targetRef: {kind: MeshService, name: b, namespace: other}}'
  const labelled = '{targetRef: {kind: MeshService, labels: {a: b}}}'
  const ownByLabel = '{targetRef: {kind: MeshService, labels: {k8s.kuma.io/namespace: money}}}'
  const route = '{targetRef: {kind: MeshHTTPRoute, name: r}}'
  const kubernetes = (to: string, namespace = 'money', labels = '{}') =>
    `{apiVersion: kuma.io/v1alpha1, kind: MeshAccessLog, metadata: {name: a, namespace: ${namespace}, labels: ${labels}}, spec: {to: [${to}]}}`

  test.each<[string, string, KumaVersion, string]>([
    ['in a system namespace', kubernetes(own, 'kuma-system'), '2.14', 'system'],
    ['without to', kubernetes(''), '2.14', 'workload-owner'],
    ['to the namespace’s own services', kubernetes(`${own}, ${ownToo}`), '2.14', 'producer'],
    ['to services elsewhere', kubernetes(`${other}, ${mesh}`), '2.14', 'consumer'],
    ['to services by label', kubernetes(labelled), '2.14', 'consumer'],
    ['to own services by label, where there is nothing else', kubernetes(ownByLabel), '3.0-dev', 'producer'],
    ['to an own route', kubernetes(route), '2.11', 'producer'],
    ['to an own route, when routes did not count', kubernetes(route), '2.10', 'consumer'],
    ['by its label', kubernetes(own, 'money', '{kuma.io/policy-role: workload-owner}'), '2.14', 'workload-owner'],
    [
      'in Universal form',
      `{type: MeshAccessLog, name: a, labels: {k8s.kuma.io/namespace: money}, spec: {to: [${own}]}}`,
      '2.14',
      'system',
    ],
    [
      'in Universal form, by its label',
      '{type: MeshAccessLog, name: a, labels: {kuma.io/policy-role: consumer}, spec: {}}',
      '2.14',
      'consumer',
    ],
  ])('%s', (_, text, version, role) => expect(policyOf(text, version).role).toBe(role))
})
