/**
 * What kube-apiserver holds against a policy that it could read, in its order and in its words: each violation with its path. What it does
 * not look at, and what is odd all the same, is in `policy-traps.ts`.
 */
import { didYouMean, nearestWord } from '../../did-you-mean.ts'
import { levels, scopeOf, stages } from './policy.ts'
import type { PolicyDraft, RuleDraft } from './policy-decode.ts'
import { type Finding, finding } from './policy-finding.ts'

export function judgePolicy(draft: PolicyDraft): Finding[] {
  if (draft.rules.length === 0) {
    const mending = 'Give at least one rule: `- level: Metadata` takes every request.'
    return [finding('missing', 'rules', `loaded illegal policy with 0 rules\n${mending}`), ...judgeStages(draft, '')]
  }
  return [...judgeStages(draft, ''), ...draft.rules.flatMap((rule, i) => judgeRule(rule, `rules[${i}]`))]
}

function judgeRule(rule: RuleDraft, path: string): Finding[] {
  const urls = `${path}.nonResourceURLs`
  return [
    ...judgeLevel(rule.level, `${path}.level`),
    ...rule.nonResourceURLs.flatMap((url, i) => judgeUrl(url, `${urls}[${i}]`)),
    ...rule.resources.flatMap((entry, i) => judgeEntry(entry, `${path}.resources`, `${path}.resources[${i}]`)),
    ...judgeStages(rule, `${path}.`),
    ...(rule.nonResourceURLs.length > 0 && scopeOf(rule) === 'resources'
      ? [
          finding(
            'conflict',
            urls,
            `Invalid value: ${JSON.stringify(rule.nonResourceURLs)}: rules cannot apply to both regular resources and non-resource URLs\nMake two rules of it.`,
          ),
        ]
      : []),
  ]
}

function judgeLevel(level: string, path: string): Finding[] {
  if (level === '') return [finding('missing', path, `Required value\nWrite one of ${levels.join(', ')}.`)]
  if ((levels as readonly string[]).includes(level)) return []
  const supported = levels.map((each) => JSON.stringify(each)).join(', ')
  const mending = didYouMean(level, levels).trim() || 'Upper and lower case count.'
  return [
    finding(
      'wrong_value',
      path,
      `Unsupported value: ${JSON.stringify(level)}: supported values: ${supported}\n${mending}`,
    ),
  ]
}

function judgeUrl(url: string, path: string): Finding[] {
  const found: Finding[] = []
  const invalid = (reason: string) =>
    found.push(finding('wrong_value', path, `Invalid value: ${JSON.stringify(url)}: non-resource URL ${reason}`))
  if (url !== '*' && !url.startsWith('/')) {
    invalid(`rules must begin with a '/' character\nWrite ${JSON.stringify(`/${url.replace(/\*+$/, '*')}`)}.`)
  }
  const star = url.indexOf('*')
  if (star >= 0 && star < url.length - 1) {
    invalid(
      `wildcards '*' must be the final character of the rule\n${JSON.stringify(url.slice(0, star + 1))} takes everything that begins so.`,
    )
  }
  return found
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const subdomainCharactersMax = 253
const notSubdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

/** `path` has no index, as kube-apiserver writes it. */
function judgeEntry(
  { group, resources, resourceNames }: RuleDraft['resources'][number],
  path: string,
  at: string,
): Finding[] {
  const found: Finding[] = []
  const invalid = (key: string, value: unknown, reason: string) =>
    found.push(
      finding('wrong_value', `${path}.${key}`, `Invalid value: ${JSON.stringify(value)}: ${reason}`, `${at}.${key}`),
    )
  if (group !== '' && group !== '*') {
    if (group.length > subdomainCharactersMax) invalid('group', group, 'must be no more than 253 characters')
    if (!subdomain.test(group)) invalid('group', group, `${notSubdomain}\n${mendGroup(group)}`)
  }
  if (resourceNames.length > 0 && resources.length === 0) {
    const reason =
      'using resourceNames requires at least one resource\nName the resources, or "*" for all of the group.'
    invalid('resourceNames', resourceNames, reason)
  }
  return found
}

function mendGroup(group: string): string {
  const bare = group.replace(/\/v\d+(?:(?:alpha|beta)\d+)?$/i, '').toLowerCase()
  if (bare === group.toLowerCase() && bare === group)
    return 'Write the API group alone: apps, or "" for the core group.'
  return bare === '' || /^v\d/.test(bare)
    ? 'The core group is "".'
    : `Write the API group alone, without a version and in lower case: ${bare}.`
}

function judgeStages({ omitStages }: Pick<RuleDraft, 'omitStages'>, prefix: string): Finding[] {
  return omitStages.flatMap((stage, i) => {
    if ((stages as readonly string[]).includes(stage)) return []
    const nearest = nearestWord(stage, stages)
    const mending = nearest === null ? 'Upper and lower case count.' : `Did you mean ${nearest}?`
    const message = `Invalid value: ${JSON.stringify(stage)}: allowed stages are ${stages.join(',')}\n${mending}`
    return [finding('wrong_value', `${prefix}omitStages[${i}]`, message)]
  })
}
