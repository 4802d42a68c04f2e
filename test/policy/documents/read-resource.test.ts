/** Kuma's resources in both forms become the same plain data, complete; and what is wrong with them has its place. */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { expandLists, identify } from '../../../src/policy/documents/meta.ts'
import { readResource } from '../../../src/policy/documents/read-resource.ts'
import type { Dataplane, MeshGateway, Resource } from '../../../src/policy/resources.ts'

const options = { source: { file: 'a.yaml', index: 2 }, systemNamespaces: ['kuma-system'] }
const read = (text: string) => readResource(parse(text), options)

function resourceOf<R extends Resource>(text: string): R {
  const { resource, faults } = read(text)
  expect(faults).toEqual([])
  return resource as R
}

const faultsOf = (text: string) => read(text).faults.map(({ code, path }) => `${code} ${path}`)

describe('who a resource is', () => {
  test('in Universal form', () => {
    const { meta } = resourceOf('{type: Mesh, name: east, creationTime: "2026-01-31T12:00:00Z"}')
    expect(meta).toEqual({
      name: 'east',
      displayName: 'east',
      namespace: null,
      mesh: 'east',
      labels: { 'kuma.io/display-name': 'east', 'kuma.io/mesh': 'east' },
      createdAtMs: Date.UTC(2026, 0, 31, 12),
      form: 'universal',
      source: { file: 'a.yaml', index: 2 },
    })
  })

  test('as a Kubernetes object', () => {
    const { meta } = resourceOf(
      `{apiVersion: kuma.io/v1alpha1, kind: MeshService, metadata: {name: ledger, namespace: money, creationTimestamp: "2026-01-31T12:00:00Z",
        labels: {kuma.io/mesh: east, kuma.io/display-name: the-ledger, team: a}}, spec: {}}`,
    )
    expect(meta).toEqual({
      name: 'ledger',
      displayName: 'the-ledger',
      namespace: 'money',
      mesh: 'east',
      labels: {
        'kuma.io/display-name': 'the-ledger',
        'kuma.io/mesh': 'east',
        'k8s.kuma.io/namespace': 'money',
        team: 'a',
      },
      createdAtMs: Date.UTC(2026, 0, 31, 12),
      form: 'kubernetes',
      source: { file: 'a.yaml', index: 2 },
    })
  })

  test.each([
    ['{type: MeshService, name: a}', { mesh: 'default', namespace: null }],
    ['{type: MeshService, name: a, mesh: east}', { mesh: 'east' }],
    ['{type: MeshService, name: a, labels: {k8s.kuma.io/namespace: money}}', { namespace: 'money' }],
    [
      '{apiVersion: v1, kind: Dataplane, mesh: east, metadata: {name: a, namespace: b}}',
      { mesh: 'east', namespace: 'b' },
    ],
    ['{kind: MeshService, type: Opaque, apiVersion: v1, metadata: {name: a}}', { kind: 'MeshService' }],
  ])('%s', (text, expected) => expect(identify(parse(text))).toMatchObject(expected))

  test.each(['{}', '[]', 'text', 'null', '{type: 5, name: a}', '{type: Mesh}', '{kind: Mesh, name: a}'])(
    '%s does not say',
    (text) => expect(identify(parse(text))).toBeNull(),
  )
})

describe('a Dataplane', () => {
  const networking = `{address: 192.168.0.7, advertisedAddress: 203.0.113.7,
    inbound: [{port: 8080, tags: {kuma.io/service: shop, kuma.io/protocol: HTTP}},
              {name: admin, port: "9090", servicePort: 90, address: 10.0.0.1, protocol: Grpc, tags: {kuma.io/protocol: tcp}, state: Ignored},
              {port: 7070, health: {ready: false}}],
    outbound: [{port: 10001, service: payments},
               {port: 10002, address: 127.0.0.2, backendRef: {kind: MeshService, name: ledger, port: 80}},
               {port: 10003, backendRef: {kind: MeshService, labels: {kuma.io/display-name: l, k8s.kuma.io/namespace: money}}}],
    listeners: [{type: ZoneEgress, port: 10002, name: egress}],
    transparentProxying: {redirectPortInbound: 15006, redirectPortOutbound: 15001, directAccessServices: ["*"]}}`

  test('is complete, whatever was left out', () => {
    const { networking: read } = resourceOf<Dataplane>(`{type: Dataplane, name: a, networking: ${networking}}`)
    expect(read).toEqual({
      address: '192.168.0.7',
      advertisedAddress: '203.0.113.7',
      inbounds: [
        {
          name: null,
          address: '192.168.0.7',
          port: 8080,
          servicePort: 8080,
          protocol: 'http',
          tags: { 'kuma.io/service': 'shop', 'kuma.io/protocol': 'HTTP' },
          state: 'Ready',
        },
        {
          name: 'admin',
          address: '10.0.0.1',
          port: 9090,
          servicePort: 90,
          protocol: 'grpc',
          tags: { 'kuma.io/protocol': 'tcp' },
          state: 'Ignored',
        },
        expect.objectContaining({ port: 7070, protocol: null, tags: {}, state: 'NotReady' }),
      ],
      outbounds: [
        { address: '127.0.0.1', port: 10001, tags: { 'kuma.io/service': 'payments' }, backendRef: null },
        {
          address: '127.0.0.2',
          port: 10002,
          tags: {},
          backendRef: { kind: 'MeshService', name: 'ledger', namespace: null, labels: {}, port: 80 },
        },
        expect.objectContaining({
          backendRef: expect.objectContaining({ name: 'l', namespace: 'money', port: null }),
        }),
      ],
      gateway: null,
      zoneListeners: [{ type: 'ZoneEgress', name: 'egress', address: '192.168.0.7', port: 10002 }],
      transparentProxying: {
        redirectPortInbound: 15006,
        redirectPortOutbound: 15001,
        ipFamilyMode: 'DualStack',
        directAccessServices: ['*'],
      },
    })
  })

  test('is the same as a Kubernetes object', () => {
    const universal = resourceOf<Dataplane>(`{type: Dataplane, name: a, networking: ${networking}}`)
    const kubernetes = resourceOf<Dataplane>(
      `{apiVersion: kuma.io/v1alpha1, kind: Dataplane, mesh: default, metadata: {name: a, namespace: b}, spec: {networking: ${networking}}}`,
    )
    expect(kubernetes.networking).toEqual(universal.networking)
  })

  test.each([
    ['gateway: {type: BUILTIN, tags: {a: b}}', { type: 'BUILTIN', tags: { a: 'b' } }],
    ['gateway: {tags: {a: b}}', { type: 'DELEGATED', tags: { a: 'b' } }],
    ['gateway: {type: 1}', { type: 'BUILTIN', tags: {} }],
  ])('%s', (gateway, expected) => {
    const { networking: read } = resourceOf<Dataplane>(
      `{type: Dataplane, name: a, networking: {address: a, ${gateway}}}`,
    )
    expect(read.gateway).toEqual(expected)
  })

  test.each([
    ['{type: Dataplane, name: a}', ['missing networking']],
    ['{type: Dataplane, name: a, networking: {}}', ['missing networking.address']],
    ['{type: Dataplane, name: a, networking: []}', ['wrong_type networking', 'missing networking.address']],
    [
      '{type: Dataplane, networking: {address: 5, inbound: [{port: "80a"}, {}, {port: 0}, 7], outbound: {}}}',
      [
        'missing name',
        'wrong_type networking.address',
        'wrong_type networking.inbound[3]',
        'wrong_value networking.inbound[0].port',
        'missing networking.inbound[1].port',
        'wrong_value networking.inbound[2].port',
        'missing networking.inbound[3].port',
        'wrong_type networking.outbound',
      ],
    ],
    [
      '{apiVersion: v1, kind: Dataplane, metadata: {name: a}, spec: {networking: {address: a, inbound: [{port: 1, tags: {version: 2}}]}}}',
      ['wrong_type spec.networking.inbound[0].tags["version"]'],
    ],
    [
      '{type: Dataplane, name: a, networking: {address: a, gateway: {type: NONE}, outbound: [{port: 1, backendRef: {kind: Mesh}}], listeners: [{type: X}]}}',
      [
        'wrong_value networking.outbound[0].backendRef.kind',
        'wrong_value networking.gateway.type',
        'wrong_value networking.listeners[0].type',
      ],
    ],
  ])('%s has faults', (text, faults) => expect(faultsOf(text)).toEqual(faults))
})

describe('what a mesh has beside proxies', () => {
  test.each<[string, object]>([
    [
      '{type: MeshService, name: a, spec: {ports: [{port: 80, name: http, appProtocol: HTTP}, {port: 81}]}, status: {vips: [{ip: 241.0.0.1}]}}',
      {
        ports: [
          { port: 80, name: 'http', appProtocol: 'http' },
          { port: 81, name: null, appProtocol: 'tcp' },
        ],
        vips: ['241.0.0.1'],
      },
    ],
    [
      '{type: MeshMultiZoneService, name: a, spec: {ports: [{port: 80}]}}',
      { ports: [{ port: 80, name: null, appProtocol: 'tcp' }], vips: [] },
    ],
    [
      '{type: MeshExternalService, name: a, spec: {match: {type: HostnameGenerator, port: 443, protocol: tls}}, status: {vip: {ip: 242.0.0.1}}}',
      { ports: [{ port: 443, name: null, appProtocol: 'tls' }], vips: ['242.0.0.1'] },
    ],
    [
      '{type: MeshHTTPRoute, name: a, spec: {to: [{targetRef: {kind: MeshService, name: b}, rules: [{}, {}]}, {rules: [{}]}]}}',
      { ruleCount: 3, destinations: [{ kind: 'MeshService', name: 'b' }, { kind: 'Mesh' }] },
    ],
    [
      '{type: ExternalService, name: a, tags: {kuma.io/service: es}, networking: {address: "httpbin.org:443"}}',
      { tags: { 'kuma.io/service': 'es' }, address: 'httpbin.org:443' },
    ],
    [
      '{apiVersion: v1, kind: ExternalService, mesh: m, metadata: {name: a}, spec: {tags: {kuma.io/service: es}, networking: {address: "h:1"}}}',
      { meta: { mesh: 'm' }, address: 'h:1' },
    ],
    ['{type: MeshOpenTelemetryBackend, name: a}', { address: null, port: 4317, path: '', protocol: 'grpc' }],
    [
      '{type: MeshOpenTelemetryBackend, name: a, spec: {endpoint: {address: o, port: 4318, path: /x}, protocol: http}}',
      { address: 'o', port: 4318, path: '/x', protocol: 'http' },
    ],
  ])('%s', (text, expected) => expect(resourceOf(text)).toMatchObject(expected))

  test('a MeshGateway, in both forms', () => {
    const content = `selectors: [{match: {kuma.io/service: edge}}], tags: {a: b},
      conf: {listeners: [{port: 80, protocol: http, tags: {c: d}}, {port: 443, protocol: HTTPS, hostname: shop.example}]}`
    const universal = resourceOf<MeshGateway>(`{type: MeshGateway, name: edge, ${content}}`)
    const kubernetes = resourceOf<MeshGateway>(
      `{apiVersion: v1, kind: MeshGateway, mesh: default, metadata: {name: edge}, spec: {${content}}}`,
    )
    expect(universal).toMatchObject({
      selectors: [{ 'kuma.io/service': 'edge' }],
      tags: { a: 'b' },
      listeners: [
        { port: 80, protocol: 'HTTP', hostname: null, tags: { c: 'd' } },
        { port: 443, protocol: 'HTTPS', hostname: 'shop.example', tags: {} },
      ],
    })
    expect({ ...kubernetes, meta: null }).toEqual({ ...universal, meta: null })
  })

  test.each([
    ['{type: MeshService, name: a, spec: {ports: [{port: 70000}]}}', ['wrong_value spec.ports[0].port']],
    ['{type: MeshGateway, name: a}', ['missing conf.listeners']],
    ['{type: ExternalService, name: a}', ['missing tags', 'missing networking.address']],
    [
      '{type: MeshOpenTelemetryBackend, name: a, spec: {endpoint: {path: x?}}}',
      ['conflict spec.endpoint.path', 'wrong_value spec.endpoint.path'],
    ],
    ['{type: MeshOpenTelemetryBackend, name: a, spec: {protocol: udp}}', ['wrong_value spec.protocol']],
    ['{type: Mesh, name: true}', ['wrong_type name']],
    ['[]', ['wrong_type ']],
    ['{name: a}', ['missing ']],
    ['{type: MeshAccesLog, name: a}', ['unknown_kind type']],
  ])('%s has faults', (text, faults) => expect(faultsOf(text)).toEqual(faults))
})

test.each(['MeshTCPRoute', 'MeshTimeout', 'Deployment', 'TrafficLog'])('a %s is named and left alone', (kind) => {
  const { resource, faults, warnings } = read(`{apiVersion: v1, kind: ${kind}, metadata: {name: a}}`)
  expect({ resource, faults }).toEqual({ resource: null, faults: [] })
  expect(warnings).toEqual([expect.objectContaining({ code: 'unused_kind', message: expect.stringContaining(kind) })])
})

describe('lists', () => {
  test.each([
    [
      '{kind: List, apiVersion: v1, items: [{kind: Mesh}, 5]}',
      [
        { value: { kind: 'Mesh' }, path: 'items[0]' },
        { value: 5, path: 'items[1]' },
      ],
    ],
    [
      '{kind: MeshAccessLogList, apiVersion: kuma.io/v1alpha1, items: [{metadata: {name: a}}]}',
      [{ value: { apiVersion: 'kuma.io/v1alpha1', kind: 'MeshAccessLog', metadata: { name: 'a' } }, path: 'items[0]' }],
    ],
    ['{total: 1, items: [{type: Mesh}]}', [{ value: { type: 'Mesh' }, path: 'items[0]' }]],
    ['{type: Mesh, items: []}', [{ value: { type: 'Mesh', items: [] }, path: '' }]],
    ['{kind: List}', [{ value: { kind: 'List' }, path: '' }]],
    ['5', [{ value: 5, path: '' }]],
  ])('%s', (text, documents) => expect(expandLists(parse(text))).toEqual(documents))
})
