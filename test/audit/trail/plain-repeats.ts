/** What `Repeats` has to do, in the slow plain way: with maps, and with nothing left to do later. */
import type { Origin } from '../../../src/audit/trail/repeats.ts'

export interface Noted {
  readonly key: string
  readonly atMs: number
  readonly origin: Origin
  name: string | null
}

export class PlainRepeats {
  readonly #windowMs: number
  readonly #max: number
  /** In the order in which they came. */
  readonly #seen = new Map<string, Noted>()
  readonly #named = new Map<string, Noted>()

  constructor(windowMs: number, max: number) {
    this.#windowMs = windowMs
    this.#max = max
  }

  note(text: string, nowMs: number, origin: Origin, place: string): Noted | Origin {
    const key = JSON.stringify([place, text])
    for (const old of this.#seen.values()) {
      if (old.atMs + this.#windowMs > nowMs && this.#seen.size < this.#max) break
      this.#delete(old)
    }
    const first = this.#seen.get(key)
    if (first !== undefined) return first.origin
    const noted = { key, atMs: nowMs, origin, name: null }
    this.#seen.set(key, noted)
    return noted
  }

  isNamesake(noted: Noted, name: string): boolean {
    if (this.#seen.get(noted.key) !== noted) return false
    this.#unname(noted)
    const other = this.#named.get(name)
    noted.name = name
    this.#named.set(name, noted)
    return other !== undefined
  }

  forget(noted: readonly Noted[]): void {
    for (const each of noted) if (this.#seen.get(each.key) === each) this.#delete(each)
  }

  #delete(noted: Noted): void {
    this.#unname(noted)
    this.#seen.delete(noted.key)
  }

  /** A name that another has taken since stays with it. */
  #unname(noted: Noted): void {
    if (noted.name !== null && this.#named.get(noted.name) === noted) this.#named.delete(noted.name)
  }
}
