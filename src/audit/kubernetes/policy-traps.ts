/**
 * What kube-apiserver takes without a word, and what seldom does what was meant: a `*` where there are no wildcards, verbs that no request
 * has, writes that slip through between the verbs that were listed.
 */
import { didYouMean } from '../../did-you-mean.ts'
import { type GroupResources, type PolicyRule, scopeOf } from './policy.ts'
import { type Finding, finding } from './policy-finding.ts'

const resourceVerbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'proxy']
const pathVerbs = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'connect']
const verbOfMethod: Readonly<Record<string, string>> = { post: 'create', put: 'update', head: 'get' }

export function findTraps(rules: readonly PolicyRule[]): Finding[] {
  return rules.flatMap((rule, i) => [
    ...findStars(rule, `rules[${i}]`),
    ...findOddVerbs(rule, `rules[${i}].verbs`),
    ...findMissingVerbs(rule, `rules[${i}].verbs`),
    ...rule.resources.flatMap((entry, j) => [
      ...findOddResources(entry, `rules[${i}].resources[${j}].resources`),
      ...findUnseenNames(rule, entry, `rules[${i}].resources[${j}].resourceNames`),
      ...findUncovered(rule, entry, `rules[${i}].resources[${j}].resources`),
    ]),
  ])
}

/** In these lists a star is a name like any other. */
function findStars(rule: PolicyRule, path: string): Finding[] {
  const literal = ['users', 'userGroups', 'namespaces'] as const
  const starsIn = (list: readonly string[], at: string, key: string) =>
    list.flatMap((item, i) => {
      if (!item.includes('*')) return []
      const what = `${JSON.stringify(item)} is no wildcard here: it is compared as it is, so nothing matches it.`
      return [finding('literal_star', `${at}[${i}]`, `${what}\nLeave ${key} out to take all of them.`)]
    })
  return [
    ...literal.flatMap((key) => starsIn(rule[key], `${path}.${key}`, key)),
    ...rule.resources.flatMap(({ resourceNames }, i) =>
      starsIn(resourceNames, `${path}.resources[${i}].resourceNames`, 'resourceNames'),
    ),
  ]
}

function findOddVerbs(rule: PolicyRule, path: string): Finding[] {
  const scope = scopeOf(rule)
  const known = scope === 'all' ? [...resourceVerbs, ...pathVerbs] : scope === 'paths' ? pathVerbs : resourceVerbs
  return rule.verbs.flatMap((verb, i) => {
    // Methods that resources do not have come with an empty verb.
    if (known.includes(verb) || (verb === '' && scope !== 'paths')) return []
    const what = `${JSON.stringify(verb)} is the verb of no request${scope === 'all' ? '' : ` for ${scope}`}.`
    return [finding('unknown_verb', `${path}[${i}]`, `${what}\n${mendVerb(verb, known)}`)]
  })
}

function mendVerb(verb: string, known: readonly string[]): string {
  if (verb === '*') return 'A star is no wildcard here. Leave verbs out to take all of them.'
  const lower = verb.toLowerCase()
  if (known.includes(lower)) return `Verbs are lower case: ${lower}.`
  const resourceVerb = verbOfMethod[lower]
  if (resourceVerb !== undefined && known.includes(resourceVerb)) return `For resources it is called ${resourceVerb}.`
  const nearest = didYouMean(verb, known).trim()
  return nearest || `There are ${known.join(', ')}.`
}

/** Two ways to change an object, and two to delete; who lists one of them means both. */
const companions: readonly (readonly [has: string, lacks: string, slips: string])[] = [
  ['patch', 'update', 'changes that are sent as a whole object (PUT; kubectl replace, most controllers)'],
  ['update', 'patch', 'changes that are sent in part (PATCH; kubectl apply, edit and scale)'],
  ['delete', 'deletecollection', 'deletions of many at once (kubectl delete --all)'],
]

function findMissingVerbs(rule: PolicyRule, path: string): Finding[] {
  if (scopeOf(rule) === 'paths' || rule.level === 'None') return []
  const { verbs } = rule
  return companions
    .filter(([has, lacks]) => verbs.includes(has) && !verbs.includes(lacks))
    .map(([has, lacks, slips]) =>
      finding('missing_verb', path, `have ${has}, but not ${lacks}: this rule does not take ${slips}.\nAdd ${lacks}.`),
    )
}

function findOddResources({ resources }: GroupResources, path: string): Finding[] {
  return resources.flatMap((resource, i) => {
    const odd = (what: string, mending: string) => [
      finding('odd_resource', `${path}[${i}]`, `${JSON.stringify(resource)} ${what}.\n${mending}`),
    ]
    if (resource === '*/*') {
      return odd('matches nothing', 'Write "*", which takes subresources too.')
    }
    if (/[A-Z]/.test(resource)) {
      return odd('matches nothing: resources are lower case and plural', 'Write pods, not Pod.')
    }
    if (resource.includes('*') && !/^(?:\*|\*\/[^*/]+|[^*/]+\/\*)$/.test(resource)) {
      return odd(
        'matches nothing: a star stands for a whole resource or subresource',
        'Write "*", "pods/*" or "*/log".',
      )
    }
    if (resource.includes('.')) {
      return odd('matches nothing: the group does not belong to the resource', 'Write the group into group.')
    }
    return []
  })
}

/** A name is looked for in the request line, where requests for several objects, and for new ones, have none. */
function findUnseenNames({ verbs }: PolicyRule, { resourceNames }: GroupResources, path: string): Finding[] {
  const nameless = verbs.filter((verb) => verb === 'create' || verb === 'deletecollection')
  if (resourceNames.length === 0 || nameless.length === 0) return []
  const what = `never fit ${nameless.join(' and ')}: the request line has no name there.`
  return [finding('unseen_name', path, `${what}\nFor these verbs write a rule without resourceNames.`)]
}

const scalable = ['deployments', 'statefulsets', 'replicasets']
const calico = 'projectcalico.org'

/** Neighbours of what is listed, of which people think that they are in it. */
function findUncovered({ level, verbs }: PolicyRule, { group, resources }: GroupResources, path: string): Finding[] {
  if (level === 'None' || resources.includes('*')) return []
  const uncovered = (message: string) => finding('not_covered', path, message)
  const found: Finding[] = []
  const scaled = resources.filter((resource) => scalable.includes(resource))
  const isScaling = verbs.includes('patch') || verbs.includes('update')
  const isCovered = (resource: string) =>
    ['*/scale', `${resource}/*`, `${resource}/scale`].some((each) => resources.includes(each))
  const unscaled = group === 'apps' && isScaling ? scaled.filter((resource) => !isCovered(resource)) : []
  if (unscaled.length > 0) {
    const list = unscaled.map((resource) => `${resource}/scale`).join(', ')
    found.push(uncovered(`do not have ${list}: scaling is not taken by this rule.\nAdd "*/scale".`))
  }
  const hasOtherPolicies = ['globalnetworkpolicies', 'tiers'].some((each) => resources.includes(each))
  if (group === calico && hasOtherPolicies && !resources.includes('networkpolicies')) {
    const what = `do not have networkpolicies: those of ${calico} are Calico's own, and others than those of networking.k8s.io.`
    found.push(uncovered(`${what}\nAdd networkpolicies.`))
  }
  return found
}
