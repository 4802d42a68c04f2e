/**
 * Outgoing traffic. Kuma has two engines. The legacy one knows destinations by their tag kuma.io/service; it also serves what is outside of
 * the mesh, direct access and gateways. The other one, since 2.9, knows destinations that are resources. They order the elements of `to`
 * differently, so the same policies may say different things about two ways to the same place.
 */
import type { Condition, DecidedRule } from '../decision.ts'
import type { MeshAccessLog, MeshHTTPRoute, TargetRef } from '../resources.ts'
import type { Features } from './features.ts'
import { type DestinationPort, isHTTP } from './inventory.ts'
import { kriOf } from './kri.ts'
import { type RankedPolicy, sortEntries, type ToEntry } from './order.ts'
import { hasLabels, type MeshProxy } from './proxy.ts'
import { always, type Element, mergeElements } from './rule.ts'
import { isTarget, resolveTarget, type ToTarget } from './targets.ts'

export interface OutboundEngines {
  /** The weakest first; elements that the legacy engine can read. */
  readonly legacy: readonly ToEntry[]
  /** The weakest first, with what they mean. */
  readonly real: readonly ResolvedEntry[]
  /** Routes with an element of their own, in the order of their KRIs. */
  readonly routes: readonly { readonly route: MeshHTTPRoute; readonly kri: string }[]
}

interface ResolvedEntry {
  readonly entry: ToEntry
  readonly target: ToTarget
}

/** Stands for everything outside of the mesh, and for direct access. */
export const passthroughService = 'pass_through'

/** `policies`: those that select the proxy, the weakest first. */
export function createEngines(policies: readonly RankedPolicy[], { mesh, features }: MeshProxy): OutboundEngines {
  const entries = policies.flatMap(({ policy, rank }) =>
    policy.to.map((item, index) => ({ policy, rank, item, index })),
  )
  const legacy = features.legacyDestinations ? entries.filter(({ policy }) => !isSkippedWhole(policy, features)) : []
  const sorted = features.realDestinations ? sortEntries(entries) : []
  const real = sorted.map((entry) => ({ entry, target: resolveTarget(entry.item, entry.policy, mesh) }))
  const routes = new Set(features.routes ? real.flatMap(({ target }) => [...target.routes]) : [])
  return {
    legacy,
    real,
    routes: [...routes]
      .map((route) => ({ route, kri: kriOf('MeshHTTPRoute', route.meta) }))
      .toSorted((a, b) => (a.kri < b.kri ? -1 : 1)),
  }
}

/** The legacy engine does not look at a policy that names routes, whatever else it says. */
export function isSkippedWhole({ to }: MeshAccessLog, { routes }: Features): boolean {
  return routes && to.some(({ targetRef }) => targetRef.kind === 'MeshHTTPRoute')
}

/** Traffic to a destination that is known by its tag. */
export function decideService({ legacy }: OutboundEngines, service: string): readonly DecidedRule[] {
  const own = legacy.filter(({ item }) => isOfService(item.targetRef, service))
  return listOf(mergeElements(own.map(toElement), always))
}

/** Since 3.0 there is no legacy engine, but there still is an outside. */
export function decideOutside(engines: OutboundEngines, { legacyDestinations }: Features): readonly DecidedRule[] {
  return legacyDestinations ? decideService(engines, passthroughService) : decideDestination(engines, null)
}

/**
 * Traffic to a port of a resource; null: to one of which only the whole mesh is known. Requests of a route that has elements of its own are
 * logged by these alone.
 */
export function decideDestination(engines: OutboundEngines, at: DestinationPort | null): readonly DecidedRule[] {
  const merge = (when: Condition, isMeant: (target: ToTarget) => boolean) => {
    const own = engines.real.filter(({ target }) => target.wholeMesh || isMeant(target))
    return listOf(
      mergeElements(
        own.map(({ entry }) => toElement(entry)),
        when,
      ),
    )
  }
  if (at === null) return merge(always, () => false)
  const routes = isHTTP(at.port?.appProtocol ?? null) ? engines.routes.filter(({ route }) => isRouted(route, at)) : []
  const otherwise: Condition = routes.length > 0 ? { kind: 'otherRoute', kris: routes.map(({ kri }) => kri) } : always
  return [
    ...merge(otherwise, (target) => isTarget(target, at)),
    ...routes.flatMap(({ route, kri }) => merge({ kind: 'route', kri }, (target) => target.routes.has(route))),
  ]
}

/**
 * A builtin gateway's listener, which has all destinations. Kuma looks at elements for the whole mesh only; here those for a service hold
 * for requests that went to a cluster of that service.
 */
export function decideGateway({ legacy }: OutboundEngines): readonly DecidedRule[] {
  const services = new Set(legacy.flatMap(({ item }) => serviceNamed(item.targetRef) ?? []))
  const merge = (service: string | null, when: Condition) => {
    const own = legacy.filter(({ item }) => isOfService(item.targetRef, service))
    return listOf(mergeElements(own.map(toElement), when))
  }
  if (services.size === 0) return merge(null, always)
  return [
    ...merge(null, { kind: 'otherUpstreamService', services: [...services] }),
    ...[...services].flatMap((service) => merge(service, { kind: 'upstreamService', service })),
  ]
}

export function serviceNamed({ kind, name }: TargetRef): string | null {
  return kind === 'MeshService' ? name : null
}

/** `service` null: of no service in particular. */
export function isOfService(targetRef: TargetRef, service: string | null): boolean {
  return targetRef.kind === 'Mesh' || (service !== null && serviceNamed(targetRef) === service)
}

/**
 * Whether a route may stand before a destination. Its references are read generously (`payments_money_svc_80` is any `payments`), for the
 * entries themselves say what has routed them.
 */
function isRouted({ destinations }: MeshHTTPRoute, { destination }: DestinationPort): boolean {
  if (!destinations) return true
  return destinations.some(({ kind, name, labels }) => {
    if (kind === 'Mesh') return true
    if (kind !== destination.kind) return false
    return name === null
      ? hasLabels(destination.meta.labels, labels)
      : name.split('_')[0] === destination.meta.displayName
  })
}

function toElement({ policy, item, index }: ToEntry): Element {
  return { policy, place: `to[${index}]`, backends: item.backends }
}

function listOf<T>(item: T | null): T[] {
  return item === null ? [] : [item]
}
