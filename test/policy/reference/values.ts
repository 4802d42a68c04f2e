/** The values of the KUMA_* operators at a listener, and what the tags of an entry make of them. */
import type { KumaName, KumaValues } from '../../../src/config/config.ts'
import type { EntryFacts } from '../../../src/policy/decision.ts'
import { type KumaVersion, since } from '../../../src/policy/kuma-version.ts'
import type { Dataplane } from '../../../src/policy/resources.ts'
import { kriOf } from './kri.ts'
import { joinAddress, type Place } from './places.ts'
import { zoneOf } from './selection.ts'

/** Off unless told: what this sink can tell better than Kuma. */
export interface ValueOptions {
  readonly sourceFromPeer?: boolean
  readonly resolveGatewayDestination?: boolean
}

/** `incoming`: of a gateway's listener, which logs in both directions. */
export function valuesAt(
  place: Place,
  incoming: boolean,
  proxy: Dataplane,
  facts: EntryFacts,
  version: KumaVersion,
  options: ValueOptions,
): KumaValues {
  const { meta, networking } = proxy
  const workload = meta.labels['kuma.io/workload']
  const advertised = since(version, '3.0-dev') ? null : networking.advertisedAddress
  const values: Partial<Record<KumaName, string>> = {
    mesh: meta.mesh,
    zone: zoneOf(meta),
    workload: workload === undefined ? '' : kriOf('wl', meta, { name: workload }),
    sourceAddress: advertised ?? networking.address,
    ...endsAt(place, incoming, proxy, version),
    ...tagValues(facts),
  }
  const peer = peerService(facts)
  if (options.sourceFromPeer && values.trafficDirection === 'INBOUND' && values.sourceService === 'unknown' && peer) {
    values.sourceService = peer
  }
  if (options.resolveGatewayDestination && values.destinationService === '*' && facts.upstreamCluster !== '') {
    values.destinationService = facts.upstreamCluster
  }
  return values
}

interface Ends {
  trafficDirection: string
  sourceService: string
  destinationService: string
}

function endsAt(place: Place, incoming: boolean, proxy: Dataplane, version: KumaVersion): Ends {
  const own = serviceOf(proxy, version)
  const out = (destinationService: string) => ({
    trafficDirection: 'OUTBOUND',
    sourceService: own,
    destinationService,
  })
  switch (place.kind) {
    case 'inbound': {
      const { name } = place.inbound
      const named = since(version, '3.0-dev') && name !== null
      return {
        trafficDirection: 'INBOUND',
        sourceService: 'unknown',
        destinationService: named ? kriOf('dp', proxy.meta, { section: name }) : own,
      }
    }
    case 'outbound':
      return out(typeof place.destination === 'string' ? place.destination : place.destination.service.meta.displayName)
    case 'passthrough':
      return out('external')
    case 'directAccess':
      return out(`direct_access_${joinAddress(place.host, place.port)}`)
    case 'gateway':
      if (!incoming) return out('*')
      return { trafficDirection: 'INBOUND', sourceService: 'unknown', destinationService: own }
    case 'inboundPassthrough':
    case 'zoneIngress':
    case 'zoneEgress':
      return { trafficDirection: 'UNSPECIFIED', sourceService: 'unknown', destinationService: 'unknown' }
  }
}

/** One for the whole proxy: of all its services the first in alphabetical order. */
function serviceOf({ meta, networking }: Dataplane, version: KumaVersion): string {
  if (since(version, '3.0-dev')) return meta.labels['kuma.io/workload'] ?? 'unknown'
  const services = [...networking.inbounds.map(({ tags }) => tags), networking.gateway?.tags ?? {}]
    .map((tags) => tags['kuma.io/service'])
    .filter((service) => service !== undefined)
  return services.sort()[0] ?? 'unknown'
}

/** `spiffe://<mesh>/<service>`, or `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`. */
function peerService({ peerUris }: EntryFacts): string | null {
  for (const uri of peerUris) {
    const path = /^spiffe:\/\/[^/]+\/(?:ns\/[^/]+\/sa\/)?([^/]+)$/.exec(uri)
    if (path?.[1] !== undefined) return path[1]
  }
  return null
}

function tagValues({ tags }: EntryFacts): KumaValues {
  const names: Record<string, KumaName> = {
    mesh: 'mesh',
    zone: 'zone',
    workload: 'workload',
    source_address: 'sourceAddress',
    source_service: 'sourceService',
    destination_service: 'destinationService',
    traffic_direction: 'trafficDirection',
  }
  const values: Partial<Record<KumaName, string>> = {}
  for (const [tag, name] of Object.entries(names)) {
    if (tags[tag] !== undefined) values[name] = tags[tag]
  }
  return values
}
