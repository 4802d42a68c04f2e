/** Worked examples of gateways, builtin and delegated. */
import { createDataplane, createGateway, createPolicy, targetRef, wholeMesh } from './resource-builders.ts'
import { entryAt, services, shop, shopOutbounds, toPayments, versions, type WorkedExample } from './worked-example.ts'

const edge = createDataplane('edge-01', {
  address: '192.168.0.9',
  gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } },
})
const edgeGateway = createGateway('edge', 'edge', { 80: { tier: 'public' }, 8080: { tier: 'private' } })
const kong = createDataplane('kong-01', {
  address: '192.168.0.10',
  gateway: { type: 'DELEGATED', tags: { 'kuma.io/service': 'kong', app: 'kong' } },
  outbounds: shopOutbounds,
})
const throughPublic = entryAt('192.168.0.9:80')
const throughPrivate = entryAt('192.168.0.9:8080')

const out = { sourceService: 'edge', destinationService: '*', trafficDirection: 'OUTBOUND' }
const into = { sourceService: 'unknown', destinationService: 'edge', trafficDirection: 'INBOUND' }

const publicOnly = createPolicy('x', targetRef('MeshGateway', { name: 'edge', tags: { tier: 'public' } }), {
  to: [[wholeMesh, 'A']],
})

export const gatewayExamples: readonly WorkedExample[] = [
  {
    number: 13,
    title: 'a request through a gateway is logged on its way in and out',
    resources: [
      edge,
      edgeGateway,
      createPolicy('x', wholeMesh, { to: [[wholeMesh, 'A']] }),
      createPolicy('y', wholeMesh, { from: ['B'] }),
    ],
    questions: [
      {
        ask: 'out only',
        versions: versions('2.2', '2.5'),
        proxy: 'edge-01',
        facts: throughPublic,
        backends: 'A',
        values: out,
        backendValues: [out],
      },
      {
        ask: 'both',
        versions: versions('2.6', '2.14'),
        proxy: 'edge-01',
        facts: throughPublic,
        backends: 'AB',
        values: out,
        backendValues: [out, into],
      },
    ],
  },
  {
    number: 14,
    title: 'tags select listeners of a gateway',
    resources: [edge, edgeGateway, publicOnly],
    questions: [
      { ask: 'public', versions: versions('2.6', '2.14'), proxy: 'edge-01', facts: throughPublic, backends: 'A' },
      { ask: 'private', versions: versions('2.6', '2.14'), proxy: 'edge-01', facts: throughPrivate, backends: '' },
    ],
  },
  {
    number: 15,
    title: 'more tags are stronger',
    resources: [
      edge,
      edgeGateway,
      publicOnly,
      createPolicy('y', targetRef('MeshGateway', { name: 'edge' }), { to: [[wholeMesh, 'B']] }),
    ],
    questions: [
      { ask: 'public', versions: versions('2.6', '2.14'), proxy: 'edge-01', facts: throughPublic, backends: 'A' },
      { ask: 'private', versions: versions('2.6', '2.14'), proxy: 'edge-01', facts: throughPrivate, backends: 'B' },
    ],
  },
  {
    number: 20,
    title: 'gateways only',
    resources: [
      shop(),
      kong,
      edge,
      edgeGateway,
      ...services,
      createPolicy('x', targetRef('Mesh', { proxyTypes: ['Gateway'] }), { to: [[wholeMesh, 'A']] }),
    ],
    questions: [
      { ask: 'sidecar', versions: versions('2.6', '2.14'), proxy: 'shop-01', facts: toPayments, backends: '' },
      { ask: 'delegated', versions: versions('2.6', '2.14'), proxy: 'kong-01', facts: toPayments, backends: 'A' },
      { ask: 'builtin', versions: versions('2.6', '2.14'), proxy: 'edge-01', facts: throughPublic, backends: 'A' },
    ],
  },
  {
    number: 28,
    title: 'a delegated gateway has nothing coming in',
    resources: [
      kong,
      ...services,
      createPolicy('x', targetRef('MeshSubset', { tags: { app: 'kong' } }), { from: ['A'], to: [[wholeMesh, 'B']] }),
    ],
    questions: [
      {
        ask: 'outbound',
        versions: versions('2.6', '2.14'),
        proxy: 'kong-01',
        facts: toPayments,
        backends: 'B',
        values: { sourceService: 'kong', destinationService: 'payments' },
      },
      { ask: 'before 2.6', versions: versions('2.2', '2.5'), proxy: 'kong-01', facts: toPayments, backends: '' },
    ],
  },
]
