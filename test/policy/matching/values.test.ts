import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { decideProxy } from '../../../src/policy/matching/decide-proxy.ts'
import { findListener } from '../../../src/policy/matching/find-listener.ts'
import { createInventory } from '../../../src/policy/matching/inventory.ts'
import { serviceOfPeer, type ValueOptions, valuesFor } from '../../../src/policy/matching/values.ts'
import type { Dataplane, Resource } from '../../../src/policy/resources.ts'
import {
  createDataplane,
  createGateway,
  createPolicy,
  legacyOutbound,
  wholeMesh,
} from '../support/resource-builders.ts'
import { entryAt } from '../support/worked-example.ts'
import { decide } from './decide.ts'

const shop = createDataplane('shop-01', {
  address: '192.168.0.7',
  advertisedAddress: '203.0.113.7',
  namespace: 'demo',
  labels: { 'kuma.io/zone': 'east', 'kuma.io/workload': 'shop-api' },
  inbounds: [
    { name: 'http', port: 8080, tags: { 'kuma.io/service': 'shop' } },
    { port: 8081, tags: { 'kuma.io/service': 'admin' } },
  ],
  outbounds: [legacyOutbound(10001, 'payments')],
  zoneListeners: [{ type: 'ZoneEgress', name: null, address: '192.168.0.7', port: 10002 }],
})

function valuesAt(
  address: string,
  {
    facts = {},
    options = {},
    version = '2.14',
    resources = [shop],
  }: {
    facts?: Parameters<typeof entryAt>[1]
    options?: ValueOptions
    version?: KumaVersion
    resources?: readonly Resource[]
  } = {},
) {
  const entry = entryAt(address, facts)
  return valuesFor(findListener(decide(resources, { version }), entry), entry, options)
}

const common = {
  mesh: 'default',
  zone: 'east',
  workload: 'kri_wl_default_east_demo_shop-api_',
  sourceAddress: '203.0.113.7',
}

describe('of a listener', () => {
  test('an inbound has the proxy’s first service, whichever port it is', () => {
    const values = { ...common, sourceService: 'unknown', destinationService: 'admin', trafficDirection: 'INBOUND' }
    expect(valuesAt('192.168.0.7:8080')).toEqual(values)
    expect(valuesAt('192.168.0.7:8081')).toEqual(values)
  })

  test('an outbound', () => {
    expect(valuesAt('127.0.0.1:10001')).toEqual({
      ...common,
      sourceService: 'admin',
      destinationService: 'payments',
      trafficDirection: 'OUTBOUND',
    })
  })

  test('a zone listener knows neither end', () => {
    expect(valuesAt('192.168.0.7:10002')).toEqual({
      ...common,
      sourceService: 'unknown',
      destinationService: 'unknown',
      trafficDirection: 'UNSPECIFIED',
    })
  })

  test('3.0 names the workload, and inbounds by their names', () => {
    expect(valuesAt('192.168.0.7:8080', { version: '3.0-dev' })).toMatchObject({
      sourceAddress: '192.168.0.7',
      destinationService: 'kri_dp_default_east_demo_shop-01_http',
    })
    expect(valuesAt('192.168.0.7:8081', { version: '3.0-dev' })).toMatchObject({ destinationService: 'shop-api' })
  })

  test('a proxy that says nothing of itself', () => {
    const bare: Dataplane = createDataplane('bare', { inbounds: [{ port: 1 }] })
    const values = { mesh: 'default', workload: '', sourceAddress: '192.168.0.7', destinationService: 'unknown' }
    expect(valuesAt('192.168.0.7:1', { resources: [bare] })).toMatchObject({ ...values, zone: '' })
    const east = decideProxy(bare, createInventory([bare]), { version: '2.14', zone: 'east' })
    expect(east.listeners[0]!.values).toMatchObject({ ...values, zone: 'east' })
  })
})

describe('of an entry', () => {
  test('its tags come first, unless they are empty', () => {
    const tags = {
      mesh: 'other',
      zone: 'west',
      workload: 'w',
      source_address: '10.0.0.1',
      source_service: 'web',
      destination_service: '',
      traffic_direction: 'OUTBOUND',
    }
    expect(valuesAt('192.168.0.7:8080', { facts: { tags } })).toEqual({
      mesh: 'other',
      zone: 'west',
      workload: 'w',
      sourceAddress: '10.0.0.1',
      sourceService: 'web',
      destinationService: 'admin',
      trafficDirection: 'OUTBOUND',
    })
  })

  test('without a listener its tags are all there is', () => {
    expect(valuesFor(null, entryAt('', { tags: { mesh: 'm', listener: 'x' } }))).toEqual({ mesh: 'm' })
  })
})

describe('the source from the peer', () => {
  const peerUris = ['kuma://version/v1', 'spiffe://default/web']
  const options = { sourceFromPeer: true }

  test('is asked for on demand, of what comes in', () => {
    expect(valuesAt('192.168.0.7:8080', { facts: { peerUris } }).sourceService).toBe('unknown')
    expect(valuesAt('192.168.0.7:8080', { facts: { peerUris }, options }).sourceService).toBe('web')
    expect(valuesAt('127.0.0.1:10001', { facts: { peerUris }, options }).sourceService).toBe('admin')
  })

  test('is better than a tag that says unknown, and no better than one that knows', () => {
    const sourceOf = (source_service: string) =>
      valuesAt('192.168.0.7:8080', { facts: { peerUris, tags: { source_service } }, options }).sourceService
    expect(sourceOf('unknown')).toBe('web')
    expect(sourceOf('cart')).toBe('cart')
  })

  test('stays unknown in plaintext', () => {
    expect(valuesAt('192.168.0.7:8080', { options }).sourceService).toBe('unknown')
  })

  test.each([
    [['spiffe://default/web'], 'web'],
    [['spiffe://trust.domain/ns/shop/sa/cart'], 'cart'],
    [['kuma://version/v1', 'spiffe://default/web', 'spiffe://default/admin'], 'web'],
    [['spiffe://default'], ''],
    [['spiffe://trust.domain/some/where/else'], ''],
    [['https://default/web'], ''],
    [[], ''],
  ])('the service of %j is %j', (uris, service) => {
    expect(serviceOfPeer(uris)).toBe(service)
  })
})

test('the destination of a gateway is found out on demand', () => {
  const edge = createDataplane('edge', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } })
  const policy = createPolicy('p', wholeMesh, { to: [[wholeMesh, 'A']] })
  const resources = [edge, createGateway('edge', 'edge', { 80: {} }), policy]
  const facts = { upstreamCluster: 'payments-0123456789abcdef' }
  const options = { resolveGatewayDestination: true }
  expect(valuesAt('192.168.0.7:80', { resources, facts }).destinationService).toBe('*')
  expect(valuesAt('192.168.0.7:80', { resources, facts, options }).destinationService).toBe('payments')
  expect(valuesAt('192.168.0.7:80', { resources, options }).destinationService).toBe('*')
})
