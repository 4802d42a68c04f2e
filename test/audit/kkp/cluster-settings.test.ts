/** One cluster among the documents of a seed: found, settled, and given its policy. */
import { describe, expect, test } from 'vitest'
import { clusterSettings } from '../../../src/audit/kkp/cluster-settings.ts'
import type { KkpDocument } from '../../../src/audit/kkp/kkp.ts'
import { readKkp } from '../../../src/audit/kkp/read-kkp.ts'
import type { KkpGeneration } from '../../../src/config/kkp-generation.ts'

const of = (value: unknown): KkpDocument => readKkp(value)!.document!
const apiVersion = 'kubermatic.k8c.io/v1'

const cluster = (auditLogging: unknown, dc = 'west') =>
  of({ apiVersion, kind: 'Cluster', metadata: { name: 'x7k2abc' }, spec: { cloud: { dc }, auditLogging } })
const seed = (enforceAuditLogging: boolean, name = 'kubermatic', dc = 'west') =>
  of({
    apiVersion,
    kind: 'Seed',
    metadata: { name },
    spec: { datacenters: { [dc]: { spec: { enforceAuditLogging } } } },
  })
const configMap = (policy: string, namespace = 'cluster-x7k2abc') =>
  of({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'audit-config', namespace },
    data: { 'policy.yaml': policy },
  })

const settings = (documents: readonly KkpDocument[], generation: KkpGeneration = '2.14') =>
  clusterSettings('x7k2abc', documents, generation)

test('the flag of the datacenter switches it on, and the policy is the one that KKP begins with', () => {
  const found = settings([seed(true), cluster({ enabled: false })])
  expect(found).toMatchObject({
    cluster: 'x7k2abc',
    datacenter: 'west',
    seed: 'kubermatic',
    isRecorded: true,
    hasSidecar: true,
    webhook: null,
    policy: { from: 'preset', preset: 'metadata' },
  })
  expect(found.why).toEqual([
    'The datacenter enforces audit logging, so the flag of the cluster does not count.',
    'Audit logging is on.',
    'There is no preset and no ConfigMap, so the policy is the one that KKP begins with: everything at level Metadata.',
  ])
})

test('off is off, without a policy', () => {
  expect(settings([seed(false), cluster({ enabled: false })])).toMatchObject({ isRecorded: false, policy: null })
  expect(settings([seed(false), cluster(undefined)])).toMatchObject({ isRecorded: false, effective: { block: null } })
})

test('E14: a webhook alone records, without a sidecar', () => {
  const webhookBackend = { auditWebhookConfig: { name: 'hook', namespace: 'kubermatic' } }
  expect(settings([seed(false), cluster({ enabled: false, webhookBackend })], 'main')).toMatchObject({
    isRecorded: true,
    hasSidecar: false,
    webhook: { name: 'hook' },
    policy: { from: 'preset', preset: 'metadata' },
  })
})

describe('the policy', () => {
  const policyOf = (block: object, map: string) =>
    settings([seed(false), cluster({ enabled: true, ...block }), configMap(map)]).policy

  test('E15: is the preset, whatever was edited', () => {
    expect(policyOf({ policyPreset: 'minimal' }, 'edited')).toMatchObject({ from: 'preset', preset: 'minimal' })
  })

  test('E16: is what was edited, where there is no preset', () => {
    expect(policyOf({}, 'edited')).toEqual({ from: 'configMap', text: 'edited' })
  })

  test('E17: is still that of the preset which was taken back', () => {
    const left = 'omitStages: [RequestReceived]'
    expect(policyOf({ policyPreset: '' }, left)).toEqual({ from: 'configMap', text: left })
  })

  test('is never that of another cluster', () => {
    const documents = [seed(false), cluster({ enabled: true }), configMap('other', 'cluster-other')]
    expect(settings(documents).policy).toMatchObject({ from: 'preset', preset: 'metadata' })
  })
})

describe('what is not there', () => {
  test('without its Cluster everything is taken, by the ConfigMap if there is one', () => {
    const found = settings([seed(true)])
    expect(found).toMatchObject({ effective: null, isRecorded: true, policy: null })
    expect(found.why[0]).toContain('There is no Cluster x7k2abc')
    expect(settings([configMap('text')]).policy).toEqual({ from: 'configMap', text: 'text' })
  })

  test('a datacenter that no Seed has enforces nothing, and that is said', () => {
    const found = settings([seed(true, 'kubermatic', 'east'), cluster({ enabled: true })])
    expect(found).toMatchObject({ datacenter: 'west', seed: 'kubermatic', isRecorded: true })
    expect(found.why[0]).toBe(
      'No Seed among the documents has the datacenter west, so nothing is enforced on the cluster.',
    )
  })

  test('of several Seeds it is the one that has the datacenter', () => {
    const documents = [seed(true, 'first', 'east'), seed(true, 'second', 'west'), cluster(undefined)]
    expect(settings(documents)).toMatchObject({ seed: 'second', isRecorded: true })
  })
})

describe('the Secret of the webhook', () => {
  const secret = (namespace: string | null, webhook: string) =>
    of({
      ...{ apiVersion: 'v1', kind: 'Secret', stringData: { 'webhook.yaml': webhook } },
      metadata: { name: 'hook', ...(namespace === null ? {} : { namespace }) },
    })
  const webhookBackend = { auditWebhookConfig: { name: 'hook', namespace: 'kubermatic' } }
  const own = cluster({ enabled: true, webhookBackend })

  test("is that of the cluster's namespace, where KKP copies it to; else the one that is referred to; else any of the name", () => {
    const [copied, referred, free] = [secret('cluster-x7k2abc', 'a'), secret('kubermatic', 'b'), secret(null, 'c')]
    expect(settings([own, free, referred, copied]).kubeconfig).toBe('a')
    expect(settings([own, free, referred]).kubeconfig).toBe('b')
    expect(settings([own, free]).kubeconfig).toBe('c')
    expect(settings([own, secret('cluster-other', 'd')]).kubeconfig).toBeNull()
    expect(settings([cluster({ enabled: true }), copied]).kubeconfig).toBeNull()
  })

  test('in base64, as kubectl prints it', () => {
    const data = { 'webhook.yaml': Buffer.from('apiVersion: v1').toString('base64') }
    const printed = of({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hook' }, data })
    expect(settings([own, printed]).kubeconfig).toBe('apiVersion: v1')
  })
})
