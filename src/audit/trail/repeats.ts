/**
 * What was sent before. A webhook repeats a whole batch when the answer was late: its events are told by all their bytes, never
 * by their `auditID`, which the client of the API server may choose. Other senders name their request, and its records are told by bytes and
 * place in it. Remembered for a while; what a crash has made forgotten is known again, of events, by the seals (`seal/brought-again.ts`).
 *
 * A repeat may come while the first is still on its way, and is no better off: whoever sends it must not be told that it is safe before it is.
 *
 * Kept in rows (`rows.ts`), which hang together in the order in which they came. A `Map` of as many would be laid out anew again and again, and
 * is slow to tell its oldest once others have been taken out in front of it.
 */
import { auditRepeatsMax } from '../../limits.ts'
import { hashName, nameWords, type RecordName } from './name-hash.ts'
import { keyWords, RecordKey } from './record-key.ts'
import { RowIndex } from './row-index.ts'
import { Rows } from './rows.ts'

/** Who has brought records, as long as they are not known to be safe. */
export interface Bringer {
  /** Resolves when all that it has brought so far is safe; rejects when some of it may not be. */
  safe(): Promise<void>
}

/** One for all records of a delivery. Null: they are safe. */
export interface Origin {
  bringer: Bringer | null
}

/** What records that came together have in common. */
interface Arrival {
  readonly atMs: number
  readonly origin: Origin
}

/** Where in a row: the key, the hash of its name, its neighbours in time, and how many records the row has had before. */
const field = { key: 0, name: keyWords, older: 6, newer: 7, turn: 8 } as const
const width = 9

/** Neither a row nor a neighbour. */
const none = -1

/** More than come in: so that those of a busy hour, which are over all at once, hold up no one, and are gone soon. */
const clearedAtOnceMax = 32

/** Of rows that are free: holds nobody. */
const nobody: Arrival = { atMs: 0, origin: { bringer: null } }

export class Repeats {
  readonly #windowMs: number
  readonly #max: number
  readonly #rows = new Rows(width)
  readonly #keys = new RowIndex(this.#rows, { field: field.key, length: keyWords })
  /** What came last under a name. */
  readonly #names = new RowIndex(this.#rows, { field: field.name, length: nameWords })
  /** By row. */
  readonly #arrivals: Arrival[] = []
  #arrival = nobody
  #nowMs = Number.NEGATIVE_INFINITY
  #size = 0
  #oldest = none
  #newest = none
  /** Rows that can be used again, each named by the one before as `newer`. */
  #free = none
  /** What is looked for. */
  readonly #key = new RecordKey()
  readonly #name = new Int32Array(nameWords)

  /** `max`: so many records are remembered; the oldest goes first. */
  constructor(windowMs: number, max = auditRepeatsMax) {
    this.#windowMs = windowMs
    this.#max = max
  }

  /**
   * What to `forget` the record by, a number that no other has; or where the same bytes came from within the window. `place`: they are the same
   * only there; empty: wherever they come. `nowMs`: on any steady clock; when it is before that of an earlier call, that one's time holds.
   */
  note(bytes: Uint8Array, nowMs: number, origin: Origin, place = ''): number | Origin {
    this.#key.read(bytes, place)
    return this.#note(nowMs, origin)
  }

  /** The same for bytes whose hash stands in `hashes` from `at` on. */
  noteHashed(hashes: Int32Array, at: number, nowMs: number, origin: Origin): number | Origin {
    for (let i = 0; i < keyWords; i++) this.#key.words[i] = hashes[at + i]!
    return this.#note(nowMs, origin)
  }

  #note(nowMs: number, origin: Origin): number | Origin {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs
    this.#clear()
    const known = this.#keys.find(this.#key.words)
    if (known !== none) {
      if (!this.#isOver(known)) return this.#arrivals[known]!.origin
      this.#delete(known)
    }
    return this.#add(origin)
  }

  /**
   * What was noted calls itself `name`, and nothing else from now on. Answers whether other bytes within the window have done so. Good for a
   * warning, since very seldom it takes two names for one (`name-hash.ts`).
   */
  isNamesake(noted: number, name: RecordName): boolean {
    hashName(name, this.#name)
    return this.#isNamesake(noted)
  }

  /** The same for a name whose hash stands in `hashes` from `at` on. */
  isNamesakeHashed(noted: number, hashes: Int32Array, at: number): boolean {
    for (let i = 0; i < nameWords; i++) this.#name[i] = hashes[at + i]!
    return this.#isNamesake(noted)
  }

  #isNamesake(noted: number): boolean {
    const row = this.#rowOf(noted)
    if (row === none) return false
    this.#unname(row)
    const other = this.#names.find(this.#name)
    if (other !== none) this.#unname(other)
    for (let i = 0; i < nameWords; i++) this.#rows.set(row, field.name + i, this.#name[i]!)
    this.#names.add(row)
    return other !== none && !this.#isOver(other)
  }

  /** What came with a request that could not be kept will come again, and is no repeat then. */
  forget(noted: readonly number[]): void {
    for (const each of noted) {
      const row = this.#rowOf(each)
      if (row !== none) this.#delete(row)
    }
  }

  /** Makes room for one more, and deletes some of what is over: the rest is not known any more, and goes with the next calls. */
  #clear(): void {
    for (let i = 0; i < clearedAtOnceMax && this.#oldest !== none; i++) {
      if (this.#size < this.#max && !this.#isOver(this.#oldest)) return
      this.#delete(this.#oldest)
    }
  }

  #isOver(row: number): boolean {
    return this.#arrivals[row]!.atMs + this.#windowMs <= this.#nowMs
  }

  /** The row of what was noted; none, when it has been deleted or is over. */
  #rowOf(noted: number): number {
    const row = noted % this.#max
    const turn = this.#rows.get(row, field.turn) >>> 0
    return turn * this.#max + row === noted && !this.#isOver(row) ? row : none
  }

  #add(origin: Origin): number {
    const row = this.#free === none ? this.#rows.add() : this.#free
    if (row === this.#free) this.#free = this.#rows.get(row, field.newer)
    for (let i = 0; i < keyWords; i++) this.#rows.set(row, field.key + i, this.#key.words[i]!)
    this.#keys.add(row)
    if (this.#arrival.origin !== origin || this.#arrival.atMs !== this.#nowMs) {
      this.#arrival = { atMs: this.#nowMs, origin }
    }
    this.#arrivals[row] = this.#arrival
    this.#link(this.#newest, row)
    this.#link(row, none)
    this.#size++
    // Below 2^53 for a bound of some 2^20. A number comes again when its row has been used 2^32 times, and all that knew it is long gone.
    return (this.#rows.get(row, field.turn) >>> 0) * this.#max + row
  }

  #delete(row: number): void {
    this.#keys.remove(row)
    this.#unname(row)
    this.#link(this.#rows.get(row, field.older), this.#rows.get(row, field.newer))
    this.#rows.set(row, field.turn, this.#rows.get(row, field.turn) + 1)
    this.#rows.set(row, field.newer, this.#free)
    this.#free = row
    this.#arrivals[row] = nobody
    this.#size--
  }

  /** Of a row without a name the hash is zero, which that of a name never is: looking for one that is not there takes as long as for one that is. */
  #unname(row: number): void {
    if (this.#rows.get(row, field.name) === 0) return
    this.#names.remove(row)
    this.#rows.set(row, field.name, 0)
  }

  /** Makes two rows neighbours; where one is none, the other is the oldest or the newest. */
  #link(older: number, newer: number): void {
    if (older === none) this.#oldest = newer
    else this.#rows.set(older, field.newer, newer)
    if (newer === none) this.#newest = older
    else this.#rows.set(newer, field.older, older)
  }
}
