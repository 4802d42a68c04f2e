/**
 * All resources, mesh by mesh, ready to be looked up. Making it costs a walk over the resources; what only some proxies need (addresses of
 * services, of instances) is made when it is asked for. An inventory is never changed: new documents make a new one.
 */
import type {
  BackendRef,
  Dataplane,
  ExternalService,
  MeshAccessLog,
  MeshExternalService,
  MeshGateway,
  MeshHTTPRoute,
  MeshMultiZoneService,
  MeshService,
  Resource,
  ServicePort,
} from '../resources.ts'
import { addressKey, plainHost } from './host.ts'

export interface Inventory {
  readonly meshes: ReadonlyMap<string, MeshInventory>
}

/** What a name or labels in `to` may mean. */
export type Destination = MeshService | MeshMultiZoneService | MeshExternalService

/** One port of a destination; null: the outbound names none, and there is more than one. */
export interface DestinationPort {
  readonly destination: Destination
  readonly port: ServicePort | null
}

export interface MeshInventory {
  readonly policies: readonly MeshAccessLog[]
  readonly dataplanes: readonly Dataplane[]
  readonly destinations: readonly Destination[]
  readonly routes: readonly MeshHTTPRoute[]
  readonly gateways: readonly MeshGateway[]
  /** By `name.namespace` and by name. */
  readonly dataplanesByName: ReadonlyMap<string, Dataplane>
  /** By kind and display name, as `nameKey` joins them. */
  readonly named: ReadonlyMap<string, readonly (Destination | MeshHTTPRoute)[]>
  /** Of the services that are known by the tag kuma.io/service: http if all who offer it speak HTTP. */
  readonly protocols: ReadonlyMap<string, 'http' | 'tcp'>
  /** What is reached at the virtual addresses, by `addressKey`. */
  readonly virtual: ReadonlyMap<string, DestinationPort>
  /** The services (kuma.io/service) behind the addresses of the proxies' inbounds, by `addressKey`. */
  readonly instances: ReadonlyMap<string, Instance>
}

export interface Instance {
  readonly host: string
  readonly port: number
  readonly dataplane: Dataplane
  readonly services: readonly string[]
}

export function createInventory(resources: readonly Resource[]): Inventory {
  const meshes = new Map<string, MeshInventory>()
  for (const [mesh, own] of groupBy(resources, ({ meta }) => meta.mesh)) meshes.set(mesh, createMesh(own))
  return { meshes }
}

/** A mesh that no document names. */
export const emptyMesh: MeshInventory = createMesh([])

/** `name`: of the Dataplane; on Kubernetes `name.namespace`, or the name alone if no other namespace has it. */
export function findDataplane(inventory: Inventory, mesh: string, name: string): Dataplane | null {
  return inventory.meshes.get(mesh)?.dataplanesByName.get(name) ?? null
}

function createMesh(resources: readonly Resource[]): MeshInventory {
  const byKind = groupBy(resources, ({ kind }) => kind)
  const all = <R extends Resource>(kind: R['kind']) => (byKind.get(kind) ?? []) as R[]
  const dataplanes = all<Dataplane>('Dataplane')
  const destinations: Destination[] = [
    ...all<MeshService>('MeshService'),
    ...all<MeshMultiZoneService>('MeshMultiZoneService'),
    ...all<MeshExternalService>('MeshExternalService'),
  ]
  const routes = all<MeshHTTPRoute>('MeshHTTPRoute')
  const protocols = once(() => findProtocols(dataplanes, all<ExternalService>('ExternalService')))
  const virtual = once(() => findVirtual(destinations))
  const instances = once(() => findInstances(dataplanes))
  return {
    policies: all<MeshAccessLog>('MeshAccessLog'),
    dataplanes,
    destinations,
    routes,
    gateways: all<MeshGateway>('MeshGateway'),
    dataplanesByName: nameDataplanes(dataplanes),
    named: groupBy([...destinations, ...routes], ({ kind, meta }) => nameKey(kind, meta.displayName)),
    get protocols() {
      return protocols()
    },
    get virtual() {
      return virtual()
    },
    get instances() {
      return instances()
    },
  }
}

export function nameKey(kind: BackendRef['kind'] | 'MeshHTTPRoute', displayName: string): string {
  return `${kind} ${displayName}`
}

/** Protocols that Kuma logs request by request. */
export function isHTTP(protocol: string | null): boolean {
  return protocol === 'http' || protocol === 'http2' || protocol === 'grpc'
}

/** A name within a namespace is exact; a bare name is the first Dataplane's that has it. */
function nameDataplanes(dataplanes: readonly Dataplane[]): Map<string, Dataplane> {
  const named = new Map<string, Dataplane>()
  const add = (name: string, dataplane: Dataplane) => {
    if (!named.has(name)) named.set(name, dataplane)
  }
  for (const dataplane of dataplanes) {
    const { name, namespace } = dataplane.meta
    if (namespace !== null) add(`${name}.${namespace}`, dataplane)
  }
  for (const dataplane of dataplanes) add(dataplane.meta.name, dataplane)
  return named
}

function findProtocols(dataplanes: readonly Dataplane[], external: readonly ExternalService[]) {
  const protocols = new Map<string, 'http' | 'tcp'>()
  const note = (service: string | undefined, protocol: string | null) => {
    if (!service) return
    protocols.set(service, isHTTP(protocol) && protocols.get(service) !== 'tcp' ? 'http' : 'tcp')
  }
  for (const { networking } of dataplanes) {
    for (const { tags, protocol } of networking.inbounds) note(tags['kuma.io/service'], protocol)
  }
  for (const { tags } of external) note(tags['kuma.io/service'], tags['kuma.io/protocol']?.toLowerCase() ?? null)
  return protocols
}

function findVirtual(destinations: readonly Destination[]): Map<string, DestinationPort> {
  const virtual = new Map<string, DestinationPort>()
  for (const destination of destinations) {
    for (const vip of destination.vips) {
      for (const port of destination.ports) {
        const key = addressKey(plainHost(vip), port.port)
        if (!virtual.has(key)) virtual.set(key, { destination, port })
      }
    }
  }
  return virtual
}

function findInstances(dataplanes: readonly Dataplane[]): Map<string, Instance> {
  const instances = new Map<string, Instance>()
  for (const dataplane of dataplanes) {
    const { inbounds, advertisedAddress } = dataplane.networking
    for (const { address, port, tags } of inbounds) {
      const service = tags['kuma.io/service']
      if (!service) continue
      const host = plainHost(advertisedAddress ?? address)
      const key = addressKey(host, port)
      const services = [...(instances.get(key)?.services ?? []), service]
      instances.set(key, { host, port, dataplane, services })
    }
  }
  return instances
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}
