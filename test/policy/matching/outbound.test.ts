import { describe, expect, test } from 'vitest'
import type { KumaVersion } from '../../../src/policy/kuma-version.ts'
import type { Resource } from '../../../src/policy/resources.ts'
import {
  createDataplane,
  createGateway,
  createPolicy,
  createRoute,
  createService,
  legacyOutbound,
  type PolicyOptions,
  realOutbound,
  targetRef,
  wholeMesh,
} from '../support/resource-builders.ts'
import { entryAt } from '../support/worked-example.ts'
import { decide, lettersFor, listenerNamed } from './decide.ts'

const shop = createDataplane('shop', {
  inbounds: [{ port: 8080, tags: { 'kuma.io/service': 'shop' } }],
  outbounds: [
    legacyOutbound(10001, 'payments'),
    realOutbound(10002, 'MeshService', 'ledger', 80),
    realOutbound(10003, 'MeshService', 'ledger', 90),
    realOutbound(10004, 'MeshExternalService', 'aurora', 3306),
    realOutbound(10005, 'MeshMultiZoneService', 'world', 80),
    realOutbound(10006, 'MeshService', 'lost', 80),
  ],
  transparentProxying: { directAccessServices: ['ledger'] },
})
const instance = createDataplane('ledger-1', {
  address: '192.168.0.20',
  inbounds: [{ port: 8080, tags: { 'kuma.io/service': 'ledger' } }],
})
const resources: readonly Resource[] = [
  shop,
  instance,
  createService('MeshService', 'ledger', {
    ports: { 80: 'http', 90: '' },
    vips: ['240.0.0.1'],
    labels: { team: 'money' },
  }),
  createService('MeshExternalService', 'aurora', { ports: { 3306: '' }, appProtocol: 'tcp' }),
  createService('MeshMultiZoneService', 'world', { ports: { 80: '' } }),
]

const at = {
  payments: '127.0.0.1:10001',
  ledgerHttp: '127.0.0.1:10002',
  ledgerOther: '127.0.0.1:10003',
  aurora: '127.0.0.1:10004',
  world: '127.0.0.1:10005',
  lost: '127.0.0.1:10006',
  virtual: '240.0.0.1:80',
  direct: '192.168.0.20:8080',
  outside: '93.184.216.34:443',
}

/** Backends by place, of policies for the whole mesh with these `to`. */
function ask(policies: readonly PolicyOptions['to'][], version: KumaVersion = '2.14', more: readonly Resource[] = []) {
  const written = policies.map((to, i) => createPolicy(`p${i}`, wholeMesh, to ? { to } : {}))
  const decision = decide([...resources, ...more, ...written], { version })
  const entries = Object.entries(at).map(([name, address]) => [name, lettersFor(decision, entryAt(address))] as const)
  return Object.fromEntries(entries.filter(([, letters]) => letters !== ''))
}

const everywhere = Object.fromEntries(Object.keys(at).map((name) => [name, 'A']))

test('the whole mesh is every destination, and what is outside of it', () => {
  expect(ask([[[wholeMesh, 'A']]])).toEqual(everywhere)
})

test('3.0 knows no destinations by their tags, but the outside', () => {
  const { payments: _, ...others } = everywhere
  expect(ask([[[wholeMesh, 'A']]], '3.0-dev')).toEqual(others)
})

test('before 2.9 there are no destinations that are resources', () => {
  const { payments, virtual, direct, outside, ...none } = ask([[[wholeMesh, 'A']]], '2.8')
  // A virtual address is then somewhere outside.
  expect({ payments, virtual, direct, outside }).toEqual({ payments: 'A', virtual: 'A', direct: 'A', outside: 'A' })
  expect(none).toEqual({})
})

test('a service is found by tag, and a resource by name', () => {
  const to = (name: string) => ask([[[targetRef('MeshService', { name }), 'A']]])
  expect(to('payments')).toEqual({ payments: 'A' })
  expect(to('ledger')).toEqual({ ledgerHttp: 'A', ledgerOther: 'A', virtual: 'A' })
  expect(to('pass_through')).toEqual({ outside: 'A', direct: 'A' })
  expect(to('aurora')).toEqual({})
})

test.each(['2.9', '2.14', '3.0-dev'] as const)('resources of other kinds are found too in %s', (version) => {
  expect(ask([[[targetRef('MeshExternalService', { name: 'aurora' }), 'A']]], version)).toEqual({ aurora: 'A' })
  expect(ask([[[targetRef('MeshMultiZoneService', { name: 'world' }), 'A']]], version)).toEqual({ world: 'A' })
})

test('labels mean all resources that have them', () => {
  expect(ask([[[targetRef('MeshService', { labels: { team: 'money' } }), 'A']]])).toEqual({
    ledgerHttp: 'A',
    ledgerOther: 'A',
    virtual: 'A',
  })
  expect(ask([[[targetRef('MeshService', { labels: { team: 'money', tier: '1' } }), 'A']]])).toEqual({})
})

test.each([
  ['http', { ledgerHttp: 'A', virtual: 'A' }],
  ['80', { ledgerHttp: 'A', virtual: 'A' }],
  ['90', { ledgerOther: 'A' }],
  ['grpc', {}],
])('the section %s is a port, by name or by number', (sectionName, places) => {
  expect(ask([[[targetRef('MeshService', { name: 'ledger', sectionName }), 'A']]])).toEqual(places)
})

test('a destination that no document tells of is part of the whole mesh only', () => {
  expect(ask([[[targetRef('MeshService', { name: 'lost' }), 'A']]])).toEqual({})
})

describe('who wins', () => {
  const forLedger = targetRef('MeshService', { name: 'ledger' })
  test('for a resource the more special element of policies of one rank', () => {
    const { payments, ledgerHttp, aurora } = ask([[[wholeMesh, 'A']], [[forLedger, 'B']]])
    expect({ payments, ledgerHttp, aurora }).toEqual({ payments: 'A', ledgerHttp: 'B', aurora: 'A' })
  })

  test('for a service the name of the policy, whatever is more special', () => {
    const forPayments = targetRef('MeshService', { name: 'payments' })
    expect(ask([[[wholeMesh, 'A']], [[forPayments, 'B']]])['payments']).toBe('A')
    expect(ask([[[forPayments, 'B']], [[wholeMesh, 'A']]])['payments']).toBe('B')
    expect(ask([[[forPayments, 'B']], [[wholeMesh, 'A']]], '2.5')['payments']).toBe('A')
  })

  test('an empty list silences one destination', () => {
    const { ledgerHttp: _, ledgerOther: __, virtual: ___, ...others } = everywhere
    expect(
      ask([
        [
          [wholeMesh, 'A'],
          [forLedger, ''],
        ],
      ]),
    ).toEqual(others)
  })

  test('the reason names who was overruled', () => {
    const policies = [
      createPolicy('all', wholeMesh, { to: [[wholeMesh, 'A']] }),
      createPolicy('svc', wholeMesh, { to: [[forLedger, 'B']] }),
    ]
    const { rules } = listenerNamed(decide([...resources, ...policies]), 'outbound:127.0.0.1:10002')
    expect(rules.map(({ why }) => why)).toEqual(['svc/to[0], over all/to[0]'])
  })
})

describe('names within namespaces and zones', () => {
  const money = createService('MeshService', 'payments', {
    namespace: 'money',
    ports: { 8080: 'api', 9090: 'admin' },
    vips: ['240.0.0.9'],
    labels: { 'kuma.io/zone': 'east' },
  })
  const ask = (policy: PolicyOptions, port = 8080, version: KumaVersion = '2.14') =>
    lettersFor(
      decide([...resources, money, createPolicy('p', wholeMesh, policy)], { version }),
      entryAt(`240.0.0.9:${port}`),
    )
  const east = { labels: { 'kuma.io/zone': 'east' } }

  test('a name means the policy’s own namespace and zone', () => {
    const to = [[targetRef('MeshService', { name: 'payments' }), 'A']] as const
    expect(ask({ to, namespace: 'money', ...east })).toBe('A')
    expect(ask({ to, namespace: 'money' })).toBe('')
    expect(ask({ to, namespace: 'shop', ...east })).toBe('')
  })

  test('a namespace may be told', () => {
    const to = [[targetRef('MeshService', { name: 'payments', namespace: 'money' }), 'A']] as const
    expect(ask({ to, namespace: 'shop', ...east })).toBe('A')
  })

  test('the old name of a service means it in any zone', () => {
    expect(ask({ to: [[targetRef('MeshService', { name: 'payments_money_svc' }), 'A']] }, 9090)).toBe('A')
    const withPort = [[targetRef('MeshService', { name: 'payments_money_svc_8080' }), 'A']] as const
    expect(ask({ to: withPort })).toBe('A')
    expect(ask({ to: withPort }, 9090)).toBe('')
    expect(ask({ to: [[targetRef('MeshService', { name: 'payments_shop_svc' }), 'A']] })).toBe('')
  })
})

describe('routes', () => {
  const admin = createRoute('admin')
  const forAdmin = targetRef('MeshHTTPRoute', { name: 'admin' })
  const byAdmin = { routeName: 'kri_mhttpr_default___admin_rule_0' }
  const everywhere = createPolicy('all', wholeMesh, { to: [[wholeMesh, 'A']] })
  const ask = (
    address: string,
    facts = {},
    policies = [everywhere],
    more: readonly Resource[] = [admin],
    version: KumaVersion = '2.14',
  ) => lettersFor(decide([...resources, ...more, ...policies], { version }), entryAt(address, facts))
  const special = createPolicy('r', wholeMesh, { to: [[forAdmin, 'B']] })

  test('a request of a route with an element of its own is logged by that alone', () => {
    expect(ask(at.ledgerHttp, byAdmin, [everywhere, special])).toBe('B')
    expect(ask(at.ledgerHttp, {}, [everywhere, special])).toBe('A')
    expect(ask(at.ledgerHttp, { routeName: 'kri_mhttpr_default___other_' }, [everywhere, special])).toBe('A')
  })

  test('a route may be silenced, though Kuma logs it', () => {
    const silent = createPolicy('r', wholeMesh, { to: [[forAdmin, '']] })
    expect(ask(at.ledgerHttp, byAdmin, [everywhere, silent])).toBe('')
    expect(ask(at.ledgerHttp, {}, [everywhere, silent])).toBe('A')
  })

  test('an element for the destination says nothing about the route', () => {
    const ledger = createPolicy('a', wholeMesh, { to: [[targetRef('MeshService', { name: 'ledger' }), 'C']] })
    expect(ask(at.ledgerHttp, byAdmin, [ledger, special])).toBe('B')
    expect(ask(at.ledgerHttp, {}, [ledger, special])).toBe('C')
  })

  test('a stronger policy for the whole mesh counts for routes too', () => {
    const stronger = createPolicy('z', targetRef('Dataplane', { name: 'shop' }), { to: [[wholeMesh, 'C']] })
    expect(ask(at.ledgerHttp, byAdmin, [special, stronger])).toBe('C')
  })

  test('they are known since 2.11', () => {
    expect(ask(at.ledgerHttp, byAdmin, [everywhere, special], [admin], '2.10')).toBe('A')
    expect(ask(at.ledgerHttp, byAdmin, [everywhere, special], [admin], '2.11')).toBe('B')
  })

  test('a policy that names one says nothing about services known by their tag, nor about the outside', () => {
    const both = createPolicy('both', wholeMesh, {
      to: [
        [wholeMesh, 'A'],
        [forAdmin, 'B'],
      ],
    })
    expect(ask(at.payments, {}, [both])).toBe('')
    expect(ask(at.outside, {}, [both])).toBe('')
    expect(ask(at.world, {}, [both])).toBe('A')
    expect(ask(at.payments, {}, [both], [admin], '2.10')).toBe('A')
  })

  test('one that no document tells of is nobody’s', () => {
    expect(ask(at.ledgerHttp, byAdmin, [everywhere, special], [])).toBe('A')
  })

  test('it stands before the destinations that it names, and before no TCP', () => {
    const routed = { ...admin, destinations: [targetRef('MeshService', { name: 'ledger' })] }
    const { listeners } = decide([...resources, routed, everywhere, special])
    const withRoutes = listeners.filter(({ rules }) => rules.some(({ when }) => when.kind === 'route'))
    expect(withRoutes.map(({ address }) => address)).toEqual([
      at.ledgerHttp,
      at.ledgerOther,
      at.virtual,
      '240.0.0.1:90',
    ])
    const anywhere = decide([...resources, admin, everywhere, special]).listeners
    expect(anywhere.filter(({ rules }) => rules.length > 1).map(({ address }) => address)).not.toContain(at.aurora)
  })
})

describe('a builtin gateway', () => {
  const edge = createDataplane('edge', { gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } })
  const gateway = createGateway('edge', 'edge', { 80: {} })
  const forPayments = targetRef('MeshService', { name: 'payments' })
  const ask = (upstreamCluster: string, to: PolicyOptions['to'], version: KumaVersion = '2.14') =>
    lettersFor(
      decide([edge, gateway, createPolicy('p', wholeMesh, { to: to ?? [] })], { version }),
      entryAt('10.1.2.3:80', { upstreamCluster }),
    )

  test('logs to the whole mesh', () => {
    expect(ask('payments', [[wholeMesh, 'A']])).toBe('A')
    expect(ask('payments', [[wholeMesh, 'A']], '3.0-dev')).toBe('')
  })

  test('logs a service by the upstream cluster', () => {
    const to = [
      [wholeMesh, 'A'],
      [forPayments, 'B'],
    ] as const
    expect(ask('payments-0123456789abcdef', to)).toBe('B')
    expect(ask('default_payments_money_east_msvc_80', to)).toBe('B')
    expect(ask('ledger-0123456789abcdef', to)).toBe('A')
    expect(ask('ledger', [[forPayments, 'B']])).toBe('')
    expect(ask('payments', [[forPayments, 'B']])).toBe('B')
  })
})
