import { describe, expect, test } from 'vitest'
import { decideProxy } from '../../../src/policy/matching/decide-proxy.ts'
import { createInventory } from '../../../src/policy/matching/inventory.ts'
import {
  createDataplane,
  createGateway,
  createPolicy,
  createService,
  legacyOutbound,
  realOutbound,
  targetRef,
  wholeMesh,
} from '../support/resource-builders.ts'
import { decide, listenerNamed } from './decide.ts'

const http = { 'kuma.io/service': 'shop', 'kuma.io/protocol': 'http' }

test('the policies that select the proxy, the weakest first', () => {
  const shop = createDataplane('shop', { labels: { app: 'shop' }, inbounds: [{ port: 1 }] })
  const policies = [
    createPolicy('own', targetRef('Dataplane', { labels: { app: 'shop' } }), {}),
    createPolicy('other', targetRef('Dataplane', { labels: { app: 'web' } }), {}),
    createPolicy('b', wholeMesh, {}),
    createPolicy('c', wholeMesh, {}),
  ]
  expect(decide([shop, ...policies]).policies.map(({ meta }) => meta.name)).toEqual(['c', 'b', 'own'])
})

test('a proxy of a mesh that no document tells of has its listeners, and nobody logs', () => {
  const { listeners, policies } = decideProxy(
    createDataplane('shop', { inbounds: [{ port: 1 }] }),
    createInventory([]),
    { version: '2.14' },
  )
  expect(policies).toEqual([])
  expect(listeners.map(({ name, rules }) => [name, rules])).toEqual([['inbound:192.168.0.7:1', []]])
})

describe('listeners', () => {
  test('have Kuma’s names, addresses and protocols', () => {
    const shop = createDataplane('shop', {
      address: 'fd00::7',
      inbounds: [{ port: 8080, tags: http }],
      outbounds: [legacyOutbound(10001, 'shop'), realOutbound(10002, 'MeshService', 'ledger', 90)],
      zoneListeners: [{ type: 'ZoneIngress', name: null, address: '10.0.0.3', port: 10001 }],
      transparentProxying: {},
    })
    const ledger = createService('MeshService', 'ledger', {
      ports: { 90: '' },
      appProtocol: 'kafka',
      vips: ['240.0.0.1'],
    })
    const { listeners } = decide([shop, ledger])
    expect(
      listeners.map(({ name, kind, address, direction, protocol }) => [name, kind, address, direction, protocol]),
    ).toEqual([
      ['inbound:fd00::7:8080', 'inbound', 'fd00::7:8080', 'INBOUND', 'http'],
      ['inbound:10.0.0.3:10001', 'zoneIngress', '10.0.0.3:10001', 'UNSPECIFIED', 'tcp'],
      ['outbound:127.0.0.1:10001', 'outbound', '127.0.0.1:10001', 'OUTBOUND', 'http'],
      ['outbound:127.0.0.1:10002', 'outbound', '127.0.0.1:10002', 'OUTBOUND', 'tcp'],
      ['inbound:passthrough:ipv4', 'inboundPassthrough', '0.0.0.0:15006', 'INBOUND', 'tcp'],
      ['inbound:passthrough:ipv6', 'inboundPassthrough', ':::15006', 'INBOUND', 'tcp'],
      ['outbound:passthrough:ipv4', 'passthrough', '0.0.0.0:15001', 'OUTBOUND', 'tcp'],
      ['outbound:passthrough:ipv6', 'passthrough', ':::15001', 'OUTBOUND', 'tcp'],
      ['outbound:240.0.0.1:90', 'outbound', '240.0.0.1:90', 'OUTBOUND', 'tcp'],
    ])
  })

  test('those for the services of the mesh are a transparent proxy’s', () => {
    const ledger = createService('MeshService', 'ledger', { ports: { 90: '' }, vips: ['240.0.0.1'] })
    const plain = createDataplane('shop', { inbounds: [{ port: 1 }] })
    expect(decide([plain, ledger]).listeners.map(({ name }) => name)).toEqual(['inbound:192.168.0.7:1'])
  })

  test('direct access is one for each instance of the services that the document names', () => {
    const pay = (n: number, service: string) =>
      createDataplane(`pay-${n}`, {
        address: `10.0.0.${n}`,
        inbounds: [{ port: 80, tags: { 'kuma.io/service': service } }],
      })
    const direct = (...directAccessServices: string[]) => {
      const shop = createDataplane('shop', {
        inbounds: [{ port: 1, tags: http }],
        transparentProxying: { directAccessServices },
      })
      const { listeners } = decide([shop, pay(1, 'payments'), pay(2, 'payments'), pay(3, 'ledger')])
      return listeners.filter(({ kind }) => kind === 'directAccess').map(({ name }) => name)
    }
    expect(direct()).toEqual([])
    expect(direct('payments')).toEqual(['outbound:10.0.0.1:80', 'outbound:10.0.0.2:80'])
    expect(direct('*')).toEqual(['outbound:10.0.0.1:80', 'outbound:10.0.0.2:80', 'outbound:10.0.0.3:80'])
  })

  test('two inbounds on one address are one, and log once', () => {
    const shop = createDataplane('shop', {
      inbounds: [
        { port: 8080, tags: { 'kuma.io/service': 'a', version: 'v1' } },
        { port: 8080, tags: { 'kuma.io/service': 'b', version: 'v2' } },
      ],
    })
    const all = createPolicy('all', wholeMesh, { from: ['A'] })
    const second = createPolicy('second', targetRef('MeshSubset', { tags: { version: 'v2' } }), { from: ['B'] })
    const { listeners } = decide([shop, all, second])
    expect(listeners).toHaveLength(1)
    expect(listeners[0]!.rules.map(({ why }) => why)).toEqual(['all/from[0]', 'second/from[0]'])
  })

  test('a gateway’s is there once for each direction that it logs', () => {
    const edge = createDataplane('edge', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } })
    const gateway = createGateway('edge', 'edge', { 80: { tier: 'public' }, 8080: {} })
    const inward = createPolicy('in', targetRef('MeshGateway', { name: 'edge', tags: { tier: 'public' } }), {
      from: ['B'],
    })
    const { listeners } = decide([edge, gateway, createPolicy('out', wholeMesh, { to: [[wholeMesh, 'A']] }), inward])
    expect(listeners.map(({ name, direction, rules }) => `${name} ${direction} ${rules.length}`)).toEqual([
      'edge:HTTP:80 OUTBOUND 1',
      'edge:HTTP:80 INBOUND 1',
      'edge:HTTP:8080 OUTBOUND 1',
    ])
  })

  test('a delegated gateway has outbounds only', () => {
    const kong = createDataplane('kong', {
      gateway: { type: 'DELEGATED', tags: { 'kuma.io/service': 'kong' } },
      outbounds: [legacyOutbound(10001, 'payments')],
    })
    const policy = createPolicy('p', wholeMesh, { to: [[wholeMesh, 'A']], from: ['B'] })
    const { listeners } = decide([kong, policy])
    expect(listeners.map(({ name }) => name)).toEqual(['outbound:127.0.0.1:10001'])
    expect(listeners[0]!.values).toMatchObject({ sourceService: 'kong', destinationService: 'payments' })
  })
})

test('every backend comes with its policy', () => {
  const shop = createDataplane('shop', { inbounds: [{ port: 1 }] })
  const policy = createPolicy('p', wholeMesh, { from: ['AA'] })
  const { rules } = listenerNamed(decide([shop, policy]), 'inbound:192.168.0.7:1')
  expect(rules[0]!.backends).toEqual(policy.from[0]!.backends.map((backend) => ({ backend, policy })))
})
