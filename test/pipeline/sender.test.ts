/** What becomes of a batch that its destination refuses, in whole or in part. The ordinary ways of a write are in `outbox.test.ts`. */
import { expect, test } from 'vitest'
import type { Batch } from '../../src/batch.ts'
import { WriteError } from '../../src/errors.ts'
import { retryAfterMsMax, splitsMax } from '../../src/limits.ts'
import type { OutboxOptions } from '../../src/pipeline/outbox.ts'
import { rigOf, settled, stream } from './rig.ts'
import { entriesOf } from './runs.ts'

const entriesMany = 100

/** A destination that takes no batch with one of `poison` in it, and an outbox before it. */
async function refusing(poison: (entry: string) => boolean, options: Partial<OutboxOptions> = {}) {
  const arrived: string[] = []
  const quarantined: string[] = []
  let writes = 0
  const nothing = async () => {}
  const writer = {
    name: 'refusing',
    async write(batch: Batch) {
      writes++
      const entries = entriesOf(batch)
      if (entries.some(poison)) {
        throw new WriteError({ code: 'invalid', message: 'no', retryable: false, blamesEntries: true })
      }
      arrived.push(...entries)
      return { rejected: 0 }
    },
    flush: nothing,
    reopen: nothing,
    close: nothing,
  }
  const rig = rigOf({
    writer,
    flushAfterMs: 0,
    quarantine: async (refused) => void quarantined.push(...entriesOf(refused)),
    ...options,
  })
  rig.outbox.putEntries(
    Array.from({ length: entriesMany }, (_, i) => `e${i}`),
    stream,
  )
  for (let turn = 0; turn < 50; turn++) await settled()
  return { ...rig, arrived, quarantined, writes: () => writes }
}

test.each([[[0]], [[57]], [[99]], [[3, 4]], [[0, 50, 99]], [[]]])(
  'of a batch with the poison %j all else arrives, in order',
  async (bad) => {
    const isBad = (entry: string) => bad.includes(Number(entry.slice(1)))
    const { outbox, arrived, quarantined, writes } = await refusing(isBad)
    const all = Array.from({ length: entriesMany }, (_, i) => `e${i}`)
    expect(arrived).toEqual(all.filter((entry) => !isBad(entry)))
    expect(quarantined).toEqual(all.filter(isBad))
    expect(Object.fromEntries(outbox.ledger.dropped)).toEqual(bad.length > 0 ? { invalid: bad.length } : {})
    expect(writes()).toBeLessThanOrEqual(2 + bad.length * 2 * Math.ceil(Math.log2(entriesMany)))
    outbox.check()
  },
)

test('a destination that refuses everything is not asked for ever', async () => {
  const { outbox, quarantined, writes } = await refusing(() => true)
  expect(quarantined).toHaveLength(entriesMany)
  expect(outbox.ledger.droppedTotal).toBe(entriesMany)
  expect(writes()).toBeLessThanOrEqual(2 * splitsMax)
  outbox.check()
})

test('a batch of the next is tried whole again', async () => {
  const { outbox, arrived, writes } = await refusing((entry) => entry === 'e57')
  const before = writes()
  outbox.putEntries(['f0', 'f1'], stream)
  await settled()
  expect(arrived.slice(-2)).toEqual(['f0', 'f1'])
  expect(writes()).toBe(before + 1)
})

test('a destination that refuses for another reason than what is in the batch is not asked about its parts', async () => {
  const { outbox, writer } = rigOf({ flushAfterMs: 0 })
  outbox.putEntries(['a', 'b', 'c'], stream)
  writer.fail({ retryable: false, arrived: 1, code: 'unauthenticated' })
  await settled()
  expect(writer.writes).toBe(1)
  expect([...outbox.ledger.dropped]).toEqual([['unauthenticated', 2]])
  outbox.check()
})

test.each([
  [60_000, 60_000],
  [10 * retryAfterMsMax, retryAfterMsMax],
])('a destination that asks for %d ms is left alone for %d', async (retryAfterMs, expected) => {
  let writes = 0
  const nothing = async () => {}
  const write = async () => {
    writes++
    throw new WriteError({ code: 'busy', message: 'later', retryable: true, retryAfterMs })
  }
  const writer = { name: 'busy', write, flush: nothing, reopen: nothing, close: nothing }
  const { outbox, clock } = rigOf({ writer, flushAfterMs: 0 })
  outbox.putEntries(['a'], stream)
  await settled()
  clock.advance(expected - 1)
  await settled()
  expect(writes).toBe(1)
  clock.advance(1)
  await settled()
  expect(writes).toBe(2)
})
