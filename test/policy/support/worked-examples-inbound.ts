/** Worked examples of what comes in: merged up to 2.13, each for itself since 2.14, and by inbound. */
import { createPolicy, targetRef, wholeMesh } from './resource-builders.ts'
import {
  entryAt,
  intoShop,
  services,
  shop,
  toLedgerHttp,
  toPayments,
  versions,
  type WorkedExample,
  web,
} from './worked-example.ts'

const mesh = [shop(), web, ...services]
const shopByLabels = targetRef('Dataplane', { labels: { app: 'shop' } })
const all = createPolicy('all', wholeMesh, { rules: [{ backends: 'A' }] })
const intoAdmin = entryAt('192.168.0.7:8081')

const twoInbounds = shop({
  inbounds: [
    { name: 'http', port: 8080, tags: { 'kuma.io/service': 'shop', version: 'v1' } },
    { name: 'adm', port: 8081, tags: { 'kuma.io/service': 'admin', version: 'v2' } },
  ],
})

const ofZone = (zone: string) => ({ 'kuma.io/zone': zone })
const byLabelsAndByName = (dataplane: string, policy: string) => [
  shop({ labels: { app: 'shop', ...ofZone(dataplane) } }),
  createPolicy('x', shopByLabels, { rules: [{ backends: 'A' }] }),
  createPolicy('y', targetRef('Dataplane', { name: 'shop-01' }), {
    labels: policy === '' ? {} : ofZone(policy),
    rules: [{ backends: 'B' }],
  }),
]

const spiffeID = (type: 'Exact' | 'Prefix', value: string) => ({ spiffeID: { type, value }, sni: null })
const fromPeer = (uri: string) => ({ ...intoShop, peerUris: [uri] })

export const inboundExamples: readonly WorkedExample[] = [
  {
    number: 4,
    title: 'silence is no match for others since 2.14',
    resources: [...mesh, all, createPolicy('shop', shopByLabels, { rules: [{ backends: '' }] })],
    questions: [
      { ask: 'merged', versions: versions('2.10', '2.13'), proxy: 'shop-01', facts: intoShop, backends: '' },
      { ask: 'each for itself', versions: versions('2.14'), proxy: 'shop-01', facts: intoShop, backends: 'A' },
    ],
  },
  {
    number: 5,
    title: 'two policies log twice since 2.14',
    resources: [...mesh, all, createPolicy('shop', shopByLabels, { rules: [{ backends: 'B' }] })],
    questions: [
      {
        ask: 'merged',
        versions: versions('2.10', '2.13'),
        proxy: 'shop-01',
        facts: intoShop,
        listener: 'inbound:192.168.0.7:8080',
        backends: 'B',
        values: { sourceService: 'unknown', sourceAddress: '192.168.0.7', trafficDirection: 'INBOUND' },
      },
      { ask: 'each for itself', versions: versions('2.14'), proxy: 'shop-01', facts: intoShop, backends: 'AB' },
    ],
  },
  {
    number: 16,
    title: 'a proxy of two services has the name of the first',
    resources: [twoInbounds, createPolicy('x', wholeMesh, { from: ['A'] })],
    questions: [
      {
        ask: 'alphabetically',
        versions: versions('2.2', '2.14'),
        proxy: 'shop-01',
        facts: intoShop,
        backends: 'A',
        values: { destinationService: 'admin' },
      },
    ],
  },
  {
    number: 16,
    title: 'a named inbound has a name of its own in 3.0',
    resources: [twoInbounds, createPolicy('x', wholeMesh, { rules: [{ backends: 'A' }] })],
    questions: [
      {
        ask: 'by its identifier',
        versions: versions('3.0-dev'),
        proxy: 'shop-01',
        facts: intoShop,
        backends: 'A',
        values: { destinationService: 'kri_dp_default___shop-01_http' },
      },
    ],
  },
  {
    number: 17,
    title: 'tags select inbounds one by one, and all that goes out',
    resources: [
      twoInbounds,
      ...services,
      createPolicy('x', targetRef('MeshSubset', { tags: { version: 'v1' } }), { from: ['A'], to: [[wholeMesh, 'B']] }),
    ],
    questions: [
      { ask: 'v1', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: intoShop, backends: 'A' },
      { ask: 'v2', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: intoAdmin, backends: '' },
      { ask: 'outbound', versions: versions('2.2', '2.14'), proxy: 'shop-01', facts: toPayments, backends: 'B' },
      { ask: 'resource', versions: versions('2.9', '2.14'), proxy: 'shop-01', facts: toLedgerHttp, backends: 'B' },
    ],
  },
  {
    number: 18,
    title: 'a section is one inbound',
    resources: [
      twoInbounds,
      createPolicy('x', targetRef('Dataplane', { labels: { app: 'shop' }, sectionName: 'http' }), {
        rules: [{ backends: 'A' }],
      }),
    ],
    questions: [
      { ask: 'http', versions: versions('2.10'), proxy: 'shop-01', facts: intoShop, backends: 'A' },
      { ask: 'adm', versions: versions('2.10'), proxy: 'shop-01', facts: intoAdmin, backends: '' },
    ],
  },
  {
    number: 19,
    title: 'a name beats labels',
    resources: byLabelsAndByName('east', 'east'),
    questions: [
      { ask: 'in its zone', versions: versions('2.10', '2.13'), proxy: 'shop-01', facts: intoShop, backends: 'B' },
    ],
  },
  {
    number: 19,
    title: 'a name is not found in another zone',
    resources: byLabelsAndByName('east', ''),
    questions: [
      { ask: 'elsewhere', versions: versions('2.10', '2.13'), proxy: 'shop-01', facts: intoShop, backends: 'A' },
    ],
  },
  {
    number: 24,
    title: 'a match does not take the entry from the others',
    resources: [
      ...mesh,
      createPolicy('x', wholeMesh, {
        rules: [{ matches: [spiffeID('Exact', 'spiffe://mesh/ns/a/sa/web')], backends: 'A' }, { backends: 'B' }],
      }),
    ],
    questions: [
      {
        ask: 'web',
        versions: versions('2.14'),
        proxy: 'shop-01',
        facts: fromPeer('spiffe://mesh/ns/a/sa/web'),
        backends: 'AB',
      },
      {
        ask: 'cron',
        versions: versions('2.14'),
        proxy: 'shop-01',
        facts: fromPeer('spiffe://mesh/ns/a/sa/cron'),
        backends: 'B',
      },
      { ask: 'plaintext', versions: versions('2.14'), proxy: 'shop-01', facts: intoShop, backends: 'B' },
    ],
  },
  {
    number: 25,
    title: 'two matches of one rule log twice',
    resources: [
      ...mesh,
      createPolicy('x', wholeMesh, {
        rules: [
          {
            matches: [spiffeID('Prefix', 'spiffe://m/ns/a'), spiffeID('Exact', 'spiffe://m/ns/a/sa/web')],
            backends: 'A',
          },
        ],
      }),
    ],
    questions: [
      {
        ask: 'web',
        versions: versions('2.14'),
        proxy: 'shop-01',
        facts: fromPeer('spiffe://m/ns/a/sa/web'),
        backends: 'AA',
      },
      {
        ask: 'its neighbour',
        versions: versions('2.14'),
        proxy: 'shop-01',
        facts: fromPeer('spiffe://m/ns/a/sa/cron'),
        backends: 'A',
      },
    ],
  },
]
