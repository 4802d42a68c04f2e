/**
 * What was sent before. A webhook repeats a whole batch when the answer was late: its events are told by the hash of all their bytes, never
 * by their `auditID`, which the client of the API server may choose. Other senders name their request, and its records are told by bytes and
 * place in it. Remembered for a while; what a crash has made forgotten is known again, of events, by the seals (`seal/brought-again.ts`).
 *
 * A repeat may come while the first is still on its way, and is no better off: whoever sends it must not be told that it is safe before it is.
 */
import { createHash, hash } from 'node:crypto'
import { auditRepeatsMax } from '../../limits.ts'

/** Who has brought records, as long as they are not known to be safe. */
export interface Bringer {
  /** Resolves when all that it has brought so far is safe; rejects when some of it may not be. */
  safe(): Promise<void>
}

/** One for all records of a delivery. Null: they are safe. */
export interface Origin {
  bringer: Bringer | null
}

interface Seen {
  readonly atMs: number
  readonly origin: Origin
  /** What it calls itself; null: it does not, or nobody has asked. */
  name: string | null
}

export class Repeats {
  readonly #windowMs: number
  /** By the hash, in the order in which they came. */
  readonly #seen = new Map<string, Seen>()
  /** The hash of what came last under a name: of what is in `#seen`, so that both have one bound. */
  readonly #named = new Map<string, string>()

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /**
   * What to `forget` the record by; or where the same bytes came from within the window. `place`: they are the same only there; empty: wherever
   * they come. `nowMs`: on any steady clock.
   */
  note(bytes: Uint8Array, nowMs: number, origin: Origin, place = ''): string | Origin {
    const key =
      place === '' ? hash('sha256', bytes, 'binary') : createHash('sha256').update(place).update(bytes).digest('binary')
    for (const [old, { atMs }] of this.#seen) {
      if (atMs + this.#windowMs > nowMs && this.#seen.size < auditRepeatsMax) break
      this.#delete(old)
    }
    const first = this.#seen.get(key)
    if (first !== undefined) return first.origin
    this.#seen.set(key, { atMs: nowMs, origin, name: null })
    return key
  }

  /** What was noted calls itself `name`. Answers whether other bytes within the window have done so. */
  isNamesake(key: string, name: string): boolean {
    const seen = this.#seen.get(key)
    if (seen === undefined) return false
    const other = this.#named.get(name)
    seen.name = name
    this.#named.set(name, key)
    return other !== undefined && other !== key
  }

  /** What came with a request that could not be kept will come again, and is no repeat then. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#delete(key)
  }

  #delete(key: string): void {
    const name = this.#seen.get(key)?.name ?? null
    if (name !== null && this.#named.get(name) === key) this.#named.delete(name)
    this.#seen.delete(key)
  }
}
