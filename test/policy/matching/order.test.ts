import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import { createInventory } from '../../../src/policy/matching/inventory.ts'
import { rankPolicies } from '../../../src/policy/matching/order.ts'
import type { MeshAccessLog } from '../../../src/policy/resources.ts'
import { createPolicy, type PolicyOptions, targetRef, wholeMesh } from '../support/resource-builders.ts'

/** Names of the policies, the weakest first. */
function order(policies: readonly MeshAccessLog[], version: KumaVersion): string {
  return rankPolicies(createInventory(policies).meshes.get('default')!, version)
    .map(({ policy }) => policy.meta.name)
    .join(' ')
}

function mesh(name: string, options: PolicyOptions = {}): MeshAccessLog {
  return createPolicy(name, wholeMesh, options)
}

describe('kinds of targets', () => {
  const kinds = ['Mesh', 'Dataplane', 'MeshSubset', 'MeshGateway', 'MeshService', 'MeshServiceSubset'] as const
  const policies = kinds.toReversed().map((kind) => createPolicy(kind, targetRef(kind, { name: 'x' }), {}))

  test('the more special is the stronger', () => {
    expect(order(policies, '2.14')).toBe(kinds.join(' '))
  })

  test('they come before names', () => {
    expect(order([createPolicy('a', targetRef('MeshService', { name: 'x' }), {}), mesh('z')], '2.4')).toBe('z a')
  })
})

describe('names', () => {
  test.each(['2.2', '2.5'] as const)('in %s the greatest wins', (version) => {
    expect(order([mesh('m2'), mesh('m1')], version)).toBe('m1 m2')
  })

  test.each(['2.6', '2.14', '3.0-dev'] as const)('in %s the smallest wins', (version) => {
    expect(order([mesh('m1'), mesh('m2')], version)).toBe('m2 m1')
  })

  test('since 2.6 it is the display name that counts, before the name with its namespace', () => {
    const policies = [
      mesh('b', { namespace: 'x', displayName: 'y' }),
      mesh('b-c', { namespace: 'x', displayName: 'z' }),
    ]
    expect(order(policies, '2.6')).toBe('b-c b')
    // `b-c.x` < `b.x`
    expect(order(policies, '2.5')).toBe('b-c b')
    expect(order([mesh('b', { namespace: 'x' }), mesh('b', { namespace: 'a' })], '2.6')).toBe('b b')
  })

  test('who differs in nothing stays in the order of the documents', () => {
    const first = mesh('same', { namespace: 'one' })
    const second = mesh('same', { namespace: 'two' })
    const ranked = rankPolicies(createInventory([first, second]).meshes.get('default')!, '2.14')
    expect(ranked.map(({ policy }) => policy)).toEqual([first, second])
  })
})

describe('Dataplane targets', () => {
  const bare = createPolicy('bare', targetRef('Dataplane'), {})
  const labels = createPolicy('a-labels', targetRef('Dataplane', { labels: { app: 'shop' } }), {})
  const name = createPolicy('z-name', targetRef('Dataplane', { name: 'shop-01' }), {})
  const section = createPolicy(
    'z-section',
    targetRef('Dataplane', { labels: { app: 'shop' }, sectionName: 'http' }),
    {},
  )

  test('a name is stronger than labels', () => {
    expect(order([name, labels], '2.10')).toBe('a-labels z-name')
  })

  test('a section is stronger than none', () => {
    expect(order([section, labels], '2.14')).toBe('a-labels z-section')
  })

  test('without labels and name it is on a par with both', () => {
    expect(order([labels, bare], '2.14')).toBe('bare a-labels')
    expect(order([name, bare], '2.14')).toBe('z-name bare')
  })

  test('3.0 has no names to prefer', () => {
    expect(order([labels, name], '3.0-dev')).toBe('z-name a-labels')
  })
})

describe('where policies come from', () => {
  const global = mesh('a-global', { labels: { 'kuma.io/origin': 'global' } })
  const zone = mesh('z-zone', { labels: { 'kuma.io/origin': 'zone' } })
  const untold = mesh('m-untold')

  test('a zone is stronger than who does not tell, who is stronger than the global control plane', () => {
    expect(order([zone, untold, global], '2.9')).toBe('a-global m-untold z-zone')
  })

  test('before 2.9 nobody asks', () => {
    expect(order([zone, untold, global], '2.8')).toBe('z-zone m-untold a-global')
  })

  test('roles come after origins', () => {
    const roles = ['workload-owner', 'consumer', 'producer', 'system'] as const
    const policies = roles.map((role, i) => mesh(`${i}-${role}`, { role }))
    expect(order(policies, '2.9')).toBe('3-system 2-producer 1-consumer 0-workload-owner')
    expect(order([mesh('owner', { role: 'workload-owner' }), zone], '2.9')).toBe('owner z-zone')
  })
})

test('of two gateway targets the one with more tags is stronger, since 2.6', () => {
  const one = createPolicy('z', targetRef('MeshGateway', { name: 'edge', tags: { tier: 'public' } }), {})
  const none = createPolicy('a', targetRef('MeshGateway', { name: 'edge' }), {})
  expect(order([one, none], '2.6')).toBe('a z')
  expect(order([one, none], '2.5')).toBe('a z')
  expect(order([createPolicy('b', one.targetRef, {}), createPolicy('c', none.targetRef, {})], '2.5')).toBe('b c')
})
