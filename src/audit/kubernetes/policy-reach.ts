/**
 * Rules that no request ever comes to, because an earlier one takes all that they would. Only what is certain is told: a rule that several
 * earlier ones share between them is not.
 */
import { type GroupResources, type PolicyRule, scopeOf } from './policy.ts'
import { type Finding, finding } from './policy-finding.ts'

export function findUnreached(rules: readonly PolicyRule[]): Finding[] {
  return rules.flatMap((rule, i) => {
    const earlier = rules.findIndex((other, j) => j < i && covers(other, rule))
    if (earlier < 0 || earlier >= i) return []
    const why = isUnconditional(rules[earlier]!) ? 'takes every request' : 'takes every request that this rule would'
    const message = `is never reached: rules[${earlier}] ${why}.\nThe first rule that matches decides. Put this one before it, or leave it out.`
    return [finding('unreached', `rules[${i}]`, message)]
  })
}

function isUnconditional(rule: PolicyRule): boolean {
  const { users, userGroups, verbs } = rule
  return [users, userGroups, verbs].every((list) => list.length === 0) && scopeOf(rule) === 'all'
}

/** Whether whatever matches `rule` matches `wide`. */
function covers(wide: PolicyRule, rule: PolicyRule): boolean {
  return (
    holdsAll(wide.users, rule.users) &&
    holdsAll(wide.userGroups, rule.userGroups) &&
    holdsAll(wide.verbs, rule.verbs) &&
    coversScope(wide, rule)
  )
}

/** An empty list makes no condition. */
function holdsAll(wide: readonly string[], list: readonly string[]): boolean {
  return wide.length === 0 || (list.length > 0 && list.every((item) => wide.includes(item)))
}

function coversScope(wide: PolicyRule, rule: PolicyRule): boolean {
  switch (scopeOf(wide)) {
    case 'all':
      return true
    case 'paths':
      return (
        scopeOf(rule) === 'paths' &&
        rule.nonResourceURLs.every((url) => wide.nonResourceURLs.some((each) => coversUrl(each, url)))
      )
    case 'resources':
      return (
        scopeOf(rule) === 'resources' &&
        holdsAll(wide.namespaces, rule.namespaces) &&
        (wide.resources.length === 0 ||
          (rule.resources.length > 0 &&
            rule.resources.every((entry) => wide.resources.some((each) => coversEntry(each, entry)))))
      )
  }
}

function coversUrl(wide: string, url: string): boolean {
  if (wide === '*' || wide === url) return true
  return wide.endsWith('*') && url.startsWith(wide.slice(0, -1))
}

function coversEntry(wide: GroupResources, entry: GroupResources): boolean {
  if (wide.group !== '*' && wide.group !== entry.group) return false
  if (wide.resources.length === 0) return true
  return (
    entry.resources.length > 0 &&
    holdsAll(wide.resourceNames, entry.resourceNames) &&
    entry.resources.every((resource) => wide.resources.some((each) => coversResource(each, resource)))
  )
}

/** `pods` with a star behind it takes `pods` itself too. */
function coversResource(wide: string, resource: string): boolean {
  if (wide === '*' || wide === resource) return true
  const [name, subresource] = resource.split('/')
  return wide === `${name}/*` || (subresource !== undefined && subresource !== '*' && wide === `*/${subresource}`)
}
