/**
 * What a policy says of a request: the level at which it is recorded, and what is left out. The first rule whose conditions all hold decides,
 * as in kube-apiserver. A policy is compiled once, for it is asked for each event; the answers are made beforehand, one for each rule.
 */
import { type GroupResources, type Level, type Policy, type PolicyRule, type Stage, scopeOf } from './policy.ts'

/** What rules look at. For requests that are not about resources only `user`, `verb` and `path` count. */
export interface Attributes {
  /** As authenticated, before impersonation. Null: nobody was. */
  readonly user: { readonly name: string; readonly groups: readonly string[] } | null
  readonly verb: string
  readonly resourceRequest: boolean
  readonly namespace: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  /** Decoded, without the query. */
  readonly path: string
}

/** Shared between requests, and frozen. */
export interface Resolution {
  readonly level: Level
  /** The policy's and the rule's, in alphabetical order. */
  readonly omitStages: readonly Stage[]
  readonly omitManagedFields: boolean
  /** 0-based; null: no rule matched. */
  readonly rule: number | null
}

/** What the names of resources in rules are held against; made once a request. */
interface Asked {
  readonly attributes: Attributes
  /** `pods`, or `pods/log`. */
  readonly exact: string
  /** `pods/` with a star, which also stands for `pods` alone. */
  readonly anyOfResource: string
  /** A star with `/log`; null: no subresource. */
  readonly anyWithSubresource: string | null
}

type Condition = (asked: Asked) => boolean

/** The policy as one function. */
export function compilePolicy(policy: Policy): (attributes: Attributes) => Resolution {
  const rules = policy.rules.map((rule, i) => ({
    matches: compileRule(rule),
    resolution: resolutionOf(policy, rule, i),
  }))
  const otherwise = resolutionOf(policy, { level: 'None', omitStages: [], omitManagedFields: null }, null)
  return (attributes) => {
    const asked = ask(attributes)
    for (const { matches, resolution } of rules) if (matches(asked)) return resolution
    return otherwise
  }
}

/** For a single question. Who has more of them compiles the policy. */
export function resolve(policy: Policy, attributes: Attributes): Resolution {
  return compilePolicy(policy)(attributes)
}

function resolutionOf(
  policy: Policy,
  rule: Pick<PolicyRule, 'level' | 'omitStages' | 'omitManagedFields'>,
  index: number | null,
): Resolution {
  return Object.freeze({
    level: rule.level,
    omitStages: Object.freeze([...new Set([...policy.omitStages, ...rule.omitStages])].sort()),
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields,
    rule: index,
  })
}

function ask(attributes: Attributes): Asked {
  const { resource, subresource } = attributes
  return {
    attributes,
    exact: subresource === '' ? resource : `${resource}/${subresource}`,
    anyOfResource: `${resource}/*`,
    anyWithSubresource: subresource === '' ? null : `*/${subresource}`,
  }
}

function compileRule(rule: PolicyRule): Condition {
  const conditions = [
    ...whenGiven(
      rule.users,
      (users) =>
        ({ attributes: { user } }) =>
          user !== null && users.has(user.name),
    ),
    ...whenGiven(
      rule.userGroups,
      (groups) =>
        ({ attributes: { user } }) =>
          user?.groups.some((group) => groups.has(group)) ?? false,
    ),
    ...whenGiven(
      rule.verbs,
      (verbs) =>
        ({ attributes }) =>
          verbs.has(attributes.verb),
    ),
    ...compileScope(rule),
  ]
  return (asked) => {
    for (const holds of conditions) if (!holds(asked)) return false
    return true
  }
}

function whenGiven(list: readonly string[], make: (wanted: ReadonlySet<string>) => Condition): Condition[] {
  return list.length === 0 ? [] : [make(new Set(list))]
}

function compileScope(rule: PolicyRule): Condition[] {
  switch (scopeOf(rule)) {
    case 'all':
      return []
    case 'paths': {
      const patterns = rule.nonResourceURLs.map(compilePattern)
      return [
        ({ attributes: { resourceRequest, path } }) => !resourceRequest && patterns.some((matches) => matches(path)),
      ]
    }
    case 'resources': {
      const entries = rule.resources.map(compileEntry)
      return [
        ({ attributes }) => attributes.resourceRequest,
        ...whenGiven(
          rule.namespaces,
          (namespaces) =>
            ({ attributes }) =>
              namespaces.has(attributes.namespace),
        ),
        ...(entries.length === 0 ? [] : [(asked: Asked) => entries.some((matches) => matches(asked))]),
      ]
    }
  }
}

/** A star elsewhere than at the end is refused by whoever reads the policy. */
function compilePattern(pattern: string): (path: string) => boolean {
  if (pattern === '*') return () => true
  if (!pattern.endsWith('*')) return (path) => path === pattern
  const prefix = pattern.replace(/\*+$/, '')
  return (path) => path.startsWith(prefix)
}

/** An entry without resources is the whole group, whatever it says of names. */
function compileEntry({ group, resources, resourceNames }: GroupResources): Condition {
  const inGroup = (apiGroup: string) => group === '*' || group === apiGroup
  if (resources.length === 0) return ({ attributes }) => inGroup(attributes.apiGroup)
  const wanted = new Set(resources)
  const names = resourceNames.length === 0 ? null : new Set(resourceNames)
  const isWanted = ({ exact, anyOfResource, anyWithSubresource }: Asked) =>
    wanted.has('*') ||
    wanted.has(exact) ||
    wanted.has(anyOfResource) ||
    (anyWithSubresource !== null && wanted.has(anyWithSubresource))
  return (asked) => {
    const { apiGroup, name } = asked.attributes
    return inGroup(apiGroup) && (names === null || names.has(name)) && isWanted(asked)
  }
}
