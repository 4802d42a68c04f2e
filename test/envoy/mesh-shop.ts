/**
 * A small mesh whose proxies really run: a shop that calls payments, a ledger, a database and the world, and a gateway before it; and the
 * policies that say what of it is logged, and where. Its addresses are loopback's own, so that the documents say where the proxies listen.
 */
import { join } from 'node:path'
import { plainFile, policy } from '../mesh/rig.ts'

export interface Places {
  /** Loopback addresses of this mesh alone: of the shop's proxy, of what its application calls, of the gateway, of clients. */
  readonly shop: string
  readonly local: string
  readonly edge: string
  readonly client: string
  /** Folder of the log files. */
  readonly logs: string
  /** Of the destinations on 127.0.0.1. */
  readonly tcpPort: number
  readonly otlpPort: number
}

/** Others on this machine do the same at the same time, and Envoys that share an address would share its connections. */
export function ownAddresses(): Pick<Places, 'shop' | 'local' | 'edge' | 'client'> {
  const below = (end: number) => Math.floor(Math.random() * end)
  const net = `127.${64 + below(128)}.${below(256)}`
  return { shop: `${net}.7`, local: `${net}.1`, edge: `${net}.9`, client: `${net}.33` }
}

export const ports = {
  inbound: 18_080,
  payments: 10_001,
  mysql: 10_002,
  ledger: 10_003,
  cache: 10_004,
  passthrough: 15_001,
  edge: 18_080,
  edgeByAddress: 18_081,
} as const

export function surroundings({ shop, local, edge }: Places): object[] {
  const outbound = (port: number, service: string) => ({ address: local, port, tags: { 'kuma.io/service': service } })
  return [
    {
      type: 'Dataplane',
      mesh: 'default',
      name: 'shop-01',
      labels: { app: 'shop', 'kuma.io/zone': 'east', 'kuma.io/workload': 'shop' },
      networking: {
        address: shop,
        inbound: [{ port: ports.inbound, tags: { 'kuma.io/service': 'shop', 'kuma.io/protocol': 'http' } }],
        outbound: [
          outbound(ports.payments, 'payments'),
          outbound(ports.mysql, 'mysql'),
          { address: local, port: ports.ledger, backendRef: { kind: 'MeshService', name: 'ledger', port: 80 } },
          outbound(ports.cache, 'cache'),
        ],
        transparentProxying: {
          redirectPortInbound: 15_006,
          redirectPortOutbound: ports.passthrough,
          ipFamilyMode: 'IPv4',
        },
      },
    },
    {
      type: 'Dataplane',
      mesh: 'default',
      name: 'pay-01',
      networking: {
        address: '192.168.0.8',
        inbound: [{ port: 9090, tags: { 'kuma.io/service': 'payments', 'kuma.io/protocol': 'http' } }],
      },
    },
    { type: 'MeshService', mesh: 'default', name: 'ledger', spec: { ports: [{ port: 80, appProtocol: 'http' }] } },
    {
      type: 'Dataplane',
      mesh: 'default',
      name: 'edge-01',
      labels: { 'kuma.io/zone': 'east' },
      networking: { address: edge, gateway: { type: 'BUILTIN', tags: { 'kuma.io/service': 'edge' } } },
    },
    {
      type: 'MeshGateway',
      mesh: 'default',
      name: 'edge',
      selectors: [{ match: { 'kuma.io/service': 'edge' } }],
      conf: { listeners: [ports.edge, ports.edgeByAddress].map((port) => ({ port, protocol: 'HTTP' })) },
    },
  ]
}

const everything = { kind: 'Mesh' }
const shopItself = { kind: 'Dataplane', labels: { app: 'shop' } }
const gateway = { kind: 'MeshGateway', name: 'edge' }

/** What leaves, HTTP or not, in a line of our own. */
const line =
  '%KUMA_TRAFFIC_DIRECTION% %KUMA_MESH%/%KUMA_ZONE% %KUMA_SOURCE_SERVICE%@%KUMA_SOURCE_ADDRESS_WITHOUT_PORT% to ' +
  '%KUMA_DESTINATION_SERVICE% by %UPSTREAM_CLUSTER%: %REQ(:METHOD)% %REQ(:PATH)% %REQ(X-REQUEST-ID)% %BYTES_RECEIVED% %START_TIME%'

/** `file`: of the log folder. */
export function everyone({ logs }: Pick<Places, 'logs'>, file = 'out.log'): object {
  const backends = [plainFile(join(logs, file), line)]
  return policy('everyone', { targetRef: everything, to: [{ targetRef: everything, default: { backends } }] })
}

/** Besides `everyone`, which they are stronger than. */
export function otherPolicies(places: Places): object[] {
  const defaultFile = (name: string) => ({ type: 'File', file: { path: join(places.logs, name) } })
  const to = (targetRef: object, backends: object[]) => [{ targetRef, default: { backends } }]
  const payments = to({ kind: 'MeshService', name: 'payments' }, [paymentsTcp(places)])
  return [
    policy('payments', { targetRef: shopItself, to: payments }),
    policy('silence', { targetRef: shopItself, to: to({ kind: 'MeshService', name: 'cache' }, []) }),
    policy('incoming', {
      targetRef: shopItself,
      rules: [
        { default: { backends: [incomingOtel(places)] } },
        {
          matches: [{ spiffeID: { type: 'Exact', value: 'spiffe://mesh.test/a' } }],
          default: { backends: [defaultFile('alice.log')] },
        },
      ],
    }),
    policy('edge-out', { targetRef: gateway, to: to(everything, [defaultFile('edge-out.log')]) }),
    policy('edge-in', {
      targetRef: gateway,
      rules: [{ default: { backends: [plainFile(join(places.logs, 'edge-in.log'), line)] } }],
    }),
  ]
}

function paymentsTcp({ tcpPort }: Places): object {
  const json = [
    ['start', '%START_TIME%'],
    ['mesh', '%KUMA_MESH%'],
    ['direction', '%KUMA_TRAFFIC_DIRECTION%'],
    ['source', '%KUMA_SOURCE_SERVICE%'],
    ['address', '%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%'],
    ['destination', '%KUMA_DESTINATION_SERVICE%'],
    ['request', '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%'],
    ['id', '%REQ(X-REQUEST-ID)%'],
    ['code', '%RESPONSE_CODE%'],
    ['kept', '%REQ(X-KEPT)%'],
    ['absent', '%REQ(X-ABSENT)%'],
  ].map(([key, value]) => ({ key, value }))
  return { type: 'Tcp', tcp: { address: `127.0.0.1:${tcpPort}`, format: { type: 'Json', json } } }
}

function incomingOtel({ otlpPort }: Places): object {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const values = [text('path', '%REQ(:PATH)%'), text('peer', '%DOWNSTREAM_PEER_URI_SAN%')]
  const attributes = {
    mesh: '%KUMA_MESH%',
    source: '%KUMA_SOURCE_SERVICE% at %KUMA_SOURCE_ADDRESS_WITHOUT_PORT%',
    destination: '%KUMA_DESTINATION_SERVICE%',
    direction: '%KUMA_TRAFFIC_DIRECTION%',
  }
  return {
    type: 'OpenTelemetry',
    openTelemetry: {
      endpoint: `127.0.0.1:${otlpPort}`,
      body: { kvlistValue: { values } },
      attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
    },
  }
}
