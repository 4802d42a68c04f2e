/** A source at work: what comes in, what is safe, what comes again. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEventIntake } from '../../../src/audit/intake/event-intake.ts'
import { type Delivery, Source } from '../../../src/audit/intake/source.ts'
import { BodySplitter } from '../../../src/audit/json/body-splitter.ts'
import { Repeats } from '../../../src/audit/trail/repeats.ts'
import { Trail } from '../../../src/audit/trail/trail.ts'
import { Budget } from '../../../src/pipeline/budget.ts'
import { Outbox } from '../../../src/pipeline/outbox.ts'
import { createFileWriter } from '../../../src/writers/file.ts'
import type { Writer } from '../../../src/writers/writer.ts'
import { until } from '../../support/until.ts'

function rig(change: (writer: Writer) => Writer = (writer) => writer, repeatsBy: 'bytes' | 'key' = 'bytes') {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-source-'))
  const outboxes: Outbox[] = []
  const trailTo = (name: string) => {
    const writer = change(createFileWriter({ path: join(folder, name), fsync: 'always' }))
    const budget = new Budget(1 << 24)
    const options = { name, writer, budget, queueBytesMax: 1 << 20, whenFull: 'block', flushAfterMs: 0 } as const
    outboxes.push(new Outbox(options))
    return new Trail([{ outbox: outboxes.at(-1)!, durable: true, form: 'line' }])
  }
  onTestFinished(async () => {
    for (const outbox of outboxes) await outbox.stop()
    rmSync(folder, { recursive: true })
  })
  const source = new Source({
    name: 'prod',
    intake: createEventIntake({ policy: () => ({ kind: 'asSent' }), redact: null }),
    redact: null,
    trail: trailTo('kept.log'),
    quarantine: trailTo('quarantine.log'),
    repeats: new Repeats(60_000),
    repeatsBy,
    onOutcome: () => {},
    onNamesake: () => {},
  })
  const take = (delivery: Delivery, ids: string, rest = '') => {
    const splitter = new BodySplitter()
    const event = (auditID: string) => `{"level":"Metadata","auditID":"${auditID}","stage":"ResponseComplete"${rest}}\n`
    for (const item of splitter.push(Buffer.from([...ids].map(event).join('')))) delivery.take(item)
  }
  const deliverAs = (key: string | null, ...ids: string[]) => {
    const delivery = source.begin(0, 0, key)
    take(delivery, ids.join(''))
    return delivery
  }
  const deliver = (...ids: string[]) => deliverAs(null, ...ids)
  const kept = () =>
    [...readFileSync(join(folder, 'kept.log'), 'utf8').matchAll(/"auditID":"(\w+)"/g)].map(([, id]) => id)
  const dropped = () => outboxes.reduce((sum, { ledger }) => sum + ledger.droppedTotal, 0)
  return { deliver, deliverAs, take, kept, dropped }
}

/** Refuses for good what it is asked to write while it is not sound. */
function unsound(writer: Writer, isSound: () => boolean): Writer {
  return {
    ...{ name: writer.name, flush: () => writer.flush(), reopen: () => writer.reopen(), close: () => writer.close() },
    write: (batch, signal) =>
      isSound() ? writer.write(batch, signal) : Promise.reject(Object.assign(new Error('no'), { retryable: false })),
  }
}

test('what was taken of a request that broke off is kept once, however often it comes', async () => {
  const { deliver, kept } = rig()
  deliver('a', 'b').abandon()
  deliver('a', 'b').abandon()
  const whole = deliver('a', 'b', 'c')
  await whole.settle()
  expect(whole.counts).toMatchObject({ accepted: 1, duplicate: 2 })
  expect(kept()).toEqual(['a', 'b', 'c'])
})

test('what was lost is no repeat when it comes again', async () => {
  let isSound = false
  const { deliver, kept } = rig((writer) => unsound(writer, () => isSound))
  const lost = deliver('a')
  await expect(lost.settle()).rejects.toThrow()
  isSound = true
  const again = deliver('a')
  await again.settle()
  expect(again.counts).toMatchObject({ accepted: 1, duplicate: 0 })
  expect(kept()).toEqual(['a'])
})

test('a large request whose beginning was lost while the rest came is not answered for', async () => {
  let isSound = false
  const { deliver, take, dropped } = rig((writer) => unsound(writer, () => isSound))
  const delivery = deliver()
  take(delivery, 'abc', `,"annotations":{"size":"${'x'.repeat(100_000)}"}`)
  await until('the beginning is lost', () => dropped() > 0)
  isSound = true
  take(delivery, 'd')
  await expect(delivery.settle()).rejects.toThrow()
})

test('a repeat is not answered for before that which it repeats is safe', async () => {
  const { deliver, kept } = rig()
  deliver('a', 'b')
  const again = deliver('a', 'b')
  await again.settle()
  expect(again.counts).toMatchObject({ accepted: 0, duplicate: 2 })
  expect(kept()).toEqual(['a', 'b'])
})

test('a repeat of what is lost is not answered for either', async () => {
  const { deliver } = rig((writer) => unsound(writer, () => false))
  const lost = deliver('a')
  const again = deliver('a')
  const settled = await Promise.allSettled([lost.settle(), again.settle()])
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('a request with a key waits for the one before it, and completes it', async () => {
  const { deliverAs, kept } = rig(undefined, 'key')
  deliverAs('k', 'a', 'a').abandon()
  const again = deliverAs('k', 'a', 'a', 'b')
  await again.settle()
  expect(again.counts).toMatchObject({ accepted: 1, duplicate: 2 })
  expect(kept()).toEqual(['a', 'a', 'b'])
})

test('a request with the key of one that was lost is not answered for with it, and is no repeat later', async () => {
  let isSound = false
  const { deliverAs, kept } = rig((writer) => unsound(writer, () => isSound), 'key')
  const settled = await Promise.allSettled([deliverAs('k', 'a').settle(), deliverAs('k', 'a').settle()])
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isSound = true
  const again = deliverAs('k', 'a')
  await again.settle()
  expect(again.counts).toMatchObject({ accepted: 1, duplicate: 0 })
  expect(kept()).toEqual(['a'])
})
