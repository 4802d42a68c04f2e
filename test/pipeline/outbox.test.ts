import { describe, expect, test } from 'vitest'
import type { WriteError } from '../../src/errors.ts'
import { retryDelayMsFirst, settleGraceMs } from '../../src/limits.ts'
import { numbered, rigOf, settled, stream } from './rig.ts'
import { identifierOf } from './runs.ts'

/** With the rig's queue of 4000 bytes a batch holds 1000: ten of these, or nine with something before them. */
const entryBytes = 100

describe('sealing', () => {
  test('a batch is written when it is as old as flushAfterMs, not before', async () => {
    const { outbox, writer, clock } = rigOf()
    outbox.putEntries(['a\n'], stream)
    clock.advance(600)
    outbox.putEntries(['b\n'], stream)
    clock.advance(399)
    expect(writer.pending).toBeUndefined()
    clock.advance(1)
    expect(writer.pending).toEqual(['a\n', 'b\n'])
    writer.succeed()
    await settled()
    outbox.check()
    expect(outbox.ledger).toMatchObject({ accepted: 2, written: 2, queued: 0 })
    expect(clock.timers).toBe(0)
  })

  test('a full batch is written at once', () => {
    const { outbox, writer } = rigOf()
    outbox.putEntries(numbered(9, entryBytes), stream)
    expect(writer.pending).toBeUndefined()
    outbox.putEntries(numbered(2, entryBytes, 9), stream)
    expect(writer.pending).toEqual(numbered(10, entryBytes))
  })

  test('flushAfterMs 0 writes with every put', () => {
    const { outbox, writer } = rigOf({ flushAfterMs: 0 })
    outbox.putEntries(['a\n'], stream)
    expect(writer.pending).toEqual(['a\n'])
  })

  test('an old batch keeps filling while the writer is busy, and goes as soon as it is free', async () => {
    const { outbox, writer, clock } = rigOf()
    outbox.putEntries(['a\n'], stream)
    clock.advance(1000)
    for (let i = 0; i < 5; i++) {
      outbox.putEntries([`b${i}\n`], stream)
      clock.advance(1000)
    }
    expect(writer.pending).toEqual(['a\n'])
    writer.succeed()
    await settled()
    expect(writer.pending).toEqual(['b0\n', 'b1\n', 'b2\n', 'b3\n', 'b4\n'])
  })

  test('groups tell which stream each entry came from, also behind a partial write', async () => {
    const { outbox, writer, clock } = rigOf({ flushAfterMs: 10 })
    const [one, two] = [identifierOf('one'), identifierOf('two')]
    outbox.putEntries(['a', 'b'], one)
    outbox.putEntries(['c', 'd'], two)
    clock.advance(10)
    writer.fail({ retryable: true, arrived: 3 })
    await settled()
    clock.advance(retryDelayMsFirst)
    expect(writer.pending).toEqual(['d'])
    expect(writer.groups).toEqual([
      [
        { firstEntry: 0, stream: one },
        { firstEntry: 2, stream: two },
      ],
      [{ firstEntry: 0, stream: two }],
    ])
  })
})

describe('trying again', () => {
  test('the rest of a batch follows after a pause that doubles, in order, nothing twice', async () => {
    const { outbox, writer, clock } = rigOf({ flushAfterMs: 0, random: () => 0.5 })
    outbox.putEntries(['a', 'b', 'c'], stream)
    writer.fail({ retryable: true, arrived: 1 })
    await settled()
    outbox.check()
    expect(outbox.ledger).toMatchObject({ written: 1, queued: 2 })
    outbox.putEntries(['d'], stream)
    for (const bound of [1, 2, 4].map((factor) => factor * retryDelayMsFirst)) {
      clock.advance(bound / 2 - 1)
      expect(writer.pending).toBeUndefined()
      clock.advance(1)
      expect(writer.pending).toEqual(['b', 'c'])
      writer.fail({ retryable: true })
      await settled()
      outbox.check()
    }
    clock.advance(60_000)
    writer.succeed()
    await settled()
    writer.succeed()
    await settled()
    expect(writer.delivered).toEqual(['a', 'b', 'c', 'd'])
    expect(outbox.ledger).toMatchObject({ accepted: 4, written: 4, queued: 0, droppedTotal: 0 })
  })

  test('a retryable error after the last entry costs nothing', async () => {
    const { outbox, writer } = rigOf({ flushAfterMs: 0 })
    outbox.putEntries(['a', 'b'], stream)
    writer.fail({ retryable: true, arrived: 2 })
    await settled()
    expect(outbox.ledger).toMatchObject({ written: 2, queued: 0, droppedTotal: 0 })
  })

  test('a permanent error drops the rest under its code, and the next batch is tried', async () => {
    const losses: [string, number][] = []
    const errors: [WriteError, number | undefined][] = []
    const observer = {
      dropped: (reason: string, entries: number) => losses.push([reason, entries]),
      writeFailed: (error: WriteError, retryInMs: number | undefined) => errors.push([error, retryInMs]),
    }
    const { outbox, writer } = rigOf({ flushAfterMs: 0, observer })
    outbox.putEntries(['a', 'b', 'c'], stream)
    outbox.putEntries(['d'], stream)
    writer.fail({ retryable: false, arrived: 1, code: 'EPIPE' })
    await settled()
    outbox.check()
    expect(writer.pending).toEqual(['d'])
    expect([...outbox.ledger.dropped]).toEqual([['EPIPE', 2]])
    expect(losses).toEqual([['EPIPE', 2]])
    expect(errors).toEqual([[expect.objectContaining({ code: 'EPIPE' }), undefined]])
  })

  test('what the destination refuses for good is dropped as rejected', async () => {
    const { outbox, writer } = rigOf({ flushAfterMs: 0 })
    outbox.putEntries(['a', 'b', 'c'], stream)
    writer.succeed(2)
    await settled()
    expect(outbox.ledger).toMatchObject({ written: 1, droppedTotal: 2, queued: 0 })
    expect([...outbox.ledger.dropped]).toEqual([['rejected', 2]])
  })

  test('an error that is no WriteError is not tried again', async () => {
    const { outbox, writer } = rigOf({ flushAfterMs: 0 })
    outbox.putEntries(['a'], stream)
    writer.crash(new TypeError('a bug'))
    await settled()
    expect([...outbox.ledger.dropped]).toEqual([['writer_fault', 1]])
  })

  test('a write that takes too long is called off, and tried again from where it got', async () => {
    const { outbox, writer, clock } = rigOf({ flushAfterMs: 0, attemptTimeoutMs: 5000 })
    outbox.putEntries(['a', 'b'], stream)
    clock.advance(4999)
    expect(writer.signal?.aborted).toBe(false)
    clock.advance(1)
    expect(writer.signal?.aborted).toBe(true)
    writer.fail({ retryable: true, arrived: 1, code: 'called_off' })
    await settled()
    clock.advance(retryDelayMsFirst)
    expect(writer.pending).toEqual(['b'])
    expect(writer.signal?.aborted).toBe(false)
  })

  test('the time of a write is told once it has settled', async () => {
    const seconds: number[] = []
    const { outbox, writer, clock } = rigOf({ flushAfterMs: 0, observer: { writeSettled: (s) => seconds.push(s) } })
    outbox.putEntries(['a'], stream)
    clock.advance(1500)
    writer.succeed()
    await settled()
    expect(seconds).toEqual([1.5])
  })
})

describe('at the bound, block', () => {
  test('full holds from the bound until half of it is free, and takes what still comes', async () => {
    const { outbox, writer } = rigOf()
    outbox.putEntries(numbered(38, entryBytes), stream)
    expect(outbox.full).toBe(false)
    outbox.putEntries(numbered(1, entryBytes, 38), stream)
    expect(outbox.queuedBytes).toBeGreaterThan(4000)
    expect(outbox.full).toBe(true)
    outbox.putEntries(numbered(10, entryBytes, 39), stream)
    expect(outbox.ledger).toMatchObject({ accepted: 49, droppedTotal: 0 })
    let calls = 0
    outbox.whenWritable(() => calls++)
    while (outbox.queuedBytes > 2000) {
      expect(calls).toBe(0)
      expect(outbox.full).toBe(true)
      writer.succeed()
      await settled()
      outbox.check()
    }
    expect(outbox.full).toBe(false)
    expect(calls).toBe(1)
    expect(writer.delivered.length).toBeGreaterThan(20)
  })

  test('waiting callers go on one by one until the queue is full again', async () => {
    const { outbox, writer } = rigOf()
    outbox.putEntries(numbered(40, entryBytes), stream)
    const order: string[] = []
    outbox.whenWritable(() => {
      order.push('first')
      outbox.putEntries(numbered(40, entryBytes, 40), stream)
    })
    const cancel = outbox.whenWritable(() => order.push('called off'))
    outbox.whenWritable(() => order.push('second'))
    cancel()
    const succeedUntil = async (calls: number) => {
      while (order.length < calls) {
        writer.succeed()
        await settled()
      }
    }
    await succeedUntil(1)
    expect(order).toEqual(['first'])
    expect(outbox.full).toBe(true)
    await succeedUntil(2)
    expect(order).toEqual(['first', 'second'])
    expect(outbox.queuedBytes).toBeLessThanOrEqual(2000)
  })

  test('whenWritable calls back at once when there is room', () => {
    let called = false
    rigOf().outbox.whenWritable(() => {
      called = true
    })
    expect(called).toBe(true)
  })

  test('one entry larger than the whole queue is taken and written', async () => {
    const { outbox, writer } = rigOf()
    const [giant] = numbered(1, 10_000)
    outbox.putEntries([giant!, 'after'], stream)
    expect(outbox.full).toBe(true)
    expect(writer.pending).toEqual([giant])
    writer.succeed()
    await settled()
    expect(outbox.full).toBe(false)
    expect(outbox.ledger).toMatchObject({ accepted: 2, written: 1, queued: 1 })
  })
})

describe('at the bound, dropOldest', () => {
  test('the oldest batches that wait are dropped, never the one in flight', async () => {
    const { outbox, writer } = rigOf({ whenFull: 'dropOldest' })
    writer.automatic = false
    outbox.putEntries(numbered(60, entryBytes), stream)
    outbox.putEntries(numbered(60, entryBytes, 60), stream)
    expect(outbox.full).toBe(false)
    expect(outbox.queuedBytes).toBeLessThanOrEqual(4000)
    const inFlight = writer.pending ?? []
    expect(inFlight.length).toBe(10)
    writer.automatic = true
    writer.succeed()
    await outbox.drain(1000)
    const last = numbered(120, entryBytes).slice(-(outbox.ledger.written - inFlight.length))
    expect(writer.delivered).toEqual([...inFlight, ...last])
    expect([...outbox.ledger.dropped]).toEqual([['queue_full', 120 - outbox.ledger.written]])
    expect(writer.complaints).toEqual([])
  })

  test('a batch that waits to be tried again is the oldest', async () => {
    const { outbox, writer, clock } = rigOf({ whenFull: 'dropOldest' })
    outbox.putEntries(numbered(11, entryBytes), stream)
    writer.fail({ retryable: true, arrived: 2 })
    await settled()
    outbox.putEntries(numbered(39, entryBytes, 11), stream)
    outbox.check()
    clock.advance(retryDelayMsFirst)
    expect(writer.pending?.[0]).not.toBe(numbered(1, entryBytes, 2)[0])
    expect(outbox.ledger.dropped.get('queue_full')).toBeGreaterThanOrEqual(8)
  })

  test('an entry that could never fit is dropped, and nothing else for its sake', () => {
    const { outbox } = rigOf({ whenFull: 'dropOldest' })
    outbox.putEntries(numbered(20, entryBytes), stream)
    outbox.putEntries(numbered(1, 5000), stream)
    expect(outbox.ledger).toMatchObject({ accepted: 21, queued: 20, droppedTotal: 1 })
  })
})

describe('at the bound, dropNewest', () => {
  test('what fits is taken to the last entry, the rest is dropped', async () => {
    const { outbox, writer } = rigOf({ whenFull: 'dropNewest' })
    outbox.putEntries(numbered(60, entryBytes), stream)
    outbox.putEntries(numbered(1, entryBytes, 60), stream)
    expect(outbox.queuedBytes).toBe(38 * (entryBytes + 4))
    expect(outbox.full).toBe(false)
    writer.automatic = true
    writer.succeed()
    await outbox.drain(1000)
    expect(writer.delivered).toEqual(numbered(38, entryBytes))
    expect([...outbox.ledger.dropped]).toEqual([['queue_full', 23]])
  })
})

describe('the end', () => {
  test('drain writes what is there at once, whatever its age, and resolves when all is written', async () => {
    const { outbox, writer, clock, budget } = rigOf()
    outbox.putEntries(numbered(15, entryBytes), stream)
    writer.succeed()
    await settled()
    let drained = false
    const done = outbox.drain(5000).then(() => {
      drained = true
    })
    await settled()
    expect(writer.pending).toEqual(numbered(5, entryBytes, 10))
    expect(drained).toBe(false)
    writer.succeed()
    await done
    expect(outbox.ledger).toMatchObject({ accepted: 15, written: 15, droppedTotal: 0 })
    expect(clock.timers).toBe(0)
    expect(budget.usedBytes).toBe(0)
  })

  test('drain does not wait out a pause before the next try', async () => {
    const { outbox, writer } = rigOf({ flushAfterMs: 0 })
    outbox.putEntries(['a'], stream)
    writer.fail({ retryable: true })
    await settled()
    const done = outbox.drain(5000)
    expect(writer.pending).toEqual(['a'])
    writer.succeed()
    await done
    expect(outbox.ledger.written).toBe(1)
  })

  test('at the deadline the write is called off, and what had arrived counts as written', async () => {
    const { outbox, writer, clock, budget } = rigOf({ flushAfterMs: 0 })
    outbox.putEntries(['a', 'b', 'c'], stream)
    outbox.putEntries(['d'], stream)
    const done = outbox.drain(2000)
    clock.advance(2000)
    expect(writer.signal?.aborted).toBe(true)
    writer.fail({ retryable: true, arrived: 2, code: 'called_off' })
    await done
    expect(outbox.ledger).toMatchObject({ accepted: 4, written: 2, queued: 0 })
    expect([...outbox.ledger.dropped]).toEqual([['shutdown', 2]])
    expect(budget.usedBytes).toBe(0)
  })

  test('a writer that stays silent after the deadline is not waited for, and may settle late', async () => {
    const { outbox, writer, clock } = rigOf({ flushAfterMs: 0 })
    outbox.putEntries(['a', 'b'], stream)
    const done = outbox.drain(2000)
    clock.advance(2000 + settleGraceMs)
    await done
    expect([...outbox.ledger.dropped]).toEqual([['shutdown', 2]])
    writer.succeed()
    await settled()
    outbox.check()
    expect(outbox.ledger).toMatchObject({ written: 0, droppedTotal: 2 })
    expect(writer.complaints).toEqual([])
  })

  test('what is put after the end is accepted and dropped in one go, and nobody waits for ever', async () => {
    const { outbox, writer, clock } = rigOf()
    outbox.putEntries(numbered(60, entryBytes), stream)
    let called = false
    outbox.whenWritable(() => {
      called = true
    })
    const done = outbox.drain(0)
    clock.advance(settleGraceMs)
    await done
    expect(called).toBe(true)
    expect(outbox.full).toBe(false)
    outbox.putEntries(['late'], stream)
    expect(outbox.ledger).toMatchObject({ accepted: 61, written: 0, droppedTotal: 61 })
    expect(writer.writes).toBe(1)
  })

  test('stop gives up what is left and closes the writer once', async () => {
    const { outbox, writer, clock } = rigOf()
    outbox.putEntries(['a'], stream)
    const stops = [outbox.stop(), outbox.stop()]
    clock.advance(settleGraceMs)
    await Promise.all(stops)
    expect(writer.closed).toBe(1)
    expect(clock.timers).toBe(1)
    expect(outbox.ledger).toMatchObject({ accepted: 1, queued: 0, droppedTotal: 1 })
  })

  test('drain of an empty outbox resolves at once', async () => {
    const { outbox, clock } = rigOf()
    await outbox.drain(5000)
    expect(clock.timers).toBe(0)
  })
})
