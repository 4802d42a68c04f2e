import { describe, expect, test } from 'vitest'
import { type KumaVersion, kumaVersionDefault } from '../../../src/policy/kuma-version.ts'
import { featuresOf } from '../../../src/policy/matching/features.ts'
import { createInventory } from '../../../src/policy/matching/inventory.ts'
import { describeProxy } from '../../../src/policy/matching/proxy.ts'
import { selectListeners } from '../../../src/policy/matching/select.ts'
import type { Dataplane, MeshGateway, TargetRef } from '../../../src/policy/resources.ts'
import {
  createDataplane,
  createGateway,
  createPolicy,
  type PolicyOptions,
  targetRef,
  wholeMesh,
} from '../support/resource-builders.ts'

interface Setting extends PolicyOptions {
  readonly version?: KumaVersion
  readonly gateway?: MeshGateway
}

/** Ports of the selected listeners; `delegated`: a gateway that has none. */
function select(
  top: TargetRef,
  dataplane: Dataplane,
  { version = kumaVersionDefault, gateway, ...options }: Setting = {},
) {
  const policy = createPolicy('p', top, options)
  const mesh = createInventory([dataplane, policy, ...(gateway ? [gateway] : [])]).meshes.get('default')!
  const { addresses, delegated } = selectListeners(policy, describeProxy(dataplane, mesh, featuresOf(version)))
  return delegated ? 'delegated' : addresses.map((address) => address.split(':').at(-1)).join(' ')
}

const shop = createDataplane('shop-01', {
  labels: { app: 'shop' },
  inbounds: [
    { name: 'http', port: 8080, tags: { 'kuma.io/service': 'shop', version: 'v1' } },
    { port: 8081, tags: { 'kuma.io/service': 'admin', version: 'v2' } },
  ],
})
const kong = createDataplane('kong', {
  labels: { app: 'kong' },
  gateway: { type: 'DELEGATED', tags: { 'kuma.io/service': 'kong', app: 'kong' } },
})
const edge = createDataplane('edge', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } })
const edgeGateway = createGateway('edge', 'edge', { 80: { tier: 'public' }, 8080: { tier: 'private' } })

describe('by tags', () => {
  test.each([
    ['MeshSubset', { tags: { version: 'v1' } }, '8080'],
    ['MeshSubset', { tags: {} }, '8080 8081'],
    ['MeshSubset', { tags: { version: '*' } }, '8080 8081'],
    ['MeshSubset', { tags: { env: '*' } }, ''],
    ['MeshService', { name: 'admin' }, '8081'],
    ['MeshServiceSubset', { name: 'shop', tags: { version: 'v1' } }, '8080'],
    ['MeshServiceSubset', { name: 'shop', tags: { version: 'v2' } }, ''],
  ] as const)('%s %j selects the inbounds %j', (kind, options, ports) => {
    expect(select(targetRef(kind, options), shop, { version: '2.5' })).toBe(ports)
  })

  test('a delegated gateway is selected by its own tags, since 2.6', () => {
    const subset = targetRef('MeshSubset', { tags: { app: 'kong' } })
    expect(select(subset, kong, { version: '2.5' })).toBe('')
    expect(select(subset, kong, { version: '2.6' })).toBe('delegated')
    expect(select(targetRef('MeshService', { name: 'shop' }), kong)).toBe('')
  })

  test('on a builtin gateway the tags of proxy, MeshGateway and listener count together', () => {
    const gateway = { ...edgeGateway, tags: { team: 'edge', tier: 'none' } }
    expect(select(targetRef('MeshSubset', { tags: { team: 'edge' } }), edge, { gateway })).toBe('80 8080')
    expect(select(targetRef('MeshSubset', { tags: { tier: 'public' } }), edge, { gateway })).toBe('80')
    expect(select(targetRef('MeshService', { name: 'edge' }), edge, { gateway })).toBe('80 8080')
    expect(select(targetRef('MeshSubset', { tags: { tier: 'none' } }), edge, { gateway })).toBe('')
  })
})

describe('Mesh', () => {
  test('selects everything there is', () => {
    expect(select(wholeMesh, shop)).toBe('8080 8081')
    expect(select(wholeMesh, kong)).toBe('delegated')
    expect(select(wholeMesh, edge, { gateway: edgeGateway })).toBe('80 8080')
  })

  test('selects nothing of a gateway that nobody has configured', () => {
    expect(select(wholeMesh, edge)).toBe('')
  })

  test('proxy types are asked for from 2.6 to 2.14', () => {
    const gateways = targetRef('Mesh', { proxyTypes: ['Gateway'] })
    expect(select(gateways, shop, { version: '2.5' })).toBe('8080 8081')
    expect(select(gateways, shop, { version: '2.6' })).toBe('')
    expect(select(gateways, kong, { version: '2.6' })).toBe('delegated')
    expect(select(targetRef('Mesh', { proxyTypes: ['Sidecar'] }), kong)).toBe('')
    expect(select(targetRef('Mesh', { proxyTypes: ['Sidecar', 'Gateway'] }), shop)).toBe('8080 8081')
  })

  test('inbounds in state Ignored are left out from 2.6 to 2.13', () => {
    const [first, second] = shop.networking.inbounds
    const ignoring = {
      ...shop,
      networking: { ...shop.networking, inbounds: [{ ...first!, state: 'Ignored' as const }, second!] },
    }
    expect(select(wholeMesh, ignoring, { version: '2.5' })).toBe('8080 8081')
    expect(select(wholeMesh, ignoring, { version: '2.13' })).toBe('8081')
    expect(select(wholeMesh, ignoring, { version: '2.14' })).toBe('8080 8081')
  })
})

describe('Dataplane', () => {
  test.each([
    [{}, '8080 8081'],
    [{ labels: { app: 'shop' } }, '8080 8081'],
    [{ labels: { app: 'shop', env: 'x' } }, ''],
    [{ labels: { app: '*' } }, ''],
    [{ name: 'shop-01' }, '8080 8081'],
    [{ name: 'shop-02' }, ''],
    [{ sectionName: 'http' }, '8080'],
    [{ sectionName: '8081' }, '8081'],
    [{ sectionName: '8080' }, ''],
    [{ sectionName: 'grpc' }, ''],
  ])('%j selects the inbounds %j', (options, ports) => {
    expect(select(targetRef('Dataplane', options), shop)).toBe(ports)
  })

  test('is a kind since 2.10, and port numbers are sections since 2.12', () => {
    expect(select(targetRef('Dataplane'), shop, { version: '2.9' })).toBe('')
    expect(select(targetRef('Dataplane', { sectionName: '8081' }), shop, { version: '2.10' })).toBe('')
    expect(select(targetRef('Dataplane', { sectionName: '8081' }), shop, { version: '2.12' })).toBe('8081')
  })

  test('never selects a builtin gateway, and a delegated one since 2.12', () => {
    expect(select(targetRef('Dataplane'), edge, { gateway: edgeGateway })).toBe('')
    expect(select(targetRef('Dataplane', { labels: { app: 'kong' } }), kong, { version: '2.11' })).toBe('')
    expect(select(targetRef('Dataplane', { labels: { app: 'kong' } }), kong, { version: '2.12' })).toBe('delegated')
    expect(select(targetRef('Dataplane', { sectionName: 'http' }), kong)).toBe('')
  })

  test('a name means one of the policy’s own zone and namespace', () => {
    const east = createDataplane('shop-01', { labels: { 'kuma.io/zone': 'east' }, inbounds: [{ port: 1 }] })
    const named = targetRef('Dataplane', { name: 'shop-01' })
    expect(select(named, east)).toBe('')
    expect(select(named, east, { labels: { 'kuma.io/zone': 'east' } })).toBe('1')
    const inShop = createDataplane('shop-01', { namespace: 'shop', inbounds: [{ port: 1 }] })
    expect(select(named, inShop, { namespace: 'kuma-system' })).toBe('')
    expect(select(named, inShop, { namespace: 'shop' })).toBe('1')
    const elsewhere = targetRef('Dataplane', { name: 'shop-01', namespace: 'shop' })
    expect(select(elsewhere, inShop, { namespace: 'kuma-system' })).toBe('1')
  })

  test('zone listeners within it are selected since 2.14, all or by section', () => {
    const zone = createDataplane('zone', {
      inbounds: [{ name: 'http', port: 8080 }],
      zoneListeners: [
        { type: 'ZoneEgress', name: 'egress', address: '10.0.0.3', port: 10002 },
        { type: 'ZoneIngress', name: null, address: '10.0.0.3', port: 10001 },
      ],
    })
    expect(select(targetRef('Dataplane'), zone, { version: '2.13' })).toBe('8080')
    expect(select(targetRef('Dataplane'), zone)).toBe('8080 10002 10001')
    expect(select(wholeMesh, zone)).toBe('8080 10002 10001')
    expect(select(targetRef('Dataplane', { sectionName: 'egress' }), zone)).toBe('10002')
    expect(select(targetRef('Dataplane', { sectionName: '10001' }), zone)).toBe('10001')
    expect(select(targetRef('MeshSubset'), zone)).toBe('8080')
  })
})

describe('MeshGateway', () => {
  const setting = { gateway: edgeGateway }
  test('selects the listeners of the gateway of that name', () => {
    expect(select(targetRef('MeshGateway', { name: 'edge' }), edge, setting)).toBe('80 8080')
    expect(select(targetRef('MeshGateway', { name: 'other' }), edge, setting)).toBe('')
    expect(select(targetRef('MeshGateway', { name: 'edge' }), shop, setting)).toBe('')
  })

  test('tags tell its listeners apart, since 2.6', () => {
    const tagged = targetRef('MeshGateway', { name: 'edge', tags: { tier: 'private' } })
    expect(select(tagged, edge, setting)).toBe('8080')
    expect(select(tagged, edge, { ...setting, version: '2.5' })).toBe('')
  })

  test('the selector that says most decides which gateway a proxy is', () => {
    const proxy = createDataplane('edge', {
      gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge', tier: 'x' } },
    })
    const special = {
      ...createGateway('special', 'edge', { 90: {} }),
      selectors: [{ 'kuma.io/service': 'edge', tier: 'x' }],
    }
    const policy = createPolicy('p', wholeMesh, {})
    const mesh = createInventory([proxy, edgeGateway, special, policy]).meshes.get('default')!
    expect(describeProxy(proxy, mesh, featuresOf('2.14')).gateway?.resource).toBe(special)
  })
})

test('a MeshGatewayRoute selects nothing', () => {
  expect(select(targetRef('MeshGatewayRoute', { name: 'r' }), shop, { version: '2.2' })).toBe('')
})

describe('scope', () => {
  const inZone = (zone: string) => ({ labels: { 'kuma.io/origin': 'zone', 'kuma.io/zone': zone } })
  const east = createDataplane('east', { ...inZone('east'), inbounds: [{ port: 1 }] })

  test('a policy of a zone holds in that zone', () => {
    expect(select(wholeMesh, east, inZone('east'))).toBe('1')
    expect(select(wholeMesh, east, inZone('west'))).toBe('')
    expect(select(wholeMesh, east, { ...inZone('west'), version: '2.8' })).toBe('1')
  })

  test('a producer’s holds in all zones, and so does one that comes from no zone', () => {
    expect(select(wholeMesh, east, { ...inZone('west'), role: 'producer' })).toBe('1')
    expect(select(wholeMesh, east, { labels: { 'kuma.io/zone': 'west' } })).toBe('1')
    expect(select(wholeMesh, createDataplane('x', { inbounds: [{ port: 1 }] }), inZone('west'))).toBe('1')
  })

  test('a gateway is of the zone that its MeshGateway is of', () => {
    const gateway = { ...edgeGateway, meta: { ...edgeGateway.meta, ...inZone('east') } }
    expect(select(wholeMesh, edge, { ...inZone('west'), gateway })).toBe('')
    expect(select(wholeMesh, edge, { ...inZone('east'), gateway })).toBe('80 8080')
  })

  test.each(['consumer', 'workload-owner'] as const)('a %s’s holds in its namespace', (role) => {
    const here = createDataplane('a', { namespace: 'here', inbounds: [{ port: 1 }] })
    expect(select(wholeMesh, here, { role, namespace: 'here' })).toBe('1')
    expect(select(wholeMesh, here, { role, namespace: 'there' })).toBe('')
    expect(select(wholeMesh, here, { role, namespace: 'there', version: '2.8' })).toBe('1')
  })

  test.each(['system', 'producer'] as const)('a %s’s holds in all namespaces', (role) => {
    const here = createDataplane('a', { namespace: 'here', inbounds: [{ port: 1 }] })
    expect(select(wholeMesh, here, { role, namespace: 'there' })).toBe('1')
  })

  test('a shadow has no effect, since 2.7', () => {
    const labels = { 'kuma.io/effect': 'shadow' }
    expect(select(wholeMesh, shop, { labels, version: '2.6' })).toBe('8080 8081')
    expect(select(wholeMesh, shop, { labels, version: '2.7' })).toBe('')
  })
})
