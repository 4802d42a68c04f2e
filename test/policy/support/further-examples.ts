/** More examples in the manner of the worked ones: rules that these leave out, and cases that random meshes seldom meet. */
import {
  createDataplane,
  createGateway,
  createPolicy,
  createRoute,
  createService,
  realOutbound,
  targetRef,
  wholeMesh,
} from './resource-builders.ts'
import {
  entryAt,
  intoShop,
  services,
  shop,
  toInternet,
  toLedgerGrpc,
  toLedgerHttp,
  toPayments,
  versions,
  type WorkedExample,
} from './worked-example.ts'

const ofZone = (zone: string) => ({ 'kuma.io/origin': 'zone', 'kuma.io/zone': zone })
const onAdmin = { ...toLedgerHttp, routeName: 'kri_mhttpr_default___admin_' }
const ledger = targetRef('MeshService', { name: 'ledger' })
const admin = targetRef('MeshHTTPRoute', { name: 'admin' })
const exactly = (value: string) => ({ spiffeID: { type: 'Exact', value } as const, sni: null })
const serverName = (value: string) => ({ spiffeID: null, sni: { type: 'Exact', value } as const })
const web = 'spiffe://m/ns/a/sa/web'

export const furtherExamples: readonly Omit<WorkedExample, 'number'>[] = [
  {
    title: 'a producer is heard in other zones, another is not',
    resources: [
      createDataplane('client', {
        namespace: 'shop',
        labels: ofZone('west'),
        inbounds: [{ port: 8080 }],
        outbounds: [realOutbound(10001, 'MeshService', 'payments', 80, 'money')],
      }),
      createService('MeshService', 'payments', {
        namespace: 'money',
        labels: { 'kuma.io/zone': 'east' },
        ports: { 80: '' },
      }),
      createPolicy('producer', wholeMesh, {
        namespace: 'money',
        role: 'producer',
        labels: ofZone('east'),
        to: [[targetRef('MeshService', { name: 'payments' }), 'A']],
      }),
      createPolicy('operator', wholeMesh, {
        namespace: 'kuma-system',
        labels: ofZone('east'),
        to: [[targetRef('MeshService', { name: 'payments', namespace: 'money' }), 'B']],
      }),
    ],
    questions: [
      {
        ask: 'by name',
        versions: versions('2.9', '2.14'),
        proxy: 'client',
        facts: entryAt('127.0.0.1:10001'),
        backends: 'A',
      },
    ],
  },
  {
    title: 'two inbounds at one port log once, and each may be meant',
    resources: [
      shop({
        inbounds: [
          { port: 8080, tags: { 'kuma.io/service': 'shop', version: 'v1' } },
          { port: 8080, tags: { 'kuma.io/service': 'shop-admin', version: 'v2' } },
        ],
      }),
      createPolicy('x', targetRef('MeshSubset', { tags: { version: 'v2' } }), { from: ['A'] }),
      createPolicy('y', targetRef('MeshSubset', { tags: { version: 'v3' } }), { from: ['B'] }),
    ],
    questions: [{ ask: 'v2', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: intoShop, backends: 'A' }],
  },
  {
    title: 'a route is silenced without another one that logs',
    resources: [
      shop(),
      ...services,
      createRoute('admin'),
      createPolicy('svc', wholeMesh, { to: [[ledger, 'A']] }),
      createPolicy('r', wholeMesh, { to: [[admin, '']] }),
    ],
    questions: [
      { ask: '/admin', versions: versions('2.11', '2.14'), proxy: 'shop-01', facts: onAdmin, backends: '' },
      { ask: '/other', versions: versions('2.11', '2.14'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'A' },
    ],
  },
  {
    title: 'a policy that is about a route says nothing of what is known by tags',
    resources: [
      shop(),
      ...services,
      createRoute('admin'),
      createPolicy('x', wholeMesh, {
        to: [
          [wholeMesh, 'A'],
          [admin, 'B'],
        ],
      }),
    ],
    questions: [
      { ask: 'by tag', versions: versions('2.11', '2.14'), proxy: 'shop-01', facts: toPayments, backends: '' },
      { ask: 'outside', versions: versions('2.11', '2.14'), proxy: 'shop-01', facts: toInternet, backends: '' },
      { ask: 'resource', versions: versions('2.11', '2.14'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'A' },
      { ask: '/admin', versions: versions('2.11', '2.14'), proxy: 'shop-01', facts: onAdmin, backends: 'B' },
    ],
  },
  {
    title: 'what is outside has the name of a service, up to 2.14',
    resources: [
      shop(),
      createPolicy('x', wholeMesh, { to: [[targetRef('MeshService', { name: 'pass_through' }), 'A']] }),
    ],
    questions: [
      { ask: 'outside', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toInternet, backends: 'A' },
      { ask: 'no more', versions: versions('3.0-dev'), proxy: 'shop-01', facts: toInternet, backends: '' },
    ],
  },
  {
    title: 'a port is meant by its number as well, though it has a name',
    resources: [
      shop(),
      ...services,
      createPolicy('x', wholeMesh, { to: [[targetRef('MeshService', { name: 'ledger', sectionName: '9090' }), 'A']] }),
    ],
    questions: [
      { ask: 'that port', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toLedgerGrpc, backends: 'A' },
      { ask: 'another', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toLedgerHttp, backends: '' },
    ],
  },
  {
    title: 'an inbound is meant by its port when it has no name, since 2.12',
    resources: [
      shop({ inbounds: [{ port: 8080 }, { port: 8081, name: 'adm' }] }),
      ...['8080', '8081', 'adm'].map((sectionName, index) =>
        createPolicy(sectionName, targetRef('Dataplane', { sectionName }), {
          rules: [{ backends: 'ABC'[index] ?? '' }],
        }),
      ),
    ],
    questions: [
      { ask: 'unnamed', versions: versions('2.10', '2.11'), proxy: 'shop-01', facts: intoShop, backends: '' },
      { ask: 'unnamed', versions: versions('2.12'), proxy: 'shop-01', facts: intoShop, backends: 'A' },
      {
        ask: 'named',
        versions: versions('2.10'),
        proxy: 'shop-01',
        facts: entryAt('192.168.0.7:8081'),
        backends: 'C',
      },
    ],
  },
  {
    title: 'matches are nothing before 2.14',
    resources: [
      shop(),
      createPolicy('x', wholeMesh, { rules: [{ matches: [exactly(web)], backends: 'A' }, { backends: 'B' }] }),
      createPolicy('a', wholeMesh, { rules: [{ matches: [exactly('spiffe://m/nobody')], backends: 'C' }] }),
    ],
    questions: [
      { ask: 'merged', versions: versions('2.10', '2.13'), proxy: 'shop-01', facts: intoShop, backends: 'C' },
      {
        ask: 'matched',
        versions: versions('2.14'),
        proxy: 'shop-01',
        facts: { ...intoShop, peerUris: [web] },
        backends: 'AB',
      },
    ],
  },
  {
    title: 'a gateway hears what is said of one service by where the request went',
    resources: [
      createDataplane('edge-01', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } }),
      createGateway('edge', 'edge', { 80: {} }),
      createPolicy('x', wholeMesh, {
        to: [
          [wholeMesh, 'A'],
          [targetRef('MeshService', { name: 'payments' }), 'B'],
        ],
      }),
    ],
    questions: [
      {
        ask: 'payments',
        versions: versions('2.2', '2.14'),
        proxy: 'edge-01',
        facts: entryAt('192.168.0.7:80', { upstreamCluster: 'payments' }),
        backends: 'B',
      },
      {
        ask: 'elsewhere',
        versions: versions('2.2', '2.14'),
        proxy: 'edge-01',
        facts: entryAt('192.168.0.7:80'),
        backends: 'A',
      },
    ],
  },
  {
    title: 'zone listeners know server names, and peers where they end TLS',
    resources: [
      shop({
        zoneListeners: [
          { type: 'ZoneIngress', name: null, address: '10.0.0.3', port: 10001 },
          { type: 'ZoneEgress', name: 'egress', address: '10.0.0.3', port: 10002 },
        ],
      }),
      createPolicy('x', wholeMesh, {
        rules: [
          { matches: [serverName('aurora.mesh')], backends: 'A' },
          { matches: [exactly(web)], backends: 'B' },
        ],
      }),
      createPolicy('y', targetRef('Dataplane', { sectionName: 'egress' }), { rules: [{ backends: 'C' }] }),
    ],
    questions: [
      {
        ask: 'egress',
        versions: versions('2.14'),
        proxy: 'shop-01',
        facts: entryAt('10.0.0.3:10002', { kind: 'tcp', sni: 'aurora.mesh', peerUris: [web] }),
        backends: 'BAC',
        values: { sourceService: 'unknown', destinationService: 'unknown', trafficDirection: 'UNSPECIFIED' },
      },
      {
        ask: 'ingress',
        versions: versions('2.14'),
        proxy: 'shop-01',
        facts: entryAt('10.0.0.3:10001', { kind: 'tcp', sni: 'aurora.mesh', peerUris: [web] }),
        backends: 'A',
      },
    ],
  },
  {
    title: 'an instance that is called at its own address is named by it',
    resources: [
      shop({ transparentProxying: { directAccessServices: ['*'] } }),
      createDataplane('db-01', {
        address: '192.168.0.20',
        inbounds: [{ port: 5432, tags: { 'kuma.io/service': 'db' } }],
      }),
      createPolicy('x', wholeMesh, { to: [[wholeMesh, 'A']] }),
    ],
    questions: [
      {
        ask: 'db',
        versions: versions('2.2', '2.14'),
        proxy: 'shop-01',
        facts: entryAt('192.168.0.20:5432', { kind: 'tcp' }),
        backends: 'A',
        values: { destinationService: 'direct_access_192.168.0.20:5432', trafficDirection: 'OUTBOUND' },
      },
    ],
  },
]
