/**
 * Finds rows by a key: some neighbouring numbers of each (`rows.ts`). Open addressing: a row stands at the place that its hash names, or at the
 * next free one after it.
 *
 *     hash   | part: 6 | … place, from bit 8 |          part   | 0 0 | row + 1, hash | row + 1, hash | 0 0 | …      0: free
 *
 * Parts grow one at a time, each to twice its size, so that no call moves more than a small share of the whole: with 200,000 rows 4,096 of
 * them, a fraction of a millisecond. One table of that size would take some milliseconds.
 *
 * The hash stands beside its row, since rows lie anywhere in memory, and looking into one takes longer than all the rest.
 *
 * Hashes are multiplied by random numbers, so that nobody can send keys that all want the same place.
 */
import { randomBytes } from 'node:crypto'
import type { Rows } from './rows.ts'

const partsCount = 64
const partShift = 26
const placeShift = 8
const smallestPart = 32

/** Shared by all parts that hold nothing: never written to, since a part grows before it takes its first row. */
const emptyPart = new Int32Array(2)

export interface IndexKey {
  /** The first of its numbers in a row. */
  readonly field: number
  /** How many there are, from two on. The first two are hashed: they have to be well mixed. */
  readonly length: number
}

export class RowIndex {
  readonly #rows: Rows
  readonly #field: number
  readonly #length: number
  readonly #parts: Int32Array[] = Array.from({ length: partsCount }, () => emptyPart)
  readonly #held = new Int32Array(partsCount)
  readonly #first: number
  readonly #second: number

  constructor(rows: Rows, { field, length }: IndexKey) {
    this.#rows = rows
    this.#field = field
    this.#length = length
    const random = randomBytes(8)
    this.#first = random.readInt32LE(0) | 1
    this.#second = random.readInt32LE(4) | 1
  }

  /** The row with this key; -1: there is none. */
  find(key: Int32Array): number {
    const hash = this.#hash(key[0]!, key[1]!)
    const part = this.#parts[hash >>> partShift]!
    const mask = maskOf(part)
    // A part is at most half full, so a free place always comes.
    for (let at = placeOf(hash, mask); ; at = (at + 2) & mask) {
      const row = part[at]! - 1
      if (row < 0 || (part[at + 1] === hash && this.#holds(row, key))) return row
    }
  }

  /** Takes a row, whose key stays as it is for as long as the row is here. No other row may have the same key. */
  add(row: number): void {
    const hash = this.#hashOf(row)
    const number = hash >>> partShift
    if (++this.#held[number]! * 4 > this.#parts[number]!.length) this.#grow(number)
    place(this.#parts[number]!, hash, row + 1)
  }

  /** Leaves the row out from now on. One that is not here may be named as well; then nothing happens. */
  remove(row: number): void {
    const hash = this.#hashOf(row)
    const number = hash >>> partShift
    const part = this.#parts[number]!
    const mask = maskOf(part)
    let at = placeOf(hash, mask)
    while (part[at] !== row + 1) {
      if (part[at] === 0) return
      at = (at + 2) & mask
    }
    this.#held[number]!--
    close(part, at)
  }

  #grow(number: number): void {
    const old = this.#parts[number]!
    const part = new Int32Array(Math.max(smallestPart, old.length * 2))
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) place(part, old[at + 1]!, old[at]!)
    this.#parts[number] = part
  }

  #holds(row: number, key: Int32Array): boolean {
    for (let i = 0; i < this.#length; i++) if (this.#rows.get(row, this.#field + i) !== key[i]) return false
    return true
  }

  #hashOf(row: number): number {
    return this.#hash(this.#rows.get(row, this.#field), this.#rows.get(row, this.#field + 1))
  }

  #hash(first: number, second: number): number {
    return (Math.imul(first, this.#first) + Math.imul(second, this.#second)) | 0
  }
}

/** Of positions in a part, which are even. */
function maskOf(part: Int32Array): number {
  return part.length - 2
}

function placeOf(hash: number, mask: number): number {
  return (hash >>> (placeShift - 1)) & mask
}

function place(part: Int32Array, hash: number, entry: number): void {
  const mask = maskOf(part)
  let at = placeOf(hash, mask)
  while (part[at] !== 0) at = (at + 2) & mask
  part[at] = entry
  part[at + 1] = hash
}

/**
 * Frees a place and moves rows behind it up, as far as each may go, so that whoever looks for them finds no gap on the way. Nothing is left
 * behind that would have to be cleared away one day, however often rows come and go.
 */
function close(part: Int32Array, at: number): void {
  const mask = maskOf(part)
  let gap = at
  for (let next = (at + 2) & mask; part[next] !== 0; next = (next + 2) & mask) {
    const wanted = placeOf(part[next + 1]!, mask)
    if (((next - wanted) & mask) < ((next - gap) & mask)) continue
    part[gap] = part[next]!
    part[gap + 1] = part[next + 1]!
    gap = next
  }
  part[gap] = 0
}
