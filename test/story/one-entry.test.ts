/**
 * The walk of an entry, once and in order, from a gRPC client to a line in a file, with the real part at every station. Listeners
 * stand between the stations and take notes; nothing else is added.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startAlsServer } from '../../src/als/server.ts'
import { compileFormat } from '../../src/engine/compile-format.ts'
import type { Identifier } from '../../src/identifier.ts'
import { createKernel } from '../../src/kernel.ts'
import { Budget } from '../../src/pipeline/budget.ts'
import { Intake } from '../../src/pipeline/intake.ts'
import { Outbox } from '../../src/pipeline/outbox.ts'
import { createPipeline } from '../../src/pipeline/pipeline.ts'
import type { EntryKind, Route } from '../../src/pipeline/route.ts'
import { Router } from '../../src/pipeline/router.ts'
import { encodeJsonMessage } from '../../src/schema/json.ts'
import { loadSchema } from '../../src/schema/load.ts'
import type { Memory } from '../../src/wire/memory.ts'
import { createFileWriter } from '../../src/writers/file.ts'
import { scratch } from '../cli/run.ts'
import { ManualClock } from '../pipeline/manual-clock.ts'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'

const format = { text: '[%START_TIME%] %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% of %KUMA_MESH%\n' }
const entry = {
  commonProperties: { startTime: '2026-05-04T03:02:01.5Z' },
  request: { requestMethod: 'GET', path: '/shoes' },
  response: { responseCode: 200 },
}
const message = {
  identifier: { logName: 'shop', node: { id: 'default.web-1', cluster: 'web' } },
  httpLogs: { logEntry: [entry] },
}
const stream: Identifier = { logName: 'shop', nodeId: 'default.web-1', nodeCluster: 'web' }
const line = '[2026-05-04T03:02:01.500Z] GET /shoes 200 of default\n'
const flushAfterMs = 1_000

/** What a session hands to its route: kind, bytes of the entries, time of arrival. */
interface Put {
  readonly kind: EntryKind
  readonly entries: readonly Buffer[]
  readonly receivedAtMs: number
}

/** A route that notes what passes and hands it on. */
function overhear(route: Route, memory: Memory, puts: Put[]): Route {
  return {
    put: (kind, spans, receivedAtMs) => {
      const { at, end, count } = spans
      const entries = Array.from({ length: count }, (_, i) => Buffer.from(memory.bytes.slice(at[i], end[i])))
      puts.push({ kind, entries, receivedAtMs })
      route.put(kind, spans, receivedAtMs)
    },
    get blocked() {
      return route.blocked
    },
    whenUnblocked: (callback) => route.whenUnblocked(callback),
    close: () => route.close(),
  }
}

test('an entry walks from the client to its line, and is in the books at every station', async () => {
  const path = join(scratch(), 'access.log')
  const schema = loadSchema()
  const kernel = createKernel()
  const intake = new Intake()
  const budget = new Budget(1 << 24)
  const clock = new ManualClock()
  const writer = createFileWriter({ path })
  const outbox = new Outbox({
    name: 'file',
    writer,
    budget,
    clock,
    queueBytesMax: 1 << 20,
    whenFull: 'block',
    flushAfterMs,
  })
  const programs = compileFormat(format, { memory: kernel.memory, kumaValues: { mesh: 'default' } })
  const match = { entries: 'http', logName: 'sh*', nodeId: '*', nodeCluster: '*' } as const
  const router = new Router({
    memory: kernel.memory,
    intake,
    pipelines: [createPipeline({ name: 'access', match, backends: [{ programs, outbox }] })],
  })
  const data: Buffer[] = []
  const attached: Identifier[] = []
  const puts: Put[] = []
  const server = await startAlsServer({
    ...kernel,
    addresses: ['127.0.0.1:0'],
    intake,
    budget,
    now: () => 1_777_777_777_777,
    tap: (_stream, bytes) => data.push(Buffer.from(bytes)),
    attach: (identifier) => {
      attached.push(identifier)
      return overhear(router.attach(identifier), kernel.memory, puts)
    },
  })
  onTestFinished(() => server.close({ graceMs: 0 }))

  // A client sends one message; it has heard nothing yet, for the stream stays open.
  const call = grpcCall(grpcClient(server.addresses[0]!))
  const bytes = encodeJsonMessage(schema, 'envoy.service.accesslog.v3.StreamAccessLogsMessage', message)
  await call.send(bytes)
  await until('the entry is queued', () => outbox.ledger.queued === 1)

  // 1. The door hands the session DATA: a frame header, and the message as it was sent.
  expect(Buffer.concat(data).subarray(5).equals(bytes)).toBe(true)
  expect(intake).toMatchObject({ connections: 1, streams: 1, messages: 1, receivedBytes: bytes.length + 5 })

  // 2. The first message names the speaker; the router answers with a route, once.
  expect(attached).toEqual([stream])

  // 3. The message is cut into entries and their kind. Nothing is decoded: the entry's bytes are as they were sent.
  const entryBytes = encodeJsonMessage(schema, 'envoy.data.accesslog.v3.HTTPAccessLogEntry', entry)
  expect(puts).toEqual([{ kind: 'http', entries: [Buffer.from(entryBytes)], receivedAtMs: 1_777_777_777_777 }])
  expect(intake).toMatchObject({ httpEntries: 1, tcpEntries: 0, unmatchedEntries: 0, malformedTotal: 0 })

  // 4. The program renders: constants of the stream are melted into runs, the entry's own values stand between them.
  const { http } = programs
  const { memory } = kernel
  memory.bytes.set(entryBytes, memory.inputAt)
  const end = http.render(
    memory.inputAt,
    memory.inputAt + entryBytes.length,
    memory.outputAt,
    http.bindStream(stream),
    0,
  )
  expect(Buffer.from(memory.bytes.subarray(memory.outputAt, end)).toString()).toBe(line)

  // 5. The encoder has put the line, with its end, into the outbox: four bytes for the end. It waits for company, counted.
  expect(outbox).toMatchObject({ queuedEntries: 1, queuedBytes: line.length + 4, full: false })
  expect(outbox.ledger).toMatchObject({ accepted: 1, queued: 1, written: 0, difference: 0 })
  expect(budget.usedBytes).toBeGreaterThan(line.length)
  expect(existsSync(path)).toBe(false)

  // 6. The batch grows old and is sealed; 7. the writer takes it.
  clock.advance(flushAfterMs)
  await until('the entry is written', () => outbox.ledger.written === 1)
  expect(readFileSync(path, 'utf8')).toBe(line)
  expect(outbox.ledger).toMatchObject({ accepted: 1, queued: 0, written: 1, droppedTotal: 0, difference: 0 })
  expect(outbox.queuedBytes).toBe(0)
  expect(budget.usedBytes).toBe(0)

  // The client half-closes and is answered: an empty response and OK. Nothing is left of the stream.
  expect(await call.end()).toMatchObject({ code: 0, response: Buffer.alloc(0) })
  await until('the stream is off the books', () => intake.streams === 0)
  await server.close({ graceMs: 1_000 })
  await outbox.stop()
  expect(clock.timers).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe(line)
})
