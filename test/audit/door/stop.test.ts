/** A sink that is told to stop while senders go on: what was begun is kept and answered for, and the rest is sent elsewhere. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { auditRig, event, listOf } from './rig.ts'

test('senders that never pause do not keep it from stopping, and it drops nothing that it took', async () => {
  const rig = await auditRig((folder) => ({
    kubernetes: [{ source: 'prod', 'audit-log-path': join(folder, 'prod.log') }],
  }))
  const statuses = new Map<number, number>()
  const acked: string[] = []
  let stopped = false
  const later: (string | null)[] = []
  const send = async (sender: number) => {
    for (let i = 0; !stopped; i++) {
      const ids = Array.from({ length: 50 }, (_, k) => `${sender}-${i}-${k}`)
      const response = await rig.post('/audit/k8s/prod', listOf(...ids.map((id) => event(id)))).catch(() => null)
      // The door is gone.
      if (response === null) return
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      if (response.status === 200) acked.push(...ids)
      else later.push(response.headers.get('retry-after'))
      await response.arrayBuffer().catch(() => null)
    }
  }
  const senders = Array.from({ length: 8 }, (_, sender) => send(sender))
  await until('the senders are at work', () => acked.length > 2_000)
  expect(await rig.stop()).toEqual({ droppedEntries: 0 })
  stopped = true
  await Promise.all(senders)
  expect([...statuses.keys()].every((status) => status === 200 || status === 503)).toBe(true)
  expect(later.filter((seconds) => seconds !== '1')).toEqual([])
  const kept = rig.lines('prod.log').map((line) => (JSON.parse(line) as { auditID: string }).auditID)
  expect(kept.length).toBe(new Set(kept).size)
  expect(acked.filter((id) => !kept.includes(id))).toEqual([])
})
