/**
 * Events that were sent before: a webhook repeats a whole batch when the answer was late. They are told by the hash of all their bytes, never
 * by their `auditID`, which the client of the API server may choose. Remembered for a while, so after a restart a repeat may be kept twice.
 */
import { hash } from 'node:crypto'
import { auditRepeatsMax } from '../../limits.ts'

export class Repeats {
  readonly #windowMs: number
  /** By the hash, in the order in which they came: when. */
  readonly #seen = new Map<string, number>()

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** What to `forget` the event by; null: the same bytes came within the window. `nowMs`: on any steady clock. */
  note(bytes: Uint8Array, nowMs: number): string | null {
    const key = hash('sha256', bytes, 'base64')
    for (const [old, atMs] of this.#seen) {
      if (atMs + this.#windowMs > nowMs && this.#seen.size < auditRepeatsMax) break
      this.#seen.delete(old)
    }
    if (this.#seen.has(key)) return null
    this.#seen.set(key, nowMs)
    return key
  }

  /** What came with a request that could not be kept will come again, and is no repeat then. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#seen.delete(key)
  }
}
