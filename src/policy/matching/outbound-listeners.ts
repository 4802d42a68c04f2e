/**
 * Listeners for what leaves a proxy: at the addresses that its document names, at the virtual addresses of services, at the addresses of
 * other proxies, and at addresses that no document tells.
 */
import type { Outbound } from '../resources.ts'
import { plainHost } from './host.ts'
import {
  type Destination,
  type DestinationPort,
  type Instance,
  isHTTP,
  type MeshInventory,
  nameKey,
} from './inventory.ts'
import type { ListenerSketch, Traffic } from './listener-sketch.ts'
import { hasLabels, type MeshProxy } from './proxy.ts'

/** What a transparent proxy has for every service of the mesh, and for the instances that its clients may reach. */
export function listForeignListeners(proxy: MeshProxy): readonly ListenerSketch[] {
  const instances = [...proxy.mesh.instances.values()].filter((instance) => isDirect(proxy, instance))
  return [...virtualListeners(proxy), ...instances.map(directListener)]
}

/** One that the Dataplane's document names. */
export function outboundListener({ address, port, tags, backendRef }: Outbound, proxy: MeshProxy): ListenerSketch {
  if (backendRef === null) return serviceListener(address, port, tags['kuma.io/service'] ?? '', proxy.mesh)
  // Older versions know no such outbounds.
  if (!proxy.features.realDestinations) {
    const destinationService = backendRef.name ?? ''
    return { ...outboundAt(address, port), protocol: 'tcp', destinationService, traffic: { kind: 'none' } }
  }
  const destination = findDestination(backendRef, proxy)
  if (destination) {
    const { ports } = destination
    const only = ports.length === 1 && backendRef.port === null ? ports[0] : undefined
    const named = only ?? ports.find(({ port }) => port === backendRef.port)
    return destinationListener(address, port, { destination, port: named ?? null })
  }
  const destinationService = backendRef.name ?? backendRef.labels['kuma.io/display-name'] ?? ''
  const traffic: Traffic = { kind: 'destination', destination: null }
  return { ...outboundAt(address, port), protocol: 'tcp', destinationService, traffic }
}

/** By labels, else by name: in its own namespace and zone if there is one, else wherever it is. */
export function findDestination(
  { kind, name, namespace, labels }: NonNullable<Outbound['backendRef']>,
  { dataplane, mesh }: Pick<MeshProxy, 'dataplane' | 'mesh'>,
): Destination | null {
  if (Object.keys(labels).length > 0) {
    return (
      mesh.destinations.find((resource) => resource.kind === kind && hasLabels(resource.meta.labels, labels)) ?? null
    )
  }
  const named = name === null ? [] : ((mesh.named.get(nameKey(kind, name)) ?? []) as readonly Destination[])
  const zone = dataplane.meta.labels['kuma.io/zone']
  const nearness = ({ meta }: Destination) =>
    (meta.namespace === (namespace ?? dataplane.meta.namespace) ? 2 : 0) +
    (meta.labels['kuma.io/zone'] === zone ? 1 : 0)
  const candidates = namespace === null ? named : named.filter(({ meta }) => meta.namespace === namespace)
  return candidates.toSorted((a, b) => nearness(b) - nearness(a))[0] ?? null
}

function destinationListener(host: string, port: number, destination: DestinationPort): ListenerSketch {
  return {
    ...outboundAt(host, port),
    protocol: isHTTP(destination.port?.appProtocol ?? null) ? 'http' : 'tcp',
    destinationService: destination.destination.meta.displayName,
    traffic: { kind: 'destination', destination },
  }
}

function outboundAt(host: string, port: number) {
  return { name: `outbound:${host}:${port}`, kind: 'outbound', host, port, direction: 'OUTBOUND' } as const
}

/** At the virtual address of a resource. */
export function virtualListener(host: string, { destination, port }: DestinationPort): ListenerSketch {
  return destinationListener(host, port!.port, { destination, port })
}

/** At the address of an instance, as a transparent proxy lets a client choose it. */
export function directListener({ host, port }: Instance): ListenerSketch {
  const destinationService = `direct_access_${host}:${port}`
  return {
    ...outboundAt(host, port),
    kind: 'directAccess',
    protocol: 'tcp',
    destinationService,
    traffic: { kind: 'outside' },
  }
}

/** At an address that no document tells, to a service that the upstream cluster has given away. */
export function serviceListener(host: string, port: number, service: string, { protocols }: MeshInventory) {
  const protocol = protocols.get(service) ?? 'tcp'
  const traffic: Traffic = { kind: 'service', service }
  return { ...outboundAt(host, port), protocol, destinationService: service, traffic }
}

/** Whether clients of this proxy reach an instance at its own address. */
export function isDirect({ dataplane }: MeshProxy, instance: Instance): boolean {
  const direct = dataplane.networking.transparentProxying?.directAccessServices ?? []
  const { name, namespace } = instance.dataplane.meta
  const isItself = name === dataplane.meta.name && namespace === dataplane.meta.namespace
  if (direct.length === 0 || isItself) return false
  return instance.services.some((service) => direct.includes('*') || direct.includes(service))
}

function virtualListeners({ mesh, features }: MeshProxy): ListenerSketch[] {
  if (!features.realDestinations) return []
  return mesh.destinations.flatMap((destination) =>
    destination.vips.flatMap((vip) =>
      destination.ports.map((port) => virtualListener(plainHost(vip), { destination, port })),
    ),
  )
}
