/**
 * Values of the KUMA_* operators: what Kuma would write for a listener, and over that what an entry says itself. Two of them can be told
 * better than Kuma does it, on demand: who the client was, and where a gateway's request went.
 */
import type { KumaName, KumaValues } from '../../config/config.ts'
import type { EntryFacts, ListenerDecision } from '../decision.ts'
import { serviceOfCluster } from './clusters.ts'
import { workloadKri } from './kri.ts'
import type { ListenerSketch } from './listener-sketch.ts'
import type { MeshProxy } from './proxy.ts'

export interface ValueOptions {
  /** Of incoming traffic: the source service is the peer's, by its SPIFFE ID. Default: false; Kuma says `unknown`. */
  readonly sourceFromPeer?: boolean
  /** Of a gateway: the destination is the service of the upstream cluster. Default: false; Kuma says `*`. */
  readonly resolveGatewayDestination?: boolean
}

/** What Kuma writes into the formats of a listener. `zone`: of a proxy without the label. */
export function valuesOfListener(sketch: ListenerSketch, proxy: MeshProxy, zone: string): KumaValues {
  const { dataplane, service, features } = proxy
  const { address, advertisedAddress } = dataplane.networking
  return {
    mesh: dataplane.meta.mesh,
    zone: dataplane.meta.labels['kuma.io/zone'] ?? zone,
    workload: workloadKri(dataplane.meta),
    sourceAddress: (features.advertisedAddress ? advertisedAddress : null) ?? address,
    sourceService: sketch.direction === 'OUTBOUND' ? service : 'unknown',
    destinationService: sketch.destinationService,
    trafficDirection: sketch.direction,
  }
}

/** Of one entry. `listener` null: nothing is known but what the entry says. */
export function valuesFor(
  listener: ListenerDecision | null,
  facts: EntryFacts,
  options: ValueOptions = {},
): KumaValues {
  const values: Partial<Record<KumaName, string>> = { ...listener?.values }
  for (const [tag, name] of namesOfTags) {
    const value = facts.tags[tag]
    if (value) values[name] = value
  }
  if (options.sourceFromPeer && values.trafficDirection === 'INBOUND' && isUnknown(values.sourceService)) {
    const peer = serviceOfPeer(facts.peerUris)
    if (peer !== '') values.sourceService = peer
  }
  if (options.resolveGatewayDestination && values.destinationService === '*') {
    const service = serviceOfCluster(facts.upstreamCluster)
    if (service !== '') values.destinationService = service
  }
  return values
}

/** Custom tags by their names behind `kuma.`, and what they say. */
const namesOfTags: readonly (readonly [tag: string, name: KumaName])[] = [
  ['mesh', 'mesh'],
  ['zone', 'zone'],
  ['workload', 'workload'],
  ['source_address', 'sourceAddress'],
  ['source_service', 'sourceService'],
  ['destination_service', 'destinationService'],
  ['traffic_direction', 'trafficDirection'],
]

function isUnknown(service: string | undefined): boolean {
  return !service || service === 'unknown'
}

/**
 * `spiffe://<mesh>/<service>`, or `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`, whose account stands for the service. Of
 * several URIs the first that is one of these; empty: none is.
 */
export function serviceOfPeer(uris: readonly string[]): string {
  for (const uri of uris) {
    const match = /^spiffe:\/\/[^/]+\/(?:ns\/[^/]+\/sa\/)?([^/]+)$/.exec(uri)
    if (match) return match[1]!
  }
  return ''
}
