/**
 * The order of precedence, the weakest first: of policies, and of the elements of their `to`. The first difference decides:
 *
 *     kind of the target  ›  Dataplane: labels < name, then without < with a section   (2.10)
 *       ›  origin: global < not told < zone (2.9)  ›  MeshGateway: fewer < more tags (2.6)  ›  role (2.9)
 *       ›  elements of `to` for real resources: kind, then MeshService without < with a section (2.9)
 *       ›  name: up to 2.5 the greatest one wins, since 2.6 the smallest
 *
 * A Dataplane target that has neither labels nor a name is on a par with both, so three policies may go round in a circle. Kuma has the
 * same, and whatever comes of it there is chance.
 */
import type { KumaVersion } from '../kuma-version.ts'
import type { MeshAccessLog, TargetedItem, TargetKind, TargetRef } from '../resources.ts'
import { type Features, featuresOf } from './features.ts'
import type { MeshInventory } from './inventory.ts'

/** What there is to compare, as numbers; a step that its version does not know is 0 for all. */
interface Rank {
  readonly kind: number
  /** Null: on a par with everyone. */
  readonly selector: number | null
  readonly section: number
  readonly origin: number
  readonly tags: number
  readonly role: number
  readonly name: string
  readonly smallestNameWins: boolean
}

export interface RankedPolicy {
  readonly policy: MeshAccessLog
  readonly rank: Rank
}

/** One element of a policy's `to`. */
export interface ToEntry extends RankedPolicy {
  readonly item: TargetedItem
  readonly index: number
}

const kinds: readonly TargetKind[] = [
  'Mesh',
  'Dataplane',
  'MeshSubset',
  'MeshGateway',
  'MeshService',
  'MeshExternalService',
  'MeshMultiZoneService',
  'MeshServiceSubset',
  'MeshHTTPRoute',
]

const roles: readonly MeshAccessLog['role'][] = ['system', 'producer', 'consumer', 'workload-owner']

const origins: Readonly<Record<string, number>> = { global: -1, zone: 1 }

/** Worked out once for all proxies. */
const rankedByMesh = new WeakMap<MeshInventory, Map<KumaVersion, readonly RankedPolicy[]>>()

/** All policies of the mesh in order. Policies that differ in nothing stay in the order of their documents. */
export function rankPolicies(mesh: MeshInventory, version: KumaVersion): readonly RankedPolicy[] {
  const versions = rankedByMesh.get(mesh) ?? new Map<KumaVersion, readonly RankedPolicy[]>()
  const known = versions.get(version)
  if (known) return known
  const features = featuresOf(version)
  const ranked = sortPolicies(mesh.policies.map((policy) => ({ policy, rank: rankOf(policy, features) })))
  rankedByMesh.set(mesh, versions.set(version, ranked))
  return ranked
}

export function sortPolicies<P extends RankedPolicy>(policies: readonly P[]): P[] {
  return policies.toSorted((a, b) => compareTargets(a.rank, b.rank) || compareNames(a.rank, b.rank))
}

/** For destinations that are resources: there the kind of `to` comes before the name of the policy. */
export function sortEntries(entries: readonly ToEntry[]): ToEntry[] {
  return entries.toSorted(
    (a, b) =>
      compareTargets(a.rank, b.rank) ||
      compareItems(a.item.targetRef, b.item.targetRef) ||
      compareNames(a.rank, b.rank),
  )
}

/** They differ in nothing but their names, or are elements of one policy. */
export function isOnPar(a: RankedPolicy, b: RankedPolicy): boolean {
  return compareTargets(a.rank, b.rank) === 0
}

function rankOf({ meta, role, targetRef }: MeshAccessLog, features: Features): Rank {
  const isDataplane = features.dataplanes && targetRef.kind === 'Dataplane'
  const isGateway = features.gatewayTags && targetRef.kind === 'MeshGateway'
  const { origins: hasOrigins, smallestNameWins } = features
  return {
    kind: kinds.indexOf(targetRef.kind),
    selector: features.dataplaneNames && isDataplane ? rankSelector(targetRef) : 0,
    section: isDataplane && targetRef.sectionName !== null ? 1 : 0,
    origin: hasOrigins ? (origins[meta.labels['kuma.io/origin'] ?? ''] ?? 0) : 0,
    tags: isGateway ? Object.keys(targetRef.tags).length : 0,
    role: hasOrigins ? roles.indexOf(role) : 0,
    name: smallestNameWins ? meta.displayName : resourceName(meta),
    smallestNameWins,
  }
}

function rankSelector({ name, labels }: TargetRef): number | null {
  if (name !== null) return 1
  return Object.keys(labels).length > 0 ? 0 : null
}

/** As Kuma stores it. */
function resourceName({ name, namespace, form }: MeshAccessLog['meta']): string {
  return form === 'kubernetes' && namespace !== null ? `${name}.${namespace}` : name
}

function compareTargets(a: Rank, b: Rank): number {
  return (
    a.kind - b.kind ||
    (a.selector === null || b.selector === null ? 0 : a.selector - b.selector) ||
    a.section - b.section ||
    a.origin - b.origin ||
    a.tags - b.tags ||
    a.role - b.role
  )
}

function compareItems(a: TargetRef, b: TargetRef): number {
  if (a.kind !== b.kind) return kinds.indexOf(a.kind) - kinds.indexOf(b.kind)
  if (a.kind !== 'MeshService') return 0
  return Number(a.sectionName !== null) - Number(b.sectionName !== null)
}

function compareNames(a: Rank, b: Rank): number {
  if (a.name === b.name) return 0
  return a.name < b.name === a.smallestNameWins ? 1 : -1
}
