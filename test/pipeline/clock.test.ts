import { expect, test } from 'vitest'
import { systemClock } from '../../src/pipeline/clock.ts'

test('the system clock calls back after the time, and only grows', async () => {
  const startedMs = systemClock.now()
  await new Promise<void>((resolve) => systemClock.after(20, resolve))
  // Timers may be early by the rounding of a millisecond.
  expect(systemClock.now() - startedMs).toBeGreaterThan(18)
})

test('a timer that was called off does not ring', async () => {
  let rang = false
  systemClock.after(1, () => {
    rang = true
  })()
  await new Promise<void>((resolve) => systemClock.after(10, resolve))
  expect(rang).toBe(false)
})
