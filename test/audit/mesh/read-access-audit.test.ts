/** AccessAudit documents: the two forms, and everything that is wrong or odd about one. */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type AccessAuditOptions, universalForm } from '../../../src/audit/mesh/access-audit.ts'
import { isAccessAudit, readAccessAudit } from '../../../src/audit/mesh/read-access-audit.ts'

const read = (text: string, options: AccessAuditOptions = {}) => readAccessAudit(parse(text), options)
const tell = (text: string, options: AccessAuditOptions = {}) => {
  const { faults, warnings } = read(text, options)
  const one = ({ code, path, message }: (typeof faults)[number]) => `${code} ${path}: ${message.split('\n')[0]}`
  return { faults: faults.map(one), warnings: warnings.map(one) }
}
const rule = (text: string) => `{type: AccessAudit, name: a, rules: [${text}]}`

/** As the documentation prints it, today and for 2.2. */
const universal = `
type: AccessAudit
name: audit-1
rules:
- types: ["TrafficPermission", "TrafficRoute", "Mesh"] # which types
  mesh: default
  access: ["CREATE", "UPDATE", "DELETE"]
  accessAll: true
`
const kubernetes = `
apiVersion: kuma.io/v1alpha1
kind: AccessAudit
metadata:
  name: role-1
spec:
  rules:
  - types: ["TrafficPermission", "TrafficRoute", "Mesh"]
    mesh: default
    access: ["CREATE", "UPDATE", "DELETE"]
    accessAll: true
`

const documentedRule = {
  types: ['TrafficPermission', 'TrafficRoute', 'Mesh'],
  mesh: 'default',
  access: ['CREATE', 'UPDATE', 'DELETE'],
  accessAll: true,
}

describe('the documented example', () => {
  test.each([
    ['Universal', universal, 'audit-1', 'rules[0].access'],
    ['Kubernetes', kubernetes, 'role-1', 'spec.rules[0].access'],
  ])('is taken, and told that it says one thing twice: %s', (_, text, name, path) => {
    const { resource, faults, warnings } = read(text)
    expect(faults).toEqual([])
    expect(resource).toEqual({ name, labels: {}, rules: [documentedRule] })
    expect(warnings).toEqual([expect.objectContaining({ code: 'unused', path })])
  })

  test('has types that the next line of Kuma refuses', () => {
    expect(tell(universal, { version: '3.0-dev' }).faults).toEqual([
      'unknown_type rules[0].types[0]: invalid resource type.',
      'unknown_type rules[0].types[1]: invalid resource type.',
    ])
    expect(tell(kubernetes, { version: '2.14' }).faults).toEqual([])
  })
})

describe('a document', () => {
  test('has defaults for everything but the name and what is accessed', () => {
    const { resource, warnings } = read(rule('{accessAll: true}, {access: [DELETE], types: [], mesh: ""}'))
    expect(warnings).toEqual([])
    expect(resource?.rules).toEqual([
      { types: [], mesh: null, access: [], accessAll: true },
      { types: [], mesh: null, access: ['DELETE'], accessAll: false },
    ])
  })

  test('keeps labels, and what the server adds is no fault', () => {
    const { resource, faults, warnings } = read(
      '{type: AccessAudit, name: a, labels: {team: x}, creationTime: "2024-01-01T00:00:00Z", modificationTime: "2024-01-01T00:00:00Z", rules: [{accessAll: true}]}',
    )
    expect([faults, warnings]).toEqual([[], []])
    expect(resource?.labels).toEqual({ team: 'x' })
  })

  test('with repeated types and actions counts each once', () => {
    const { resource, faults } = read(rule('{types: [Mesh, Zone, Mesh], access: [CREATE, CREATE]}'))
    expect(faults).toEqual([])
    expect(resource?.rules[0]).toMatchObject({ types: ['Mesh', 'Zone'], access: ['CREATE'] })
  })

  test('reads again as what it is printed as', () => {
    const { resource } = read(universal)
    expect(universalForm(resource!)).toEqual(parse(universal))
    expect(readAccessAudit(universalForm(resource!)).resource).toEqual(resource)
  })

  test('must have the name that it was put to', () => {
    expect(tell(universal, { name: 'audit-1' }).faults).toEqual([])
    expect(tell(universal, { name: 'audit-2' }).faults).toEqual([
      'wrong_value name: must be "audit-2", as in the address, not "audit-1".',
    ])
  })
})

test.each([
  ['[]', 'wrong_type : must be a mapping of keys, not [].'],
  ['{type: AccessAudit, rules: []}', 'missing name: is required.'],
  ['{type: AccessAudit, name: 5}', 'wrong_type name: must be a text, not 5.'],
  [
    '{type: AccesAudit, name: a}',
    'unknown_kind type: must be AccessAudit, not "AccesAudit". Did you mean AccessAudit?',
  ],
  ['{name: a, rules: []}', 'missing type: is required: write type: AccessAudit.'],
  [
    '{apiVersion: kuma.io/v1, kind: AccessAudit, metadata: {name: a}}',
    'wrong_value apiVersion: must be kuma.io/v1alpha1, not "kuma.io/v1".',
  ],
  ['{apiVersion: kuma.io/v1alpha1, kind: AccessAudit}', 'missing metadata.name: is required.'],
  [
    '{apiVersion: kuma.io/v1alpha1, kind: AccessAudit, metadata: {name: a}, rules: []}',
    'wrong_key rules: stands at the top; on Kubernetes rules stand under spec.',
  ],
  [
    '{type: AccessAudit, name: a, spec: {rules: []}}',
    'wrong_key spec: is the Kubernetes form; beside type the rules stand at the top.',
  ],
  ['{type: AccessAudit, name: a, labels: {a: 1}}', 'wrong_type labels["a"]: must be a text, not 1.'],
  ['{type: AccessAudit, name: a, rules: {}}', 'wrong_type rules: must be a list, not {}.'],
  [rule('5'), 'wrong_type rules[0]: must be a mapping of keys, not 5.'],
  [rule('{types: Mesh, accessAll: true}'), 'wrong_type rules[0].types: must be a list, not "Mesh".'],
  [rule('{types: [Mesh, 5], accessAll: true}'), 'wrong_type rules[0].types[1]: must be a name, not 5.'],
  [rule('{types: [Msh], accessAll: true}'), 'unknown_type rules[0].types[0]: invalid resource type.'],
  [rule('{mesh: 5, accessAll: true}'), 'wrong_type rules[0].mesh: must be the name of a mesh, not 5.'],
  [
    rule('{types: [Mesh, Zone, GlobalSecret], mesh: m, accessAll: true}'),
    'conflict rules[0].mesh: goes with types that belong to a mesh, and with Mesh; Zone, GlobalSecret belong to none.',
  ],
  [
    rule('{access: [CREATE, UPDAT]}'),
    'unknown_action rules[0].access[1]: "UPDAT" is not an action. Did you mean UPDATE?',
  ],
  [rule('{access: [create]}'), 'unknown_action rules[0].access[0]: "create" is not an action. Did you mean CREATE?'],
  [
    rule('{access: [1]}'),
    'wrong_type rules[0].access[0]: must be a name, not 1. The numbers of actions are not published; write their names.',
  ],
  [rule('{accessAll: "yes"}'), 'wrong_type rules[0].accessAll: must be true or false, not "yes".'],
  [rule('{types: [Mesh]}'), 'missing rules[0].access: needs at least one action.'],
  [rule('{access: [], accessAll: false}'), 'missing rules[0].access: needs at least one action.'],
])('%s is refused', (text, fault) => {
  expect(tell(text).faults).toContainEqual(fault)
  expect(read(text).resource).toBeNull()
})

test('all faults are told at once, in their form of path', () => {
  const text =
    '{apiVersion: kuma.io/v1alpha1, kind: AccessAudit, metadata: {}, spec: {rules: [{types: [X]}, {access: [Y]}]}}'
  expect(read(text).faults.map(({ path }) => path)).toEqual([
    'metadata.name',
    'spec.rules[0].types[0]',
    'spec.rules[0].access',
    'spec.rules[1].access[0]',
  ])
})

test.each([
  ['{type: AccessAudit, name: a}', 'no_rules rules: is empty, so nothing is audited by it.'],
  [
    '{type: AccessAudit, name: a, mesh: m, rules: []}',
    'unused mesh: has no effect here: an AccessAudit is about all meshes.',
  ],
  [
    '{type: AccessAudit, name: a, rulse: []}',
    'unknown_key rulse: is not a key here and has no effect. Did you mean rules?',
  ],
  [
    rule('{accessAll: true, tpes: [Mesh]}'),
    'unknown_key rules[0].tpes: is not a key of a rule and has no effect. Did you mean types?',
  ],
  [
    rule('{accessAll: true, when: []}'),
    'unknown_key rules[0].when: is a key of an AccessRole; an AccessAudit has none',
  ],
  [
    rule('{types: [ZoneOverview], access: [CREATE]}'),
    'idle rules[0].types[0]: ZoneOverview is only put together for viewing',
  ],
  [
    rule('{types: [Mesh], access: [VIEW_STATS]}'),
    'unused rules[0].types: has no effect: none of the actions is about a type.',
  ],
  [rule('{mesh: m, access: [GENERATE_USER_TOKEN]}'), 'idle rules[0].mesh: is never that of GENERATE_USER_TOKEN'],
])('%s is taken with a word', (text, warning) => {
  expect(tell(text).faults).toEqual([])
  expect(tell(text).warnings).toContainEqual(expect.stringContaining(warning))
})

describe('a type that is not known', () => {
  const hint = (type: string) => read(rule(`{types: [${type}], accessAll: true}`)).faults[0]?.message

  test.each([
    ['TraficPermission', 'Did you mean TrafficPermission?'],
    ['trafficpermission', 'Did you mean TrafficPermission?'],
    ['traffic-routes', 'Did you mean TrafficRoute?'],
    ['global-secrets', 'Did you mean GlobalSecret?'],
    ['ContainerPatch', 'an object of Kubernetes alone'],
  ])('%s is told what may be meant: %s', (type, words) => expect(hint(type)).toContain(words))

  test('is taken on request, and told all the same', () => {
    const { resource, warnings } = read(rule('{types: [MeshNovelty], accessAll: true}'), { allowUnknownTypes: true })
    expect(resource?.rules[0]?.types).toEqual(['MeshNovelty'])
    expect(warnings).toEqual([expect.objectContaining({ code: 'unknown_type', path: 'rules[0].types[0]' })])
  })
})

test.each([
  ['{type: AccessAudit}', true],
  ['{apiVersion: kuma.io/v1alpha1, kind: AccessAudit}', true],
  ['{type: AccesAudit}', true],
  ['{type: AccessRole}', false],
  ['{apiVersion: kuma.io/v1alpha1, kind: AccessAuditList}', false],
  ['{apiVersion: audit.k8s.io/v1, kind: Policy}', false],
  ['5', false],
])('%s calls itself an AccessAudit: %s', (text, expected) => expect(isAccessAudit(parse(text))).toBe(expected))
