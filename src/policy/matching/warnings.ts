/** What is odd about the policies of a proxy, or will surprise: one sentence each, which names the policy and says why. */
import type { DecidedBackend, ListenerDecision } from '../decision.ts'
import type { KumaVersion } from '../kuma-version.ts'
import type { MeshAccessLog } from '../resources.ts'
import { featuresOf } from './features.ts'
import type { Inventory } from './inventory.ts'
import { isOnPar, rankPolicies, type ToEntry } from './order.ts'
import { createEngines, isOfService, isSkippedWhole, passthroughService, serviceNamed } from './outbound.ts'
import { findDestination } from './outbound-listeners.ts'
import { describeProxy, type MeshProxy } from './proxy.ts'
import { nameOf } from './rule.ts'
import { isNamed, isSameZone, isSelected, isShadow, type SelectedPolicy, selectListeners } from './select.ts'
import { resolveTarget } from './targets.ts'

export function warn(
  proxy: MeshProxy,
  selected: readonly SelectedPolicy[],
  listeners: readonly ListenerDecision[],
): readonly string[] {
  return [
    ...proxy.mesh.policies.flatMap((policy) => [...warnOfShadow(policy, proxy), ...warnOfZone(policy, proxy)]),
    ...selected.flatMap(({ policy }) => [
      ...warnOfSkipping(policy, proxy),
      ...warnOfGateway(policy, proxy),
      ...warnOfUnknownTargets(policy, proxy),
    ]),
    ...warnOfUnknownOutbounds(proxy),
    ...warnOfOverruledServices(selected, proxy),
    ...listeners.flatMap(warnOfRepeats),
  ]
}

/** Policies that select none of the Dataplanes there are, by name. */
export function findIdlePolicies({ meshes }: Inventory, version: KumaVersion): readonly MeshAccessLog[] {
  return [...meshes.values()].flatMap((mesh) => {
    const proxies = mesh.dataplanes.map((dataplane) => describeProxy(dataplane, mesh, featuresOf(version)))
    return rankPolicies(mesh, version)
      .map(({ policy }) => policy)
      .filter((policy) => !proxies.some((proxy) => isSelected(selectListeners(policy, proxy))))
  })
}

function warnOfShadow(policy: MeshAccessLog, proxy: MeshProxy): string[] {
  if (!isShadow(policy.meta) || !proxy.features.effects) return []
  const { 'kuma.io/effect': _, ...labels } = policy.meta.labels
  const real = { ...policy, meta: { ...policy.meta, labels } }
  if (!isSelected(selectListeners(real, proxy))) return []
  return [`${nameOf(policy)} has the label kuma.io/effect: shadow, so it has no effect.`]
}

function warnOfZone(policy: MeshAccessLog, { dataplane, features }: MeshProxy): string[] {
  const { kind, name } = policy.targetRef
  if (kind !== 'Dataplane' || name === null || !features.dataplanes) return []
  if (!isNamed(policy, dataplane) || isSameZone(policy.meta, dataplane.meta)) return []
  const zone = ({ labels }: MeshAccessLog['meta']) => labels['kuma.io/zone'] ?? 'none'
  return [
    `${nameOf(policy)} names the Dataplane ${name}, but a name means one of the policy's own zone (kuma.io/zone: ${zone(policy.meta)}), and this one is of another (${zone(dataplane.meta)}). Give the policy the label of that zone, as Kuma's control plane does, or select by labels.`,
  ]
}

function warnOfSkipping(policy: MeshAccessLog, { dataplane, features, type }: MeshProxy): string[] {
  const isLost = policy.to.some(({ targetRef }) => targetRef.kind !== 'MeshHTTPRoute')
  if (!features.legacyDestinations || !isLost || !isSkippedWhole(policy, features)) return []
  const { outbounds, transparentProxying } = dataplane.networking
  const hasLegacy = type === 'builtin' || transparentProxying || outbounds.some(({ backendRef }) => backendRef === null)
  if (!hasLegacy) return []
  return [
    `${nameOf(policy)} has a MeshHTTPRoute in \`to\`, so all of its \`to\` counts for destinations that are resources only, not for services known by kuma.io/service, for traffic that leaves the mesh, or for gateways. Write a policy of its own for the route.`,
  ]
}

function warnOfGateway(policy: MeshAccessLog, { type, features }: MeshProxy): string[] {
  if (type !== 'builtin' || isSkippedWhole(policy, features)) return []
  return policy.to.flatMap(({ targetRef: { kind, name } }, index) => {
    if (kind === 'Mesh' || kind === 'MeshHTTPRoute') return []
    const place = `${nameOf(policy)}/to[${index}]`
    return kind === 'MeshService' && name !== null
      ? [
          `${place} is about the service ${name}. On a builtin gateway Kuma never applies it; here it holds for requests whose upstream cluster is of that service.`,
        ]
      : [`${place}: on a builtin gateway only the kinds Mesh, and MeshService with a name, have an effect.`]
  })
}

function warnOfUnknownTargets(policy: MeshAccessLog, { mesh, type, features, dataplane }: MeshProxy): string[] {
  if (type === 'builtin' || !features.realDestinations) return []
  return policy.to.flatMap((item, index) => {
    const { targetRef } = item
    const { wholeMesh, destinations, routes } = resolveTarget(item, policy, mesh)
    if (wholeMesh || destinations.size > 0 || routes.size > 0) return []
    const service = serviceNamed(targetRef)
    const isService =
      service !== null &&
      (service === passthroughService ||
        mesh.protocols.has(service) ||
        dataplane.networking.outbounds.some(({ tags }) => tags['kuma.io/service'] === service))
    if (isService && features.legacyDestinations) return []
    const meant = targetRef.name ?? JSON.stringify(targetRef.labels)
    return [
      `${nameOf(policy)}/to[${index}]: there is no ${targetRef.kind} ${meant} in the namespace and zone that are meant; without them they are the policy's own.`,
    ]
  })
}

function warnOfUnknownOutbounds(proxy: MeshProxy): string[] {
  if (!proxy.features.realDestinations) return []
  return proxy.dataplane.networking.outbounds.flatMap(({ address, port, backendRef }) => {
    if (backendRef === null || findDestination(backendRef, proxy)) return []
    const meant = backendRef.name ?? JSON.stringify(backendRef.labels)
    return [
      `outbound:${address}:${port} is for the ${backendRef.kind} ${meant}, which is not among the documents: only what policies say about the whole mesh holds for it.`,
    ]
  })
}

/** The legacy engine orders by the names of the policies before it looks at what they are about. */
function warnOfOverruledServices(selected: readonly SelectedPolicy[], proxy: MeshProxy): string[] {
  if (proxy.type === 'builtin' || !proxy.features.legacyDestinations) return []
  const { legacy } = createEngines(selected, proxy)
  const services = new Set(proxy.dataplane.networking.outbounds.map(({ tags }) => tags['kuma.io/service'] ?? ''))
  return [...services].flatMap((service) => {
    const own = legacy.filter(({ item }) => isOfService(item.targetRef, service))
    const winner = own.at(-1)
    const special = own.findLast(({ item }) => item.targetRef.kind === 'MeshService')
    if (!winner || !special || winner === special || !isOnPar(winner, special)) return []
    const reason =
      winner.policy === special.policy
        ? 'the later element of a list wins'
        : `of policies of one rank the one with the ${proxy.features.smallestNameWins ? 'smallest' : 'greatest'} name wins`
    return [
      `Traffic to ${service} is logged as ${placeOf(winner)} says (the whole mesh), not as ${placeOf(special)} (this service): ${reason}.`,
    ]
  })
}

function placeOf({ policy, index }: ToEntry): string {
  return `${nameOf(policy)}/to[${index}]`
}

/** Nothing is taken for a repetition: an entry is written as often as backends name a destination. */
function warnOfRepeats({ name, rules }: ListenerDecision): string[] {
  const seen = new Map<string, string[]>()
  for (const { backends, why } of rules) {
    for (const backend of backends) {
      const destination = destinationOf(backend)
      seen.set(destination, [...(seen.get(destination) ?? []), why])
    }
  }
  return [...seen].flatMap(([destination, whys]) => {
    const places = [...new Set(whys)]
    if (whys.length < 2 || (isExclusive(rules) && places.length === whys.length)) return []
    const who = places.length > 1 ? `${places.join(' and ')} each log` : `${places[0]} logs ${whys.length} times`
    return [`${name}: ${who} to ${destination}, so an entry may make several lines there.`]
  })
}

/** Rules of routes and of upstream services never hold together. */
function isExclusive(rules: ListenerDecision['rules']): boolean {
  return !rules.every(({ when }) => when.kind === 'always' || when.kind === 'connection')
}

function destinationOf({ backend }: DecidedBackend): string {
  switch (backend.type) {
    case 'File':
      return backend.file.path
    case 'Tcp':
      return backend.tcp.address
    case 'OpenTelemetry':
      return backend.openTelemetry.endpoint ?? JSON.stringify(backend.openTelemetry.backendRef)
  }
}
