/** What a kube-apiserver really sent and wrote: every recorded event is taken as it is, by POST and from a followed file; and once, whenever it comes again. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { auditRig } from './door/rig.ts'

const folder = new URL('./vectors/k8s-policy/events/', import.meta.url)
const names = readdirSync(folder).filter((name) => /\.jsonl?$/.test(name))
const read = (name: string) => readFileSync(new URL(name, folder))

interface Event {
  readonly auditID: string
  readonly stage: string
}

/** As they should lie in the file: an item of a list gets what its list says of it, and is else the same. */
function eventsIn(name: string): Event[] {
  const values = name.endsWith('.jsonl') ? read(name).toString().split('\n').filter(Boolean) : [read(name).toString()]
  return values.flatMap((text) => {
    const { kind, items, apiVersion, ...rest } = JSON.parse(text)
    if (kind !== 'EventList') return [{ kind, apiVersion, ...rest }]
    return (items ?? []).map((item: Event) => ({ kind: 'Event', apiVersion, ...item }))
  })
}

const withoutRedaction = { redact: { secrets: false, configMaps: false, tokens: false } }

test('there are recordings of both backends', () => {
  expect(names.filter((name) => name.startsWith('webhook-'))).not.toEqual([])
  expect(names.filter((name) => name.startsWith('log-'))).not.toEqual([])
})

test.each(names)('%s: by POST as it is, as lines and as an array, and from a followed file', async (name) => {
  const expected = eventsIn(name)
  const rig = await auditRig((folder) => {
    writeFileSync(join(folder, 'followed.log'), Buffer.concat([read(name), Buffer.from('\n')]))
    const sources = ['body', 'lines', 'array'].map((source) => ({
      source,
      'audit-log-path': join(folder, `${source}.log`),
    }))
    const followed = {
      source: 'followed',
      follow: join(folder, 'followed.log'),
      'audit-log-path': join(folder, 'read.log'),
    }
    return { ...withoutRedaction, kubernetes: [...sources, followed] }
  })
  const post = async (source: string, body: string, type: string) => {
    const answer = await rig.post(`/audit/k8s/${source}?timeout=30s`, body, { 'content-type': type })
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { accepted: expected.length, filtered: 0, quarantined: 0, duplicate: 0 },
    ])
  }
  await post('body', read(name).toString(), 'application/json')
  if (expected.length > 0) {
    await post('lines', expected.map((event) => `${JSON.stringify(event)}\n`).join(''), 'application/x-ndjson')
    await post('array', JSON.stringify(expected), 'application/json; charset=utf-8')
  }
  await vi.waitFor(() => expect(rig.lines('read.log')).toHaveLength(expected.length), { timeout: 10_000, interval: 20 })
  for (const file of expected.length > 0 ? ['body.log', 'lines.log', 'array.log', 'read.log'] : ['body.log']) {
    expect(rig.lines(file).map((line) => JSON.parse(line))).toEqual(expected)
  }
})

test('a body that comes again after a restart is kept once', async () => {
  const audit = (folder: string) => ({ kubernetes: [{ source: 'a', 'audit-log-path': join(folder, 'a.log') }] })
  const body = read('webhook-mixed-all.json')
  const count = eventsIn('webhook-mixed-all.json').length
  const rig = await auditRig(audit)
  expect((await rig.post('/audit/k8s/a', body.toString())).status).toBe(200)
  await rig.stop()
  const again = await auditRig(audit, rig.folder)
  expect((await again.post('/audit/k8s/a', body.toString())).status).toBe(200)
  expect(again.lines('a.log')).toHaveLength(count)
})
