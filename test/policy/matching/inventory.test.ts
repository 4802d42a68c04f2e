import { expect, test } from 'vitest'
import { createInventory, findDataplane } from '../../../src/policy/matching/inventory.ts'
import type { Dataplane, ExternalService } from '../../../src/policy/resources.ts'
import { createDataplane, createPolicy, wholeMesh } from '../support/resource-builders.ts'

test('a Dataplane is found by its name, and by its name with its namespace', () => {
  const universal = createDataplane('shop-01', {})
  const one = createDataplane('web', { namespace: 'one' })
  const two = createDataplane('web', { namespace: 'two' })
  const inventory = createInventory([universal, one, two])
  expect(findDataplane(inventory, 'default', 'shop-01')).toBe(universal)
  expect(findDataplane(inventory, 'default', 'web.one')).toBe(one)
  expect(findDataplane(inventory, 'default', 'web.two')).toBe(two)
  expect(findDataplane(inventory, 'default', 'web')).toBe(one)
  expect(findDataplane(inventory, 'default', 'web.three')).toBeNull()
  expect(findDataplane(inventory, 'other', 'web')).toBeNull()
})

test('meshes are kept apart', () => {
  const policy = createPolicy('p', wholeMesh, {})
  const elsewhere = { ...policy, meta: { ...policy.meta, mesh: 'other' } }
  const inventory = createInventory([policy, elsewhere])
  expect(inventory.meshes.get('default')?.policies).toEqual([policy])
  expect(inventory.meshes.get('other')?.policies).toEqual([elsewhere])
})

test('a service speaks HTTP if all who offer it do', () => {
  const offering = (name: string, service: string, protocol: string): Dataplane =>
    createDataplane(name, {
      inbounds: [{ port: 1, tags: { 'kuma.io/service': service, 'kuma.io/protocol': protocol } }],
    })
  const external: ExternalService = {
    kind: 'ExternalService',
    meta: createDataplane('httpbin', {}).meta,
    tags: { 'kuma.io/service': 'httpbin', 'kuma.io/protocol': 'HTTP' },
    address: 'httpbin.org:80',
  }
  const { protocols } = createInventory([
    offering('a', 'web', 'http2'),
    offering('b', 'web', 'grpc'),
    offering('c', 'mixed', 'http'),
    offering('d', 'mixed', 'tcp'),
    offering('e', 'mixed', 'http'),
    offering('f', 'queue', 'kafka'),
    external,
  ]).meshes.get('default')!
  expect(Object.fromEntries(protocols)).toEqual({ web: 'http', mixed: 'tcp', queue: 'tcp', httpbin: 'http' })
})
