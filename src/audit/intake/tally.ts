/** What has become of the records of each source since the start, for people who ask; the same as the metric counts. */
import type { Counts, Outcome } from './source.ts'

export interface SourceTally {
  readonly counts: Readonly<Counts>
  /** When the last record was judged, in milliseconds since the epoch; null: none has come yet. */
  readonly lastAtMs: number | null
}

interface Entry {
  readonly counts: Counts
  lastAtMs: number | null
}

export class Tally {
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now
  }

  count(source: string, outcome: Outcome, count: number): void {
    const entry = this.#entryOf(source)
    entry.counts[outcome] += count
    entry.lastAtMs = this.#now()
  }

  of(source: string): SourceTally {
    return this.#entryOf(source)
  }

  /** Of all sources that anybody has asked about, or sent something for. */
  all(): Iterable<readonly [source: string, tally: SourceTally]> {
    return this.#entries
  }

  #entryOf(source: string): Entry {
    const known = this.#entries.get(source)
    if (known) return known
    const entry: Entry = { counts: { accepted: 0, filtered: 0, quarantined: 0, duplicate: 0 }, lastAtMs: null }
    this.#entries.set(source, entry)
    return entry
  }
}
