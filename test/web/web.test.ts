/** The HTTP door: its routes over a real socket, and what it says of a sink. */
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Intake } from '../../src/pipeline/intake.ts'
import { Ledger } from '../../src/pipeline/ledger.ts'
import { healthz, type Readiness, readyz } from '../../src/web/health.ts'
import { createMetrics } from '../../src/web/metrics.ts'
import { json, type Route, startWebServer } from '../../src/web/server.ts'

async function open(routes: Record<string, Route>) {
  const server = await startWebServer({ address: '127.0.0.1:0', routes })
  onTestFinished(() => server.close())
  return (path: string, init?: RequestInit) => fetch(`http://${server.address}${path}`, init)
}

test('a path that nobody has names those that there are', async () => {
  const get = await open({ '/healthz': healthz })
  const response = await get('/health')
  expect(response.status).toBe(404)
  expect(await response.text()).toContain('/healthz')
  expect((await get('/constructor')).status).toBe(404)
})

test('HEAD is GET without its body, everything else is refused', async () => {
  const get = await open({ '/healthz': healthz })
  const head = await get('/healthz', { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '3', ''])
  const post = await get('/healthz', { method: 'POST', body: 'x' })
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(await (await get('/healthz?verbose')).text()).toBe('ok\n')
})

test('a route that fails costs its own answer', async () => {
  const get = await open({
    '/bad': () => {
      throw new Error('no')
    },
    '/healthz': healthz,
  })
  expect((await get('/bad')).status).toBe(500)
  expect((await get('/healthz')).status).toBe(200)
})

test('bytes that are no HTTP end their connection', async () => {
  const server = await startWebServer({ address: '127.0.0.1:0', routes: { '/healthz': healthz } })
  onTestFinished(() => server.close())
  const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1')
  socket.write('\x16\x03\x01 hello\r\n\r\n')
  await new Promise((resolve) => socket.on('close', resolve).resume())
})

test('JSON is made when it is asked for', async () => {
  const list = [1]
  const get = await open({ '/list': json(() => list) })
  list.push(2)
  expect(await (await get('/list')).json()).toEqual([1, 2])
})

test('readiness follows what hinders the sink', async () => {
  let readiness: Readiness = { hindrances: [], backends: [{ name: 'file', queued: 3, spooled: 0, trouble: 'ENOSPC' }] }
  const get = await open({ '/readyz': readyz(() => readiness) })
  const ready = await get('/readyz')
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true, ...readiness }])
  readiness = { hindrances: ['stopping'], backends: [] }
  expect((await get('/readyz')).status).toBe(503)
})

test('metrics are what the counters and the books say at that moment', async () => {
  const intake = new Intake()
  const ledger = new Ledger()
  const metrics = createMetrics({
    intake,
    backends: () => [{ name: 'access', ledger }],
    memory: { usedBytes: 7 },
    audit: () => [['east', { counts: { accepted: 3, filtered: 1 } }]],
  })
  const get = await open({ '/metrics': metrics.route })
  const lines = async () => (await (await get('/metrics')).text()).split('\n')
  intake.httpEntries = 5
  intake.addMalformed('truncated', 2)
  ledger.recover(1)
  ledger.accept(5)
  ledger.write(2)
  ledger.drop('queue_full', 1)
  metrics.writeSettled('access', 0.002)
  const first = await lines()
  for (const line of [
    'als_sink_entries_total{kind="http"} 5',
    'als_sink_entries_total{kind="tcp"} 0',
    'als_sink_malformed_entries_total{reason="truncated"} 2',
    'als_sink_accepted_entries_total{backend="access"} 5',
    'als_sink_recovered_entries_total{backend="access"} 1',
    'als_sink_written_entries_total{backend="access"} 2',
    'als_sink_dropped_entries_total{backend="access",reason="queue_full"} 1',
    'als_sink_queued_entries{backend="access"} 2',
    'als_sink_spooled_entries{backend="access"} 1',
    'als_sink_write_seconds_count{backend="access"} 1',
    'als_sink_memory_bytes 7',
    'als_sink_streams 0',
    'als_sink_messages_total 0',
    'als_sink_received_bytes_total 0',
  ]) {
    expect(first).toContain(line)
  }
  expect(first.some((line) => /^als_sink_resident_memory_bytes \d{7,}$/.test(line))).toBe(true)
  ledger.write(1)
  expect(await lines()).toContain('als_sink_written_entries_total{backend="access"} 3')
})
