/** A policy is edited while real Envoys' traffic runs: the new one soon holds for every entry, and no stream or entry is lost on the way. */
import { expect, test } from 'vitest'
import { renderLedger } from '../../src/pipeline/ledger-table.ts'
import { describeWithOtlpPython } from '../support/otlp-python.ts'
import { until } from '../support/until.ts'
import { type MeshAtWork, meshAtWork } from './mesh-rig.ts'
import { everyone } from './mesh-shop.ts'
import { describeWithEnvoy } from './real-envoy.ts'

/** An edit has to hold after so long, in milliseconds. */
const inForceMsMax = 2_000

describeWithEnvoy('an edit of a policy under traffic', (binary) => {
  describeWithOtlpPython('is in force within two seconds', (python) => {
    test('keeps every stream open, and each request is logged once, by the old policy or by the new', async () => {
      const mesh = await meshAtWork(binary, python, {})
      const { sink, places, lines } = mesh
      const { intake } = sink.app
      const envoy = await mesh.start('shop', { id: 'default.shop-01', cluster: 'shops' })
      const printedBefore = await mesh.printed('shop-01')
      await Promise.all([mesh.call.http('ledger', 'first'), mesh.call.http('payments', 'first')])
      await until('a stream of each listener', () => intake.httpEntries === 2)
      const { streamsOpened } = intake

      const traffic = startTraffic(mesh)
      await until('traffic', () => lines('out.log').length >= 100)
      sink.write('everyone.yaml', everyone(places, 'new.log'))
      const editedAtMs = performance.now()
      await until('the new policies', () => sink.said.some(({ message }) => message.startsWith('Other policies')))
      const inForceMs = performance.now() - editedAtMs
      await until('two seconds of traffic', () => performance.now() - editedAtMs > inForceMsMax)
      const sentByThen = traffic.begun()
      await until('traffic after that', () => traffic.ledger.length >= sentByThen + 100)
      await traffic.stop()
      const sent = 2 + traffic.ledger.length + traffic.payments.length
      await until('all entries', () => intake.httpEntries >= sent)
      const stillOpen = intake.streams
      expect(await envoy.stat('access_logs.grpc_access_log.logs_dropped')).toBe(0)
      const printedAfter = await mesh.printed('shop-01')
      await envoy.stop()
      await sink.app.stop({ graceMs: 5_000 })
      const when = `New policies were in force ${Math.round(inForceMs)} ms after the edit.`
      console.log(`${when}\n${renderLedger(sink.app.ledgers, intake)}`)

      expect(inForceMs).toBeLessThan(inForceMsMax)
      expect(intake.httpEntries).toBe(sent)
      expect([intake.streamsOpened, stillOpen]).toEqual([streamsOpened, streamsOpened])
      // The proxy needs nothing new.
      expect(printedAfter).toEqual(printedBefore)

      const before = lines('out.log').map(idOf)
      const after = lines('new.log').map(idOf)
      expect(after.length).toBeGreaterThan(100)
      for (const client of clients) {
        // One client waits for each answer, so its requests are logged in their order.
        const own = (ids: readonly string[]) => ids.filter((id) => id.startsWith(client))
        expect([...own(before), ...own(after)]).toEqual(own(traffic.ledger))
      }
      expect([...before, ...after].toSorted()).toEqual(['first', ...traffic.ledger].toSorted())
      expect(before.filter((id) => traffic.ledger.indexOf(id) >= sentByThen)).toEqual([])
      const payments = mesh.tcp.text.split('\n').slice(0, -1)
      expect(payments.map((line) => JSON.parse(line).id).toSorted()).toEqual(['first', ...traffic.payments].toSorted())

      expect(books(mesh)).toEqual({
        [`policies/file:${places.logs}/out.log`]: [before.length, before.length, 0, 0],
        [`policies/file:${places.logs}/new.log`]: [after.length, after.length, 0, 0],
        [`policies/tcp:127.0.0.1:${places.tcpPort}`]: [payments.length, payments.length, 0, 0],
      })
    }, 60_000)
  })
})

const clients = ['anna-', 'bert-', 'cleo-'] as const

/** Clients that call one after the other, each waiting for its answer. */
function startTraffic({ call }: MeshAtWork) {
  /** Request ids in the order in which requests began, and are not answered yet perhaps. */
  const sent = { ledger: [] as string[], payments: [] as string[] }
  let running = true
  const runs = clients.map(async (client) => {
    while (running) {
      for (const to of ['ledger', 'ledger', 'payments'] as const) {
        const id = `${client}${sent[to].length}`
        sent[to].push(id)
        await call.http(to, id)
      }
    }
  })
  return {
    ...sent,
    begun: () => sent.ledger.length,
    stop: async () => {
      running = false
      await Promise.all(runs)
    },
  }
}

/** The request's, in a line of `everyone`. */
function idOf(line: string): string {
  return / \/(\S+) /.exec(line)![1]!
}

/** Accepted, written, dropped, queued. */
function books({ sink }: MeshAtWork) {
  return Object.fromEntries(
    sink.app.ledgers.map(({ name, ledger }) => {
      const { accepted, written, droppedTotal, queued } = ledger
      return [name, [accepted, written, droppedTotal, queued]]
    }),
  )
}
