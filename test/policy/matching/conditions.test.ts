import { describe, expect, test } from 'vitest'
import type { Condition, EntryFacts } from '../../../src/policy/decision.ts'
import { ruleHolds, rulesFor } from '../../../src/policy/matching/conditions.ts'
import { createDataplane, createPolicy, targetRef } from '../support/resource-builders.ts'
import { entryAt } from '../support/worked-example.ts'
import { decide, listenerNamed } from './decide.ts'

const web = 'spiffe://m/ns/a/sa/web'
const holds = (when: Condition, facts: Partial<EntryFacts> = {}) => ruleHolds(when, entryAt('', facts))

describe('a connection', () => {
  const exact: Condition = { kind: 'connection', spiffeID: { type: 'Exact', value: web }, sni: null }
  const prefix: Condition = { kind: 'connection', spiffeID: { type: 'Prefix', value: 'spiffe://m/ns/a' }, sni: null }
  const sni: Condition = { kind: 'connection', spiffeID: null, sni: 'x.mesh' }
  const both: Condition = { ...exact, sni: 'x.mesh' }

  test.each([
    [exact, { peerUris: [web] }, true],
    [exact, { peerUris: ['kuma://v/1', web] }, true],
    [exact, { peerUris: [`${web}2`] }, false],
    [prefix, { peerUris: [web] }, true],
    [prefix, { peerUris: ['spiffe://m/ns/ab/sa/x'] }, true],
    [prefix, { peerUris: ['spiffe://m/ns/b/sa/web'] }, false],
    [sni, { sni: 'x.mesh' }, true],
    [sni, { sni: 'y.mesh' }, false],
    [both, { peerUris: [web], sni: 'x.mesh' }, true],
    [both, { peerUris: [web] }, false],
  ])('%j of %j: %s', (when, facts, expected) => {
    expect(holds(when, facts)).toBe(expected)
  })

  test.each([exact, prefix, sni, both])('%j never holds in plaintext', (when) => {
    expect(holds(when)).toBe(false)
  })
})

test('a route and the others are each other’s opposite', () => {
  const kri = 'kri_mhttpr_default___admin_'
  for (const routeName of [kri, `${kri}rule_3`, 'kri_mhttpr_default___shop_', 'default', '']) {
    const isOfRoute = holds({ kind: 'route', kri }, { routeName })
    expect(isOfRoute).toBe(routeName.startsWith(kri))
    expect(holds({ kind: 'otherRoute', kris: ['kri_mhttpr_default___x_', kri] }, { routeName })).toBe(!isOfRoute)
  }
})

test('an upstream service and the others are each other’s opposite', () => {
  for (const upstreamCluster of ['payments', 'payments-_1_', 'ledger', '']) {
    const isOfService = holds({ kind: 'upstreamService', service: 'payments' }, { upstreamCluster })
    expect(isOfService).toBe(upstreamCluster.startsWith('payments'))
    expect(holds({ kind: 'otherUpstreamService', services: ['x', 'payments'] }, { upstreamCluster })).toBe(!isOfService)
  }
})

test('a zone ingress does not know the peer, a zone egress does', () => {
  const zone = createDataplane('zone', {
    zoneListeners: [
      { type: 'ZoneIngress', name: null, address: '10.0.0.3', port: 10001 },
      { type: 'ZoneEgress', name: null, address: '10.0.0.3', port: 10002 },
    ],
  })
  const matches = [
    { spiffeID: { type: 'Exact', value: web }, sni: null },
    { spiffeID: null, sni: { type: 'Exact', value: 'x.mesh' } },
  ] as const
  const decision = decide([zone, createPolicy('p', targetRef('Dataplane'), { rules: [{ matches, backends: 'A' }] })])
  const facts = entryAt('', { peerUris: [web], sni: 'x.mesh' })
  expect(rulesFor(listenerNamed(decision, 'inbound:10.0.0.3:10001'), facts).map(({ why }) => why)).toEqual([
    'p/rules[0].matches[1]',
  ])
  expect(rulesFor(listenerNamed(decision, 'inbound:10.0.0.3:10002'), facts)).toHaveLength(2)
})
