/** What decides about records, while its documents come, break and go: real files, looked at when the test says so. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { policyOf, selectionOf } from '../../../src/audit/intake/policies.ts'
import type { RecordFacts } from '../../../src/audit/mesh/selector.ts'
import type { KubernetesSource, MeshSource } from '../../../src/config/audit-config.ts'

let folder: string
let told: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-policies-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  told = []
})

const options = () => ({
  folder,
  onTrouble: (file: string, { message }: { message: string }, kept: boolean) =>
    void told.push(`${kept ? 'kept' : 'lost'} ${file.replace(`${folder}/`, '')}: ${message.split('\n')[0]}`),
  onWarning: (file: string, { message }: { message: string }) =>
    void told.push(`odd ${file.replace(`${folder}/`, '')}: ${message.replace(folder, '')}`),
})

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const remove = (name: string) => rmSync(join(folder, name))

describe('the policy of a kube-apiserver', () => {
  const source = (more: Partial<KubernetesSource>) =>
    ({ kind: 'kubernetes', source: 'prod', policyFile: null, kkp: null, ...more }) as KubernetesSource
  const policy = (level: string) => `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: ${level}}]`
  const pod = {
    ...{ user: null, verb: 'get', resourceRequest: true, namespace: 'a', apiGroup: '', apiVersion: 'v1' },
    ...{ resource: 'pods', subresource: '', name: 'x', path: '' },
  }
  function followed(more: Partial<KubernetesSource>) {
    const following = policyOf(source(more), options())
    return (change = () => {}) => {
      change()
      following.refresh()
      const now = following.now()
      return now.kind === 'policy' ? now.resolve(pod).level : now.kind
    }
  }

  test('a file that breaks, or is gone, leaves its last good version in force', () => {
    write('policy.yaml', policy('Request'))
    const now = followed({ policyFile: 'policy.yaml' })
    expect(now()).toBe('Request')
    expect(now(() => write('policy.yaml', policy('Requests')))).toBe('Request')
    expect(now(() => remove('policy.yaml'))).toBe('Request')
    expect(now()).toBe('Request')
    expect(now(() => write('policy.yaml', policy('RequestResponse')))).toBe('RequestResponse')
    expect(told).toEqual([
      expect.stringMatching(/^kept policy.yaml: Unsupported value: "Requests"/),
      'kept policy.yaml: There is no such file.',
    ])
  })

  test('a file that was never there is told at once, and everything is kept', () => {
    const now = followed({ policyFile: 'policy.yaml' })
    expect(told).toEqual(['lost policy.yaml: There is no such file.'])
    expect(now()).toBe('unreadable')
    expect(now(() => write('policy.yaml', policy('Metadata')))).toBe('Metadata')
  })

  test("the ConfigMap of a cluster of KKP likewise, also when it is one of kubectl's list", () => {
    const documents = (level: string) => {
      const cluster = { apiVersion: 'kubermatic.k8c.io/v1', kind: 'Cluster', metadata: { name: 'prod' } }
      const spec = { auditLogging: { enabled: true } }
      const metadata = { name: 'audit-config', namespace: 'cluster-prod' }
      const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'policy.yaml': policy(level) } }
      return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ ...cluster, spec }, map] })
    }
    write('kkp.json', documents('Request'))
    const now = followed({ kkp: { generation: '2.14', documents: ['kkp.json'], webhook: null } })
    expect(now()).toBe('Request')
    expect(now(() => write('kkp.json', documents('Nothing')))).toBe('Request')
    expect(told).toEqual([expect.stringMatching(/^kept ConfigMap audit-config of prod: Unsupported value: "Nothing"/)])
    expect(now(() => write('kkp.json', documents('None')))).toBe('None')
  })
})

test("the webhook of a cluster is its Secret's, and a policy file does not turn on what is off", () => {
  const auditLogging = {
    enabled: false,
    webhookBackend: { auditWebhookConfig: { name: 'hook' }, auditWebhookInitialBackoff: '3s' },
  }
  const cluster = {
    apiVersion: 'kubermatic.k8c.io/v1',
    kind: 'Cluster',
    metadata: { name: 'x' },
    spec: { auditLogging },
  }
  const metadata = { name: 'hook', namespace: 'cluster-x' }
  const data = { 'webhook.yaml': Buffer.from('apiVersion: v1\n').toString('base64') }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data }
  write('policy.yaml', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]')
  write('kkp.json', JSON.stringify({ items: [cluster, secret] }))
  const kkp = { generation: '2.14', documents: ['kkp.json'], webhook: null }
  const source = { kind: 'kubernetes', source: 'x', policyFile: 'policy.yaml', kkp } as unknown as KubernetesSource
  const following = policyOf(source, options())
  expect(following.now().kind).toBe('policy')
  expect(following.webhook()).toEqual({ kubeconfig: 'apiVersion: v1\n', initialBackoff: '3s' })
  write('kkp.json', JSON.stringify({ items: [{ ...cluster, spec: { auditLogging: { enabled: false } } }, secret] }))
  following.refresh()
  expect(following.now().kind).toBe('off')
  expect(following.webhook()).toBeNull()
})

describe('the AccessAudits of a control plane', () => {
  const audit = (name: string, action: string) => `type: AccessAudit\nname: ${name}\nrules: [{access: [${action}]}]\n`
  const facts = { type: 'Mesh', name: 'm', mesh: null, tokenMesh: null }
  function followed(pattern: string) {
    const source = { kind: 'mesh', source: 'cp', accessAudits: [pattern], skipDefaultTypes: [] }
    const following = selectionOf(source as unknown as MeshSource, join(folder, 'state'), options())
    return (change = () => {}) => {
      change()
      following.refresh()
      const isKept = (action: string) => following.now().select({ ...facts, action } as RecordFacts).audited
      return ['CREATE', 'UPDATE', 'DELETE'].filter(isKept).join(' ')
    }
  }

  test('none is odd, and records nothing', () => {
    expect(followed('a')()).toBe('')
    expect(told).toEqual(['odd audit source cp: There is no rule of an AccessAudit, so no record is kept.'])
  })

  test('of one name in two files are united, and both files named', () => {
    mkdirSync(join(folder, 'a'))
    write('a/1.yaml', audit('x', 'CREATE'))
    const now = followed('a')
    expect(now(() => write('a/2.yaml', audit('x', 'DELETE')))).toBe('CREATE DELETE')
    expect(told).toEqual([
      'odd a/2.yaml: An AccessAudit "x" is in /a/1.yaml as well. The rules of both select; give one of them another name.',
    ])
  })

  test('in lists, and among documents of others', () => {
    const list = `total: 2\nitems:\n- {type: AccessAudit, name: a, rules: [{access: [CREATE]}]}\n- {type: AccessAudit, name: b, rules: [{access: [UPDATE]}]}\n`
    write('all.yaml', `${list}---\ntype: Mesh\nname: default\n`)
    expect(followed('all.yaml')()).toBe('CREATE UPDATE')
    expect(told).toEqual([])
  })

  test('one that is broken from the start keeps everything, and says what stands where', () => {
    write('all.yaml', 'items:\n- {type: AccessAudit, name: a, rules: [{access: [CRATE]}]}\n')
    expect(followed('all.yaml')()).toBe('CREATE UPDATE DELETE')
    expect(told).toEqual([expect.stringMatching(/^lost all.yaml: "CRATE" is not an action/)])
  })

  test('what does not say what it is may have been meant', () => {
    write('all.yaml', 'name: a\nrules: [{access: [CREATE]}]\n')
    expect(followed('all.yaml')()).toBe('CREATE UPDATE DELETE')
    expect(told).toEqual([expect.stringMatching(/^lost all.yaml: is required: write type: AccessAudit/)])
  })
})
