/**
 * Time as the outbox sees it, handed in so that tests can move it by hand and run side by side.
 */
import { performance } from 'node:perf_hooks'

export interface Clock {
  /** Milliseconds that only grow; they have no relation to the calendar. */
  now(): number
  /** Calls back once, not before `afterMs` have passed. Returns the function that calls it off; calling that late is harmless. */
  after(afterMs: number, callback: () => void): () => void
}

export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  after(afterMs: number, callback: () => void) {
    const timer = setTimeout(callback, afterMs)
    return () => clearTimeout(timer)
  },
})
