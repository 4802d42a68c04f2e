/** `audit explain`: what is recorded of each source, and why. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explainAudit } from '../../src/cli/audit-explanation.ts'
import { printAuditExplanation } from '../../src/cli/print-audit-explanation.ts'
import { loadAudit } from '../config/load-audit.ts'
import { scratch } from './run.ts'
import { runHere } from './run-here.ts'

/** A folder of files, and a section `audit` whose `$` is that folder. */
function explain(section: string, files: Readonly<Record<string, string>> = {}, { grpc = true } = {}) {
  const folder = scratch()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const { audit, faults } = loadAudit(section.replaceAll('$', folder))
  expect(faults).toEqual([])
  const explanation = explainAudit(audit!, { grpc })
  const text = printAuditExplanation(explanation, { colour: false }).replaceAll(folder, '$')
  return { explanation: JSON.parse(JSON.stringify(explanation).replaceAll(folder, '$')) as typeof explanation, text }
}

const kmesh = 'kmesh: {access: {audit: {backends: [{type: file, file: {path: /audit.logs, rotation: {}}}]}}}'
const policy = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n'

test('a mesh control plane with its AccessAudits', () => {
  const { explanation, text } = explain(`audit: {mesh: [{source: cp, accessAudits: $/audits, ${kmesh}}]}`, {
    'audits/a.yaml': 'type: AccessAudit\nname: a\nrules: [{accessAll: true}, {access: [DELETE]}]\n',
    'audits/other.yaml': 'type: AccessRole\nname: r\n',
  })
  expect(explanation.sources[0]).toEqual({
    source: 'cp',
    kind: 'mesh',
    method: 'als_sink.audit.v1.AuditService/Write',
    door: '/audit/mesh/cp',
    follow: null,
    records: 'selected',
    accessAudits: [{ name: 'a', file: '$/audits/a.yaml', rules: 2 }],
    skipDefaultTypes: expect.arrayContaining(['MeshInsight']),
    destinations: [
      {
        name: 'cp/file',
        type: 'File',
        place: '/audit.logs',
        durable: true,
        rotation: { maxBytes: 104_857_600, maxRetainedFiles: 10, maxAgeDays: 30 },
      },
    ],
    why: [
      '2 rules of 1 AccessAudit select what is kept.',
      'Senders are answered when cp/file has it on disk; until then they are told to come again.',
    ],
    problems: [],
  })
  expect(text).toBe(`cp  mesh, POST /audit/mesh/cp or gRPC als_sink.audit.v1.AuditService/Write
  keeps what is selected
    2 rules of 1 AccessAudit select what is kept.
    Senders are answered when cp/file has it on disk; until then they are told to come again.
  File  cp/file  /audit.logs  rotated at 100MiB, 10 kept, 30 days

For all
  state                     /var/lib/als-sink/audit
  sealed                    with a key of their own in /var/lib/als-sink/audit, a checkpoint each 60 s
  redacted                  secrets, configMaps, tokens
  when nothing can be kept  senders are told to come again
  left free on disk         256MiB
`)
})

test.each([
  [{}, 'nothing', 'There is no AccessAudit, so no record is kept; one may be put over HTTP.', 0],
  [{ 'a.yaml': 'type: AccessAudit\nname: a' }, 'nothing', 'No AccessAudit has a rule, so no record is kept.', 0],
  [
    { 'a.yaml': 'type: AccessAudit\nname: a\nrules: [{types: [X]}]' },
    'everything',
    'Not every AccessAudit can be read, so that nothing is lost every record is kept.',
    2,
  ],
  [
    { 'a.yaml': 'a: [' },
    'everything',
    'Not every AccessAudit can be read, so that nothing is lost every record is kept.',
    1,
  ],
  [
    { 'a.yaml': 'a: [', 'b.yaml': 'type: AccessAudit\nname: a\nrules: [{accessAll: true}]' },
    'everything',
    'Not every AccessAudit can be read, so that nothing is lost every record is kept.',
    1,
  ],
  [
    {
      'a.yaml': 'type: AccessAudit\nname: a\nrules: [{accessAll: true}]',
      'b.yaml': 'items: [{type: AccessAudit, name: a, rules: [{access: [CREATE]}]}]',
    },
    'selected',
    '2 rules of 2 AccessAudits select what is kept.',
    1,
  ],
])('a mesh control plane with %j keeps %s', (files, records, why, problems) => {
  const accessAudits = Object.keys(files).length > 0 ? 'accessAudits: $/*.yaml, ' : ''
  const [source] = explain(`audit: {mesh: [{source: cp, ${accessAudits}${kmesh}}]}`, files).explanation.sources
  expect(source).toMatchObject({ records })
  expect(source!.why[0]).toBe(why)
  expect(source!.problems.length).toBeGreaterThanOrEqual(problems)
})

test('gRPC is named where there is a door for it, and for records of a mesh alone', () => {
  const section = `audit: {mesh: [{source: cp, ${kmesh}}], kubernetes: [{source: a, audit-log-path: /a}]}`
  const heads = (grpc: boolean) => explain(section, {}, { grpc }).text.match(/^\S+ {2}(mesh|kubernetes), .*/gm)
  expect(heads(true)).toEqual([
    'cp  mesh, POST /audit/mesh/cp or gRPC als_sink.audit.v1.AuditService/Write',
    'a  kubernetes, POST /audit/k8s/a',
  ])
  expect(heads(false)![0]).toBe('cp  mesh, POST /audit/mesh/cp')
})

test('a kube-apiserver with a policy, without one, and with one that is broken', () => {
  const section = `audit: {kubernetes: [
    {source: a, audit-policy-file: $/policy.yaml, audit-log-path: /a, audit-webhook-config-file: kube},
    {source: b, audit-log-path: /b},
    {source: c, audit-policy-file: $/broken.yaml, audit-log-path: /c},
    {source: d, audit-policy-file: $/missing.yaml, audit-log-path: /d}]}`
  const files = { 'policy.yaml': policy, 'broken.yaml': policy.replace('Metadata', 'Meta') }
  const { sources } = explain(section, files).explanation
  expect(sources.map(({ records, policy, problems }) => [records, policy, problems.length])).toEqual([
    ['by policy', { from: 'file', name: '$/policy.yaml', rules: 1 }, 0],
    ['everything', null, 0],
    ['everything', { from: 'file', name: '$/broken.yaml', rules: null }, 1],
    ['everything', { from: 'file', name: '$/missing.yaml', rules: null }, 1],
  ])
  expect(sources[0]!.why).toEqual([
    '1 rule of audit-policy-file ($/policy.yaml) decides at which level an event is kept.',
    'Senders are answered when a/file and a/webhook have it on disk; until then they are told to come again.',
  ])
  expect(sources[0]!.destinations.at(-1)).toMatchObject({ type: 'Webhook', place: 'kube', durable: true })
  expect(sources[1]!.why[0]).toBe('There is no policy, so events are stored as they come.')
  expect(sources[2]!.why[0]).toContain('every event is kept, at level Metadata')
})

const seed = `apiVersion: kubermatic.k8c.io/v1
kind: Seed
metadata: {name: kubermatic}
spec: {datacenters: {west: {spec: {enforceAuditLogging: true}}, east: {spec: {}}}}
`
const cluster = (name: string, dc: string, auditLogging = '{}') => `---
apiVersion: kubermatic.k8c.io/v1
kind: Cluster
metadata: {name: ${name}}
spec: {cloud: {dc: ${dc}}, auditLogging: ${auditLogging}}
`

test('clusters of KKP: enforced, off, by preset, by the ConfigMap, by a file of their own', () => {
  const one = (name: string, keys = '') =>
    `{source: ${name}, kkp: {documents: $/kkp}, follow: /var/log/${name}.log, audit-log-path: "-"${keys}}`
  const section = `audit: {kubernetes: [${[one('enforced'), one('quiet'), one('preset'), one('edited'), one('own', ', audit-policy-file: $/own.yaml')].join(', ')}]}`
  const configMap = `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: audit-config, namespace: cluster-edited}\ndata:\n  policy.yaml: |\n    apiVersion: audit.k8s.io/v1\n    kind: Policy\n    rules: [{level: None, verbs: [get]}, {level: Metadata}]\n`
  const { explanation, text } = explain(section, {
    'own.yaml': policy,
    'kkp/seed.yaml': seed,
    'kkp/clusters.yaml':
      cluster('enforced', 'west') +
      cluster('quiet', 'east') +
      cluster('preset', 'east', '{enabled: true, policyPreset: recommended}') +
      cluster('edited', 'west') +
      cluster('own', 'west') +
      configMap,
  })
  expect(explanation.sources.map(({ records, policy }) => [records, policy])).toEqual([
    ['by policy', { from: 'preset', name: 'the preset metadata', rules: 1 }],
    ['nothing', null],
    ['by policy', { from: 'preset', name: 'the preset recommended', rules: 3 }],
    ['by policy', { from: 'configMap', name: 'the ConfigMap audit-config', rules: 2 }],
    ['by policy', { from: 'file', name: '$/own.yaml', rules: 1 }],
  ])
  expect(explanation.sources[0]!.kkp).toEqual({
    cluster: 'enforced',
    generation: '2.14',
    datacenter: 'west',
    seed: 'kubermatic',
    sidecar: true,
    webhook: null,
    exports: false,
    auditLogging: { enabled: true, policyPreset: null, sidecar: null, webhookBackend: null },
  })
  expect(explanation.sources[1]!.why).toContain('What comes all the same is answered and not stored.')
  expect(text).toContain('/dev/stdout  keeps nothing itself')
})

test('the webhook of a cluster of KKP is a destination when its Secret is there, and what is secret stays so', () => {
  const section = 'audit: {kubernetes: [{source: x, kkp: {documents: $/kkp.yaml}, audit-log-path: /x.log}]}'
  const webhookBackend = '{auditWebhookConfig: {name: hook, namespace: kubermatic}}'
  const own = cluster('x', 'east', `{enabled: true, webhookBackend: ${webhookBackend}}`)
  const secret = (name: string) =>
    `---\napiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\nstringData: {webhook.yaml: "token: s3cr3t"}\n`
  const { explanation, text } = explain(section, { 'kkp.yaml': own + secret('hook') })
  expect(explanation.sources[0]!.destinations[1]).toMatchObject({ name: 'x/webhook', type: 'Webhook', durable: true })
  expect(explanation.sources[0]!.kkp).toMatchObject({ exports: true, webhook: { name: 'hook' } })
  expect(text).toContain('The webhook is that of the Secret hook.')
  expect(text + JSON.stringify(explanation)).not.toContain('s3cr3t')
  const without = explain(section, { 'kkp.yaml': own + secret('other') })
  expect(without.explanation.sources[0]!.destinations).toHaveLength(1)
  expect(without.text).toContain('No Secret hook with a webhook.yaml is among the documents')
})

test('a configuration without audit says so, for people and for programs', async () => {
  const file = join(scratch(), 'sink.yaml')
  writeFileSync(file, 'log: {level: warn}')
  expect(await runHere('audit', 'explain', '-c', file)).toEqual({
    code: 0,
    stdout: 'There is no audit: the configuration has no section for it.\n',
    stderr: '',
  })
  expect((await runHere('audit', 'explain', '-c', file, '--output', 'json')).stdout).toBe('{"sources":[]}\n')
})
