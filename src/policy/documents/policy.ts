/**
 * MeshAccessLog in all its dialects: 2.2 names no types, 2.10 adds `rules`, 2.14 their matches. What is refused where says
 * `validation/`; what has passed there is read here whole, whichever version it was written for.
 */
import type { KumaVersion } from '../kuma-version.ts'
import type { MeshAccessLog, Meta, PolicyRole, RuleItem, RuleMatch, TargetedItem } from '../resources.ts'
import { isProducerTarget } from '../validation/roles.ts'
import type { Fields } from './fields.ts'
import { readBackends } from './policy-backend.ts'
import { readTargetRef } from './target-ref.ts'

export interface PolicyContext {
  readonly systemNamespaces: readonly string[]
  readonly version: KumaVersion
}

export function readPolicy(document: Fields, meta: Meta, context: PolicyContext): MeshAccessLog {
  const spec = document.object('spec')
  const to = spec.objects('to')
  return {
    kind: 'MeshAccessLog',
    meta,
    role: roleOf(
      meta,
      to.map((item) => item.value('targetRef')),
      context,
    ),
    targetRef: readTargetRef(spec.object('targetRef')),
    to: to.map(readItem),
    from: spec.objects('from').map(readItem),
    rules: spec.objects('rules').map(readRule),
  }
}

function readItem(item: Fields): TargetedItem {
  return { targetRef: readTargetRef(item.object('targetRef')), backends: readBackends(item.object('default')) }
}

function readRule(rule: Fields): RuleItem {
  return { matches: rule.objects('matches').map(readMatch), backends: readBackends(rule.object('default')) }
}

function readMatch(match: Fields): RuleMatch {
  const spiffeID = match.object('spiffeID')
  const sni = match.object('sni')
  return {
    spiffeID: match.has('spiffeID')
      ? { type: spiffeID.text('type') === 'Prefix' ? 'Prefix' : 'Exact', value: spiffeID.needText('value') }
      : null,
    sni: match.has('sni') ? { type: 'Exact', value: sni.needText('value') } : null,
  }
}

const roles: readonly string[] = ['system', 'producer', 'consumer', 'workload-owner'] satisfies PolicyRole[]

/**
 * The label, else what the control plane would write there: outside the system namespaces it depends on whether the policy is about
 * what others do with the namespace's own services (producer), or about what its proxies do with others' (consumer), or only about its
 * own proxies. A mixture is refused by `validation/`.
 */
function roleOf(meta: Meta, to: readonly unknown[], { systemNamespaces, version }: PolicyContext): PolicyRole {
  const label = meta.labels['kuma.io/policy-role']
  if (label !== undefined && roles.includes(label)) return label as PolicyRole
  const { form, namespace } = meta
  if (form === 'universal' || namespace === null || systemNamespaces.includes(namespace)) return 'system'
  if (to.length === 0) return 'workload-owner'
  return to.every((targetRef) => isProducerTarget(targetRef, namespace, version)) ? 'producer' : 'consumer'
}
