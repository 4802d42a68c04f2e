/** Worked examples of where a policy holds: passthrough, zones, namespaces, roles, shadows, and legacy names of services. */
import type { Labels } from '../../../src/policy/resources.ts'
import {
  createDataplane,
  createPolicy,
  createService,
  realOutbound,
  targetRef,
  wholeMesh,
} from './resource-builders.ts'
import {
  entryAt,
  services,
  shop,
  toInternet,
  toLedgerHttp,
  toPayments,
  versions,
  type WorkedExample,
  web,
} from './worked-example.ts'

const mesh = [shop(), web, ...services]

const toLedger = entryAt('127.0.0.1:10001')
const client = (namespace: string, port = 80) =>
  createDataplane(`client-${namespace}`, {
    namespace,
    inbounds: [{ port: 8080, tags: { 'kuma.io/service': `client_${namespace}_svc_8080` } }],
    outbounds: [
      realOutbound(10001, 'MeshService', 'payments', port, 'money'),
      realOutbound(10002, 'MeshService', 'payments', 9090, 'money'),
    ],
  })
const payments = createService('MeshService', 'payments', {
  namespace: 'money',
  ports: { 80: 'http', 8080: 'api', 9090: 'admin' },
})
const ofRole = (role: 'producer' | 'consumer', namespace: string) => ({
  role,
  namespace,
  labels: { 'kuma.io/policy-role': role, 'k8s.kuma.io/namespace': namespace },
})

const shadowed = (all: Labels) => [
  ...mesh,
  createPolicy('all', wholeMesh, { labels: all, to: [[wholeMesh, 'AB']] }),
  createPolicy('shop', targetRef('Dataplane', { labels: { app: 'shop' } }), {
    labels: { 'kuma.io/effect': 'shadow' },
    to: [[wholeMesh, 'C']],
  }),
]

export const placeExamples: readonly WorkedExample[] = [
  {
    number: 10,
    title: 'what leaves the mesh goes to external',
    resources: [...mesh, createPolicy('x', wholeMesh, { to: [[wholeMesh, 'A']] })],
    questions: [
      {
        ask: 'http://example.com',
        versions: versions('2.2'),
        proxy: 'shop-01',
        facts: toInternet,
        listener: 'outbound:passthrough:ipv4',
        backends: 'A',
        values: { destinationService: 'external', trafficDirection: 'OUTBOUND' },
      },
      {
        ask: 'by IPv6',
        versions: versions('2.2'),
        proxy: 'shop-01',
        facts: entryAt('[2606:2800::1]:443', { upstreamCluster: 'outbound:passthrough:ipv6' }),
        listener: 'outbound:passthrough:ipv6',
        backends: 'A',
        values: { destinationService: 'external' },
      },
    ],
  },
  {
    number: 11,
    title: 'what is said of one service does not hold outside the mesh',
    resources: [...mesh, createPolicy('x', wholeMesh, { to: [[targetRef('MeshService', { name: 'payments' }), 'A']] })],
    questions: [
      { ask: 'outside', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toInternet, backends: '' },
      { ask: 'the service', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'A' },
    ],
  },
  {
    number: 21,
    title: 'where a policy comes from is compared before its name',
    resources: [
      ...services,
      shop({ labels: { 'kuma.io/origin': 'zone', 'kuma.io/zone': 'east' } }),
      createPolicy('aaa', wholeMesh, { labels: { 'kuma.io/origin': 'global' }, to: [[wholeMesh, 'A']] }),
      createPolicy('zzz', wholeMesh, {
        labels: { 'kuma.io/origin': 'zone', 'kuma.io/zone': 'east' },
        to: [[wholeMesh, 'B']],
      }),
    ],
    questions: [
      { ask: 'by tag', versions: versions('2.6', '2.8'), proxy: 'shop-01', facts: toPayments, backends: 'A' },
      { ask: 'by tag', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'B' },
      { ask: 'resource', versions: versions('2.9'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'B' },
    ],
  },
  {
    number: 22,
    title: 'a consumer’s word holds in its namespace, and is the stronger one there',
    resources: [
      client('shop'),
      client('other'),
      payments,
      createPolicy('p', wholeMesh, {
        ...ofRole('producer', 'money'),
        to: [[targetRef('MeshService', { name: 'payments' }), 'A']],
      }),
      createPolicy('c', wholeMesh, {
        ...ofRole('consumer', 'shop'),
        to: [[targetRef('MeshService', { name: 'payments', namespace: 'money' }), 'B']],
      }),
    ],
    questions: [
      { ask: 'in shop', versions: versions('2.9', '2.14'), proxy: 'client-shop', facts: toLedger, backends: 'B' },
      { ask: 'in other', versions: versions('2.9', '2.14'), proxy: 'client-other', facts: toLedger, backends: 'A' },
    ],
  },
  {
    number: 23,
    title: 'the role outranks the narrower target',
    resources: [
      client('money'),
      payments,
      createPolicy('p', wholeMesh, {
        ...ofRole('producer', 'money'),
        to: [[targetRef('MeshService', { name: 'payments' }), 'A']],
      }),
      createPolicy('c', wholeMesh, { ...ofRole('consumer', 'money'), to: [[wholeMesh, 'B']] }),
    ],
    questions: [
      { ask: 'in money', versions: versions('2.9', '2.14'), proxy: 'client-money', facts: toLedger, backends: 'B' },
    ],
  },
  {
    number: 29,
    title: 'a shadow changes nothing',
    resources: shadowed({}),
    questions: [
      { ask: 'as if alone', versions: versions('2.10', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'AB' },
      { ask: 'resource', versions: versions('2.10'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'AB' },
    ],
  },
  {
    number: 29,
    title: 'two shadows change nothing',
    resources: shadowed({ 'kuma.io/effect': 'shadow' }),
    questions: [{ ask: 'silence', versions: versions('2.10'), proxy: 'shop-01', facts: toLedgerHttp, backends: '' }],
  },
  {
    number: 31,
    title: 'without a target it is the whole mesh',
    resources: [
      ...mesh,
      createPolicy('x', wholeMesh, { namespace: 'kuma-system', role: 'system', to: [[wholeMesh, 'A']] }),
    ],
    questions: [
      { ask: 'by tag', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'A' },
      { ask: 'resource', versions: versions('2.9'), proxy: 'web-01', facts: toLedgerHttp, backends: 'A' },
    ],
  },
  {
    number: 32,
    title: 'the legacy name of a Kubernetes service is one port of a MeshService',
    resources: [
      client('shop', 8080),
      payments,
      createPolicy('x', wholeMesh, {
        namespace: 'kuma-system',
        to: [[targetRef('MeshService', { name: 'payments_money_svc_8080' }), 'A']],
      }),
    ],
    questions: [
      { ask: 'that port', versions: versions('2.9', '2.14'), proxy: 'client-shop', facts: toLedger, backends: 'A' },
      {
        ask: 'another port',
        versions: versions('2.9', '2.14'),
        proxy: 'client-shop',
        facts: entryAt('127.0.0.1:10002'),
        backends: '',
      },
    ],
  },
]
