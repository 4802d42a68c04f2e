/** `audit select`: lines of records in, those that are selected out, byte for byte. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scratch } from './run.ts'
import { runHere } from './run-here.ts'

const record = (action: string, rest: object) =>
  JSON.stringify({ date: '2022-09-21T09:31:42+02:00', action, ...rest, user: { name: 'ana', groups: [] } })
const resource = (type: string, name: string, mesh = '') => ({ resource: { name, mesh, type } })

const update = record('UPDATE', resource('TrafficPermission', 'web-to-backend', 'default'))
const token = record('GENERATE_DATAPLANE_TOKEN', { token: { id: 'a', claims: { mesh: 'default' } } })
const otherToken = record('GENERATE_DATAPLANE_TOKEN', { token: { id: 'b', claims: { mesh: 'prod' } } })
const insight = record('UPDATE', resource('MeshInsight', 'default'))
const zone = record('CREATE', resource('Zone', 'east'))

const universal = `type: AccessAudit
name: audit-1
rules:
- types: ["TrafficPermission", "TrafficRoute", "Mesh"]
  mesh: default
  access: ["CREATE", "UPDATE", "DELETE"]
  accessAll: true
`
const kubernetes = `apiVersion: kuma.io/v1alpha1
kind: AccessAudit
metadata:
  name: zones
spec:
  rules:
  - access: [CREATE]
`

async function select(audits: readonly string[], records: string, ...flags: string[]) {
  const folder = scratch()
  const files = audits.map((text, i) => {
    const file = join(folder, `audit-${i}.yaml`)
    writeFileSync(file, text)
    return file
  })
  const input = join(folder, 'records.jsonl')
  writeFileSync(input, records, 'latin1')
  const ended = await runHere('audit', 'select', '--access-audit', ...files, '--records', input, ...flags)
  return { ...ended, stderr: ended.stderr.replaceAll(`${folder}/`, '') }
}

const lines = (...records: string[]) => records.map((line) => `${line}\n`).join('')
const all = lines(update, token, otherToken, insight, zone)

describe('records', () => {
  test.each([
    [[universal], lines(update, token)],
    [[kubernetes], lines(zone)],
    [[universal, kubernetes], lines(update, token, zone)],
    [[`${universal}---\n${kubernetes}`], lines(update, token, zone)],
    [['type: AccessAudit\nname: all\nrules: [{accessAll: true}]'], lines(update, token, otherToken, zone)],
    [['type: AccessAudit\nname: none\nrules: []'], ''],
  ])('are selected by %j', async (audits, expected) => {
    const { code, stdout } = await select(audits, all)
    expect(stdout).toBe(expected)
    expect(code).toBe(0)
  })

  test('of types that are skipped by default are selected when nothing is', async () => {
    const audit = 'type: AccessAudit\nname: all\nrules: [{accessAll: true}]'
    expect((await select([audit], all, '--skip-default-types', '')).stdout).toBe(all)
    expect((await select([audit], all, '--skip-default-types', 'Zone, MeshInsight')).stdout).toBe(
      lines(update, token, otherToken),
    )
  })

  test('come out as they went in', async () => {
    const odd = `  { "user": {"name":"\xe9"}, "action":"CREATE" ,"date": "d", "n": 9007199254740993, "x": 1.0 }  `
    const text = Buffer.from(odd, 'utf8').toString('latin1')
    expect((await select([kubernetes], `${text}\r\n\n${zone}`)).stdout).toBe(lines(text, zone))
  })

  test('that are none are told by line, and the others are selected', async () => {
    const { code, stdout, stderr } = await select([kubernetes], lines('{}', zone, 'x', '', '[]'))
    expect(stdout).toBe(lines(zone))
    expect(stderr).toBe(
      'records.jsonl:1: has no date.\nrecords.jsonl:3: is not JSON.\nrecords.jsonl:5: must be an object: one record a line.\n',
    )
    expect(code).toBe(1)
  })

  test('are many', async () => {
    const many = lines(...Array<string>(2_500).fill(zone))
    expect((await select([kubernetes], many)).stdout).toBe(many)
  })
})

describe('AccessAudits', () => {
  test('with faults select nothing', async () => {
    const { code, stdout, stderr } = await select([kubernetes.replace('CREATE', 'CRATE')], all)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('audit-0.yaml:7:14 spec.rules[0].access[0]: "CRATE" is not an action.')
  })

  test('that are odd are told so', async () => {
    const { stderr } = await select([universal], all)
    expect(stderr).toContain('audit-0.yaml:6:3 warning: rules[0].access: stands beside accessAll: true')
  })

  test('may come in a list, and lie beside other documents', async () => {
    const list = `apiVersion: kuma.io/v1alpha1\nkind: AccessAuditList\nitems:\n- metadata: {name: a}\n  spec: {rules: [{access: [CREATE]}]}\n`
    const { stdout, stderr } = await select([`${list}---\ntype: AccessRole\nname: admin\n`], all)
    expect(stdout).toBe(lines(zone))
    expect(stderr).toContain('is of kind AccessRole, which is not read here.')
  })

  test.each(['log: {level: warn}', 'a: ['])('are no documents such as %j', async (text) => {
    expect((await select([text], all)).code).toBe(1)
  })
})

test('a type that nobody knows is skipped in vain', async () => {
  const { stderr } = await select([kubernetes], zone, '--skip-default-types', 'Zoen')
  expect(stderr).toContain('--skip-default-types: Zoen is no known type. Did you mean Zone?')
})
