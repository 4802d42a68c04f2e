import { expect, test } from 'vitest'
import { namesInboundPassthrough, namesPassthrough, serviceOfCluster } from '../../../src/policy/matching/clusters.ts'

test.each([
  ['payments', 'payments'],
  ['payments_money_svc_8080', 'payments_money_svc_8080'],
  ['payments-_0_', 'payments'],
  ['payments-8bbcf1a2d3e4f506', 'payments'],
  ['payments-8bbcf1a2', 'payments-8bbcf1a2'],
  ['payments_money_svc_8080-8bbcf1a2d3e4f506', 'payments_money_svc_8080'],
  ['default_ledger_money_east_msvc_80', 'ledger'],
  ['default_ledger___msvc_80', 'ledger'],
  ['default_aurora__east_extsvc_3306', 'aurora'],
  ['default_world___mzsvc_80', 'world'],
  ['kri_msvc_default_east_money_ledger_http', 'ledger'],
  ['kri_extsvc_default___aurora_', 'aurora'],
  ['', ''],
])('the service of the cluster %j is %j', (cluster, service) => {
  expect(serviceOfCluster(cluster)).toBe(service)
})

test.each([
  ['outbound:passthrough:ipv4', true, false],
  ['outbound:passthrough:ipv6', true, false],
  ['meshpassthrough_http_example.com_80', true, false],
  ['inbound:passthrough:ipv4', false, true],
  ['payments', false, false],
  ['', false, false],
])('the cluster %j leaves the mesh: %s, came in unknown: %s', (cluster, leaves, cameIn) => {
  expect(namesPassthrough(cluster)).toBe(leaves)
  expect(namesInboundPassthrough(cluster)).toBe(cameIn)
})
