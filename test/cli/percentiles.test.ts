/** Percentiles from buckets: near the truth, never beyond the largest. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Percentiles } from '../../src/cli/percentiles.ts'

test('nothing added is nothing', () => {
  expect(new Percentiles().summary()).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 })
})

test('an answer is at most 5 % above the truth, and never below it', () => {
  const durations = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(durations, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, part) => {
      const percentiles = new Percentiles()
      for (const ms of all) percentiles.add(ms)
      const sorted = [...all].sort((a, b) => a - b)
      const truth = sorted[Math.ceil(sorted.length * part) - 1]!
      const answer = percentiles.at(part)
      expect(answer).toBeGreaterThanOrEqual(truth * (1 - 1e-9))
      expect(answer).toBeLessThanOrEqual(truth * 1.05 * (1 + 1e-9))
      expect(percentiles.maxMs).toBe(sorted.at(-1))
    }),
  )
})
