/**
 * Which listener an entry belongs to, and what of an entry that depends on. Asked once for each context of a stream, not for each entry.
 *
 *     the tag kuma.listener  ›  the local address: of the proxy, a service, an instance  ›  the upstream cluster  ›  outside of the mesh
 */
import type { EntryFacts, ListenerDecision } from '../decision.ts'
import { namesInboundPassthrough, namesPassthrough, serviceOfCluster } from './clusters.ts'
import type { DecidedProxy } from './decide-proxy.ts'
import { isIPv6, parseAddress } from './host.ts'
import { inboundItems } from './inbound.ts'
import type { ListenerSketch } from './listener-sketch.ts'
import { serviceListener } from './outbound-listeners.ts'
import type { ValueOptions } from './values.ts'

/** Null: nobody knows. On a builtin gateway, which logs in both directions, the one that the tags name, else the outbound one. */
export function findListener(decision: DecidedProxy, facts: EntryFacts): ListenerDecision | null {
  return findListeners(decision, facts)[0] ?? null
}

/** All whose rules hold for the entry, each with values of its own: one, or two on a builtin gateway. Empty: nobody knows. */
export function findListeners(decision: DecidedProxy, facts: EntryFacts): readonly ListenerDecision[] {
  const { lookup, decide } = decision
  const named = facts.tags['listener'] ? lookup.named(facts.tags['listener']) : []
  const sketches = named.length > 0 ? named : findByAddress(decision, facts)
  if (sketches.length < 2) return sketches.map(decide)
  // A logger with tags is one of two, and the other one sends an entry of its own.
  const direction = facts.tags['traffic_direction']
  const meant = direction ? sketches.filter((sketch) => sketch.direction === direction) : []
  return (meant.length > 0 ? meant : sketches).map(decide).filter(({ rules }, i) => i === 0 || rules.length > 0)
}

function findByAddress({ proxy, lookup }: DecidedProxy, facts: EntryFacts): readonly ListenerSketch[] {
  const { dataplane, mesh, features } = proxy
  const at = parseAddress(facts.localAddress)
  const here = at ? lookup.at(at.host, at.port) : []
  if (here.length > 0) return here
  const isTransparent = dataplane.networking.transparentProxying !== null
  const cluster = facts.upstreamCluster
  if (!lookup.mayLeave) return []
  const family = (at ? isIPv6(at.host) : cluster.endsWith(':ipv6')) ? 'ipv6' : 'ipv4'
  if (isTransparent && (namesInboundPassthrough(cluster) || (at && lookup.isOwn(at.host)))) {
    return lookup.named(`inbound:passthrough:${family}`)
  }
  const service = [cluster, serviceOfCluster(cluster)].find((name) => mesh.protocols.has(name))
  if (at && service && features.legacyDestinations) return [serviceListener(at.host, at.port, service, mesh)]
  return isTransparent || namesPassthrough(cluster) ? lookup.outside(family) : []
}

export interface NeededFacts {
  readonly upstreamCluster: boolean
  readonly routeName: boolean
  readonly sni: boolean
  readonly peerUris: boolean
}

/** What of an entry can change the listener, the rules or the values, besides the local address and the tags, which always do. */
export function neededFacts({ policies, proxy, lookup }: DecidedProxy, options: ValueOptions = {}): NeededFacts {
  const { type, features } = proxy
  const targets = policies.flatMap(({ to }) => to.map(({ targetRef }) => targetRef.kind))
  const matches = features.fanOut
    ? policies.flatMap((policy) => inboundItems(policy, features)).flatMap((item) => item.matches)
    : []
  const isGateway = type === 'builtin'
  return {
    upstreamCluster:
      lookup.mayLeave || (isGateway && (options.resolveGatewayDestination || targets.includes('MeshService'))) === true,
    routeName: !isGateway && features.routes && targets.includes('MeshHTTPRoute'),
    sni: matches.some(({ sni }) => sni !== null),
    peerUris: options.sourceFromPeer === true || matches.some(({ spiffeID }) => spiffeID !== null),
  }
}
