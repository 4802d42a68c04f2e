/**
 * Which of two policies is weaker, and which of two of their `to` items. Negative: the first one. The steps stand in Kuma's order; each asks
 * only when all before it found no difference.
 */
import { type KumaVersion, since, until } from '../../../src/policy/kuma-version.ts'
import type { MeshAccessLog, TargetedItem, TargetKind } from '../../../src/policy/resources.ts'

const kindsFromWeakest: readonly TargetKind[] = [
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

const rolesFromWeakest = ['system', 'producer', 'consumer', 'workload-owner']

/** One element of a policy's `to`. */
export interface PolicyItem {
  readonly policy: MeshAccessLog
  readonly item: TargetedItem
}

export function comparePolicies(a: MeshAccessLog, b: MeshAccessLog, version: KumaVersion): number {
  return compareBeforeName(a, b, version) || compareNames(a, b, version)
}

/** Items of one policy are equal unless their targets differ, and keep the order of the list. */
export function compareItems(a: PolicyItem, b: PolicyItem, version: KumaVersion): number {
  return (
    compareBeforeName(a.policy, b.policy, version) ||
    compareTargets(a.item, b.item) ||
    compareNames(a.policy, b.policy, version)
  )
}

function compareBeforeName(a: MeshAccessLog, b: MeshAccessLog, version: KumaVersion): number {
  const [top, otherTop] = [a.targetRef, b.targetRef]
  const byKind = kindsFromWeakest.indexOf(top.kind) - kindsFromWeakest.indexOf(otherTop.kind)
  if (byKind !== 0) return byKind

  if (top.kind === 'Dataplane') {
    const hasLabels = Object.keys(top.labels).length > 0
    const otherHasLabels = Object.keys(otherTop.labels).length > 0
    if (until(version, '2.14')) {
      if (hasLabels && otherTop.name !== null) return -1
      if (top.name !== null && otherHasLabels) return 1
    }
    const bySection = Number(top.sectionName !== null) - Number(otherTop.sectionName !== null)
    if (bySection !== 0) return bySection
  }

  if (since(version, '2.9')) {
    const byOrigin = originRank(a) - originRank(b)
    if (byOrigin !== 0) return byOrigin
  }

  if (top.kind === 'MeshGateway' && since(version, '2.6')) {
    const byTags = Object.keys(top.tags).length - Object.keys(otherTop.tags).length
    if (byTags !== 0) return byTags
  }

  return since(version, '2.9') ? rolesFromWeakest.indexOf(a.role) - rolesFromWeakest.indexOf(b.role) : 0
}

function originRank(policy: MeshAccessLog): number {
  const origin = policy.meta.labels['kuma.io/origin']
  return origin === 'global' ? 0 : origin === 'zone' ? 2 : 1
}

function compareTargets(a: TargetedItem, b: TargetedItem): number {
  const byKind = kindsFromWeakest.indexOf(a.targetRef.kind) - kindsFromWeakest.indexOf(b.targetRef.kind)
  if (byKind !== 0) return byKind
  if (a.targetRef.kind !== 'MeshService') return 0
  return Number(a.targetRef.sectionName !== null) - Number(b.targetRef.sectionName !== null)
}

/** Since 2.6 the smallest name is the strongest, before it was the greatest. */
function compareNames(a: MeshAccessLog, b: MeshAccessLog, version: KumaVersion): number {
  if (until(version, '2.5')) return compareTexts(resourceName(a), resourceName(b))
  return compareTexts(b.meta.displayName, a.meta.displayName)
}

function resourceName({ meta }: MeshAccessLog): string {
  return meta.form === 'kubernetes' ? `${meta.name}.${meta.namespace}` : meta.name
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
