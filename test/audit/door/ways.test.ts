/** The other way in, a file that somebody else writes; and the other way out, EventLists to a remote API. */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Receiver } from '../export/receiver.ts'
import { auditRig, event, listOf } from './rig.ts'

const whole = (id: string, more: object = {}) => ({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event(id, more) })
const idsOf = (lines: readonly string[]) => lines.map((line) => (JSON.parse(line) as { auditID: string }).auditID)
const patience = { timeout: 10_000, interval: 20 }

test('a followed log is read on through a rotation and a restart, once', async () => {
  const audit = (folder: string) => ({
    kubernetes: [{ source: 'prod', follow: join(folder, 'audit.log'), 'audit-log-path': join(folder, 'kept.log') }],
  })
  const write = (folder: string, ...ids: string[]) =>
    appendFileSync(join(folder, 'audit.log'), ids.map((id) => `${JSON.stringify(whole(id))}\n`).join(''))
  const rig = await auditRig((folder) => {
    write(folder, '1', '2')
    return audit(folder)
  })
  await vi.waitFor(() => expect(idsOf(rig.lines('kept.log'))).toEqual(['1', '2']), patience)
  write(rig.folder, '3')
  renameSync(join(rig.folder, 'audit.log'), join(rig.folder, 'audit.log.1'))
  write(rig.folder, '4')
  await vi.waitFor(() => expect(idsOf(rig.lines('kept.log'))).toEqual(['1', '2', '3', '4']), patience)
  await rig.stop()
  write(rig.folder, '5')
  const again = await auditRig(audit, rig.folder)
  await vi.waitFor(() => expect(idsOf(again.lines('kept.log'))).toEqual(['1', '2', '3', '4', '5']), patience)
})

test('records of a mesh are followed as well, and selected', async () => {
  const rig = await auditRig((folder) => {
    const resource = { type: 'AccessAudit', name: 'all', rules: [{ types: ['Mesh'], access: ['CREATE'] }] }
    writeFileSync(join(folder, 'audit.yaml'), JSON.stringify(resource))
    const record = (type: string) =>
      JSON.stringify({
        date: '2024-03-05T17:20:01Z',
        action: 'CREATE',
        resource: { type, name: 'x' },
        user: { name: 'ana', groups: [] },
      })
    writeFileSync(join(folder, 'cp.log'), `${record('Mesh')}\n${record('Zone')}\n`)
    const backends = [{ type: 'file', file: { path: join(folder, 'kept.log') } }]
    const kmesh = { access: { audit: { backends } } }
    return {
      mesh: [{ source: 'eu', accessAudits: [join(folder, 'audit.yaml')], follow: join(folder, 'cp.log'), kmesh }],
    }
  })
  await vi.waitFor(() => expect(rig.lines('kept.log')).toHaveLength(1), patience)
  expect(rig.lines('kept.log')[0]).toContain('"type":"Mesh"')
})

test('events go on to a remote API, and are answered for when they wait in the spool', async () => {
  const receiver = await Receiver.listen()
  onTestFinished(() => receiver.close())
  receiver.behaviour = { status: 503 }
  const rig = await auditRig((folder) => {
    const clusters = [{ name: 'sink', cluster: { server: `${receiver.url}/events` } }]
    const contexts = [{ name: 'sink', context: { cluster: 'sink', user: '' } }]
    const kubeconfig = { apiVersion: 'v1', kind: 'Config', clusters, contexts, 'current-context': 'sink' }
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig))
    const webhook = {
      'audit-webhook-config-file': join(folder, 'kubeconfig'),
      'audit-webhook-initial-backoff': '100ms',
    }
    return { kubernetes: [{ source: 'prod', ...webhook }] }
  })
  const response = await rig.post('/audit/k8s/prod', listOf(event('1'), event('2')))
  expect(response.status).toBe(200)
  await vi.waitFor(() => expect(receiver.requests).not.toEqual([]), patience)
  expect(receiver.items).toEqual([])
  receiver.behaviour = {}
  await vi.waitFor(() => expect(receiver.items.map(({ auditID }) => auditID)).toEqual(['1', '2']), patience)
})

test('events that the remote API refuses for good are kept aside', async () => {
  const receiver = await Receiver.listen()
  onTestFinished(() => receiver.close())
  receiver.behaviour = (body) => (body.includes('"bad"') ? { status: 422 } : {})
  const rig = await auditRig((folder) => {
    const clusters = [{ name: 'sink', cluster: { server: receiver.url } }]
    const contexts = [{ name: 'sink', context: { cluster: 'sink', user: '' } }]
    const kubeconfig = { apiVersion: 'v1', kind: 'Config', clusters, contexts, 'current-context': 'sink' }
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig))
    const webhook = { 'audit-webhook-config-file': join(folder, 'kubeconfig') }
    return { kubernetes: [{ source: 'prod', ...webhook }] }
  })
  await rig.post('/audit/k8s/prod', listOf(event('1'), event('bad'), event('2')))
  await vi.waitFor(() => expect(receiver.items.map(({ auditID }) => auditID)).toEqual(['1', '2']), patience)
  const refused = () => readFileSync(join(rig.folder, 'state/refused/prod%2Fwebhook.jsonl'), 'utf8')
  await vi.waitFor(() => expect(refused()).toContain('bad'), patience)
})
