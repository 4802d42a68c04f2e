/**
 * What one outbox holds, in order of arrival, and what it costs. No timers, no writer, no policy: those are in `outbox.ts`.
 *
 *      ◄── lent ──◄── sealed[0] sealed[1] … ◄── open ◄── entries
 *          (with the writer)
 *
 * Two counts are kept. `cost` is what the entries need; the bound of the queue is measured against it. The process-wide budget is
 * told of the memory behind them, which may be twice as much: a batch is sealed when the next entry does not fit. Two batches
 * kept for reuse are in no count.
 */
import type { Identifier } from '../identifier.ts'
import { batchEntriesMax, freeBatchesMax, quietBatchBytes } from '../limits.ts'
import type { Budget } from './budget.ts'
import { costOf, OwnedBatch } from './owned-batch.ts'

/** How much larger a batch is than the one before it that was filled. */
const growth = 4
/**
 * After so many in a row that the next smaller size would have held, batches get smaller, and their memory is made anew; at once when the
 * process has no memory to spare, which a thousand backends behind a burst would otherwise tie up.
 */
const smallBatchesMax = 8

export interface BatchQueueOptions {
  /** Largest size of a batch in bytes; an entry that is larger than the batches of the moment gets one of its own, made to measure. */
  readonly batchBytes: number
  readonly budget: Budget
}

/** Rendered entries side by side in somebody else's memory. `start` is where entry `from` begins, `ends` are positions there. */
export interface Run {
  readonly source: Uint8Array
  readonly ends: Int32Array
  readonly count: number
  readonly stream: Identifier
}

export class BatchQueue {
  readonly #batchBytesMax: number
  readonly #quietBytes: number
  /** Of the next ordinary batch: small while there is little to write. */
  #batchBytes: number
  /** In a row, that were small for it. */
  #smallBatches = 0
  readonly #budget: Budget
  readonly #sealed: OwnedBatch[] = []
  readonly #free: OwnedBatch[] = []
  #open: OwnedBatch | undefined
  #lent: OwnedBatch | undefined
  #entries = 0
  #cost = 0

  constructor({ batchBytes, budget }: BatchQueueOptions) {
    this.#batchBytesMax = batchBytes
    this.#quietBytes = Math.min(quietBatchBytes, batchBytes)
    this.#batchBytes = this.#quietBytes
    this.#budget = budget
  }

  /** Entries held, the lent ones included. */
  get entries(): number {
    return this.#entries
  }

  get cost(): number {
    return this.#cost
  }

  get lentCost(): number {
    return this.#lent?.cost ?? 0
  }

  get hasOpen(): boolean {
    return this.#open !== undefined
  }

  get hasSealed(): boolean {
    return this.#sealed.length > 0
  }

  /** How many entries of the run, from `from` on, the open batch can take: 0 when it must be sealed first. */
  fitting(run: Run, from: number, start: number): number {
    const room = this.#open ?? { roomBytes: this.#batchBytes, roomEntries: batchEntriesMax }
    const count = entriesWithin(run, from, start, room.roomBytes, room.roomEntries, Number.POSITIVE_INFINITY)
    return count === 0 && this.#open === undefined ? 1 : count
  }

  /** Copies entries that `fitting` has agreed to. */
  append(run: Run, from: number, to: number, start: number): void {
    const bytes = run.ends[to - 1]! - start
    this.#open ??= this.#take(bytes)
    this.#open.append(run.source, start, run.ends, from, to, run.stream)
    this.#entries += to - from
    this.#cost += costOf(bytes, to - from)
  }

  /** The open batch takes no more entries. */
  seal(): void {
    const batch = this.#open
    if (batch === undefined) return
    this.#sealed.push(batch)
    this.#open = undefined
    this.#resize(batch)
  }

  /** Gives the oldest sealed batch away until `release` or `putBack`; nothing when there is none. */
  lend(): OwnedBatch | undefined {
    this.#lent = this.#sealed.shift()
    return this.#lent
  }

  /** The lent batch is done with: written, or given up. */
  release(): void {
    const batch = this.#lent
    this.#lent = undefined
    if (batch !== undefined) this.#forget(batch)
  }

  /** The lent batch returns to the front without its first `arrived` entries, which are fewer than all. */
  putBack(arrived: number): void {
    const batch = this.#lent!
    this.#lent = undefined
    const cost = batch.cost
    batch.dropFirst(arrived)
    this.#entries -= arrived
    this.#cost -= cost - batch.cost
    this.#sealed.unshift(batch)
  }

  /** Forgets the oldest batch that is not lent, and says how many entries that cost; 0 when there is none. */
  evictOldest(): number {
    const batch = this.#sealed.shift()
    if (batch === undefined) return 0
    const entries = batch.entries
    this.#forget(batch)
    return entries
  }

  /** Forgets everything. A lent batch stays readable for its writer, and its memory is not used again. */
  clear(): void {
    this.seal()
    while (this.evictOldest() > 0);
    const batch = this.#lent
    if (batch === undefined) return
    this.#lent = undefined
    this.#entries -= batch.entries
    this.#cost -= batch.cost
    this.#budget.give(batch.memoryBytes)
  }

  /** The next batches: larger when this one was filled, smaller when many were not nearly. */
  #resize({ roomBytes, roomEntries }: OwnedBatch): void {
    const size = this.#batchBytes
    const isSmall = roomEntries > 0 && size - roomBytes <= size / growth
    this.#smallBatches = isSmall ? this.#smallBatches + 1 : 0
    if (roomBytes < size / 2 || roomEntries === 0) this.#setSize(Math.min(growth * size, this.#batchBytesMax))
    else if (this.#smallBatches >= smallBatchesMax || (isSmall && this.#budget.exhausted))
      this.#setSize(Math.max(size / growth, this.#quietBytes))
  }

  #setSize(bytes: number): void {
    if (bytes === this.#batchBytes) return
    this.#batchBytes = bytes
    this.#smallBatches = 0
    this.#free.length = 0
  }

  #take(bytes: number): OwnedBatch {
    const batch =
      bytes > this.#batchBytes
        ? new OwnedBatch(bytes, 1)
        : (this.#free.pop() ?? new OwnedBatch(this.#batchBytes, batchEntriesMax))
    this.#budget.take(batch.memoryBytes)
    return batch
  }

  #forget(batch: OwnedBatch): void {
    this.#entries -= batch.entries
    this.#cost -= batch.cost
    this.#budget.give(batch.memoryBytes)
    batch.clear()
    const ordinary = batch.roomBytes === this.#batchBytes && batch.roomEntries === batchEntriesMax
    if (ordinary && this.#free.length < freeBatchesMax) this.#free.push(batch)
  }
}

/**
 * How many entries of the run, from `from` on, stay within all three bounds. The usual answer, all of them, is tried first; else
 * the boundary is looked for by halving, since each measure only grows with the number of entries.
 */
export function entriesWithin(
  run: Run,
  from: number,
  start: number,
  bytesMax: number,
  entriesMax: number,
  costMax: number,
): number {
  const within = (count: number) => {
    const bytes = run.ends[from + count - 1]! - start
    return bytes <= bytesMax && count <= entriesMax && costOf(bytes, count) <= costMax
  }
  const all = run.count - from
  if (within(all)) return all
  let fits = 0
  let tooMany = all
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (within(middle)) fits = middle
    else tooMany = middle
  }
  return fits
}
