/**
 * What a worked example is: policies of a small mesh, and what becomes of entries there, by version. The mesh around them is the same in
 * most: the shop and what it calls.
 */
import type { KumaValues } from '../../../src/config/config.ts'
import type { EntryFacts } from '../../../src/policy/decision.ts'
import { type KumaVersion, kumaVersions, since, until } from '../../../src/policy/kuma-version.ts'
import type { Dataplane, Resource } from '../../../src/policy/resources.ts'
import {
  createDataplane,
  createService,
  type DataplaneOptions,
  legacyOutbound,
  realOutbound,
} from './resource-builders.ts'

export interface WorkedExample {
  /** As the documentation of the matching counts them. */
  readonly number: number
  readonly title: string
  readonly resources: readonly Resource[]
  readonly questions: readonly Question[]
}

export interface Question {
  readonly ask: string
  readonly versions: readonly KumaVersion[]
  /** Name of the Dataplane, in the mesh `default`. */
  readonly proxy: string
  readonly facts: EntryFacts
  /** Letters of the backends that take the entry, in order: `AA` is two records. */
  readonly backends: string
  /** Some of the listener's, of a gateway for what goes out. */
  readonly values?: KumaValues
  /** Some of those of each backend, where they differ from the listener's. */
  readonly backendValues?: readonly KumaValues[]
  /** Name of the listener, where Kuma gives it one. */
  readonly listener?: string
}

/** `('2.6')`: that one and all later; `('2.6', '2.14')`: the last one included. */
export function versions(first: KumaVersion, last: KumaVersion = '3.0-dev'): readonly KumaVersion[] {
  return kumaVersions.filter((version) => since(version, first) && until(version, last))
}

export function entryAt(localAddress: string, facts: Partial<EntryFacts> = {}): EntryFacts {
  return {
    kind: 'http',
    localAddress,
    upstreamCluster: '',
    routeName: '',
    sni: '',
    peerUris: [],
    tags: {},
    ...facts,
  }
}

/** An entry of the shop's inbound. */
export const intoShop = entryAt('192.168.0.7:8080')

/** Entries of the shop's outbounds. */
export const toPayments = entryAt('127.0.0.1:10001')
export const toHttpbin = entryAt('127.0.0.1:10002')
export const toRealPayments = entryAt('127.0.0.1:10010')
export const toLedgerHttp = entryAt('127.0.0.1:10011')
export const toLedgerGrpc = entryAt('127.0.0.1:10012')
export const toAurora = entryAt('127.0.0.1:10021', { kind: 'tcp' })
/** A call to what is not in the mesh, as a transparent proxy lets it pass. */
export const toInternet = entryAt('93.184.216.34:80', { upstreamCluster: 'outbound:passthrough:ipv4' })
/** At the virtual addresses. */
export const toVirtualLedgerHttp = entryAt('240.0.0.1:80')
export const toVirtualLedgerGrpc = entryAt('240.0.0.1:9090')

/** Calls payments and httpbin by their tags, and payments, ledger and aurora as resources. */
export function shop(options: DataplaneOptions = {}): Dataplane {
  return createDataplane('shop-01', {
    labels: { app: 'shop' },
    inbounds: [
      {
        name: 'http',
        port: 8080,
        tags: { 'kuma.io/service': 'shop', 'kuma.io/protocol': 'http', app: 'shop' },
      },
    ],
    outbounds: shopOutbounds,
    transparentProxying: {},
    ...options,
  })
}

export const shopOutbounds = [
  legacyOutbound(10001, 'payments'),
  legacyOutbound(10002, 'httpbin'),
  realOutbound(10010, 'MeshService', 'payments', 8080),
  realOutbound(10011, 'MeshService', 'ledger', 80),
  realOutbound(10012, 'MeshService', 'ledger', 9090),
  realOutbound(10021, 'MeshExternalService', 'aurora', 3306),
]

/** A second proxy, to which nothing is special. */
export const web: Dataplane = createDataplane('web-01', {
  address: '192.168.0.8',
  labels: { app: 'web' },
  inbounds: [{ port: 8080, tags: { 'kuma.io/service': 'web', 'kuma.io/protocol': 'http', app: 'web' } }],
  outbounds: shopOutbounds,
})

export const services: readonly Resource[] = [
  createService('MeshService', 'payments', { ports: { 8080: 'api' } }),
  createService('MeshService', 'ledger', { ports: { 80: 'http', 9090: 'grpc' }, vips: ['240.0.0.1'] }),
  createService('MeshExternalService', 'aurora', { ports: { 3306: '' }, appProtocol: 'tcp' }),
]
