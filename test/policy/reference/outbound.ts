/**
 * Who logs what goes out. Two engines: the legacy one for destinations that are told by a tag, and the one for resources. In both the last
 * item that is about the destination replaces all before it, even when it is the empty list.
 */
import { type KumaVersion, since, until } from '../../../src/policy/kuma-version.ts'
import type { MeshAccessLog, PolicyBackend, Resource } from '../../../src/policy/resources.ts'
import { type Destination, isSectionOf, type Target, targetsOf } from './destinations.ts'
import { kriOf, withoutSection } from './kri.ts'
import { compareItems, comparePolicies, type PolicyItem } from './ordering.ts'

/** A backend that takes the entry, and the policy that said so. */
export interface Chosen {
  readonly policy: MeshAccessLog
  readonly backend: PolicyBackend
}

function backendsOfLast(items: readonly PolicyItem[]): readonly Chosen[] {
  const last = items.at(-1)
  return last === undefined ? [] : last.item.backends.map((backend) => ({ policy: last.policy, backend }))
}

function itemsOf(policies: readonly MeshAccessLog[]): readonly PolicyItem[] {
  return policies.flatMap((policy) => policy.to.map((item) => ({ policy, item })))
}

/** `service`: the tag of the destination. */
export function legacyBackends(
  policies: readonly MeshAccessLog[],
  service: string,
  version: KumaVersion,
): readonly Chosen[] {
  const knowsRoutes = since(version, '2.11') && until(version, '2.14')
  const taken = policies
    .filter((policy) => !(knowsRoutes && policy.to.some(({ targetRef }) => targetRef.kind === 'MeshHTTPRoute')))
    .sort((a, b) => comparePolicies(a, b, version))
  return backendsOfLast(
    itemsOf(taken).filter(({ item: { targetRef } }) => {
      if (targetRef.kind === 'Mesh') return true
      // What replaces this engine in 3.0 for traffic to nowhere in the mesh knows no services by name.
      if (since(version, '3.0-dev')) return false
      return targetRef.kind === 'MeshService' && targetRef.name === service
    }),
  )
}

/** `routeName`: of the entry; it may be the identifier of a MeshHTTPRoute. */
export function realBackends(
  policies: readonly MeshAccessLog[],
  { service, port }: Destination,
  routeName: string,
  resources: readonly Resource[],
  version: KumaVersion,
): readonly Chosen[] {
  const items = [...itemsOf(policies)].sort((a, b) => compareItems(a, b, version))
  const isOfMesh = ({ item }: PolicyItem) => item.targetRef.kind === 'Mesh'
  const hits = (item: PolicyItem, test: (target: Target) => boolean) => targetsOf(item, resources).some(test)

  if (since(version, '2.11') && routeName.startsWith('kri_mhttpr_')) {
    const isOfRoute = (item: PolicyItem) =>
      hits(
        item,
        ({ resource }) =>
          resource.kind === 'MeshHTTPRoute' && kriOf('mhttpr', resource.meta) === withoutSection(routeName),
      )
    if (items.some(isOfRoute)) return backendsOfLast(items.filter((item) => isOfMesh(item) || isOfRoute(item)))
  }

  const isOfPort = (item: PolicyItem) =>
    hits(item, ({ resource, section }) => resource === service && section !== null && isSectionOf(section, port))
  const isOfService = (item: PolicyItem) =>
    hits(item, ({ resource, section }) => resource === service && section === null)
  if (items.some(isOfPort)) {
    return backendsOfLast(items.filter((item) => isOfPort(item) || isOfService(item) || isOfMesh(item)))
  }
  if (items.some(isOfService)) return backendsOfLast(items.filter((item) => isOfService(item) || isOfMesh(item)))
  return backendsOfLast(items.filter(isOfMesh))
}
