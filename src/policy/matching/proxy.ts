/** One proxy as policies see it: its type, the listeners that a policy can select, and the service that it is. */
import type { Dataplane, GatewayListener, Labels, MeshGateway, Tags } from '../resources.ts'
import type { Features } from './features.ts'
import type { MeshInventory } from './inventory.ts'

export interface MeshProxy {
  readonly dataplane: Dataplane
  readonly mesh: MeshInventory
  readonly features: Features
  /** Delegated: a gateway that is not Envoy's; only its outbounds are. */
  readonly type: 'sidecar' | 'builtin' | 'delegated'
  /** By address, and those on one address in the order of the document. */
  readonly inbounds: readonly SelectableInbound[]
  readonly zoneListeners: readonly SelectableZoneListener[]
  readonly gateway: Gateway | null
  /** Its one name among the services, however many its inbounds belong to. */
  readonly service: string
}

interface SelectableInbound {
  readonly address: string
  readonly tags: Tags
  /** Null: no section name means it. */
  readonly section: string | null
}

interface SelectableZoneListener {
  readonly address: string
  readonly section: string
}

export interface Gateway {
  readonly resource: MeshGateway
  readonly listeners: readonly SelectableGatewayListener[]
}

export interface SelectableGatewayListener extends GatewayListener {
  readonly address: string
  /** Of the proxy, the MeshGateway and the listener; the later ones win. */
  readonly tags: Tags
}

export function describeProxy(dataplane: Dataplane, mesh: MeshInventory, features: Features): MeshProxy {
  const { gateway, inbounds, zoneListeners } = dataplane.networking
  const selectable = gateway || inbounds.length === 0 ? [] : inbounds
  return {
    dataplane,
    mesh,
    features,
    type: gateway ? (gateway.type === 'BUILTIN' ? 'builtin' : 'delegated') : 'sidecar',
    inbounds: selectable
      .filter(({ state }) => !(features.ignoredInbounds && state === 'Ignored'))
      .map(({ name, address, port, tags }) => ({
        address: `${address}:${port}`,
        tags,
        section: name ?? (features.portSections ? `${port}` : null),
      })),
    zoneListeners: features.zoneListeners
      ? zoneListeners.map(({ name, address, port }) => ({
          address: `${address}:${port}`,
          section: name ?? `${port}`,
        }))
      : [],
    gateway: gateway?.type === 'BUILTIN' ? findGateway(dataplane, gateway.tags, mesh) : null,
    service: serviceOf(dataplane, features),
  }
}

/** The alphabetically first of its services; since 3.0 its workload. */
function serviceOf({ meta, networking }: Dataplane, { workloads }: Features): string {
  if (workloads) return meta.labels['kuma.io/workload'] || 'unknown'
  let first = networking.gateway?.tags['kuma.io/service'] ?? ''
  for (const { tags } of networking.inbounds) {
    const service = tags['kuma.io/service']
    if (service && (first === '' || service < first)) first = service
  }
  return first || 'unknown'
}

/** The MeshGateway whose selector says most about the proxy. */
function findGateway({ networking }: Dataplane, tags: Tags, mesh: MeshInventory): Gateway | null {
  let best: { resource: MeshGateway; tagCount: number } | null = null
  for (const resource of mesh.gateways) {
    for (const selector of resource.selectors) {
      const tagCount = Object.keys(selector).length
      if (hasTags(tags, selector) && (best === null || tagCount > best.tagCount)) best = { resource, tagCount }
    }
  }
  if (best === null) return null
  const { resource } = best
  const listeners = resource.listeners.map((listener) => ({
    ...listener,
    address: `${networking.address}:${listener.port}`,
    tags: { ...tags, ...resource.tags, ...listener.tags },
  }))
  return { resource, listeners }
}

/** Whether all of `wanted` are there; `*` is any value. */
export function hasTags(tags: Tags, wanted: Tags): boolean {
  for (const key in wanted) {
    const value = tags[key]
    if (value === undefined || (value !== wanted[key] && wanted[key] !== '*')) return false
  }
  return true
}

export function hasLabels(labels: Labels, wanted: Labels): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false
  return true
}
