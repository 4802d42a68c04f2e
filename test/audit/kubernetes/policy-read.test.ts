/** Policies that are taken and policies that are not, with kube-apiserver's paths and words. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isPolicyDocument, readPolicy, readPolicyText } from '../../../src/audit/kubernetes/policy-read.ts'
import type { Fault } from '../../../src/errors.ts'
import { policyOf } from './policies.ts'

/** As kube-apiserver prints them: the path, and the first line of what is said. */
const told = (faults: readonly Fault[]) => faults.map(({ path, message }) => `${path}: ${message.split('\n')[0]}`)

const notSubdomain = (group: string) =>
  `rules[0].resources.group: Invalid value: "${group}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`
const url = (value: string, reason: string, i = 0) =>
  `rules[0].nonResourceURLs[${i}]: Invalid value: "${value}": non-resource URL ${reason}`
const noSlash = "rules must begin with a '/' character"
const starWithin = "wildcards '*' must be the final character of the rule"
const unsupported = (level: string) =>
  `rules[0].level: Unsupported value: "${level}": supported values: "None", "Metadata", "Request", "RequestResponse"`
const both = (urls: string) =>
  `rules[0].nonResourceURLs: Invalid value: ${urls}: rules cannot apply to both regular resources and non-resource URLs`
const stage = (path: string) =>
  `${path}: Invalid value: "foo": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic`

test.each<[string, string, string[]]>([
  ['V1', '{}', ['rules[0].level: Required value']],
  ['V2', '{level: FooBar}', [unsupported('FooBar')]],
  ['V3', '{level: metadata}', [unsupported('metadata')]],
  ['V4', '{level: Metadata, namespaces: [default], nonResourceURLs: ["/logs*"]}', [both('["/logs*"]')]],
  ['V5', '{level: Metadata, resources: [{}], nonResourceURLs: ["/logs*"]}', [both('["/logs*"]')]],
  ['V6', '{level: Metadata, users: [a], verbs: [get], nonResourceURLs: ["/logs*"]}', []],
  [
    'V7',
    '{level: Metadata, resources: [{group: rbac.authorization.k8s.io/v1beta1}]}',
    [notSubdomain('rbac.authorization.k8s.io/v1beta1')],
  ],
  ['V8', '{level: Metadata, resources: [{group: Apps}]}', [notSubdomain('Apps')]],
  ['V9', '{level: Metadata, resources: [{group: "*"}]}', []],
  ['V10', '{level: Metadata, nonResourceURLs: [logs]}', [url('logs', noSlash)]],
  ['V11', '{level: Metadata, nonResourceURLs: [""]}', [url('', noSlash)]],
  [
    'V12',
    '{level: Metadata, nonResourceURLs: ["/logs/*/*", "/logs/*.log"]}',
    [url('/logs/*/*', starWithin), url('/logs/*.log', starWithin, 1)],
  ],
  ['V13', '{level: Metadata, nonResourceURLs: ["*", "/healthz*"]}', []],
  ['V14', '{level: Metadata, nonResourceURLs: ["**"]}', [url('**', noSlash), url('**', starWithin)]],
  [
    'V15',
    '{level: Metadata, resources: [{resourceNames: [x]}]}',
    ['rules[0].resources.resourceNames: Invalid value: ["x"]: using resourceNames requires at least one resource'],
  ],
  ['V16', '{level: Metadata, omitStages: [foo]}', [stage('rules[0].omitStages[0]')]],
  [
    'V19',
    '{level: None, resources: [{group: apps, verbs: [get]}]}',
    ['rules[0].resources[0].verbs: strict decoding error: unknown field "rules[0].resources[0].verbs"'],
  ],
  ['V21', '{level: Metadata}', []],
])('%s: the rule %s', (_, rule, faults) => {
  const reading = readPolicyText(policyOf(rule))
  expect(told(reading.faults)).toEqual(faults)
  expect(reading.policy === null).toBe(faults.length > 0)
})

test('V16: stages of the policy itself', () => {
  expect(told(readPolicyText(`${policyOf('level: None')}omitStages: [Panic, foo]\n`).faults)).toEqual([
    stage('omitStages[1]'),
  ])
})

test('V20: all faults at once, in the order of the document', () => {
  const { faults } = readPolicyText(policyOf('{level: A}', '{level: None, users: b, foo: 1}', '{nonResourceURLs: [c]}'))
  expect(faults.map(({ code, path, line, column }) => [code, path, line, column])).toEqual([
    ['wrong_value', 'rules[0].level', 4, 11],
    ['wrong_type', 'rules[1].users', 5, 24],
    ['unknown_key', 'rules[1].foo', 5, 27],
    ['missing', 'rules[2].level', 6, 3],
    ['wrong_value', 'rules[2].nonResourceURLs[0]', 6, 22],
  ])
})

describe('V17, V18: what is no policy', () => {
  test.each<[string, string[]]>([
    ['apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n', ['rules: loaded illegal policy with 0 rules']],
    ['apiVersion: audit.k8s.io/v1\nkind: Policy\n', ['rules: loaded illegal policy with 0 rules']],
    [
      'kind: Policy\nrules: [{level: None}]\n',
      ['apiVersion: unknown group version field audit.k8s.io/__internal, Kind=Policy in policy'],
    ],
    [
      'apiVersion: v2\nkind: Policy\nrules: [{level: None}]\n',
      ['apiVersion: no kind "Policy" is registered for version "v2"'],
    ],
    [
      'apiVersion: audit.k8s.io/v2\nkind: Policy\nrules: [{level: None}]\n',
      ['apiVersion: no kind "Policy" is registered for version "audit.k8s.io/v2"'],
    ],
    [
      'apiVersion: audit.k8s.io/v1\nkind: policy\nrules: [{level: A}]\n',
      ['kind: no kind "policy" is registered for version "audit.k8s.io/v1"'],
    ],
    [
      'apiVersion: audit.k8s.io/v1\nkind: Event\nlevel: None\n',
      ['kind: is Event: that is what the API server records, not what it is told to record'],
    ],
    ['- level: None\n', [': failed decoding: a Policy is a mapping of keys']],
    ['', [': There is nothing in it.']],
  ])('%j', (text, faults) => {
    const reading = readPolicyText(text)
    expect([reading.policy, told(reading.faults)]).toEqual([null, faults])
  })

  test('but a kind may be left out', () => {
    expect(readPolicyText('apiVersion: audit.k8s.io/v1\nrules: [{level: None}]\n').policy).not.toBeNull()
  })
})

describe('wrong types', () => {
  test.each([
    ['{level: 1}', 'rules[0].level', 'number', 'PolicyRule.rules.level of type v1.Level'],
    ['{level: None, users: alice}', 'rules[0].users', 'string', 'PolicyRule.rules.users of type []string'],
    ['{level: None, users: [{a: 1}]}', 'rules[0].users[0]', 'object', 'PolicyRule.rules.users of type string'],
    [
      '{level: None, omitStages: [[]]}',
      'rules[0].omitStages[0]',
      'array',
      'PolicyRule.rules.omitStages of type v1.Stage',
    ],
    [
      '{level: None, omitManagedFields: "no"}',
      'rules[0].omitManagedFields',
      'string',
      'PolicyRule.rules.omitManagedFields of type bool',
    ],
    [
      '{level: None, resources: [pods]}',
      'rules[0].resources[0]',
      'string',
      'PolicyRule.rules.resources of type v1.GroupResources',
    ],
    [
      '{level: None, resources: [{group: no}]}',
      'rules[0].resources[0].group',
      'bool',
      'GroupResources.rules.resources.group of type string',
    ],
    ['None', 'rules[0]', 'string', 'Policy.rules of type v1.PolicyRule'],
  ])('%s', (rule, path, found, wanted) => {
    const { faults } = readPolicyText(policyOf(rule))
    expect(told(faults)).toEqual([`${path}: json: cannot unmarshal ${found} into Go struct field ${wanted}`])
  })

  test('of the policy itself', () => {
    const { faults } = readPolicy({ apiVersion: 'audit.k8s.io/v1', metadata: 5, rules: {}, omitManagedFields: 1 })
    expect(faults.map(({ path }) => path)).toEqual(['metadata', 'rules', 'omitManagedFields'])
  })
})

describe('unknown keys', () => {
  test.each([
    ['level: None\n  Verbs: [get]', 'rules[0].Verbs', 'Did you mean verbs?'],
    ['level: None\n  group: apps', 'rules[0].group', 'belongs into an item of resources'],
    ['level: None\nlevel: None', 'level', 'belongs to a rule'],
    ['level: None\nmetadata: {nmae: x}', 'metadata.nmae', 'Did you mean name?'],
    ['level: None\n  resources: [{level: None}]', 'rules[0].resources[0].level', 'belongs to the rule'],
  ])('%j', (rule, path, mending) => {
    const { faults } = readPolicyText(policyOf(rule))
    expect(faults).toEqual([
      expect.objectContaining({ code: 'unknown_key', path, message: expect.stringContaining(mending) }),
    ])
    expect(faults[0]!.message).toContain(`strict decoding error: unknown field "${path}"\n`)
  })
})

test('null is the member left out, and empty lists make no condition', () => {
  const text = policyOf(
    '{level: Metadata, users: null, verbs: [], resources: [], nonResourceURLs: ["/a"], omitManagedFields: null}',
  )
  const { policy, name } = readPolicyText(`${text}metadata: {name: mine}\n`)
  expect(name).toBe('mine')
  const none = { users: [], userGroups: [], verbs: [], resources: [], namespaces: [], omitStages: [] }
  expect(policy).toEqual({
    version: 'v1',
    omitStages: [],
    omitManagedFields: false,
    rules: [{ ...none, level: 'Metadata', nonResourceURLs: ['/a'], omitManagedFields: null }],
  })
})

test('a value that was parsed elsewhere has paths, and no lines', () => {
  const document = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata', verb: [] }] }
  const { faults } = readPolicy(document)
  expect(faults).toEqual([{ code: 'unknown_key', path: 'rules[0].verb', message: expect.any(String) }])
  expect(readPolicy({ ...document, rules: [{ level: 'None' }] }).policy?.rules).toHaveLength(1)
})

describe('answers of kube-apiserver', () => {
  const recorded = readFileSync(new URL('../vectors/k8s-policy/validate.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

  test.each(recorded.map((each) => [each.document as string, each] as const))('to %j', (document, theirs) => {
    const { faults, policy } = readPolicyText(document)
    // Older versions are welcome here; unknown and repeated keys, and what 1.22 did not know, are not.
    const isOlder = /^no kind "Policy" is registered for version "audit.k8s.io\/v1(?:alpha|beta)1"/.test(
      theirs.strictMessage,
    )
    expect(policy !== null).toBe(theirs.strictMessage === '' || isOlder)
    const violations = [...theirs.message.matchAll(/(?:^\[?|, )((?:rules|omitStages)\[.*?)(?=, rules\[|\]$|$)/g)].map(
      ([, each]) => each,
    )
    if (violations.length > 0) expect(told(faults)).toEqual(violations)
  })
})

describe('a ConfigMap', () => {
  const configMap = (policy: string, key = 'policy.yaml') =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: audit-config\ndata:\n  note: x\n  ${key}: |\n${policy.replace(/^(?=.)/gm, '    ')}`

  test.each(['policy.yaml', 'audit.yml'])('is read for the policy in %s', (key) => {
    const { policy, name, faults } = readPolicyText(configMap(policyOf('level: Request'), key))
    expect([policy?.rules[0]?.level, name, faults]).toEqual(['Request', 'audit-config', []])
  })

  test('has the faults of its policy, with the place in both texts', () => {
    const { faults, policy } = readPolicyText(configMap(policyOf('level: Request', '{level: None, verb: [get]}')))
    expect(policy).toBeNull()
    expect(faults).toEqual([
      {
        code: 'unknown_key',
        path: 'data["policy.yaml"]',
        message: expect.stringMatching(/^rules\[1\]\.verb: strict decoding error/),
        line: 12,
        column: 21,
        excerpt: expect.objectContaining({ length: 4 }),
      },
    ])
    const { text, index } = faults[0]!.excerpt!
    expect(text.slice(index)).toBe('verb: [get]}\n')
  })

  test('that holds no text of YAML is refused', () => {
    const document = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'audit-config' } }
    expect(readPolicy({ ...document, data: { 'a.json': '{}' } }).faults).toMatchObject([
      { code: 'missing', path: 'data' },
    ])
    expect(readPolicy({ ...document, data: { 'p.yaml': 5 } }).faults).toMatchObject([{ path: 'data["p.yaml"]' }])
    expect(readPolicy(document).policy).toBeNull()
  })
})

test.each<[string, unknown, boolean]>([
  ['a policy', { apiVersion: 'audit.k8s.io/v1', kind: 'Policy' }, true],
  ['one of another version', { apiVersion: 'audit.k8s.io/v7' }, true],
  ['one with a slip in its version', { apiVersion: 'v1', kind: 'Policy', rules: [] }, true],
  ["somebody else's policy", { apiVersion: 'kyverno.io/v1', kind: 'Policy', spec: { rules: [] } }, false],
  ["KKP's ConfigMap", { kind: 'ConfigMap', metadata: { name: 'audit-config' } }, true],
  ['a ConfigMap that holds a policy', { kind: 'ConfigMap', data: { 'a.yaml': policyOf('level: None') } }, true],
  ['another ConfigMap', { kind: 'ConfigMap', data: { 'a.yaml': 'b: c' } }, false],
  ['a Role', { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', rules: [] }, false],
  ['nothing', null, false],
])('%s is told from other documents', (_, document, expected) => {
  expect(isPolicyDocument(document)).toBe(expected)
})
