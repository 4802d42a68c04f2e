import { expect, test } from 'vitest'
import { isOfRoute, kriOf, nameInKri, workloadKri } from '../../../src/policy/matching/kri.ts'
import { createDataplane, createRoute } from '../support/resource-builders.ts'

test('a KRI leaves empty what is not there', () => {
  const { meta } = createRoute('admin')
  expect(kriOf('MeshHTTPRoute', meta)).toBe('kri_mhttpr_default___admin_')
  expect(kriOf('MeshHTTPRoute', meta, 'rule_1')).toBe('kri_mhttpr_default___admin_rule_1')
})

test('a KRI has the zone, the namespace and the name that people see', () => {
  const { meta } = createDataplane('shop-x7f', {
    namespace: 'kuma-demo',
    displayName: 'shop',
    labels: { 'kuma.io/zone': 'east', 'kuma.io/workload': 'shop-api' },
  })
  expect(kriOf('Dataplane', meta, 'http')).toBe('kri_dp_default_east_kuma-demo_shop_http')
  expect(workloadKri(meta)).toBe('kri_wl_default_east_kuma-demo_shop-api_')
})

test('who belongs to no workload has no KRI of one', () => {
  expect(workloadKri(createDataplane('shop', {}).meta)).toBe('')
})

test.each([
  ['kri_mhttpr_default___admin_', true],
  ['kri_mhttpr_default___admin_rule_0', true],
  ['kri_mhttpr_default___admin_rule12', true],
  ['kri_mhttpr_default___admin_b_', false],
  ['kri_mhttpr_default___admin2_', false],
  ['kri_mhttpr_default_east__admin_', false],
  ['', false],
])('the route name %j is of admin: %s', (routeName, isIts) => {
  expect(isOfRoute(routeName, 'kri_mhttpr_default___admin_')).toBe(isIts)
})

test('the name within a KRI', () => {
  expect(nameInKri('kri_msvc_default_east_money_ledger_http')).toBe('ledger')
  expect(nameInKri('default_ledger_money_east_msvc_80')).toBeNull()
})
