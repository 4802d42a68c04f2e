/**
 * Does a policy select a proxy, and which of its listeners? What it says about incoming traffic holds for the selected listeners only; what
 * it says about outgoing traffic holds for all of a proxy, if anything of it is selected; on a builtin gateway both are by listener.
 */
import type { Dataplane, MeshAccessLog, Meta, TargetRef } from '../resources.ts'
import type { Features } from './features.ts'
import type { RankedPolicy } from './order.ts'
import { hasLabels, hasTags, type MeshProxy } from './proxy.ts'

export interface Selection {
  /** Addresses of inbounds, zone listeners and gateway listeners; those that share one may make it appear twice. */
  readonly addresses: readonly string[]
  /** The proxy is a delegated gateway, which has no such listeners, and is meant. */
  readonly delegated: boolean
}

/** A policy with what it selects of a proxy. */
export interface SelectedPolicy extends RankedPolicy {
  readonly selection: Selection
}

const nothing: Selection = { addresses: [], delegated: false }
const wholeDelegated: Selection = { addresses: [], delegated: true }

export function isSelected({ addresses, delegated }: Selection): boolean {
  return delegated || addresses.length > 0
}

export function selectListeners(policy: MeshAccessLog, proxy: MeshProxy): Selection {
  return isInScope(policy, proxy) ? selectByTarget(policy, proxy) : nothing
}

/** What `targetRef` alone selects. */
function selectByTarget(policy: MeshAccessLog, proxy: MeshProxy): Selection {
  const { targetRef } = policy
  switch (targetRef.kind) {
    case 'Mesh':
      return hasProxyType(targetRef, proxy) ? selectAll(proxy) : nothing
    case 'Dataplane':
      return selectDataplane(policy, proxy)
    case 'MeshSubset':
      return hasProxyType(targetRef, proxy) ? selectByTags(targetRef.tags, proxy) : nothing
    case 'MeshService':
    case 'MeshServiceSubset': {
      const { name, tags } = targetRef
      return name === null ? nothing : selectByTags({ ...tags, 'kuma.io/service': name }, proxy)
    }
    case 'MeshGateway':
      return selectGateway(targetRef, proxy)
    default:
      return nothing
  }
}

function isInScope({ meta, role }: MeshAccessLog, { dataplane, gateway, features }: MeshProxy): boolean {
  if (features.effects && isShadow(meta)) return false
  if (!features.origins) return true
  if (role === 'consumer' || role === 'workload-owner') {
    if (dataplane.meta.namespace !== meta.namespace) return false
  }
  if (role === 'producer') return true
  return !isOtherZone(meta, dataplane.meta) && !(gateway && isOtherZone(meta, gateway.resource.meta))
}

/** A policy without effect, to see what it would do. */
export function isShadow({ labels }: Meta): boolean {
  return labels['kuma.io/effect'] === 'shadow'
}

/** Only what comes from a zone belongs to it. */
function isOtherZone(policy: Meta, proxy: Meta): boolean {
  if (policy.labels['kuma.io/origin'] !== 'zone' || proxy.labels['kuma.io/origin'] !== 'zone') return false
  const policyZone = policy.labels['kuma.io/zone']
  const proxyZone = proxy.labels['kuma.io/zone']
  return Boolean(policyZone && proxyZone && policyZone !== proxyZone)
}

function hasProxyType({ proxyTypes }: TargetRef, { type, features }: MeshProxy): boolean {
  if (proxyTypes.length === 0 || !features.proxyTypes) return true
  return proxyTypes.includes(type === 'sidecar' ? 'Sidecar' : 'Gateway')
}

function selectAll(proxy: MeshProxy): Selection {
  if (proxy.type === 'delegated') return selectDelegated(proxy.features)
  return { addresses: listenersOf(proxy), delegated: false }
}

/** The same list for all policies that select everything. */
const allListeners = new WeakMap<MeshProxy, readonly string[]>()

function listenersOf(proxy: MeshProxy): readonly string[] {
  const known = allListeners.get(proxy)
  if (known) return known
  const { inbounds, zoneListeners, gateway } = proxy
  const listeners = [...inbounds, ...zoneListeners, ...(gateway?.listeners ?? [])].map(({ address }) => address)
  allListeners.set(proxy, listeners)
  return listeners
}

function selectDelegated({ delegatedGateways }: Features): Selection {
  return delegatedGateways ? wholeDelegated : nothing
}

function selectByTags(
  tags: Readonly<Record<string, string>>,
  { type, dataplane, inbounds, gateway, features }: MeshProxy,
) {
  if (type === 'delegated') {
    return hasTags(dataplane.networking.gateway!.tags, tags) ? selectDelegated(features) : nothing
  }
  const selectable = type === 'builtin' ? (gateway?.listeners ?? []) : inbounds
  return pick(selectable.filter((listener) => hasTags(listener.tags, tags)))
}

function selectGateway({ name, tags }: TargetRef, { gateway, features }: MeshProxy): Selection {
  if (gateway === null || gateway.resource.meta.displayName !== name) return nothing
  if (Object.keys(tags).length > 0 && !features.gatewayTags) return nothing
  return pick(gateway.listeners.filter((listener) => hasTags(listener.tags, tags)))
}

function selectDataplane(policy: MeshAccessLog, proxy: MeshProxy): Selection {
  const { type, dataplane, inbounds, zoneListeners, features } = proxy
  const { sectionName } = policy.targetRef
  if (type === 'builtin' || !features.dataplanes || !isMeant(policy, dataplane)) return nothing
  if (type === 'delegated') return sectionName === null && features.delegatedDataplanes ? wholeDelegated : nothing
  if (sectionName === null) return { addresses: listenersOf(proxy), delegated: false }
  return pick([...inbounds, ...zoneListeners].filter(({ section }) => section === sectionName))
}

function isMeant(policy: MeshAccessLog, dataplane: Dataplane): boolean {
  const { name, labels } = policy.targetRef
  if (name === null) return hasLabels(dataplane.meta.labels, labels)
  return isNamed(policy, dataplane) && isSameZone(policy.meta, dataplane.meta)
}

/** By name and namespace, whatever the zone. */
export function isNamed({ meta, targetRef }: MeshAccessLog, dataplane: Dataplane): boolean {
  const namespace = targetRef.namespace ?? meta.namespace
  return targetRef.name === dataplane.meta.displayName && namespace === dataplane.meta.namespace
}

/** A name means a resource of the policy's own zone. */
export function isSameZone(policy: Meta, resource: Meta): boolean {
  return (policy.labels['kuma.io/zone'] ?? '') === (resource.labels['kuma.io/zone'] ?? '')
}

function pick(listeners: readonly { readonly address: string }[]): Selection {
  return listeners.length === 0 ? nothing : { addresses: listeners.map(({ address }) => address), delegated: false }
}
