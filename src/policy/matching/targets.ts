/** What the elements of `to` mean where destinations are resources: names, labels and sections become the resources that they stand for. */
import type { MeshAccessLog, MeshHTTPRoute, TargetedItem, TargetRef } from '../resources.ts'
import { type Destination, type DestinationPort, type MeshInventory, nameKey } from './inventory.ts'
import { hasLabels } from './proxy.ts'
import { isSameZone } from './select.ts'

export interface ToTarget {
  /** All outgoing traffic. */
  readonly wholeMesh: boolean
  readonly destinations: ReadonlySet<Destination>
  /** One port of theirs, by name or number; null: all. */
  readonly section: string | null
  readonly routes: ReadonlySet<MeshHTTPRoute>
}

const none: ToTarget = { wholeMesh: false, destinations: new Set(), section: null, routes: new Set() }

const targetsByMesh = new WeakMap<MeshInventory, Map<TargetedItem, ToTarget>>()

/** Worked out once for all proxies. */
export function resolveTarget(item: TargetedItem, policy: MeshAccessLog, mesh: MeshInventory): ToTarget {
  const targets = targetsByMesh.get(mesh) ?? new Map<TargetedItem, ToTarget>()
  const known = targets.get(item)
  if (known) return known
  const target = findTarget(item.targetRef, policy, mesh)
  targetsByMesh.set(mesh, targets.set(item, target))
  return target
}

/** Whether an element has this port in mind. The name of a port is its section, and so is its number. */
export function isTarget({ destinations, section }: ToTarget, { destination, port }: DestinationPort): boolean {
  if (!destinations.has(destination)) return false
  return section === null || (port !== null && (section === port.name || section === `${port.port}`))
}

function findTarget(targetRef: TargetRef, policy: MeshAccessLog, mesh: MeshInventory): ToTarget {
  switch (targetRef.kind) {
    case 'Mesh':
      return { ...none, wholeMesh: true }
    case 'MeshHTTPRoute':
      return { ...none, routes: new Set(find(targetRef.kind, targetRef, policy, mesh) as MeshHTTPRoute[]) }
    case 'MeshService':
    case 'MeshMultiZoneService':
    case 'MeshExternalService': {
      const old = targetRef.kind === 'MeshService' ? parseServiceName(targetRef) : null
      if (old) return findByServiceName(old, mesh)
      const destinations = find(targetRef.kind, targetRef, policy, mesh) as Destination[]
      return { ...none, destinations: new Set(destinations), section: targetRef.sectionName }
    }
    default:
      return none
  }
}

type Named = Destination | MeshHTTPRoute

function find(kind: Named['kind'], ref: TargetRef, policy: MeshAccessLog, mesh: MeshInventory): Named[] {
  if (Object.keys(ref.labels).length > 0) {
    const all: readonly Named[] = kind === 'MeshHTTPRoute' ? mesh.routes : mesh.destinations
    return all.filter((resource) => resource.kind === kind && hasLabels(resource.meta.labels, ref.labels))
  }
  const namespace = ref.namespace ?? policy.meta.namespace
  const named = ref.name === null ? [] : (mesh.named.get(nameKey(kind, ref.name)) ?? [])
  return named.filter(({ meta }) => meta.namespace === namespace && isSameZone(policy.meta, meta))
}

interface ServiceName {
  readonly name: string
  readonly namespace: string
  readonly port: string | null
}

/** The names that Kuma made for Kubernetes' services, before MeshService was a resource: `payments_money_svc_8080`. */
function parseServiceName({ name, labels, sectionName }: TargetRef): ServiceName | null {
  if (name === null || sectionName !== null || Object.keys(labels).length > 0) return null
  const match = /^([^_]+)_([^_]+)_svc(?:_(\d+))?$/.exec(name)
  return match && { name: match[1]!, namespace: match[2]!, port: match[3] ?? null }
}

/** In any zone. */
function findByServiceName({ name, namespace, port }: ServiceName, mesh: MeshInventory): ToTarget {
  const named = (mesh.named.get(nameKey('MeshService', name)) ?? []) as readonly Destination[]
  return {
    ...none,
    destinations: new Set(named.filter(({ meta }) => meta.namespace === namespace)),
    section: port,
  }
}
