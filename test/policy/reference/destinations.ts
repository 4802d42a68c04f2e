/** Which resources a reference means, and which of them an outbound leads to. */
import type {
  BackendRef,
  Dataplane,
  MeshExternalService,
  MeshHTTPRoute,
  MeshMultiZoneService,
  MeshService,
  Resource,
  ServicePort,
} from '../../../src/policy/resources.ts'
import type { PolicyItem } from './ordering.ts'
import { hasLabels, zoneOf } from './selection.ts'

export type Service = MeshService | MeshMultiZoneService | MeshExternalService

/** Where an outbound leads to. */
export interface Destination {
  readonly service: Service
  readonly port: ServicePort
}

/** What an item of `to` means: a resource, or one section of it. */
export interface Target {
  readonly resource: Service | MeshHTTPRoute
  readonly section: string | null
}

/** None for the whole mesh, and for what does not exist. */
export function targetsOf({ policy, item }: PolicyItem, resources: readonly Resource[]): readonly Target[] {
  const { kind, name, namespace, labels, sectionName } = item.targetRef
  const found: Target[] = []
  for (const resource of resources) {
    if (!isTargetable(resource) || resource.kind !== kind || resource.meta.mesh !== policy.meta.mesh) continue
    if (name === null) {
      if (Object.keys(labels).length > 0 && hasLabels(resource.meta, labels)) {
        found.push({ resource, section: sectionName })
      }
      continue
    }
    const legacy = kind === 'MeshService' ? /^([^_]+)_([^_]+)_svc(?:_(\d+))?$/.exec(name) : null
    if (legacy !== null) {
      const [, legacyName, legacyNamespace, port] = legacy
      if (resource.meta.displayName === legacyName && resource.meta.namespace === legacyNamespace) {
        found.push({ resource, section: port ?? sectionName })
      }
    } else if (
      resource.meta.displayName === name &&
      resource.meta.namespace === (namespace ?? policy.meta.namespace) &&
      zoneOf(resource.meta) === zoneOf(policy.meta)
    ) {
      found.push({ resource, section: sectionName })
    }
  }
  return found
}

function isTargetable(resource: Resource): resource is Service | MeshHTTPRoute {
  return isService(resource) || resource.kind === 'MeshHTTPRoute'
}

function isService(resource: Resource): resource is Service {
  return (
    resource.kind === 'MeshService' ||
    resource.kind === 'MeshMultiZoneService' ||
    resource.kind === 'MeshExternalService'
  )
}

/** A port is called by its name and by its number alike. */
export function isSectionOf(section: string, port: ServicePort): boolean {
  return section === port.name || section === String(port.port)
}

/** Null: there is no such resource, or it has no such port. */
export function destinationOf(ref: BackendRef, proxy: Dataplane, resources: readonly Resource[]): Destination | null {
  for (const service of resources) {
    if (!isService(service) || service.kind !== ref.kind || service.meta.mesh !== proxy.meta.mesh) continue
    if (!hasLabels(service.meta, ref.labels)) continue
    if (ref.name !== null) {
      if (service.meta.displayName !== ref.name) continue
      if (service.meta.namespace !== (ref.namespace ?? proxy.meta.namespace)) continue
    }
    const port = service.ports.find((candidate) => ref.port === null || candidate.port === ref.port)
    if (port !== undefined) return { service, port }
  }
  return null
}

/** The service of the mesh that has this virtual address. */
export function destinationAt(
  host: string,
  portNumber: number,
  proxy: Dataplane,
  resources: readonly Resource[],
): Destination | null {
  for (const service of resources) {
    if (!isService(service) || service.meta.mesh !== proxy.meta.mesh || !service.vips.includes(host)) continue
    const port = service.ports.find((candidate) => candidate.port === portNumber)
    if (port !== undefined) return { service, port }
  }
  return null
}
