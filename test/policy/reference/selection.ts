/**
 * Which listeners of a proxy a policy selects, by its top-level targetRef: the slow plain way, one question after the other. A policy that
 * selects nothing of a proxy has no say there; one that selects anything of it has a say in all that goes out.
 */
import { type KumaVersion, since, until } from '../../../src/policy/kuma-version.ts'
import type {
  Dataplane,
  GatewayListener,
  Inbound,
  Labels,
  MeshAccessLog,
  MeshGateway,
  Meta,
  Tags,
  ZoneListener,
} from '../../../src/policy/resources.ts'

export interface Selection {
  readonly inbounds: readonly Inbound[]
  readonly zoneListeners: readonly ZoneListener[]
  readonly gatewayListeners: readonly GatewayListener[]
  /** The proxy is a delegated gateway, and meant. */
  readonly delegatedGateway: boolean
}

const nothing: Selection = { inbounds: [], zoneListeners: [], gatewayListeners: [], delegatedGateway: false }

export function selectsAnything(selection: Selection): boolean {
  return (
    selection.inbounds.length > 0 ||
    selection.zoneListeners.length > 0 ||
    selection.gatewayListeners.length > 0 ||
    selection.delegatedGateway
  )
}

/** `gateway`: the MeshGateway that the proxy carries out, if it is a builtin gateway. */
export function select(
  policy: MeshAccessLog,
  proxy: Dataplane,
  gateway: MeshGateway | null,
  version: KumaVersion,
): Selection {
  if (policy.meta.mesh !== proxy.meta.mesh) return nothing
  if (since(version, '2.7') && policy.meta.labels['kuma.io/effect'] === 'shadow') return nothing
  if (since(version, '2.9') && !sharesZone(policy, proxy, gateway)) return nothing
  if (since(version, '2.9') && !sharesNamespace(policy, proxy)) return nothing
  if (isBuiltin(proxy) && since(version, '3.0-dev')) return nothing

  const { kind, name, tags, sectionName } = policy.targetRef
  switch (kind) {
    case 'Mesh':
      if (!isOfType(policy, proxy, version)) return nothing
      return {
        ...selectByTags({}, proxy, gateway, version),
        zoneListeners: since(version, '2.14') ? proxy.networking.zoneListeners : [],
      }
    case 'MeshSubset':
      return isOfType(policy, proxy, version) ? selectByTags(tags, proxy, gateway, version) : nothing
    case 'MeshService':
      return selectByTags({ 'kuma.io/service': name ?? '' }, proxy, gateway, version)
    case 'MeshServiceSubset':
      return selectByTags({ 'kuma.io/service': name ?? '', ...tags }, proxy, gateway, version)
    case 'MeshGateway': {
      if (until(version, '2.3') || gateway === null || gateway.meta.displayName !== name) return nothing
      return { ...nothing, gatewayListeners: selectByTags(tags, proxy, gateway, version).gatewayListeners }
    }
    case 'Dataplane':
      if (until(version, '2.9') || isBuiltin(proxy) || !isMeant(policy, proxy)) return nothing
      return {
        inbounds: takenInbounds(proxy, version).filter(
          (inbound) => sectionName === null || hasSection(inbound, sectionName, version),
        ),
        zoneListeners: since(version, '2.14')
          ? proxy.networking.zoneListeners.filter(
              (listener) => sectionName === null || sectionName === (listener.name ?? String(listener.port)),
            )
          : [],
        gatewayListeners: [],
        // It has no section. The last patches of 2.12 are the first to select it.
        delegatedGateway: proxy.networking.gateway !== null && sectionName === null && since(version, '2.12'),
      }
    default:
      return nothing
  }
}

function isBuiltin(proxy: Dataplane): boolean {
  return proxy.networking.gateway?.type === 'BUILTIN'
}

/** Only what comes from a zone is held to that zone. */
function sharesZone(policy: MeshAccessLog, proxy: Dataplane, gateway: MeshGateway | null): boolean {
  if (policy.role === 'producer') return true
  const fromZone = (meta: Meta | undefined) => meta?.labels['kuma.io/origin'] === 'zone'
  if (!fromZone(proxy.meta) && !fromZone(gateway?.meta)) return true
  const policyZone = policy.meta.labels['kuma.io/zone']
  if (!fromZone(policy.meta) || policyZone === undefined) return true
  const proxyZone = proxy.meta.labels['kuma.io/zone']
  return proxyZone === undefined || proxyZone === policyZone
}

function sharesNamespace(policy: MeshAccessLog, proxy: Dataplane): boolean {
  if (policy.role !== 'consumer' && policy.role !== 'workload-owner') return true
  return policy.meta.namespace === proxy.meta.namespace
}

function isOfType(policy: MeshAccessLog, proxy: Dataplane, version: KumaVersion): boolean {
  const { proxyTypes } = policy.targetRef
  if (proxyTypes.length === 0 || until(version, '2.5') || since(version, '3.0-dev')) return true
  return proxyTypes.includes(proxy.networking.gateway === null ? 'Sidecar' : 'Gateway')
}

/** The kind Dataplane: by labels, by name, or every one. A name is looked for in the policy's own zone only. */
function isMeant(policy: MeshAccessLog, proxy: Dataplane): boolean {
  const { name, namespace, labels } = policy.targetRef
  if (!hasLabels(proxy.meta, labels)) return false
  if (name === null) return true
  return (
    proxy.meta.displayName === name &&
    proxy.meta.namespace === (namespace ?? policy.meta.namespace) &&
    zoneOf(proxy.meta) === zoneOf(policy.meta)
  )
}

/** An unnamed inbound is called by its port; Kuma knows that since 2.12. */
function hasSection(inbound: Inbound, section: string, version: KumaVersion): boolean {
  if (inbound.name !== null) return inbound.name === section
  return since(version, '2.12') && String(inbound.port) === section
}

function takenInbounds(proxy: Dataplane, version: KumaVersion): readonly Inbound[] {
  const skipsIgnored = since(version, '2.6') && until(version, '2.13')
  return proxy.networking.inbounds.filter((inbound) => !(skipsIgnored && inbound.state === 'Ignored'))
}

function selectByTags(tags: Tags, proxy: Dataplane, gateway: MeshGateway | null, version: KumaVersion): Selection {
  const gatewayTags = proxy.networking.gateway?.tags ?? {}
  return {
    inbounds: takenInbounds(proxy, version).filter((inbound) => hasTags(inbound.tags, tags)),
    zoneListeners: [],
    gatewayListeners: (gateway?.listeners ?? []).filter((listener) =>
      hasTags({ ...gatewayTags, ...gateway?.tags, ...listener.tags }, tags),
    ),
    delegatedGateway:
      proxy.networking.gateway?.type === 'DELEGATED' && since(version, '2.6') && hasTags(gatewayTags, tags),
  }
}

/** `*` stands for any value. */
export function hasTags(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => key in tags && (value === '*' || tags[key] === value))
}

export function hasLabels(meta: Meta, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => meta.labels[key] === value)
}

export function zoneOf(meta: Meta): string {
  return meta.labels['kuma.io/zone'] ?? ''
}
