/** Worked examples of what goes out to services: replacing, silencing, and which item is the strongest. */
import { createPolicy, createRoute, targetRef, wholeMesh } from './resource-builders.ts'
import {
  entryAt,
  services,
  shop,
  toAurora,
  toHttpbin,
  toLedgerGrpc,
  toLedgerHttp,
  toPayments,
  toRealPayments,
  toVirtualLedgerGrpc,
  toVirtualLedgerHttp,
  versions,
  type WorkedExample,
  web,
} from './worked-example.ts'

const mesh = [shop(), web, ...services]
const shopByLabels = targetRef('Dataplane', { labels: { app: 'shop' } })
const serviceNamed = (name: string, sectionName: string | null = null) =>
  targetRef('MeshService', { name, sectionName })

const everyone = createPolicy('all', wholeMesh, { to: [[wholeMesh, 'AB']] })

export const outboundExamples: readonly WorkedExample[] = [
  {
    number: 1,
    title: 'of two policies alike, the name decides, and the other way round since 2.6',
    resources: [
      ...mesh,
      createPolicy('aaa', wholeMesh, { to: [[wholeMesh, 'A']] }),
      createPolicy('bbb', wholeMesh, { to: [[wholeMesh, 'B']] }),
    ],
    questions: [
      { ask: 'by tag', versions: versions('2.2', '2.5'), proxy: 'shop-01', facts: toPayments, backends: 'B' },
      { ask: 'by tag', versions: versions('2.6', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'A' },
      { ask: 'to a resource', versions: versions('2.9'), proxy: 'web-01', facts: toLedgerHttp, backends: 'A' },
    ],
  },
  {
    number: 2,
    title: 'a list replaces, it does not append',
    resources: [...mesh, everyone, createPolicy('shop', shopByLabels, { to: [[wholeMesh, 'C']] })],
    questions: [
      { ask: 'the shop', versions: versions('2.10', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'C' },
      { ask: 'the shop, resource', versions: versions('2.10'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'C' },
      { ask: 'others', versions: versions('2.10', '2.14'), proxy: 'web-01', facts: toPayments, backends: 'AB' },
      { ask: 'others, resource', versions: versions('2.10'), proxy: 'web-01', facts: toLedgerHttp, backends: 'AB' },
    ],
  },
  {
    number: 3,
    title: 'the empty list silences',
    resources: [...mesh, everyone, createPolicy('shop', shopByLabels, { to: [[wholeMesh, '']] })],
    questions: [
      { ask: 'the shop', versions: versions('2.10', '2.14'), proxy: 'shop-01', facts: toPayments, backends: '' },
      { ask: 'the shop, resource', versions: versions('2.10'), proxy: 'shop-01', facts: toLedgerHttp, backends: '' },
    ],
  },
  {
    number: 6,
    title: 'the order of the list counts by tag, the kind of the target for resources',
    resources: [
      ...mesh,
      createPolicy('x', wholeMesh, {
        to: [
          [serviceNamed('payments'), 'A'],
          [wholeMesh, 'B'],
        ],
      }),
    ],
    questions: [
      { ask: 'by tag', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'B' },
      { ask: 'resource', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toRealPayments, backends: 'A' },
    ],
  },
  {
    number: 7,
    title: 'the top-level kind is compared before the target',
    resources: [
      ...mesh,
      createPolicy('x', wholeMesh, { to: [[serviceNamed('payments'), 'A']] }),
      createPolicy('y', targetRef('MeshSubset', { tags: { app: 'shop' } }), { to: [[wholeMesh, 'B']] }),
    ],
    questions: [
      { ask: 'by tag', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'B' },
      { ask: 'resource', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toRealPayments, backends: 'B' },
      { ask: 'others', versions: versions('2.2', '2.14'), proxy: 'web-01', facts: toPayments, backends: 'A' },
    ],
  },
  {
    number: 8,
    title: 'a port outweighs its service',
    resources: [
      ...mesh,
      createPolicy('x', wholeMesh, {
        to: [
          [serviceNamed('ledger'), 'A'],
          [serviceNamed('ledger', 'http'), 'B'],
        ],
      }),
    ],
    questions: [
      { ask: 'http', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toVirtualLedgerHttp, backends: 'B' },
      { ask: 'grpc', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toVirtualLedgerGrpc, backends: 'A' },
      // In Kuma an outbound that is written down is known by the number of its port alone.
      { ask: 'http, written', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'B' },
      { ask: 'grpc, written', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toLedgerGrpc, backends: 'A' },
    ],
  },
  {
    number: 9,
    title: 'the whole mesh reaches a MeshExternalService',
    resources: [...mesh, createPolicy('x', wholeMesh, { to: [[wholeMesh, 'A']] })],
    questions: [
      {
        ask: 'aurora',
        versions: versions('2.9'),
        proxy: 'shop-01',
        facts: toAurora,
        listener: 'outbound:127.0.0.1:10021',
        backends: 'A',
        values: { destinationService: 'aurora', trafficDirection: 'OUTBOUND' },
      },
    ],
  },
  {
    number: 12,
    title: 'a legacy ExternalService is a MeshService by its tag',
    resources: [
      ...mesh,
      {
        kind: 'ExternalService',
        meta: { ...shop().meta, name: 'httpbin', displayName: 'httpbin', labels: {} },
        tags: { 'kuma.io/service': 'httpbin', 'kuma.io/protocol': 'http' },
        address: 'httpbin.org:80',
      },
      createPolicy('x', wholeMesh, { to: [[serviceNamed('httpbin'), 'A']] }),
    ],
    questions: [
      {
        ask: 'httpbin',
        versions: versions('2.2', '2.14'),
        proxy: 'shop-01',
        facts: toHttpbin,
        backends: 'A',
        values: { sourceService: 'shop', destinationService: 'httpbin', trafficDirection: 'OUTBOUND' },
      },
      { ask: 'another', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toPayments, backends: '' },
    ],
  },
  {
    number: 26,
    title: 'a route logs for itself',
    resources: [
      ...mesh,
      createRoute('admin'),
      createPolicy('svc', wholeMesh, { to: [[serviceNamed('ledger'), 'A']] }),
      createPolicy('r', wholeMesh, { to: [[targetRef('MeshHTTPRoute', { name: 'admin' }), 'B']] }),
    ],
    questions: [
      {
        ask: '/admin',
        versions: versions('2.11', '2.14'),
        proxy: 'shop-01',
        facts: { ...toLedgerHttp, routeName: 'kri_mhttpr_default___admin_' },
        backends: 'B',
      },
      {
        ask: '/admin, by the rule of the route',
        versions: versions('2.11', '2.14'),
        proxy: 'shop-01',
        facts: { ...toLedgerHttp, routeName: 'kri_mhttpr_default___admin_rule_0' },
        backends: 'B',
      },
      {
        ask: '/other',
        versions: versions('2.11', '2.14'),
        proxy: 'shop-01',
        facts: { ...toLedgerHttp, routeName: 'kri_mhttpr_default___other_' },
        backends: 'A',
      },
      { ask: 'no route', versions: versions('2.11', '2.14'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'A' },
    ],
  },
  {
    number: 27,
    title: 'what is said of all wins by its name over what is said of one service',
    resources: [
      ...mesh,
      createPolicy('all', wholeMesh, { to: [[wholeMesh, 'A']] }),
      createPolicy('svc', wholeMesh, { to: [[serviceNamed('payments'), 'B']] }),
    ],
    questions: [
      { ask: 'by tag', versions: versions('2.2', '2.5'), proxy: 'shop-01', facts: toPayments, backends: 'B' },
      { ask: 'by tag', versions: versions('2.6', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'A' },
      { ask: 'resource', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toRealPayments, backends: 'B' },
    ],
  },
  {
    number: 30,
    title: 'a backend that is named twice takes two records',
    resources: [...mesh, createPolicy('x', wholeMesh, { to: [[wholeMesh, 'AA']] })],
    questions: [
      { ask: 'by tag', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'AA' },
      {
        ask: 'passthrough',
        versions: versions('2.2'),
        proxy: 'shop-01',
        facts: entryAt('1.2.3.4:443', { kind: 'tcp', upstreamCluster: 'outbound:passthrough:ipv4' }),
        backends: 'AA',
      },
    ],
  },
]
