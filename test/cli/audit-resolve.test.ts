/** `audit resolve`, and policies before `check`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calico, policyOf } from '../audit/kubernetes/policies.ts'
import { runHere } from './run-here.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'als-audit-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const pod = { user: { name: 'a', groups: null }, verb: 'get', resourceRequest: true, apiGroup: '', resource: 'pods' }
const tier = { ...pod, verb: 'create', apiGroup: 'projectcalico.org', resource: 'tiers' }
const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

describe('audit resolve', () => {
  test('answers each line with one, and tells what is odd about the policy', async () => {
    const policy = file('calico.yaml', calico)
    const attributes = file('a.jsonl', `${lines(tier, pod)}\n${lines({ verb: 'get', path: '/healthz' })}`)
    const { code, stdout, stderr } = await runHere('audit', 'resolve', '--policy', policy, '--attributes', attributes)
    const none = { level: 'None', omitStages: [], omitManagedFields: false, rule: null }
    const first = { level: 'RequestResponse', omitStages: ['RequestReceived'], omitManagedFields: false, rule: 0 }
    expect([code, stdout]).toEqual([0, lines(first, none, none)])
    expect(stderr).toContain('calico.yaml:1:13 warning: apiVersion: audit.k8s.io/v1beta1 is read here')
  })

  test('a policy with faults is refused, with all of them', async () => {
    const policy = file('bad.yaml', policyOf('{level: metadata}', '{level: None, users: a}'))
    const attributes = file('b.jsonl', lines(pod))
    const { code, stdout, stderr } = await runHere('audit', 'resolve', '--policy', policy, '--attributes', attributes)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/bad\.yaml:4:11 rules\[0\]\.level: Unsupported value: "metadata".*Did you mean Metadata\?/s)
    expect(stderr).toContain('bad.yaml:5:24 rules[1].users: json: cannot unmarshal string')
  })

  test.each([
    ['{', 'is not JSON'],
    ['[]', 'must be an object of attributes'],
    ['{"verbs":"get"}', 'verbs is no attribute of a request. Did you mean verb?'],
    ['{"verb":1}', 'verb must be a text, not 1.'],
    ['{"resourceRequest":"yes"}', 'resourceRequest must be true or false'],
    ['{"user":"a"}', 'user must be null or'],
    ['{"user":{"groups":[1]}}', 'user must be null or'],
  ])('of the line %s it says what is wrong, and goes on', async (line, message) => {
    const policy = file('all.yaml', policyOf('level: Request'))
    const attributes = file('c.jsonl', `${line}\n${lines(pod)}`)
    const { code, stdout, stderr } = await runHere('audit', 'resolve', '--policy', policy, '--attributes', attributes)
    expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ level: 'Request', rule: 0 })])
    expect(stderr).toContain(`c.jsonl:1: ${message}`)
  })

  test('wants a policy and attributes', async () => {
    expect(await runHere('audit', 'resolve')).toMatchObject({ code: 2, stderr: expect.stringContaining('--policy') })
  })
})

test('audit tells its subcommands', async () => {
  const { code, stdout } = await runHere('audit', '--help')
  expect(code).toBe(0)
  expect(stdout).toContain('resolve')
})

describe('check', () => {
  const answerOf = async (...texts: string[]) => {
    const files = texts.map((text, i) => file(`check-${i}.yaml`, text))
    const { stdout, code } = await runHere('check', '--output', 'json', ...files)
    return { code, documents: JSON.parse(stdout).documents }
  }

  test('takes policies, and says what is odd', async () => {
    const { code, documents } = await answerOf(calico, policyOf('level: None').replace('kind: Policy\n', ''))
    expect(code).toBe(0)
    expect(documents).toMatchObject([
      { kind: 'Policy', name: null, accepted: true, faults: [], warnings: [{ line: 1, column: 13 }, {}, {}, {}] },
      { kind: 'Policy', accepted: true, warnings: [] },
    ])
  })

  test('refuses those with faults, and those that only mean to be one', async () => {
    const { code, documents } = await answerOf(
      `${policyOf('level: None')}metadata: {name: mine}\nrule: 5\n`,
      'kind: Policy\nrules: [{level: None}]\n',
      policyOf('level: None').replace('Policy', 'Policies'),
    )
    expect(code).toBe(1)
    expect(documents).toMatchObject([
      { name: 'mine', accepted: false, faults: [{ code: 'unknown_key', path: 'rule', line: 6, column: 1 }] },
      { kind: 'Policy', accepted: false, faults: [{ code: 'missing', path: 'apiVersion' }] },
      { kind: 'Policies', accepted: false, faults: [{ code: 'unknown_kind', path: 'kind', line: 2, column: 7 }] },
    ])
  })

  test('judges each document of a file for itself', async () => {
    const { documents } = await answerOf(`---\n${policyOf('level: None')}---\n${policyOf('level: Nobody')}`)
    expect(documents).toMatchObject([
      { index: 0, accepted: true, warnings: [{ code: 'ignored_document' }] },
      { index: 1, accepted: false, faults: [{ path: 'rules[0].level', line: 10 }] },
    ])
  })

  test('reads the policy in a ConfigMap', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: audit-config}\ndata:\n  policy.yaml: "rules: []"\n'
    const { documents } = await answerOf(text)
    expect(documents).toMatchObject([
      { kind: 'ConfigMap', name: 'audit-config', accepted: false, faults: [{ path: 'data["policy.yaml"]' }, {}] },
    ])
  })
})
