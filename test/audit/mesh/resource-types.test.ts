/** The table of resource types: what it must hold together by itself. */
import { expect, test } from 'vitest'
import { hasType, resourceTypes } from '../../../src/audit/mesh/resource-types.ts'
import { skipDefaultTypesDefault } from '../../../src/config/audit-config.ts'

const all = [...resourceTypes.values()]
const named = (name: string) => resourceTypes.get(name)!

test('there are 65 types, and no name of a collection is that of two', () => {
  expect(all).toHaveLength(65)
  const names = all.flatMap(({ restNames }) => restNames)
  expect(new Set(names).size).toBe(names.length)
})

test('what is skipped by default is what the control plane writes by itself', () => {
  expect(skipDefaultTypesDefault.map((name) => named(name).written)).toEqual(Array(6).fill('control-plane'))
})

test('scopes and policies are told apart', () => {
  expect(all.filter(({ scope }) => scope === 'global').map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Mesh', 'Zone', 'GlobalSecret', 'AccessAudit', 'MeshInsight']),
  )
  // Of Kong's own and of Kuma's, a policy always belongs to a mesh.
  expect(all.filter(({ isPolicy, scope }) => isPolicy && scope === 'global')).toEqual([])
  expect(named('GlobalSecret')).toMatchObject({ written: 'admin', restNames: ['globalsecrets', 'global-secrets'] })
})

test.each([
  ['TrafficRoute', '2.14', true],
  ['TrafficRoute', '3.0-dev', false],
  ['MeshTLS', '2.6', false],
  ['MeshTLS', '2.9', true],
  ['MeshTLS', '2.13', true],
  ['MeshZoneAddress', '2.13', false],
  ['MeshZoneAddress', '2.14', true],
  ['MeshOPA', '3.0-dev', true],
] as const)('%s is in Kuma %s: %s', (name, version, expected) => expect(hasType(version, named(name))).toBe(expected))
