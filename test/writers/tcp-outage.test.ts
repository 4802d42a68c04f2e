/**
 * The story of an outage: an outbox under load whose TCP destination, a process of its own, is killed, stays away, and comes back.
 */
import { expect, onTestFinished, test } from 'vitest'
import { Budget } from '../../src/pipeline/budget.ts'
import type { WhenFull } from '../../src/pipeline/outbox.ts'
import { createTcpWriter } from '../../src/writers/tcp.ts'
import { IntegrityCheckingOutbox } from '../pipeline/integrity-checking-outbox.ts'
import { numbered, numberOf, stream } from '../pipeline/rig.ts'
import { until } from '../support/until.ts'
import { TcpProcess } from './doubles/tcp-process.ts'

const entryBytes = 100
const entriesPerPut = 50

async function loadedOutbox(whenFull: WhenFull) {
  const destination = await TcpProcess.start()
  onTestFinished(() => destination.close())
  const failures = new Set<string>()
  const outbox = new IntegrityCheckingOutbox({
    name: 'tcp',
    writer: createTcpWriter({ host: '127.0.0.1', port: destination.port, settleAfterMs: 100 }),
    budget: new Budget(1 << 30),
    queueBytesMax: 1 << 20,
    whenFull,
    flushAfterMs: 5,
    random: () => 0.1,
    observer: { writeFailed: (error) => failures.add(error.code) },
  })
  onTestFinished(() => outbox.stop())
  let next = 0
  /** Puts some entries each time that it is asked whether the condition holds; but none while streams would pause. */
  const loadUntil = (what: string, holds: () => boolean) =>
    until(what, () => {
      if (outbox.full) return holds()
      outbox.putEntries(numbered(entriesPerPut, entryBytes, next), stream)
      next += entriesPerPut
      return holds()
    })
  /** What the destination's system has not yet handed to it dies with it, and nobody is told: it dies when all is read, and counted. */
  const killAfterMuch = async () => {
    await loadUntil('much to be written', () => outbox.ledger.written > 5_000)
    await until('all of it to be written, and read', () => {
      const { written, queued } = outbox.ledger
      return queued === 0 && destination.receivedBytes >= written * entryBytes
    })
    await destination.kill()
  }
  return { destination, outbox, failures, loadUntil, killAfterMuch }
}

/** What arrived, each entry once. It may come twice where a connection was broken, but then it is one that has come before. */
function distinctNumbers(text: string): number[] {
  const numbers = new Set<number>()
  let last = -1
  for (const line of text.split('\n').slice(0, -1)) {
    const number = line.length === entryBytes - 1 ? numberOf(line) : Number.NaN
    if (!(number > last || numbers.has(number))) throw new Error(`after entry ${last} this came: ${line}`)
    numbers.add(number)
    last = Math.max(last, number)
  }
  return [...numbers]
}

test('with an outbox that blocks nothing is lost, and the order is kept', async () => {
  const { destination, outbox, failures, loadUntil, killAfterMuch } = await loadedOutbox('block')
  await killAfterMuch()
  await loadUntil('the outbox to be full', () => outbox.full)
  await until('a refusal', () => failures.has('ECONNREFUSED'))
  const { written, accepted, queued } = outbox.ledger
  expect(queued).toBe(accepted - written)
  await destination.start()
  await loadUntil('more to be written than there ever was', () => outbox.ledger.written > accepted)
  await outbox.drain(10_000)

  const { ledger } = outbox
  expect(ledger).toMatchObject({ written: ledger.accepted, droppedTotal: 0, queued: 0 })
  await outbox.stop()
  await until('the last entry', () => numberOf(destination.text.split('\n').at(-2) ?? '') === ledger.accepted - 1)
  expect(distinctNumbers(destination.text)).toEqual(Array.from({ length: ledger.accepted }, (_, i) => i))
})

test('with an outbox that drops the oldest, exactly the counted ones are lost, and the order is kept', async () => {
  const { destination, outbox, failures, loadUntil, killAfterMuch } = await loadedOutbox('dropOldest')
  await killAfterMuch()
  const { droppedTotal } = outbox.ledger
  await loadUntil('a refusal', () => failures.has('ECONNREFUSED'))
  await loadUntil('thousands to be dropped', () => outbox.ledger.droppedTotal > droppedTotal + 10_000)
  await destination.start()
  const { written } = outbox.ledger
  await loadUntil('writing to go on', () => outbox.ledger.written > written + 20_000)
  await outbox.drain(10_000)

  const { ledger } = outbox
  expect([...ledger.dropped.keys()]).toEqual(['queue_full'])
  expect(ledger).toMatchObject({ accepted: ledger.written + ledger.droppedTotal, queued: 0 })
  await outbox.stop()
  await until('the last entry', () => numberOf(destination.text.split('\n').at(-2) ?? '') === ledger.accepted - 1)
  expect(distinctNumbers(destination.text)).toHaveLength(ledger.written)
})
