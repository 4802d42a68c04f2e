/** The door before a source whose disk does not answer: nobody waits at it for ever. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { AccessControl } from '../../../src/audit/door/access.ts'
import { PostDesk } from '../../../src/audit/door/post-desk.ts'
import { Reception } from '../../../src/audit/door/reception.ts'
import { createEventIntake } from '../../../src/audit/intake/event-intake.ts'
import { Source } from '../../../src/audit/intake/source.ts'
import { Repeats } from '../../../src/audit/trail/repeats.ts'
import { Trail } from '../../../src/audit/trail/trail.ts'
import { ReadingGate } from '../../../src/pipeline/breath.ts'
import { Budget } from '../../../src/pipeline/budget.ts'
import { systemClock } from '../../../src/pipeline/clock.ts'
import { Outbox } from '../../../src/pipeline/outbox.ts'
import { Precedence } from '../../../src/pipeline/precedence.ts'
import type { Writer } from '../../../src/writers/writer.ts'
import { event, listOf } from './rig.ts'

/** Takes batches only once it is let. */
function slowWriter() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const writer: Writer = {
    name: 'slow',
    write: async () => {
      await opened
      return { rejected: 0 }
    },
    flush: async () => {},
    reopen: async () => {},
    close: async () => {},
  }
  return { writer, open }
}

function sourceOf(name: string, writer: Writer) {
  const options = { name, writer, queueBytesMax: 300_000, whenFull: 'block', flushAfterMs: 0 } as const
  const outbox = new Outbox({ ...options, budget: new Budget(1 << 28) })
  const trail = new Trail([{ outbox, durable: true, form: 'line' }])
  const source = new Source({
    name,
    intake: createEventIntake({ policy: () => ({ kind: 'asSent' }), redact: null }),
    redact: null,
    ...{ trail, quarantine: trail, repeats: new Repeats(60_000), repeatsBy: 'bytes' },
    onOutcome: () => {},
    onNamesake: () => {},
  })
  return { source, outbox }
}

/** `prod` is slow, `quick` is not. */
async function rig() {
  const { writer, open } = slowWriter()
  const { source, outbox } = sourceOf('prod', writer)
  const quick = sourceOf('quick', { ...writer, write: async () => ({ rejected: 0 }) })
  const precedence = new Precedence(new ReadingGate(), systemClock)
  const said: string[] = []
  const reception = new Reception({
    access: new AccessControl([]),
    hindrance: () => null,
    whenUnavailable: 'refuse',
    now: () => Date.now(),
    steadyNow: () => performance.now(),
    trouble: (_, detail) => said.push(detail),
    roomMsMax: 100,
  })
  const desk = new PostDesk({
    path: '/audit/k8s/',
    sources: new Map([
      ['prod', source],
      ['quick', quick.source],
    ]),
    reception,
    precedence,
  })
  const server = createServer((request, response) => {
    void desk.handle(request, response, { names: [], plainLoopback: true })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    open()
    server.close()
    server.closeAllConnections()
    await outbox.stop()
    await quick.outbox.stop()
  })
  const { port } = server.address() as AddressInfo
  const headers = { 'content-type': 'application/json' }
  const post = (body: string, to = 'prod') =>
    fetch(`http://127.0.0.1:${port}/audit/k8s/${to}`, { method: 'POST', headers, body })
  return { post, said, open, outbox }
}

/** Some megabytes: more than sockets hold. */
const large = JSON.stringify(
  listOf(...Array.from({ length: 4_000 }, (_, i) => event(`${i}`, { annotations: { pad: 'x'.repeat(1_000) } }))),
)

test('a request that waits for room too long is to come again later, and then costs nothing twice', async () => {
  const { post, said, open, outbox } = await rig()
  const refused = await post(large)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await refused.json()).toMatchObject({ detail: 'The disk does not take what came before.' })
  expect(said).toEqual([expect.stringContaining('prod')])
  expect((await post('[]')).status).toBe(429)
  open()
  await new Promise<void>((resolve) => outbox.whenWritable(resolve))
  const again = (await (await post(large)).json()) as Record<string, number>
  expect(again['accepted']! + again['duplicate']!).toBe(4_000)
  expect(outbox.ledger.written).toBe(4_000)
})

test('what a body says that is no JSON is answered, although the rest of it is still to come', async () => {
  const { post } = await rig()
  const response = await post(`{broken${large}`)
  expect(response.status).toBe(400)
})

test('a disk that does not answer holds up nobody who goes to another', async () => {
  const { post, open } = await rig()
  let isAnswered = false
  const waiting = post(JSON.stringify(listOf(event('a')))).then((response) => {
    isAnswered = true
    return response.status
  })
  const quick = await post(large, 'quick')
  expect([quick.status, isAnswered]).toEqual([200, false])
  expect(await quick.json()).toMatchObject({ accepted: 4_000 })
  open()
  expect(await waiting).toBe(200)
})
