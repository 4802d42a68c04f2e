/**
 * A batch together with the memory it lives in, which is fixed in size and used again for later batches:
 *
 *      bytes  | entry 0 | entry 1 | … | entry n-1 |  room  |
 *      ends             ^         ^               ^ = ends[n-1] = byteCount
 *
 * An outbox fills one of these (by copying: the source is borrowed), seals it, and lends a view of it to its writer.
 */
import type { Batch, Group } from '../batch.ts'
import type { Identifier } from '../identifier.ts'

/** Memory for the end of an entry, counted with its bytes: entries may be empty and must cost something all the same. */
const endBytes = Uint32Array.BYTES_PER_ELEMENT

/** What a queue reckons for entries, in bytes. */
export function costOf(bytes: number, entries: number): number {
  return bytes + entries * endBytes
}

export class OwnedBatch {
  #bytes: Uint8Array
  #ends: Uint32Array
  #groups: Group[] = []
  #entries = 0
  #byteCount = 0

  constructor(bytesMax: number, entriesMax: number) {
    this.#bytes = new Uint8Array(bytesMax)
    this.#ends = new Uint32Array(entriesMax)
  }

  /** A full one, made of what nobody else holds. */
  static of({ bytes, entryEnds, groups }: Batch): OwnedBatch {
    const batch = new OwnedBatch(0, 0)
    batch.#bytes = bytes
    batch.#ends = entryEnds
    batch.#groups = [...groups]
    batch.#entries = entryEnds.length
    batch.#byteCount = bytes.length
    return batch
  }

  get entries(): number {
    return this.#entries
  }

  get cost(): number {
    return costOf(this.#byteCount, this.#entries)
  }

  /** Memory that this batch holds, however little is in it. */
  get memoryBytes(): number {
    return this.#bytes.byteLength + this.#ends.byteLength
  }

  get roomBytes(): number {
    return this.#bytes.length - this.#byteCount
  }

  get roomEntries(): number {
    return this.#ends.length - this.#entries
  }

  /**
   * Copies entries `[from, to)` of a run: entry i of it is `source[ends[i - 1] .. ends[i])`, and entry `from` begins at `start`.
   * The caller has seen to it that there is room. Nothing is allocated per entry.
   */
  append(source: Uint8Array, start: number, ends: Int32Array, from: number, to: number, stream: Identifier): void {
    const own = this.#ends
    const shift = this.#byteCount - start
    const at = this.#entries - from
    for (let i = from; i < to; i++) own[at + i] = ends[i]! + shift
    this.#bytes.set(source.subarray(start, ends[to - 1]), this.#byteCount)
    if (this.#groups.at(-1)?.stream !== stream) this.#groups.push({ firstEntry: this.#entries, stream })
    this.#entries += to - from
    this.#byteCount = own[this.#entries - 1]!
  }

  /** Entries `[from, to)` as a writer gets to see them, by default all; valid until the next change. */
  view(to: number = this.#entries, from = 0): Batch {
    const start = from === 0 ? 0 : this.#ends[from - 1]!
    const ends = this.#ends.subarray(from, to)
    return {
      bytes: this.#bytes.subarray(start, to === 0 ? start : this.#ends[to - 1]!),
      entryEnds: start === 0 ? ends : ends.map((end) => end - start),
      groups: from === 0 && to === this.#entries ? this.#groups : groupsFrom(this.#groups, from, to),
    }
  }

  /** Forgets the first entries, which have arrived, and moves the rest up. Runs after failed writes only. */
  dropFirst(entries: number): void {
    if (entries === 0) return
    const start = this.#ends[entries - 1]!
    this.#bytes.copyWithin(0, start, this.#byteCount)
    for (let i = entries; i < this.#entries; i++) this.#ends[i - entries] = this.#ends[i]! - start
    this.#groups = groupsFrom(this.#groups, entries, this.#entries)
    this.#entries -= entries
    this.#byteCount -= start
  }

  clear(): void {
    this.#entries = 0
    this.#byteCount = 0
    // A new list: the writer of the last write may still look at the old one.
    this.#groups = []
  }
}

/** The groups of entries `[from, count)`, counted from `from`. */
function groupsFrom(groups: readonly Group[], from: number, count: number): Group[] {
  return groups
    .filter((_, i) => (groups[i + 1]?.firstEntry ?? count) > from)
    .map(({ firstEntry, stream }) => ({ firstEntry: Math.max(0, firstEntry - from), stream }))
}
