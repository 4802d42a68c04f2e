/** `check` and the documents that say what is audited: AccessAudits, and KKP's Seeds and Clusters. */
import { describe, expect, test } from 'vitest'
import { checkAuditSettings } from '../../src/cli/check-audit-settings.ts'
import { loadDocuments } from '../../src/config/load.ts'
import type { KumaVersion } from '../../src/policy/kuma-version.ts'

const outside = { readFile: () => new Uint8Array(), realPath: (path: string) => path, variables: {} }

function check(text: string, kumaVersion: KumaVersion | null = null) {
  const one = ({ path, line, column, message }: { path: string; line?: number; column?: number; message: string }) =>
    `${line}:${column} ${path}: ${message.split('\n')[0]}`
  return loadDocuments('all.yaml', text).map((document) => {
    const found = checkAuditSettings(document, { kumaVersion, outside })
    return found && { faults: found.faults.map(one), warnings: found.warnings.map(one) }
  })
}

/** As the documentation of 2.2 prints it, comments and all. */
const documented = `type: AccessAudit
name: audit-1
rules:
- types: ["TrafficPermission", "TrafficRoute", "Mesh"] # list of types
  mesh: default # one of them
  access: ["CREATE", "UPDATE", "DELETE"] # what is done
  accessAll: true # all of it
---
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

test('the documented AccessAudits are taken with a word', () => {
  expect(check(documented)).toEqual([
    { faults: [], warnings: ['6:3 rules[0].access: stands beside accessAll: true, which means every action.'] },
    { faults: [], warnings: ['17:5 spec.rules[0].access: stands beside accessAll: true, which means every action.'] },
  ])
})

test('types are those of a version, if one is named', () => {
  expect(check(documented, '3.0-dev').map((each) => each?.faults)).toEqual([
    ['4:11 rules[0].types[0]: invalid resource type.', '4:32 rules[0].types[1]: invalid resource type.'],
    ['15:13 spec.rules[0].types[0]: invalid resource type.', '15:34 spec.rules[0].types[1]: invalid resource type.'],
  ])
})

test('items of a list are told by their place in it', () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: kuma.io/v1alpha1\n  kind: AccessAudit\n  metadata: {name: a}\n  spec: {rules: [{access: [X]}]}\n`
  expect(check(list)).toEqual([
    { faults: ['7:28 items[0].spec.rules[0].access[0]: "X" is not an action.'], warnings: [] },
  ])
})

test('a repeated key is told', () => {
  expect(check('type: AccessAudit\nname: a\nname: b\nrules: [{accessAll: yes}]')).toEqual([
    { faults: [], warnings: ['2:1 name: is given again in line 3; the last one counts.'] },
  ])
})

test('a slip of the pen in the kind is told', () => {
  expect(check('type: AccesAudit\nname: a\nrules: [{accessAll: true}]')[0]!.faults).toEqual([
    '1:7 type: must be AccessAudit, not "AccesAudit". Did you mean AccessAudit?',
  ])
})

test('documents of KKP', () => {
  const seed =
    'apiVersion: kubermatic.k8c.io/v1\nkind: Seed\nmetadata: {name: a}\nspec:\n  auditLogging: {enable: true, policyPreset: full}\n'
  expect(check(seed)).toEqual([
    {
      faults: ['5:46 spec.auditLogging.policyPreset: must be metadata, recommended or minimal, not "full".'],
      warnings: ['5:18 spec.auditLogging.enable: is not a key here and has no effect. Did you mean enabled?'],
    },
  ])
})

test.each([
  'type: AccessRole\nname: a',
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}',
  'log: {level: warn}',
  'a: [',
])('%j is not its business', (text) => expect(check(text)).toEqual([null]))

describe('lists', () => {
  const audit = (name: string, access: string) => `{type: AccessAudit, name: ${name}, rules: [{access: [${access}]}]}`

  test('as kumactl prints them have no name, and are one all the same', () => {
    const list = `total: 2\nitems:\n- ${audit('a', 'CREATE')}\n- ${audit('b', 'CRATE')}\nnext: null\n`
    expect(check(list)).toEqual([
      { faults: ['4:50 items[1].rules[0].access[0]: "CRATE" is not an action. Did you mean CREATE?'], warnings: [] },
    ])
    expect(
      check(`{"items": [${JSON.stringify({ type: 'AccessAudit', name: 'a', rules: [{ accessAll: true }] })}]}`),
    ).toEqual([{ faults: [], warnings: [] }])
  })

  test('of AccessAudits need not say so with each item', () => {
    const list =
      'apiVersion: kuma.io/v1alpha1\nkind: AccessAuditList\nitems:\n- metadata: {name: a}\n  spec: {rules: [{accessAll: true}]}\n- x\n'
    expect(check(list)).toEqual([{ faults: ['6:3 items[1]: must be a mapping of keys, not "x".'], warnings: [] }])
    expect(check('apiVersion: kuma.io/v1alpha1\nkind: AccessAuditList\nitems: []')).toEqual([
      { faults: [], warnings: [] },
    ])
  })

  test('of what a cluster of KKP has are read item by item, and what is not about audit is told', () => {
    const items = [
      {
        apiVersion: 'kubermatic.k8c.io/v1',
        kind: 'Cluster',
        metadata: { name: 'x' },
        spec: { auditLogging: { policyPreset: 'minimum' } },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'audit-config' },
        data: { 'policy.yaml': 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Meta}]' },
      },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
    ]
    const [found] = check(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    expect(found!.faults.map((fault) => fault.replace(/^\S+ /, ''))).toEqual([
      'items[0].spec.auditLogging.policyPreset: must be metadata, recommended or minimal, not "minimum". Did you mean minimal?',
      expect.stringContaining('items[1].data["policy.yaml"]: rules[0].level: Unsupported value: "Meta"'),
    ])
    expect(found!.warnings).toEqual([expect.stringContaining('items[2]: is not about audit')])
  })

  test('with nothing about audit are for others', () => {
    expect(check('items: [{type: Mesh, name: default}]')).toEqual([null])
  })
})

describe('the configuration of a control plane', () => {
  const documented = `kmesh:
  access:
    audit:
      skipDefaultTypes: ["DataplaneInsight", "ZoneIngressInsight", "ZoneEgressInsight", "ZoneInsight", "ServiceInsight", "MeshInsight"]
      backends:
      - type: file
        file:
          path: /tmp/audit.logs
          rotation: { enabled: true, maxRetainedFiles: 10, maxSizeMb: 100, maxAgeDays: 30 }
`

  test('is taken as the documentation prints it, whatever else it says', () => {
    expect(check(documented)).toEqual([{ faults: [], warnings: [] }])
    expect(check(`${documented}mode: zone\nstore: {type: memory}\n`)).toEqual([{ faults: [], warnings: [] }])
  })

  test('is told what is wrong with it, in its own words', () => {
    expect(check(documented.replace('type: file', 'type: kafka').replace('100,', 'a lot,'))).toEqual([
      {
        faults: [
          expect.stringMatching(/^6:15 kmesh\.access\.audit\.backends\[0\]\.type: /),
          expect.stringMatching(/^9:\d+ kmesh.*maxSizeMb: /),
        ],
        warnings: [],
      },
    ])
  })
})
