import { expect, test } from 'vitest'
import { WriteError } from '../../src/errors.ts'
import { Attempt } from '../../src/pipeline/attempt.ts'
import { OwnedBatch } from '../../src/pipeline/owned-batch.ts'
import type { Writer } from '../../src/writers/writer.ts'
import { ManualClock } from './manual-clock.ts'
import { stream } from './rig.ts'
import { runOf } from './runs.ts'

/** The outcome of writing three entries with a writer that answers like this. */
function outcomeOf(write: Writer['write']) {
  const batch = new OwnedBatch(100, 10)
  const { source, at, ends, count } = runOf(['a', 'b', 'c'])
  batch.append(source, at, ends, 0, count, stream)
  const nothing = async () => {}
  const writer: Writer = { name: 'test', write, flush: nothing, reopen: nothing, close: nothing }
  return new Attempt({ writer, batch: batch.view(), timeoutMs: 1000, clock: new ManualClock() }).outcome
}

test.each([
  [0, 3, 0],
  [2, 1, 2],
  [9, 0, 3],
  [-1, 3, 0],
  [Number.NaN, 3, 0],
])('a writer that says %d were rejected leaves %d arrived', async (rejected, arrived, refused) => {
  expect(await outcomeOf(async () => ({ rejected }))).toEqual({ arrived, refused, error: undefined, seconds: 0 })
})

test.each([
  [0, 0],
  [2, 2],
  [50, 3],
  [-5, 0],
])('an error that says %d were written leaves %d arrived', async (entriesWritten, arrived) => {
  const error = new WriteError({ code: 'x', message: 'x', retryable: true, entriesWritten })
  expect(await outcomeOf(() => Promise.reject(error))).toEqual({ arrived, refused: 0, error, seconds: 0 })
})

test('a writer that throws instead of rejecting is a fault of ours, and permanent', async () => {
  const bug = new TypeError('a bug')
  const { error, arrived } = await outcomeOf(() => {
    throw bug
  })
  expect(arrived).toBe(0)
  expect(error).toMatchObject({ code: 'writer_fault', retryable: false, cause: bug })
  expect(error?.message).toBe('test broke down: a bug')
})
