import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchEntriesMax } from '../../src/limits.ts'
import { BatchQueue, entriesWithin, type Run } from '../../src/pipeline/batch-queue.ts'
import { Budget } from '../../src/pipeline/budget.ts'
import { stream } from './rig.ts'
import { entriesOf, runOf } from './runs.ts'

function queueOf(batchBytes: number) {
  const budget = new Budget(1 << 30)
  return { budget, queue: new BatchQueue({ batchBytes, budget }) }
}

function add(queue: BatchQueue, entries: readonly string[]): void {
  const run: Run & { at: number } = { ...runOf(entries), stream }
  let from = 0
  let start = run.at
  while (from < run.count) {
    let count = queue.fitting(run, from, start)
    if (count === 0) {
      queue.seal()
      count = queue.fitting(run, from, start)
    }
    queue.append(run, from, from + count, start)
    from += count
    start = run.ends[from - 1]!
  }
}

describe('batch queue', () => {
  test('a run that does not fit is cut between entries', () => {
    const { queue } = queueOf(10)
    add(queue, ['aaaa', 'bbbb', 'cccc'])
    queue.seal()
    expect(entriesOf(queue.lend()!.view())).toEqual(['aaaa', 'bbbb'])
    queue.release()
    expect(entriesOf(queue.lend()!.view())).toEqual(['cccc'])
  })

  test('batches grow while they are filled, up to the bound, and get smaller step by step when many in a row are not', () => {
    const { queue } = queueOf(4 * 1024 * 1024)
    const sizeOfBatchWith = (kibibytes: number) => {
      add(queue, new Array(kibibytes).fill('x'.repeat(1024)))
      queue.seal()
      const batch = queue.lend()!
      queue.release()
      return batch.roomBytes / 1024
    }
    expect([1, 200, 600, 2_100, 3_000].map(sizeOfBatchWith)).toEqual([256, 256, 1024, 4096, 4096])
    const quiet = Array.from({ length: 17 }, () => sizeOfBatchWith(1))
    expect(quiet).toEqual([...Array(8).fill(4096), ...Array(8).fill(1024), 256])
  })

  test('batches get smaller at once when memory is short', () => {
    const budget = new Budget(3 * 1024 * 1024)
    const queue = new BatchQueue({ batchBytes: 1024 * 1024, budget })
    const add1k = (kibibytes: number) => {
      add(queue, new Array(kibibytes).fill('x'.repeat(1024)))
      queue.seal()
    }
    add1k(200)
    add1k(1)
    // Others have the rest.
    budget.take(2 * 1024 * 1024)
    add1k(1)
    add1k(1)
    const sizes = []
    for (let batch = queue.lend(); batch !== undefined; batch = queue.lend()) {
      sizes.push(batch.memoryBytes > 1024 * 1024 ? 'large' : 'small')
      queue.release()
    }
    expect(sizes).toEqual(['small', 'large', 'large', 'small'])
  })

  test('batches that are small now and then keep their size', () => {
    const { queue } = queueOf(1024 * 1024)
    for (let round = 0; round < 20; round++) {
      add(queue, new Array(600).fill('x'.repeat(1024)))
      queue.seal()
      add(queue, ['x'])
      queue.seal()
      for (let batch = queue.lend(); batch !== undefined; batch = queue.lend()) {
        if (round > 0) expect(batch.memoryBytes).toBeGreaterThan(1024 * 1024)
        queue.release()
      }
    }
    expect(queue.hasSealed).toBe(false)
  })

  test('an entry larger than a batch gets a batch made to measure, and leaves no memory behind', () => {
    const { queue, budget } = queueOf(10)
    add(queue, ['small', 'x'.repeat(1000), 'after'])
    queue.seal()
    const batches = []
    for (let batch = queue.lend(); batch !== undefined; batch = queue.lend()) {
      batches.push(entriesOf(batch.view()))
      queue.release()
    }
    expect(batches).toEqual([['small'], ['x'.repeat(1000)], ['after']])
    expect(queue.cost).toBe(0)
    expect(budget.usedBytes).toBe(0)
  })

  test('empty entries fill a batch too, by their number', () => {
    const { queue } = queueOf(10)
    add(queue, new Array(batchEntriesMax + 1).fill(''))
    queue.seal()
    expect(queue.lend()?.entries).toBe(batchEntriesMax)
    expect(queue.cost).toBe((batchEntriesMax + 1) * 4)
  })

  test('memory is used again, and the budget knows all that is held', () => {
    const { queue, budget } = queueOf(1000)
    add(queue, ['first'])
    queue.seal()
    const first = queue.lend()!
    const memoryBytes = budget.usedBytes
    expect(memoryBytes).toBe(first.memoryBytes)
    queue.release()
    expect(budget.usedBytes).toBe(0)
    add(queue, ['second'])
    queue.seal()
    expect(queue.lend()).toBe(first)
    expect(entriesOf(first.view())).toEqual(['second'])
    expect(budget.usedBytes).toBe(memoryBytes)
  })

  test('a batch that is put back comes first again, without what has arrived', () => {
    const { queue } = queueOf(10)
    add(queue, ['aaaa', 'bbbb', 'cccc'])
    queue.seal()
    queue.lend()
    queue.putBack(1)
    expect(queue.entries).toBe(2)
    expect(queue.cost).toBe(16)
    expect(entriesOf(queue.lend()!.view())).toEqual(['bbbb'])
  })

  test('clearing while a batch is lent leaves that batch to its writer', () => {
    const { queue, budget } = queueOf(10)
    add(queue, ['aaaa', 'bbbb', 'cccc'])
    queue.seal()
    const lent = queue.lend()!.view()
    queue.clear()
    expect(queue).toMatchObject({ entries: 0, cost: 0, hasOpen: false, hasSealed: false })
    expect(budget.usedBytes).toBe(0)
    add(queue, ['zzzz', 'zzzz'])
    expect(entriesOf(lent)).toEqual(['aaaa', 'bbbb'])
  })

  test('entriesWithin finds the boundary that counting one by one finds', () => {
    const entries = fc.array(fc.string({ maxLength: 5, unit: 'grapheme-ascii' }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(entries, fc.nat(40), fc.nat(25), fc.nat(80), (list, bytesMax, entriesMax, costMax) => {
        const run = { ...runOf(list), stream }
        let plain = 0
        for (let n = 1, bytes = 0; n <= list.length; n++) {
          bytes += list[n - 1]!.length
          if (bytes <= bytesMax && n <= entriesMax && bytes + 4 * n <= costMax) plain = n
        }
        expect(entriesWithin(run, 0, run.at, bytesMax, entriesMax, costMax)).toBe(plain)
      }),
    )
  })
})
