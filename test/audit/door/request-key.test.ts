/** Requests that name themselves, over real HTTP: what comes again is counted, and what broke off is completed. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { type AuditRig, auditRig, event, listOf } from './rig.ts'

const lines = { 'content-type': 'application/x-ndjson' }
const record = (name: string) =>
  `{"date":"2024-03-05T17:20:01Z","action":"DELETE","resource":{"name":"${name}","mesh":"prod","type":"MeshRetry"},"user":{"name":"ana","groups":[]}}`
const bodyOf = (...names: string[]) => names.map((name) => `${record(name)}\n`).join('')

/** Everything is kept of two control planes, and of a kube-apiserver. */
const audit = (folder: string, more: object = {}) => {
  const source = (name: string) => ({
    source: name,
    kmesh: {
      access: { audit: { backends: [{ type: 'file', file: { path: join(folder, `${name}.logs`) } }] } },
    },
    accessAudits: [join(folder, '*.yaml')],
  })
  return {
    mesh: [source('cp'), source('zone')],
    kubernetes: [{ source: 'prod', 'audit-log-path': join(folder, 'prod.log') }],
    ...more,
  }
}

async function open(more: (folder: string) => object = () => ({})): Promise<AuditRig> {
  return auditRig((folder) => {
    const all = { type: 'AccessAudit', name: 'all', rules: [{ accessAll: true }] }
    writeFileSync(join(folder, 'all.yaml'), JSON.stringify(all))
    return audit(folder, more(folder))
  })
}

async function post(
  rig: AuditRig,
  body: string,
  headers: Record<string, string> = {},
  source = 'cp',
): Promise<unknown> {
  const response = await rig.post(`/audit/mesh/${source}`, body, { ...lines, ...headers })
  expect(response.status).toBe(200)
  const { accepted, duplicate, quarantined } = (await response.json()) as Record<string, number>
  return { accepted, duplicate, quarantined }
}

const key = (text: string) => ({ 'idempotency-key': text })
const namesIn = (rig: AuditRig, file = 'cp.logs') =>
  rig.lines(file).map((line) => (JSON.parse(line) as { resource: { name: string } }).resource.name)

test('a request that comes again with its key is kept once, equal records in it as often as they came', async () => {
  const rig = await open()
  const body = `${bodyOf('a', 'a', 'b')}{broken\n`
  expect(await post(rig, body, key('1'))).toEqual({ accepted: 3, duplicate: 0, quarantined: 1 })
  expect(await post(rig, body, key('1'))).toEqual({ accepted: 0, duplicate: 4, quarantined: 0 })
  expect(namesIn(rig)).toEqual(['a', 'a', 'b'])
  expect(rig.lines('state/quarantine.log')).toHaveLength(1)
})

test('another key, none, or another source makes equal records others', async () => {
  const rig = await open()
  for (const headers of [key('1'), key('2'), {}, {}])
    expect(await post(rig, bodyOf('a'), headers)).toMatchObject({ accepted: 1, duplicate: 0 })
  expect(await post(rig, bodyOf('a'), key('1'), 'zone')).toMatchObject({ accepted: 1, duplicate: 0 })
  expect(namesIn(rig)).toEqual(['a', 'a', 'a', 'a'])
})

test('a key that is used again for something else costs nothing of it', async () => {
  const rig = await open()
  await post(rig, bodyOf('a', 'b'), key('1'))
  expect(await post(rig, bodyOf('b', 'a'), key('1'))).toMatchObject({ accepted: 2, duplicate: 0 })
  expect(namesIn(rig)).toEqual(['a', 'b', 'b', 'a'])
})

test('a request that broke off is completed when it comes again', async () => {
  const rig = await open()
  const port = Number(rig.app.httpAddress!.split(':').at(-1))
  const broken = request({ port, path: '/audit/mesh/cp', method: 'POST', headers: { ...lines, ...key('1') } })
  broken.on('error', () => {
    // It is cut below.
  })
  const first = Array.from({ length: 3_000 }, (_, i) => `${i}`)
  broken.write(bodyOf(...first))
  await until('some of it is kept', () => rig.lines('cp.logs').length > 0)
  broken.destroy()
  const counts = (await post(rig, bodyOf(...first, 'last'), key('1'))) as { accepted: number; duplicate: number }
  expect(counts.accepted + counts.duplicate).toBe(3_001)
  expect(counts.duplicate).toBeGreaterThan(0)
  expect(namesIn(rig)).toEqual([...first, 'last'])
})

test('a key is its sender’s alone', async () => {
  const tokens = ['one', 'other']
  const access = tokens.map((token) => ({
    roles: ['write'],
    sources: ['cp'],
    tokenSha256: createHash('sha256').update(token).digest('hex'),
  }))
  const rig = await open(() => ({ access }))
  const as = (token: string) => ({ authorization: `Bearer ${token}`, ...key('1') })
  expect(await post(rig, bodyOf('a'), as('one'))).toMatchObject({ accepted: 1 })
  expect(await post(rig, bodyOf('a'), as('other'))).toMatchObject({ accepted: 1 })
  expect(await post(rig, bodyOf('a'), as('one'))).toMatchObject({ duplicate: 1 })
})

test.each([
  ['empty', ''],
  ['of 256 characters', 'k'.repeat(256)],
  ['with a tab', 'a\tb'],
  ['with a letter that is not ASCII', 'ä'],
])('a key that is %s is refused with a sentence', async (_, text) => {
  const rig = await open()
  const response = await rig.post('/audit/mesh/cp', bodyOf('a'), { ...lines, ...key(text) })
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { detail: expect.stringContaining('from 1 to 255') },
  ])
  expect(rig.lines('cp.logs')).toEqual([])
})

test('a key of 255 characters is taken; events of a kube-apiserver are told by their bytes alone', async () => {
  const rig = await open()
  expect(await post(rig, bodyOf('a'), key('k'.repeat(255)))).toMatchObject({ accepted: 1 })
  const send = async (text: string) => {
    const headers = { 'content-type': 'application/json', ...key(text) }
    return (await rig.post('/audit/k8s/prod', listOf(event('1')), headers)).json()
  }
  expect(await send('1')).toMatchObject({ accepted: 1 })
  expect(await send('')).toMatchObject({ duplicate: 1 })
})
