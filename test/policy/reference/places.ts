/**
 * Which listener of a proxy an entry comes from: the one that its tag names, else the one at its local address, else what a transparent
 * proxy lets pass. Null: nobody knows.
 */
import type { EntryFacts, ListenerKind } from '../../../src/policy/decision.ts'
import { type KumaVersion, since } from '../../../src/policy/kuma-version.ts'
import type {
  Dataplane,
  GatewayListener,
  Inbound,
  MeshGateway,
  Resource,
  ZoneListener,
} from '../../../src/policy/resources.ts'
import { type Destination, destinationAt, destinationOf } from './destinations.ts'
import { hasTags } from './selection.ts'

interface Spot<Kind extends ListenerKind> {
  readonly kind: Kind
  /** As Kuma names the listener; ours where a gateway or direct access is meant. */
  readonly name: string
  /** IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

export type Place =
  | (Spot<'inbound'> & { readonly inbound: Inbound })
  /** Either the tag of a legacy outbound, or a resource. */
  | (Spot<'outbound'> & { readonly destination: string | Destination })
  | Spot<'passthrough'>
  | Spot<'inboundPassthrough'>
  | Spot<'directAccess'>
  | (Spot<'gateway'> & { readonly listener: GatewayListener })
  | (Spot<'zoneIngress' | 'zoneEgress'> & { readonly listener: ZoneListener })

/** The MeshGateway that a builtin gateway carries out. */
export function gatewayOf(proxy: Dataplane, resources: readonly Resource[]): MeshGateway | null {
  const { gateway } = proxy.networking
  if (gateway?.type !== 'BUILTIN') return null
  for (const resource of resources) {
    if (resource.kind !== 'MeshGateway' || resource.meta.mesh !== proxy.meta.mesh) continue
    if (resource.selectors.some((selector) => hasTags(gateway.tags, selector))) return resource
  }
  return null
}

export function placeOf(
  facts: EntryFacts,
  proxy: Dataplane,
  resources: readonly Resource[],
  version: KumaVersion,
): Place | null {
  const places = placesOf(proxy, resources, version)
  const tag = facts.tags['listener']
  const { host, port } = splitAddress(facts.localAddress)
  const isIPv6 = host.includes(':')
  const passes = places.filter(({ name }) => name.endsWith(isIPv6 ? ':passthrough:ipv6' : ':passthrough:ipv4'))
  return (
    places.find(({ name }) => name === tag) ??
    places.find((place) => place.host === host && place.port === port) ??
    virtualPlace(host, port, proxy, resources) ??
    passes.find(({ name }) => name === facts.upstreamCluster) ??
    // What is for the proxy itself came in.
    passes.find(({ kind }) => kind === (host === proxy.networking.address ? 'inboundPassthrough' : 'passthrough')) ??
    null
  )
}

/** All listeners but those at virtual addresses, which nobody lists. */
export function placesOf(proxy: Dataplane, resources: readonly Resource[], version: KumaVersion): readonly Place[] {
  const { address, inbounds, outbounds, zoneListeners, transparentProxying } = proxy.networking
  const places: Place[] = []
  for (const inbound of inbounds) {
    const { address: host, port } = inbound
    places.push({ kind: 'inbound', name: `inbound:${joinAddress(host, port)}`, host, port, inbound })
  }
  for (const { address: host, port, backendRef, tags } of outbounds) {
    const name = `outbound:${joinAddress(host, port)}`
    const service = since(version, '3.0-dev') ? undefined : tags['kuma.io/service']
    const destination = backendRef === null ? service : destinationOf(backendRef, proxy, resources)
    if (destination) places.push({ kind: 'outbound', name, host, port, destination })
  }
  for (const [host, port] of directAddresses(proxy, resources)) {
    places.push({ kind: 'directAccess', name: `outbound:${joinAddress(host, port)}`, host, port })
  }
  for (const listener of gatewayOf(proxy, resources)?.listeners ?? []) {
    const { port } = listener
    places.push({ kind: 'gateway', name: `gateway:${joinAddress(address, port)}`, host: address, port, listener })
  }
  for (const listener of since(version, '2.14') ? zoneListeners : []) {
    const { address: host, port, type } = listener
    const kind = type === 'ZoneIngress' ? 'zoneIngress' : 'zoneEgress'
    places.push({ kind, name: `inbound:${joinAddress(host, port)}`, host, port, listener })
  }
  if (transparentProxying !== null) {
    const families = transparentProxying.ipFamilyMode === 'IPv4' ? ['ipv4'] : ['ipv4', 'ipv6']
    for (const family of families) {
      const host = family === 'ipv4' ? '0.0.0.0' : '::'
      const { redirectPortInbound, redirectPortOutbound } = transparentProxying
      places.push(
        { kind: 'inboundPassthrough', name: `inbound:passthrough:${family}`, host, port: redirectPortInbound },
        { kind: 'passthrough', name: `outbound:passthrough:${family}`, host, port: redirectPortOutbound },
      )
    }
  }
  return places
}

function virtualPlace(host: string, port: number, proxy: Dataplane, resources: readonly Resource[]): Place | null {
  const destination = destinationAt(host, port, proxy, resources)
  if (destination === null) return null
  return { kind: 'outbound', name: `outbound:${joinAddress(host, port)}`, host, port, destination }
}

/** Where the instances of the services that are reached directly are, in the order of the Dataplanes. */
function directAddresses(proxy: Dataplane, resources: readonly Resource[]): readonly (readonly [string, number])[] {
  const services = proxy.networking.transparentProxying?.directAccessServices ?? []
  const addresses: (readonly [string, number])[] = []
  for (const other of resources) {
    if (other.kind !== 'Dataplane' || other.meta.mesh !== proxy.meta.mesh || other === proxy) continue
    for (const inbound of other.networking.inbounds) {
      const service = inbound.tags['kuma.io/service']
      if (service !== undefined && (services.includes('*') || services.includes(service))) {
        addresses.push([inbound.address, inbound.port])
      }
    }
  }
  return addresses
}

/** `host:port`, where IPv6 stands in brackets. */
export function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }
}
