/**
 * The reading end: which record comes next, and which entries are read and not released. Entry numbers rule; a segment and an
 * offset are only the place to look from. Numbers that are missing between two records are entries that were damaged or lost, to the unit.
 *
 *      position             number                  chain.next
 *      | lent (read, not released) | not read       |
 */
import type { Batch } from '../batch.ts'
import type { Chain } from './chain.ts'
import { withoutFirst } from './record.ts'
import type { Segment } from './segment.ts'

interface LentRecord {
  /** Of its first entry that is not released. */
  number: number
  entries: number
  readonly segment: Segment
  readonly at: number
}

/** Entry numbers from `from` up to `to`, without it. */
interface Range {
  readonly from: number
  readonly to: number
}

export interface CursorOptions {
  readonly chain: Chain
  /** Number of the first entry that is not released. */
  readonly position: number
  /** So many entries turned out to be damaged; each is told once. */
  readonly lose: (entries: number) => void
}

export class Cursor {
  readonly #chain: Chain
  readonly #lose: (entries: number) => void
  #lent: LentRecord[] = []
  /** Of the first entry not read. */
  #number: number
  #segment: Segment | undefined
  #at = 0
  /** Losses behind the position: after a rewind they are met again, and are not to be told twice. */
  #lost: Range[] = []

  constructor({ chain, position, lose }: CursorOptions) {
    this.#chain = chain
    this.#lose = lose
    this.#number = position
  }

  /** Number of the first entry that is not released; what is damaged before it counts as released. */
  get position(): number {
    return this.#lent[0]?.number ?? this.#number
  }

  /** Entries read and not released. */
  get lentEntries(): number {
    return this.#lent.reduce((sum, { entries }) => sum + entries, 0)
  }

  /** The next batch, without what is released of it; undefined when there is none. */
  async read(): Promise<Batch | undefined> {
    while (this.#enter()) {
      const segment = this.#segment!
      const found = await segment.find(this.#at)
      if (found === undefined || found.head.number >= this.#chain.endOf(segment)) {
        if (this.#chain.after(segment) === undefined) break
        await this.#leave(segment)
        continue
      }
      const { number, entries } = found.head
      const end = number + entries
      const isDone = end <= this.#number || this.#lost.some(({ from, to }) => from <= number && end <= to)
      const batch = isDone ? undefined : await segment.read(found)
      this.#at = found.end
      if (batch === undefined) continue
      const released = Math.max(0, this.#number - number)
      this.#skipTo(number)
      this.#lent.push({ number: number + released, entries: entries - released, segment, at: found.at })
      this.#number = end
      return withoutFirst(batch, released)
    }
    this.#skipTo(this.#chain.next)
    return undefined
  }

  /** At most `lentEntries`. */
  release(entries: number): void {
    for (let left = entries; left > 0; ) {
      const record = this.#lent[0]!
      const count = Math.min(left, record.entries)
      record.number += count
      record.entries -= count
      left -= count
      if (record.entries === 0) this.#lent.shift()
    }
    this.#lost = this.#lost.filter(({ to }) => to > this.position)
  }

  rewind(): void {
    const oldest = this.#lent[0]
    if (oldest === undefined) return
    this.#number = oldest.number
    this.#segment = oldest.segment
    this.#at = oldest.at
    this.#lent = []
  }

  /** Sees to it that the segment looked at is in the chain; says no when there is none. */
  #enter(): boolean {
    if (this.#segment !== undefined && this.#chain.has(this.#segment)) return true
    this.#segment = this.#chain.segments[0]
    this.#at = 0
    return this.#segment !== undefined
  }

  async #leave(segment: Segment): Promise<void> {
    this.#segment = this.#chain.after(segment)
    this.#at = 0
    await segment.close()
  }

  /** Everything from `#number` up to this is damaged or lost. */
  #skipTo(number: number): void {
    if (number <= this.#number) return
    const fresh = outside(this.#lost, { from: this.#number, to: number })
    this.#number = number
    if (fresh.length === 0) return
    this.#lost.push(...fresh)
    this.#lose(fresh.reduce((sum, { from, to }) => sum + to - from, 0))
  }
}

/** The pieces of a range that none of the others covers. */
function outside(others: readonly Range[], range: Range): Range[] {
  return others.reduce(
    (pieces, other) =>
      pieces
        .flatMap(({ from, to }) => [
          { from, to: Math.min(to, other.from) },
          { from: Math.max(from, other.to), to },
        ])
        .filter(({ from, to }) => from < to),
    [range],
  )
}
