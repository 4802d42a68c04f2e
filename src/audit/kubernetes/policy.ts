/**
 * The words of Kubernetes audit policies: levels, stages, rules, as `audit.k8s.io/v1` has them. How a document becomes a `Policy` stands in
 * `policy-read.ts`; what a policy says of a request, in `resolve.ts`.
 */

/** From the least to the most that is kept of an event. */
export const levels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const
export type Level = (typeof levels)[number]

/** In the order in which a request goes through them. */
export const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const
export type Stage = (typeof stages)[number]

export const auditGroup = 'audit.k8s.io'

/** Newest first. kube-apiserver has read the first alone since 1.24. */
export const policyVersions = ['v1', 'v1beta1', 'v1alpha1'] as const
export type PolicyVersion = (typeof policyVersions)[number]

export interface Policy {
  readonly version: PolicyVersion
  /** At least one. The first that matches a request decides; if none does, the level is None. */
  readonly rules: readonly PolicyRule[]
  /** United with those of the rule that matches. */
  readonly omitStages: readonly Stage[]
  /** For rules that do not say. */
  readonly omitManagedFields: boolean
}

/** An empty list makes no condition. All conditions must hold. */
export interface PolicyRule {
  readonly level: Level
  readonly users: readonly string[]
  /** One in common is enough. */
  readonly userGroups: readonly string[]
  readonly verbs: readonly string[]
  /** One that fits is enough. */
  readonly resources: readonly GroupResources[]
  /** `''`: requests without a namespace. */
  readonly namespaces: readonly string[]
  /** Exact paths, prefixes with a final `*`, or `*`. */
  readonly nonResourceURLs: readonly string[]
  readonly omitStages: readonly Stage[]
  /** Null: as the policy says. */
  readonly omitManagedFields: boolean | null
}

export interface GroupResources {
  /** `''`: the core group; `*`: all. */
  readonly group: string
  /** `pods`, `pods/log`, `pods/*`, `*` before `/log`, `*`. Empty: everything in the group. */
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
}

/** Whether a rule is about requests for resources, about those for other paths, or about both. */
export function scopeOf(
  rule: Pick<PolicyRule, 'resources' | 'namespaces' | 'nonResourceURLs'>,
): 'resources' | 'paths' | 'all' {
  if (rule.resources.length > 0 || rule.namespaces.length > 0) return 'resources'
  return rule.nonResourceURLs.length > 0 ? 'paths' : 'all'
}
