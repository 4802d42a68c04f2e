import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { createInventory } from '../../../src/policy/matching/inventory.ts'
import { findIdlePolicies } from '../../../src/policy/matching/warnings.ts'
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
import { decide } from './decide.ts'

const warningsOf = (resources: readonly Resource[], version: KumaVersion = '2.14') =>
  decide(resources, { version }).warnings

const shop = createDataplane('shop', { inbounds: [{ port: 8080 }], outbounds: [legacyOutbound(10001, 'payments')] })
const payments = targetRef('MeshService', { name: 'payments' })

test('nothing is odd about plain policies', () => {
  const policies = [
    createPolicy('all', wholeMesh, { to: [[wholeMesh, 'AB']], from: ['A'] }),
    createPolicy('a-svc', wholeMesh, { to: [[payments, 'A']] }),
  ]
  expect(warningsOf([shop, ...policies])).toEqual([])
})

test('a shadow, if it would have an effect', () => {
  const labels = { 'kuma.io/effect': 'shadow' }
  const shadow = createPolicy('p', wholeMesh, { labels, from: ['A'] })
  expect(warningsOf([shop, shadow])).toEqual(['p has the label kuma.io/effect: shadow, so it has no effect.'])
  expect(warningsOf([shop, shadow], '2.6')).toEqual([])
  expect(warningsOf([shop, createPolicy('p', targetRef('MeshService', { name: 'x' }), { labels })])).toEqual([])
})

test('a name that means a Dataplane of another zone', () => {
  const east = createDataplane('shop', { labels: { 'kuma.io/zone': 'east' }, inbounds: [{ port: 1 }] })
  const named = createPolicy('p', targetRef('Dataplane', { name: 'shop' }), { from: ['A'] })
  expect(warningsOf([east, named])).toEqual([
    expect.stringMatching(/^p names the Dataplane shop, but .*\(kuma\.io\/zone: none\), .*\(east\)/),
  ])
  const labelled = { ...named, meta: { ...named.meta, labels: { 'kuma.io/zone': 'east' } } }
  expect(warningsOf([east, labelled])).toEqual([])
})

describe('a route in to', () => {
  const both = createPolicy('p', wholeMesh, {
    to: [
      [wholeMesh, 'A'],
      [targetRef('MeshHTTPRoute', { name: 'admin' }), 'B'],
    ],
  })

  test('takes the rest of the policy from who is known by a tag', () => {
    expect(warningsOf([shop, createRoute('admin'), both])).toEqual([expect.stringMatching(/^p has a MeshHTTPRoute in/)])
  })

  test('takes nothing where there is nobody of that kind', () => {
    const real = createDataplane('real', {
      inbounds: [{ port: 1 }],
      outbounds: [realOutbound(10002, 'MeshService', 'a', 80)],
    })
    const service = createService('MeshService', 'a', { ports: { 80: '' } })
    expect(warningsOf([real, service, createRoute('admin'), both])).toEqual([])
  })
})

test('a service on a builtin gateway, which Kuma never applies', () => {
  const edge = createDataplane('edge', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } })
  const policy = createPolicy('p', wholeMesh, {
    to: [
      [wholeMesh, 'A'],
      [payments, 'B'],
      [targetRef('MeshExternalService', { name: 'x' }), 'B'],
    ],
  })
  expect(warningsOf([edge, createGateway('edge', 'edge', { 80: {} }), policy])).toEqual([
    expect.stringMatching(/^p\/to\[1\] is about the service payments\. On a builtin gateway Kuma never applies it/),
    expect.stringMatching(/^p\/to\[2\]: on a builtin gateway only/),
  ])
})

test('an element for a service that loses by its name', () => {
  const all = createPolicy('all', wholeMesh, { to: [[wholeMesh, 'A']] })
  const svc = createPolicy('svc', wholeMesh, { to: [[payments, 'B']] })
  expect(warningsOf([shop, all, svc])).toEqual([
    'Traffic to payments is logged as all/to[0] says (the whole mesh), not as svc/to[0] (this service): of policies of one rank the one with the smallest name wins.',
  ])
  expect(warningsOf([shop, all, svc], '2.5')).toEqual([])
  const stronger = createPolicy('svc', targetRef('MeshSubset'), { to: [[payments, 'B']] })
  expect(warningsOf([shop, all, stronger])).toEqual([])
  const listed = createPolicy('p', wholeMesh, {
    to: [
      [payments, 'B'],
      [wholeMesh, 'A'],
    ],
  })
  expect(warningsOf([shop, listed])).toEqual([
    expect.stringMatching(/not as p\/to\[0\] .*the later element of a list wins/),
  ])
})

test('an element for a destination that is not there', () => {
  const policy = createPolicy('p', wholeMesh, {
    to: [
      [targetRef('MeshService', { name: 'nobody' }), 'A'],
      [targetRef('MeshExternalService', { labels: { team: 'x' } }), 'A'],
      [targetRef('MeshService', { name: 'pass_through' }), 'A'],
    ],
  })
  expect(warningsOf([shop, policy])).toEqual([
    expect.stringMatching(/^p\/to\[0\]: there is no MeshService nobody /),
    expect.stringMatching(/^p\/to\[1\]: there is no MeshExternalService {"team":"x"} /),
  ])
})

test('an outbound for a destination that is not there', () => {
  const lost = createDataplane('x', {
    inbounds: [{ port: 1 }],
    outbounds: [realOutbound(10002, 'MeshService', 'lost', 80)],
  })
  expect(warningsOf([lost])).toEqual([
    expect.stringMatching(/^outbound:127\.0\.0\.1:10002 is for the MeshService lost, /),
  ])
})

describe('several lines for one entry', () => {
  test('by policies that do not replace each other any more', () => {
    const policies = [createPolicy('b', wholeMesh, { from: ['A'] }), createPolicy('a', wholeMesh, { from: ['A'] })]
    expect(warningsOf([shop, ...policies])).toEqual([
      'inbound:192.168.0.7:8080: b/from[0] and a/from[0] each log to /A, so an entry may make several lines there.',
    ])
    expect(warningsOf([shop, ...policies], '2.13')).toEqual([])
  })

  test('by a list that names a destination twice', () => {
    expect(warningsOf([shop, createPolicy('p', wholeMesh, { to: [[wholeMesh, 'AA']] })])).toEqual([
      'outbound:127.0.0.1:10001: p/to[0] logs 2 times to /A, so an entry may make several lines there.',
    ])
  })

  test('not by rules of which only one can hold', () => {
    const real = createDataplane('real', {
      inbounds: [{ port: 1 }],
      outbounds: [realOutbound(10002, 'MeshService', 'a', 80)],
    })
    const policies = [
      createPolicy('p', wholeMesh, { to: [[wholeMesh, 'A']] }),
      createPolicy('q', wholeMesh, { to: [[targetRef('MeshHTTPRoute', { name: 'admin' }), 'A']] }),
    ]
    const service = createService('MeshService', 'a', { ports: { 80: '' } })
    expect(warningsOf([real, service, createRoute('admin'), ...policies])).toEqual([])
  })
})

test('policies that select nobody are found', () => {
  const idle = createPolicy('idle', targetRef('Dataplane', { labels: { app: 'gone' } }), { from: ['A'] })
  const busy = createPolicy('busy', wholeMesh, { from: ['A'] })
  const elsewhere = { ...busy, meta: { ...busy.meta, mesh: 'other' } }
  expect(findIdlePolicies(createInventory([shop, idle, busy, elsewhere]), '2.14')).toEqual([idle, elsewhere])
})
