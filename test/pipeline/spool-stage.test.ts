/** An outbox with a stage on disk: order, bounds, books and restarts. The disk itself is `spool/`'s business. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutboxOptions } from '../../src/pipeline/outbox.ts'
import { type Disk, emptyDisk, MemorySpool } from './memory-spool.ts'
import { numberOf, rigOf, settled, stream } from './rig.ts'

function spooling(disk: Disk, { bytesMax, ...options }: Partial<OutboxOptions> & { bytesMax?: number } = {}) {
  const spool = new MemorySpool(disk, bytesMax === undefined ? {} : { bytesMax })
  return { spool, ...rigOf({ spool, flushAfterMs: 0, ...options }) }
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await settled()
}

test('entries go by way of the disk, and leave it when they have arrived', async () => {
  const disk = emptyDisk()
  const { outbox, writer } = spooling(disk)
  outbox.putEntries(['a', 'b'], stream)
  await quiet()
  expect([outbox.ledger.queued, outbox.ledger.spooled, writer.pending]).toEqual([2, 0, ['a', 'b']])
  writer.succeed()
  await quiet()
  outbox.check()
  expect([outbox.ledger.written, disk.batches.length]).toEqual([2, 0])
})

test('while the destination is down everything waits on disk, and comes back in order', async () => {
  const disk = emptyDisk()
  const { outbox, writer, clock } = spooling(disk, { queueBytesMax: 100, whenFull: 'block' })
  for (let i = 0; i < 50; i++) {
    outbox.putEntries([`e${i} `.padEnd(30, '.')], stream)
    await quiet()
    writer.fail({ retryable: true })
    await quiet()
    outbox.check()
  }
  expect(outbox.full).toBe(false)
  expect(outbox.ledger.spooled).toBe(50)
  writer.automatic = true
  for (let i = 0; i < 60; i++) {
    clock.advance(30_000)
    await quiet()
  }
  outbox.check()
  expect(writer.delivered.map(numberOf)).toEqual(Array.from({ length: 50 }, (_, i) => i))
})

test('a full spool holds up the queue, whose policy then counts', async () => {
  const { outbox, writer, clock } = spooling(emptyDisk(), { bytesMax: 300, queueBytesMax: 200, whenFull: 'dropNewest' })
  for (let i = 0; i < 30; i++) {
    outbox.putEntries([`e${i} `.padEnd(30, '.')], stream)
    await quiet()
    outbox.check()
  }
  expect(outbox.ledger.dropped.get('queue_full')).toBeGreaterThan(10)
  writer.automatic = true
  writer.succeed()
  for (let i = 0; i < 20; i++) {
    clock.advance(30_000)
    await quiet()
  }
  outbox.check()
  expect(outbox.ledger.queued + outbox.ledger.spooled).toBe(0)
  const numbers = writer.delivered.map(numberOf)
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
})

test('what is on disk at the end of a drain stays there, and is recovered by the next', async () => {
  const disk = emptyDisk()
  const first = spooling(disk)
  first.outbox.putEntries(['e0', 'e1', 'e2'], stream)
  await quiet()
  const drained = first.outbox.drain(100)
  first.clock.advance(100)
  first.writer.fail({ retryable: true, arrived: 1 })
  await quiet()
  first.clock.advance(1_000)
  await drained
  first.outbox.check()
  expect([first.outbox.ledger.written, first.outbox.ledger.spooled, first.outbox.ledger.droppedTotal]).toEqual([
    1, 2, 0,
  ])
  await first.outbox.stop()
  expect(first.spool.closed).toBe(1)

  const second = spooling(disk)
  expect(second.outbox.ledger.recovered).toBe(2)
  second.writer.automatic = true
  second.outbox.putEntries(['e3'], stream)
  await quiet()
  second.outbox.check()
  expect(second.writer.delivered).toEqual(['e1', 'e2', 'e3'])
})

test('a destination that does not close well leaves the spool closed all the same', async () => {
  const { outbox, spool, writer } = spooling(emptyDisk())
  writer.close = () => Promise.reject(new Error('EIO'))
  await expect(outbox.stop()).rejects.toThrow('EIO')
  expect(spool.closed).toBe(1)
})

test('a receipt is good when the disk has the entries, whatever the destination does', async () => {
  const { outbox, spool, writer } = spooling(emptyDisk())
  outbox.putEntries(['a'], stream)
  await outbox.receipt()
  expect(spool.syncs).toBe(1)
  expect(outbox.ledger.written).toBe(0)
  writer.fail({ retryable: true })
  await quiet()
  outbox.check()
})

type Action =
  | { do: 'put'; count: number }
  | { do: 'succeed' | 'restart' }
  | { do: 'fail'; arrived: number }
  | { do: 'tick' }

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('succeed' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), arrived: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

test('under random actions and restarts everything arrives once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const disk = emptyDisk()
      const delivered: string[] = []
      let rig = spooling(disk, { queueBytesMax: 1_000_000 })
      let put = 0
      const restart = async () => {
        await quiet()
        const stopped = rig.outbox.drain(0).then(() => rig.outbox.stop())
        await quiet()
        rig.writer.fail({ retryable: true })
        await quiet()
        rig.clock.advance(1_000)
        await stopped
        rig.outbox.check()
        expect(rig.outbox.ledger.droppedTotal).toBe(0)
        delivered.push(...rig.writer.delivered)
        rig = spooling(disk, { queueBytesMax: 1_000_000 })
      }
      for (const next of actions) {
        if (next.do === 'put')
          rig.outbox.putEntries(
            Array.from({ length: next.count }, () => `e${put++}`),
            stream,
          )
        else if (next.do === 'succeed') rig.writer.succeed()
        else if (next.do === 'fail') rig.writer.fail({ retryable: true, arrived: next.arrived })
        else if (next.do === 'tick') rig.clock.advance(40_000)
        else await restart()
        await quiet()
        rig.outbox.check()
      }
      rig.writer.automatic = true
      rig.writer.succeed()
      for (let turn = 0; turn < 20; turn++) {
        rig.clock.advance(40_000)
        await quiet()
      }
      rig.outbox.check()
      delivered.push(...rig.writer.delivered)
      expect(delivered.map(numberOf)).toEqual(Array.from({ length: put }, (_, i) => i))
      expect(rig.writer.complaints).toEqual([])
    }),
    { numRuns: 60 },
  )
})
