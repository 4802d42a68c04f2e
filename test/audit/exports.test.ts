/** The webhook of a cluster of KKP, from its Secret to the receiver. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { auditRig, event, listOf } from './door/rig.ts'
import { Receiver } from './export/receiver.ts'

const patience = { timeout: 10_000, interval: 20 }

function documents(url: string): string {
  const clusters = [{ name: 'sink', cluster: { server: `${url}/events` } }]
  const contexts = [{ name: 'sink', context: { cluster: 'sink', user: '' } }]
  const kubeconfig = { apiVersion: 'v1', kind: 'Config', clusters, contexts, 'current-context': 'sink' }
  const auditWebhookConfig = { name: 'hook', namespace: 'kubermatic' }
  const auditLogging = { enabled: true, webhookBackend: { auditWebhookConfig, auditWebhookInitialBackoff: '100ms' } }
  const cluster = {
    apiVersion: 'kubermatic.k8c.io/v1',
    kind: 'Cluster',
    metadata: { name: 'x' },
    spec: { auditLogging },
  }
  const metadata = { name: 'hook', namespace: 'cluster-x' }
  const data = { 'webhook.yaml': Buffer.from(JSON.stringify(kubeconfig)).toString('base64') }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [cluster, { apiVersion: 'v1', kind: 'Secret', metadata, data }],
  })
}

async function receiver(): Promise<Receiver> {
  const made = await Receiver.listen()
  onTestFinished(() => made.close())
  return made
}

test('events go where the Secret says, and elsewhere when it says so', async () => {
  const [first, second] = [await receiver(), await receiver()]
  const rig = await auditRig((folder) => {
    writeFileSync(join(folder, 'kkp.json'), documents(first.url))
    const kkp = { generation: '2.14', documents: [join(folder, 'kkp.json')] }
    return { kubernetes: [{ source: 'x', kkp, 'audit-log-path': join(folder, 'kept.log') }] }
  })
  expect((await rig.post('/audit/k8s/x', listOf(event('1')))).status).toBe(200)
  await vi.waitFor(() => expect(first.items.map(({ auditID }) => auditID)).toEqual(['1']), patience)
  expect(rig.lines('kept.log')).toHaveLength(1)
  const kubeconfig = join(rig.folder, 'state/kkp/x.kubeconfig')
  expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)

  // The old address is asked first, and refuses; then the kubeconfig is read again.
  first.behaviour = { status: 503 }
  writeFileSync(join(rig.folder, 'kkp.json'), documents(second.url))
  await vi.waitFor(() => expect(readFileSync(kubeconfig, 'utf8')).toContain(second.url), patience)
  expect((await rig.post('/audit/k8s/x', listOf(event('2')))).status).toBe(200)
  await vi.waitFor(() => expect(second.items.map(({ auditID }) => auditID)).toEqual(['2']), patience)
})

test('a webhook that goes is told to take effect later, and nothing of its Secret is said', async () => {
  const only = await receiver()
  const rig = await auditRig((folder) => {
    writeFileSync(join(folder, 'kkp.json'), documents(only.url))
    const kkp = { generation: '2.14', documents: [join(folder, 'kkp.json')] }
    return { kubernetes: [{ source: 'x', kkp, 'audit-log-path': join(folder, 'kept.log') }] }
  })
  writeFileSync(join(rig.folder, 'kkp.json'), documents(only.url).replace('"webhookBackend"', '"sidecar"'))
  const message = 'The cluster x has no webhook any more. That takes effect when the sink is started again.'
  await vi.waitFor(() => expect(rig.said).toContainEqual({ level: 'warn', message }), patience)
  expect(JSON.stringify(rig.said)).not.toContain('current-context')
})
