/**
 * Events that were sent before: a webhook repeats a whole batch when the answer was late. They are told by the hash of all their bytes, never
 * by their `auditID`, which the client of the API server may choose. Remembered for a while; what a crash has made forgotten is known again
 * by the seals (`seal/brought-again.ts`).
 *
 * A repeat may come while the first is still on its way, and is no better off: whoever sends it must not be told that it is safe before it is.
 */
import { hash } from 'node:crypto'
import { auditRepeatsMax } from '../../limits.ts'

/** Who has brought events, as long as they are not known to be safe. */
export interface Bringer {
  /** Resolves when all that it has brought so far is safe; rejects when some of it may not be. */
  safe(): Promise<void>
}

/** One for all events of a delivery. Null: they are safe. */
export interface Origin {
  bringer: Bringer | null
}

interface Seen {
  readonly atMs: number
  readonly origin: Origin
}

export class Repeats {
  readonly #windowMs: number
  /** By the hash, in the order in which they came. */
  readonly #seen = new Map<string, Seen>()

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** What to `forget` the event by; or where the same bytes came from within the window. `nowMs`: on any steady clock. */
  note(bytes: Uint8Array, nowMs: number, origin: Origin): string | Origin {
    const key = hash('sha256', bytes, 'base64')
    for (const [old, { atMs }] of this.#seen) {
      if (atMs + this.#windowMs > nowMs && this.#seen.size < auditRepeatsMax) break
      this.#seen.delete(old)
    }
    const first = this.#seen.get(key)
    if (first !== undefined) return first.origin
    this.#seen.set(key, { atMs: nowMs, origin })
    return key
  }

  /** What came with a request that could not be kept will come again, and is no repeat then. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#seen.delete(key)
  }
}
