/** YAML and JSON as the API server's reader takes them. */
import { describe, expect, test } from 'vitest'
import { readPolicyText } from '../../../src/audit/kubernetes/policy-read.ts'
import { parsePolicyText } from '../../../src/audit/kubernetes/policy-text.ts'
import { policyOf } from './policies.ts'

test.each<[string, unknown]>([
  ['y', true],
  ['Y', true],
  ['yes', true],
  ['On', true],
  ['n', false],
  ['NO', false],
  ['off', false],
  ['"y"', 'y'],
  ['~', null],
  ['0o7', '0o7'],
  ['0x1f', 31],
  ['010', 8],
  ['1_000', 1000],
  ['12:30', '12:30'],
  ['2020-01-02', '2020-01-02'],
  ['1.5', 1.5],
  ['system:nodes', 'system:nodes'],
])('%s is %j', (text, value) => {
  expect(parsePolicyText(`a: ${text}\n`)).toMatchObject({ value: { a: value }, faults: [] })
})

test.each([
  ['a byte order mark', `\ufeff${policyOf('level: None')}`],
  ['CRLF', policyOf('level: None').replaceAll('\n', '\r\n')],
  ['JSON', '{\n\t"apiVersion": "audit.k8s.io/v1",\n\t"kind": "Policy",\n\t"rules": [\n\t\t{"level": "None"}\n\t]\n}\n'],
  ['a directive of YAML 1.1', `%YAML 1.1\n---\n${policyOf('level: None')}`],
  ['comments and an empty document before it', `# a\n---\n# b\n---\n${policyOf('level: None')}`],
  ['anchors', `${policyOf('&a {level: None, users: [x]}', '*a')}`],
  ['a merge', `${policyOf('&a {level: None}', '{<<: *a, users: [x]}')}`],
])('%s: fine', (_, text) => {
  const { policy, faults } = readPolicyText(text)
  expect(faults).toEqual([])
  expect(policy?.rules[0]?.level).toBe('None')
})

test.each([
  ['another version of YAML', `%YAML 1.2\n---\n${policyOf('level: None')}`, 'incompatible YAML document'],
  ['a tab for an indent', 'apiVersion: audit.k8s.io/v1\nrules:\n-\tlevel: None\n\tusers: [a]\n', ''],
  ['JSON that is only YAML', '{apiVersion: audit.k8s.io/v1, rules: [{level: None}]}', 'begins as JSON'],
  ['an alias of nothing', policyOf('{level: None, verbs: [*]}'), ''],
])('%s: no YAML', (_, text, message) => {
  const { policy, faults } = readPolicyText(text)
  expect(policy).toBeNull()
  expect(faults[0]).toMatchObject({ code: 'yaml', message: expect.stringContaining(message), line: expect.any(Number) })
})

test('aliases that multiply without end are refused', () => {
  const level = (i: number) =>
    `l${i}: &l${i} [${Array(12)
      .fill(`*l${i - 1}`)
      .join(', ')}]\n`
  const { value, faults } = parsePolicyText(`l0: &l0 [x]\n${[1, 2, 3, 4, 5, 6].map(level).join('')}`)
  expect([value, faults.map(({ code }) => code)]).toEqual([undefined, ['yaml']])
})

describe('repeated keys', () => {
  test.each([
    ['of a rule', policyOf('level: None\n  level: Metadata'), 'rules[0].level', 5],
    ['of the policy', `${policyOf('level: None')}kind: Policy\n`, 'kind', 5],
    [
      'of JSON',
      '{"apiVersion": "audit.k8s.io/v1",\n"rules": [{"level": "None",\n"level": "None"}]}',
      'rules[0].level',
      3,
    ],
    ['through a merge', policyOf('&a {level: None}', '{level: Metadata,\n  <<: *a}'), 'rules[1].level', 6],
    ['through a list of merges', policyOf('&a {level: None}', '{users: [x],\n  <<: [*a, *a]}'), 'rules[1].level', 6],
  ])('%s are refused', (_, text, path, line) => {
    const { policy, faults } = readPolicyText(text)
    expect(policy).toBeNull()
    expect(faults).toMatchObject([
      {
        code: 'duplicate_key',
        path,
        line,
        message: expect.stringContaining('key "level" already set'.replace('level', path.split('.').at(-1)!)),
      },
    ])
  })
})

describe('of several documents', () => {
  const two = `${policyOf('level: None')}---\n${policyOf('level: Metadata')}`

  test('the first is read, and the others are told of', () => {
    const { policy, warnings } = readPolicyText(two)
    expect(policy?.rules[0]?.level).toBe('None')
    expect(warnings).toMatchObject([{ code: 'ignored_document', line: 1 }])
  })

  test('another can be asked for', () => {
    const { policy, warnings } = readPolicyText(two, 1)
    expect(policy?.rules[0]?.level).toBe('Metadata')
    expect(warnings).toMatchObject([{ code: 'ignored_document', line: 6 }])
  })
})
