/**
 * The plain value of a Policy, member by member. Strict where kube-apiserver only warns: a member that it does not know is dropped there, and
 * with it the condition that somebody wrote, so a rule that should quieten some requests quietens all of them.
 */
import { didYouMean } from '../../did-you-mean.ts'
import { type Finding, finding } from './policy-finding.ts'

/** As written: levels and stages are not judged yet. */
export interface PolicyDraft {
  readonly rules: readonly RuleDraft[]
  readonly omitStages: readonly string[]
  readonly omitManagedFields: boolean
}

export interface RuleDraft {
  readonly level: string
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly verbs: readonly string[]
  readonly resources: readonly {
    readonly group: string
    readonly resources: readonly string[]
    readonly resourceNames: readonly string[]
  }[]
  readonly namespaces: readonly string[]
  readonly nonResourceURLs: readonly string[]
  readonly omitStages: readonly string[]
  readonly omitManagedFields: boolean | null
}

const policyKeys = ['apiVersion', 'kind', 'metadata', 'rules', 'omitStages', 'omitManagedFields']
const ruleKeys = [
  'level',
  'users',
  'userGroups',
  'verbs',
  'resources',
  'namespaces',
  'nonResourceURLs',
  'omitStages',
  'omitManagedFields',
]
const groupKeys = ['group', 'resources', 'resourceNames']
const metadataKeys = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
]

/** `findings` takes what is of the wrong type, and what is not known. What is missing or null is empty. */
export function decodePolicy(document: Readonly<Record<string, unknown>>, findings: Finding[]): PolicyDraft {
  const policy = new Decoder(document, '', 'Policy', findings)
  policy.refuseUnknown(policyKeys, (key) =>
    ruleKeys.includes(key) ? `${key} belongs to a rule: put it into an item of rules.` : null,
  )
  policy.object('metadata', 'v1.ObjectMeta').refuseUnknown(metadataKeys)
  return {
    rules: policy.objects('rules', 'PolicyRule').map(decodeRule),
    omitStages: policy.texts('omitStages', 'v1.Stage'),
    omitManagedFields: policy.flag('omitManagedFields') ?? false,
  }
}

function decodeRule(rule: Decoder): RuleDraft {
  rule.refuseUnknown(ruleKeys, (key) =>
    groupKeys.includes(key)
      ? `${key} belongs into an item of resources: resources: [{ group: "", resources: [pods] }].`
      : null,
  )
  return {
    level: rule.text('level', 'v1.Level'),
    users: rule.texts('users'),
    userGroups: rule.texts('userGroups'),
    verbs: rule.texts('verbs'),
    resources: rule.objects('resources', 'GroupResources').map((entry) => {
      entry.refuseUnknown(groupKeys, (key) =>
        ruleKeys.includes(key) ? `${key} belongs to the rule: put it beside resources, not into it.` : null,
      )
      return {
        group: entry.text('group'),
        resources: entry.texts('resources'),
        resourceNames: entry.texts('resourceNames'),
      }
    }),
    namespaces: rule.texts('namespaces'),
    nonResourceURLs: rule.texts('nonResourceURLs'),
    omitStages: rule.texts('omitStages', 'v1.Stage'),
    omitManagedFields: rule.flag('omitManagedFields'),
  }
}

/** One mapping. Go's words for its type and its field come into messages, since people look for those. */
class Decoder {
  readonly #members: Readonly<Record<string, unknown>>
  readonly #path: string
  readonly #type: string
  readonly #findings: Finding[]
  /** Of a member, with the members around it. */
  readonly #fieldPrefix: string

  constructor(
    members: Readonly<Record<string, unknown>>,
    path: string,
    type: string,
    findings: Finding[],
    fieldPrefix = '',
  ) {
    this.#members = members
    this.#path = path
    this.#type = type
    this.#findings = findings
    this.#fieldPrefix = fieldPrefix
  }

  refuseUnknown(known: readonly string[], misplaced: (key: string) => string | null = () => null): void {
    for (const key of Object.keys(this.#members).filter((each) => !known.includes(each))) {
      const path = this.#at(key)
      const mending = misplaced(key) ?? `It would be dropped, and with it what it should do.${didYouMean(key, known)}`
      this.#findings.push(
        finding('unknown_key', path, `strict decoding error: unknown field ${JSON.stringify(path)}\n${mending}`),
      )
    }
  }

  text(key: string, type = 'string'): string {
    return this.#text(this.#value(key), this.#at(key), key, type)
  }

  texts(key: string, type = 'string'): string[] {
    return this.#list(key, type).map((item, i) => this.#text(item, `${this.#at(key)}[${i}]`, key, type))
  }

  /** Null: not there. */
  flag(key: string): boolean | null {
    const value = this.#value(key) ?? null
    if (value === null || typeof value === 'boolean') return value
    this.#wrongType(value, this.#at(key), key, 'bool', 'Write true or false, without quotes.')
    return null
  }

  object(key: string, type: string): Decoder {
    return this.#object(this.#value(key), this.#at(key), key, type)
  }

  objects(key: string, type: string): Decoder[] {
    return this.#list(key, `v1.${type}`).map((item, i) => this.#object(item, `${this.#at(key)}[${i}]`, key, type))
  }

  #at(key: string): string {
    return this.#path ? `${this.#path}.${key}` : key
  }

  #value(key: string): unknown {
    return Object.hasOwn(this.#members, key) ? this.#members[key] : null
  }

  #text(value: unknown, path: string, key: string, type: string): string {
    if (typeof value === 'string') return value
    if (value === null || value === undefined) return ''
    const isPlain = typeof value === 'number' || typeof value === 'boolean'
    const mending = isPlain ? `YAML takes it for a ${kindOf(value)}: put it in quotes.` : 'Write a text.'
    this.#wrongType(value, path, key, type, mending)
    return ''
  }

  #list(key: string, type: string): unknown[] {
    const value = this.#value(key) ?? []
    if (Array.isArray(value)) return value
    const example = typeof value === 'string' ? ` ${key}: [${JSON.stringify(value)}]` : ''
    this.#wrongType(value, this.#at(key), key, `[]${type}`, `Write a list${example && `:${example}`}.`)
    return []
  }

  #object(value: unknown, path: string, key: string, type: string): Decoder {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject && value !== null && value !== undefined) {
      this.#wrongType(value, path, key, type.includes('.') ? type : `v1.${type}`, 'Write a mapping of keys.')
    }
    const members = isObject ? (value as Record<string, unknown>) : {}
    return new Decoder(members, path, type, this.#findings, `${this.#fieldPrefix}${key}.`)
  }

  #wrongType(value: unknown, path: string, key: string, type: string, mending: string): void {
    const where = `${this.#type}.${this.#fieldPrefix}${key}`
    const message = `json: cannot unmarshal ${goKindOf(value)} into Go struct field ${where} of type ${type}\n${mending}`
    this.#findings.push(finding('wrong_type', path, message))
  }
}

function kindOf(value: unknown): string {
  return typeof value === 'number' ? 'number' : 'boolean'
}

function goKindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
