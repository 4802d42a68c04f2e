/**
 * The outbox under random actions, beside a plain account of what went in and what arrived. `IntegrityCheckingOutbox` holds the
 * books against the queue after each call; here they are held against the destination.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WhenFull } from '../../src/pipeline/outbox.ts'
import { numberOf, rigOf, settled, stream } from './rig.ts'

const queueBytesMax = 600

type Action =
  | { do: 'put'; sizes: number[] }
  | { do: 'succeed'; rejected: number }
  | { do: 'fail'; arrived: number; retryable: boolean }
  | { do: 'tick'; ms: number }
  | { do: 'wait' }
  | { do: 'drain'; ms: number }

const size = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }) }, fc.integer({ min: 100, max: 900 }))
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('put' as const), sizes: fc.array(size, { minLength: 1, maxLength: 9 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('succeed' as const), rejected: fc.constantFrom(0, 0, 0, 1, 3) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fail' as const), arrived: fc.nat(4), retryable: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('tick' as const), ms: fc.constantFrom(1, 100, 1000, 40_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const), ms: fc.constantFrom(0, 500) }) },
)

async function play(actions: readonly Action[], whenFull: WhenFull): Promise<void> {
  const { outbox, writer, clock, budget } = rigOf({ whenFull, queueBytesMax, attemptTimeoutMs: 30_000 })
  let put = 0
  let waits = 0
  let calls = 0
  const step = async (next: Action) => {
    if (next.do === 'put') {
      outbox.putEntries(
        next.sizes.map((bytes) => `e${put++} `.padEnd(bytes, '.')),
        stream,
      )
    } else if (next.do === 'succeed') writer.succeed(next.rejected)
    else if (next.do === 'fail') writer.fail(next)
    else if (next.do === 'tick') clock.advance(next.ms)
    else if (next.do === 'drain') void outbox.drain(next.ms)
    else {
      waits++
      outbox.whenWritable(() => calls++)
    }
    await settled()
    outbox.check()
    const numbers = writer.delivered.map(numberOf)
    expect(numbers, 'each once and in order').toEqual([...new Set(numbers)].sort((a, b) => a - b))
    expect(outbox.ledger.accepted).toBe(put)
    if (whenFull !== 'block') expect(outbox.queuedBytes).toBeLessThanOrEqual(queueBytesMax)
    if (whenFull !== 'block') expect(outbox.full).toBe(false)
    expect(outbox.full || calls === waits, 'nobody waits while there is room').toBe(true)
    expect(budget.usedBytes >= outbox.queuedBytes || outbox.queuedBytes === 0).toBe(true)
    expect(writer.complaints).toEqual([])
  }
  for (const next of actions) {
    await step(next)
    const { written, droppedTotal, queued } = outbox.ledger
    // Only a drain that ran out of time may count as dropped what arrives later.
    expect(written === writer.delivered.length || (queued === 0 && written + droppedTotal === put)).toBe(true)
  }
  const done = outbox.drain(1000)
  while (outbox.queuedEntries > 0) {
    await step({ do: 'succeed', rejected: 0 })
    await step({ do: 'tick', ms: 1 })
  }
  await done
  expect(outbox.ledger.written + outbox.ledger.droppedTotal).toBe(put)
  expect(budget.usedBytes).toBe(0)
}

test.each<WhenFull>(['block', 'dropOldest', 'dropNewest'])(
  '%s: the books agree with the destination',
  async (whenFull) => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), (actions) => play(actions, whenFull)),
      { numRuns: 200 },
    )
  },
)

test('block: without permanent errors every entry arrives', async () => {
  const kind = action.filter(
    (a) => a.do !== 'drain' && !(a.do === 'fail' && !a.retryable) && !(a.do === 'succeed' && a.rejected > 0),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { maxLength: 40 }), async (actions) => {
      const { outbox, writer, clock } = rigOf({ queueBytesMax })
      let put = 0
      for (const next of actions) {
        if (next.do === 'put')
          outbox.putEntries(
            next.sizes.map((bytes) => `e${put++} `.padEnd(bytes, '.')),
            stream,
          )
        else if (next.do === 'succeed') writer.succeed()
        else if (next.do === 'fail') writer.fail(next)
        else if (next.do === 'tick') clock.advance(next.ms)
        await settled()
      }
      writer.automatic = true
      writer.succeed()
      await settled()
      await outbox.drain(1)
      expect(writer.delivered.map(numberOf)).toEqual(Array.from({ length: put }, (_, i) => i))
      expect(outbox.ledger).toMatchObject({ accepted: put, written: put, droppedTotal: 0 })
    }),
    { numRuns: 100 },
  )
})
