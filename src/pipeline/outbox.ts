/**
 * Delivery for one destination, whatever it is: sealing, waiting, writing one batch at a time, trying again, giving up, and the
 * books about all that. The writer only knows how to write; who asks for entries to be sent is in `encoder.ts`.
 *
 *      put ─► open batch ─► sealed batches ─► writer.write ─► written, refused, or back to the front
 *             seals when full, or when it is flushAfterMs old and the writer is free
 *
 * An old batch is not sealed while the writer is busy or waits to try again: it would only tie up memory half empty. Entries
 * arrive in the order of `put`, and once, unless the destination itself leaves doubt (see its writer).
 */
import type { Identifier } from '../identifier.ts'
import { attemptTimeoutMsDefault, batchBytesMax, settleGraceMs } from '../limits.ts'
import { Attempt, type Outcome } from './attempt.ts'
import { backoffMs } from './backoff.ts'
import { BatchAge } from './batch-age.ts'
import { BatchQueue, entriesWithin, type Run } from './batch-queue.ts'
import { Breath, ReadingGate } from './breath.ts'
import { systemClock } from './clock.ts'
import { Gate } from './gate.ts'
import { Ledger } from './ledger.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { costOf, type OwnedBatch } from './owned-batch.ts'

export type { OutboxOptions, WhenFull } from './outbox-options.ts'

/** A batch is at most this part of the queue, so that small queues too can drop and resume in steps. */
const batchesPerQueue = 4

export class Outbox {
  readonly name: string
  readonly ledger = new Ledger()
  readonly #options: Required<OutboxOptions>
  readonly #queue: BatchQueue
  readonly #gate = new Gate()
  readonly #breath: Breath
  readonly #age: BatchAge
  #attempt: Attempt | undefined
  /** Failed writes in a row without a single entry arriving. */
  #failures = 0
  #cancelRetry: (() => void) | undefined
  /** Draining: everything is due. Expired: nothing is tried again. Ended: nothing is held, and nothing is taken. */
  #phase: 'open' | 'draining' | 'expired' | 'ended' = 'open'
  #drained: Promise<void> | undefined
  #resolveDrained: (() => void) | undefined
  #cancelDeadline: (() => void) | undefined
  #stopped: Promise<void> | undefined

  constructor(options: OutboxOptions) {
    this.name = options.name
    this.#options = {
      attemptTimeoutMs: attemptTimeoutMsDefault,
      observer: {},
      clock: systemClock,
      random: Math.random,
      reading: new ReadingGate(),
      ...options,
    }
    const batchBytes = Math.max(1, Math.min(batchBytesMax, Math.floor(options.queueBytesMax / batchesPerQueue)))
    this.#queue = new BatchQueue({ batchBytes, budget: options.budget })
    this.#breath = new Breath(this.#options)
    this.#age = new BatchAge(this.#options, () => this.#pump())
  }

  /**
   * True from the bound of the queue until half of it is free again, when `whenFull` is `block`; else never. Who reads streams
   * stops then, and looks again after each message. What still arrives, of messages already taken, is accepted over the bound
   * and counted like all else: nothing is lost here, but the overshoot is for the callers to keep small.
   */
  get full(): boolean {
    return this.#gate.isShut
  }

  /** Entries held in memory: the same as `ledger.queued`, counted where they lie. */
  get queuedEntries(): number {
    return this.#queue.entries
  }

  /** What is held, in bytes; measured as `queueBytesMax` is. */
  get queuedBytes(): number {
    return this.#queue.cost
  }

  /**
   * Takes the entries of a run: entry i is `source[ends[i - 1] .. ends[i])`, the first begins at `at`. The source is borrowed for
   * the call; the bytes are copied once, and nothing is allocated per entry. Never throws.
   */
  put(source: Uint8Array, at: number, ends: Int32Array, count: number, stream: Identifier): void {
    this.ledger.accept(count)
    if (this.#phase === 'ended') {
      this.#drop('shutdown', count)
      return
    }
    const run: Run = { source, ends, count, stream }
    for (let from = 0, start = at; from < count; start = ends[from - 1]!) from = this.#putSome(run, from, start)
    if (this.#options.whenFull === 'block' && this.#queue.cost >= this.#options.queueBytesMax) this.#gate.shut()
    if (this.#queue.hasOpen) this.#age.watch()
    this.#pump()
    if (this.#attempt !== undefined) this.#breath.grown(this.#queue.cost)
  }

  /** Calls back once, as soon as `full` is false: at once if it is. Returns the function that calls it off. */
  whenWritable(callback: () => void): () => void {
    return this.#gate.whenOpen(callback)
  }

  /**
   * Writes what is there, for at most `withinMs` milliseconds; what arrives meanwhile is taken too. What could not be written then
   * is counted as dropped, reason `shutdown`, and so is everything put later. A second call waits for the first.
   */
  drain(withinMs: number): Promise<void> {
    this.#drained ??= new Promise((resolve) => {
      this.#resolveDrained = resolve
      this.#phase = 'draining'
      this.#cancelRetry?.()
      this.#cancelRetry = undefined
      this.#cancelDeadline = this.#options.clock.after(withinMs, () => this.#expire())
      this.#pump()
      if (this.#queue.entries === 0) this.#end()
    })
    return this.#drained
  }

  /** Gives up what a `drain` before did not write, and closes the writer. May be called twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.drain(0).then(() => this.#options.writer.close())
    return this.#stopped
  }

  /** Queues, or drops, at least one entry of the run; returns the first that it left. */
  #putSome(run: Run, from: number, start: number): number {
    let count = this.#queue.fitting(run, from, start)
    if (count === 0) {
      this.#seal()
      count = this.#queue.fitting(run, from, start)
    }
    const cost = costOf(run.ends[from + count - 1]! - start, count)
    if (this.#options.whenFull === 'dropOldest') {
      if (!this.#makeRoom(cost)) {
        this.#drop('queue_full', count)
        return from + count
      }
    } else if (this.#options.whenFull === 'dropNewest' && this.#queue.cost + cost > this.#options.queueBytesMax) {
      const room = this.#options.queueBytesMax - this.#queue.cost
      count = entriesWithin({ ...run, count: from + count }, from, start, room, count, room)
      if (count === 0) {
        this.#drop('queue_full', run.count - from)
        return run.count
      }
    }
    this.#queue.append(run, from, from + count, start)
    return from + count
  }

  /** Drops the oldest batches until there is room; says no when dropping all that may be dropped would not make enough. */
  #makeRoom(cost: number): boolean {
    if (cost > this.#options.queueBytesMax - this.#queue.lentCost) return false
    while (this.#queue.cost + cost > this.#options.queueBytesMax) {
      if (!this.#queue.hasSealed) this.#seal()
      this.#drop('queue_full', this.#queue.evictOldest())
    }
    return true
  }

  #seal(): void {
    this.#queue.seal()
    this.#age.forget()
  }

  /** Starts the next write, if there is one to start. */
  #pump(): void {
    if (this.#attempt !== undefined || this.#cancelRetry !== undefined || this.#phase === 'ended') return
    if (!this.#queue.hasSealed && (this.#age.isDue || this.#phase === 'draining')) this.#seal()
    const batch = this.#queue.lend()
    if (batch !== undefined) void this.#write(batch)
  }

  async #write(batch: OwnedBatch): Promise<void> {
    const { writer, attemptTimeoutMs: timeoutMs, clock, observer } = this.#options
    this.#attempt = new Attempt({ writer, batch, timeoutMs, clock })
    const outcome = await this.#attempt.outcome
    // Given up at the end of a drain, and counted as dropped then: the batch is no longer in the queue.
    if (this.#phase === 'ended') return
    this.#attempt = undefined
    observer.writeSettled?.(outcome.seconds)
    this.#settle(batch, outcome)
    this.#proceed()
  }

  #settle(batch: OwnedBatch, { arrived, refused, error }: Outcome): void {
    const left = batch.entries - arrived - refused
    const retry = error?.retryable === true && this.#phase !== 'expired'
    this.ledger.write(arrived)
    this.#failures = error === undefined ? 0 : arrived > 0 ? 1 : this.#failures + 1
    if (retry && left > 0) this.#queue.putBack(arrived)
    else this.#queue.release()
    this.#drop('rejected', refused)
    if (error === undefined) return
    const retryInMs = retry ? this.#retryLater() : undefined
    this.#options.observer.writeFailed?.(error, retryInMs)
    if (!retry) this.#drop(error.retryable ? 'shutdown' : error.code, left)
  }

  #retryLater(): number {
    const retryInMs = backoffMs(this.#failures, this.#options.random)
    this.#cancelRetry = this.#options.clock.after(retryInMs, () => {
      this.#cancelRetry = undefined
      this.#pump()
    })
    return retryInMs
  }

  /** After a write: the next one, or the end of a drain; and paused streams may go on. */
  #proceed(): void {
    if (this.#phase === 'expired' || (this.#phase === 'draining' && this.#queue.entries === 0)) this.#end()
    else this.#pump()
    this.#breath.shrunk(this.#queue.cost)
    if (this.#queue.cost <= this.#options.queueBytesMax / 2) this.#gate.open()
  }

  /** The time of a drain is up: the write in flight is called off and may still say what had arrived. */
  #expire(): void {
    this.#phase = 'expired'
    this.#attempt?.callOff()
    if (this.#attempt === undefined) this.#end()
    else this.#cancelDeadline = this.#options.clock.after(settleGraceMs, () => this.#end())
  }

  #end(): void {
    this.#phase = 'ended'
    this.#cancelDeadline?.()
    this.#age.forget()
    this.#cancelRetry?.()
    const left = this.#queue.entries
    this.#queue.clear()
    this.#drop('shutdown', left)
    this.#resolveDrained?.()
    this.#breath.end()
    this.#gate.open()
  }

  #drop(reason: string, entries: number): void {
    if (entries === 0) return
    this.ledger.drop(reason, entries)
    this.#options.observer.dropped?.(reason, entries)
  }
}
