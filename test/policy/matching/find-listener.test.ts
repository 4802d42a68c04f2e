import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { findListener, findListeners, neededFacts } from '../../../src/policy/matching/find-listener.ts'
import type { Resource } from '../../../src/policy/resources.ts'
import {
  createDataplane,
  createGateway,
  createPolicy,
  createRoute,
  createService,
  legacyOutbound,
  realOutbound,
  targetRef,
  wholeMesh,
} from '../support/resource-builders.ts'
import { entryAt } from '../support/worked-example.ts'
import { decide } from './decide.ts'

const inbounds = [{ port: 8080, tags: { 'kuma.io/service': 'shop', 'kuma.io/protocol': 'http' } }]
const outbounds = [legacyOutbound(10001, 'payments'), realOutbound(10002, 'MeshService', 'ledger', 80)]
const transparent = createDataplane('shop', {
  inbounds,
  outbounds,
  transparentProxying: { directAccessServices: ['payments'] },
})
const plain = createDataplane('plain', { inbounds, outbounds })
const mesh: readonly Resource[] = [
  createDataplane('pay', {
    address: '192.168.0.8',
    advertisedAddress: '203.0.113.8',
    inbounds: [
      { port: 9090, tags: { 'kuma.io/service': 'payments', 'kuma.io/protocol': 'http' } },
      { port: 9091, tags: { 'kuma.io/service': 'refunds' } },
    ],
  }),
  createService('MeshService', 'ledger', { ports: { 80: 'http' }, vips: ['240.0.0.1', 'FD00::1'] }),
]

/** Name and kind of the listener of an entry at this address. */
function find(dataplane: typeof plain, address: string, facts = {}, version: KumaVersion = '2.14') {
  const listener = findListener(decide([dataplane, ...mesh], { version }), entryAt(address, facts))
  return listener && `${listener.kind} ${listener.name} ${listener.values.destinationService}`
}

describe('by address', () => {
  test.each([
    ['192.168.0.7:8080', 'inbound inbound:192.168.0.7:8080 shop'],
    ['127.0.0.1:10001', 'outbound outbound:127.0.0.1:10001 payments'],
    ['127.0.0.1:10002', 'outbound outbound:127.0.0.1:10002 ledger'],
    ['240.0.0.1:80', 'outbound outbound:240.0.0.1:80 ledger'],
    ['[fd00:0::1]:80', 'outbound outbound:fd00::1:80 ledger'],
    ['203.0.113.8:9090', 'directAccess outbound:203.0.113.8:9090 direct_access_203.0.113.8:9090'],
    ['203.0.113.8:9091', 'passthrough outbound:passthrough:ipv4 external'],
    ['93.184.216.34:80', 'passthrough outbound:passthrough:ipv4 external'],
    ['[2600::9]:443', 'passthrough outbound:passthrough:ipv6 external'],
    ['192.168.0.7:9999', 'inboundPassthrough inbound:passthrough:ipv4 unknown'],
  ])('a transparent proxy at %s', (address, listener) => {
    expect(find(transparent, address)).toBe(listener)
  })

  test.each([
    ['192.168.0.7:8080', 'inbound inbound:192.168.0.7:8080 shop'],
    ['240.0.0.1:80', null],
    ['203.0.113.8:9090', null],
    ['93.184.216.34:80', null],
    ['', null],
    ['/run/envoy.sock', null],
  ])('a proxy that is not transparent at %j', (address, listener) => {
    expect(find(plain, address)).toBe(listener)
  })

  test('virtual addresses are of resources, so since 2.9', () => {
    expect(find(transparent, '240.0.0.1:80', {}, '2.8')).toBe('passthrough outbound:passthrough:ipv4 external')
  })

  test('a proxy whose document tells no outbounds may reach all services', () => {
    const silent = createDataplane('silent', { inbounds })
    expect(find(silent, '240.0.0.1:80')).toBe('outbound outbound:240.0.0.1:80 ledger')
    expect(find(silent, '1.2.3.4:80')).toBeNull()
    const leaving = { upstreamCluster: 'outbound:passthrough:ipv4' }
    expect(find(silent, '1.2.3.4:80', leaving)).toBe('passthrough outbound:passthrough:ipv4 external')
    expect(find(plain, '1.2.3.4:80', leaving)).toBeNull()
  })

  test('one that binds to all addresses is found at each of them', () => {
    const anywhere = createDataplane('x', { inbounds: [{ ...inbounds[0]!, address: '0.0.0.0' }], outbounds })
    expect(find(anywhere, '10.9.8.7:8080')).toBe('inbound inbound:0.0.0.0:8080 shop')
  })

  test('an address without IPv6 leaves only by IPv4', () => {
    const proxy = createDataplane('x', { inbounds, transparentProxying: { ipFamilyMode: 'IPv4' } })
    expect(find(proxy, '[2600::9]:443')).toBeNull()
    expect(find(proxy, '26.0.0.9:443')).toBe('passthrough outbound:passthrough:ipv4 external')
  })

  test('the same listener is the same object, also when it was looked up', () => {
    const decision = decide([transparent, ...mesh])
    for (const address of ['192.168.0.7:8080', '240.0.0.1:80', '203.0.113.8:9090', '1.2.3.4:5']) {
      expect(findListener(decision, entryAt(address)), address).toBe(findListener(decision, entryAt(address)))
    }
  })
})

describe('by the upstream cluster', () => {
  test('a service at an address that nobody knows is no traffic to the outside', () => {
    const facts = { upstreamCluster: 'payments-_0_' }
    expect(find(transparent, '240.0.9.9:80', facts)).toBe('outbound outbound:240.0.9.9:80 payments')
    expect(find(transparent, '240.0.9.9:80', facts, '3.0-dev')).toBe('passthrough outbound:passthrough:ipv4 external')
  })

  test('an entry without an address may still have gone outside', () => {
    expect(find(transparent, '', { upstreamCluster: 'outbound:passthrough:ipv6' })).toBe(
      'passthrough outbound:passthrough:ipv6 external',
    )
  })

  test('what came in unknown stays unknown', () => {
    const facts = { upstreamCluster: 'inbound:passthrough:ipv4' }
    expect(find(transparent, '10.0.0.1:1', facts)).toBe('inboundPassthrough inbound:passthrough:ipv4 unknown')
  })
})

describe('by the tag', () => {
  test.each([
    ['inbound:192.168.0.7:8080', 'inbound inbound:192.168.0.7:8080 shop'],
    ['outbound:passthrough:ipv6', 'passthrough outbound:passthrough:ipv6 external'],
    ['outbound:240.0.0.1:80', 'outbound outbound:240.0.0.1:80 ledger'],
    ['outbound:fd00::1:80', 'outbound outbound:fd00::1:80 ledger'],
  ])('%s is named outright', (listener, found) => {
    expect(find(transparent, '127.0.0.1:10001', { tags: { listener } })).toBe(found)
  })

  test('a name that nobody has is no name', () => {
    const tags = { listener: 'outbound:9.9.9.9:9' }
    expect(find(transparent, '127.0.0.1:10001', { tags })).toBe('outbound outbound:127.0.0.1:10001 payments')
  })
})

describe('a builtin gateway', () => {
  const edge = createDataplane('edge', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } })
  const gateway = createGateway('edge', 'edge', { 80: {} })
  const both = [
    createPolicy('out', wholeMesh, { to: [[wholeMesh, 'A']] }),
    createPolicy('in', wholeMesh, { from: ['B'] }),
  ]
  const directions = (resources: readonly Resource[], facts = {}) =>
    findListeners(decide(resources), entryAt('10.1.1.1:80', facts)).map(({ name, direction }) => `${name} ${direction}`)

  test('logs in both directions, wherever it is bound to', () => {
    expect(directions([edge, gateway, ...both])).toEqual(['edge:HTTP:80 OUTBOUND', 'edge:HTTP:80 INBOUND'])
    expect(directions([edge, gateway, both[0]!])).toEqual(['edge:HTTP:80 OUTBOUND'])
  })

  test('of a logger with tags only the direction that it names', () => {
    const tags = { listener: 'edge:HTTP:80', traffic_direction: 'INBOUND' }
    expect(directions([edge, gateway, ...both], { tags })).toEqual(['edge:HTTP:80 INBOUND'])
  })

  test('has no other listeners', () => {
    const decision = decide([edge, gateway, ...mesh, ...both])
    expect(findListener(decision, entryAt('10.1.1.1:81'))).toBeNull()
    expect(findListener(decision, entryAt('240.0.0.1:8080'))).toBeNull()
  })
})

describe('what an entry must tell', () => {
  const needed = (resources: readonly Resource[], options = {}, version: KumaVersion = '2.14') =>
    Object.entries(neededFacts(decide(resources, { version }), options)).flatMap(([name, value]) =>
      value ? [name] : [],
    )

  test('nothing more than its address, of a proxy with outbounds', () => {
    expect(needed([plain, createPolicy('p', wholeMesh, { to: [[wholeMesh, 'A']], from: ['B'] })])).toEqual([])
  })

  test('its cluster, where traffic may leave the mesh', () => {
    expect(needed([transparent])).toEqual(['upstreamCluster'])
  })

  test('its route, where a policy names one', () => {
    const policy = createPolicy('p', wholeMesh, { to: [[targetRef('MeshHTTPRoute', { name: 'r' }), 'A']] })
    expect(needed([plain, createRoute('r'), policy])).toEqual(['routeName'])
    expect(needed([plain, createRoute('r'), policy], {}, '2.10')).toEqual([])
  })

  test('its peer and server name, where rules match them', () => {
    const sni = createPolicy('p', wholeMesh, {
      rules: [{ matches: [{ spiffeID: null, sni: { type: 'Exact', value: 'a' } }], backends: 'A' }],
    })
    const peer = createPolicy('q', wholeMesh, {
      rules: [{ matches: [{ spiffeID: { type: 'Prefix', value: 'spiffe://m' }, sni: null }], backends: 'A' }],
    })
    expect(needed([plain, sni])).toEqual(['sni'])
    expect(needed([plain, sni, peer])).toEqual(['sni', 'peerUris'])
    expect(needed([plain, sni, peer], {}, '2.13')).toEqual([])
    expect(needed([plain], { sourceFromPeer: true })).toEqual(['peerUris'])
  })

  test('its cluster, where a gateway tells services apart', () => {
    const edge = createDataplane('edge', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } })
    const gateway = createGateway('edge', 'edge', { 80: {} })
    const policy = createPolicy('p', wholeMesh, { to: [[targetRef('MeshService', { name: 'a' }), 'A']] })
    expect(needed([edge, gateway])).toEqual([])
    expect(needed([edge, gateway, policy])).toEqual(['upstreamCluster'])
    expect(needed([edge, gateway], { resolveGatewayDestination: true })).toEqual(['upstreamCluster'])
  })
})
