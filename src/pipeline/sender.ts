/**
 * Gets batches to a writer: one at a time, tried again until they have arrived or are refused for good. Where batches come from, and
 * where they wait meanwhile, is the source's business: memory (`batch-queue.ts`) or disk (`spool-stage.ts`).
 *
 *      idle ─► writing ─► idle                      all arrived
 *                 ├─► pausing ─► writing            it may be tried again: after a pause that grows, or that the destination asked for
 *                 ├─► writing the first half        the destination refuses something in the batch: looked for by halving
 *                 └─► idle                          refused for good: quarantined, counted
 *
 * A batch of which something is refused again and again is given up whole after `splitsMax` halvings: nothing is tried for ever.
 */
import type { Batch } from '../batch.ts'
import type { WriteError } from '../errors.ts'
import { retryAfterMsMax, splitsMax } from '../limits.ts'
import type { Writer } from '../writers/writer.ts'
import { Attempt, type Outcome } from './attempt.ts'
import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { OutboxObserver } from './outbox-observer.ts'
import type { OwnedBatch } from './owned-batch.ts'

export interface BatchSource {
  /** Gives the oldest batch away until `release` or `putBack`; nothing when there is none now. */
  lend(): OwnedBatch | undefined
  /** The lent batch is done with: written, or given up. */
  release(): void
  /** The lent batch returns to the front without its first `done` entries, which are fewer than all. */
  putBack(done: number): void
}

/** Where entries are posted when they have left. */
export interface Books {
  write(entries: number): void
  drop(reason: string, entries: number): void
}

export interface SenderOptions {
  readonly writer: Writer
  readonly source: BatchSource
  readonly books: Books
  readonly attemptTimeoutMs: number
  readonly retryDelayMs?: number | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly observer: OutboxObserver
  /** Keeps what is refused for good where people can look at it. The batch is borrowed until the promise settles. Never rejects. */
  readonly quarantine: ((refused: Batch, error: WriteError) => Promise<void>) | undefined
  /** Whether what could not be sent until the end stays with the source; else it is dropped then. */
  readonly keeps: boolean
  /** A write has ended and is posted; called before the next begins. */
  readonly onProgress: () => void
}

export class Sender {
  readonly #options: SenderOptions
  #attempt: Attempt | undefined
  #busy = false
  #cancelPause: (() => void) | undefined
  /** Failed writes in a row without a single entry arriving. */
  #failures = 0
  /** Entries of the next attempt at most, while something in a batch is refused. */
  #entriesMax = Number.POSITIVE_INFINITY
  #splits = 0
  /** Expired: nothing is tried again. Ended: whatever is still in flight is nobody's business any more. */
  #phase: 'open' | 'expired' | 'ended' = 'open'

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Whether a batch is lent to the writer now. */
  get isWriting(): boolean {
    return this.#busy
  }

  get isPausing(): boolean {
    return this.#cancelPause !== undefined
  }

  /** Starts the next write, if there is one to start. */
  pump(): void {
    if (this.#busy || this.isPausing || this.#phase !== 'open') return
    const batch = this.#options.source.lend()
    if (batch !== undefined) void this.#write(batch)
  }

  /** Does not wait for the end of a pause. */
  hurry(): void {
    this.#cancelPause?.()
    this.#cancelPause = undefined
    this.pump()
  }

  /** Nothing is tried again. The write in flight is called off; it may still say what had arrived. */
  expire(): void {
    this.#phase = 'expired'
    this.#cancelPause?.()
    this.#cancelPause = undefined
    this.#attempt?.callOff()
  }

  /** Nothing is started, and nothing is posted any more. */
  end(): void {
    this.#phase = 'ended'
    this.#cancelPause?.()
    this.#cancelPause = undefined
  }

  async #write(batch: OwnedBatch): Promise<void> {
    const { writer, attemptTimeoutMs: timeoutMs, clock, observer, onProgress } = this.#options
    this.#busy = true
    const entries = Math.min(batch.entries, this.#entriesMax)
    this.#attempt = new Attempt({ writer, batch: batch.view(entries), timeoutMs, clock })
    const outcome = await this.#attempt.outcome
    this.#attempt = undefined
    const poison = this.#isPoison(outcome, entries)
    if (poison !== undefined) await this.#quarantine(batch, outcome.arrived + outcome.refused, entries, poison)
    this.#busy = false
    // Given up at the end of a drain, and counted as dropped then.
    if (this.#isEnded()) return
    observer.writeSettled?.(outcome.seconds)
    this.#settle(batch, entries, outcome)
    onProgress()
    this.pump()
  }

  #isEnded(): boolean {
    return this.#phase === 'ended'
  }

  /** The error, when what has not arrived of this attempt is refused for good and will not be looked through any further. */
  #isPoison({ arrived, refused, error }: Outcome, entries: number): WriteError | undefined {
    if (error === undefined || error.retryable || arrived + refused >= entries) return undefined
    return this.#splitFurther(error, entries - arrived - refused) ? undefined : error
  }

  #splitFurther({ blamesEntries }: WriteError, suspects: number): boolean {
    return blamesEntries && suspects > 1 && this.#splits < splitsMax && this.#phase === 'open'
  }

  async #quarantine(batch: OwnedBatch, from: number, to: number, error: WriteError): Promise<void> {
    await this.#options.quarantine?.(batch.view(to, from), error)
  }

  #settle(batch: OwnedBatch, entries: number, { arrived, refused, error }: Outcome): void {
    const { books, observer, keeps } = this.#options
    const suspects = entries - arrived - refused
    const retry = error?.retryable === true && (keeps || this.#phase === 'open')
    const split = error !== undefined && !error.retryable && this.#splitFurther(error, suspects)
    books.write(arrived)
    this.#failures = error === undefined || split ? 0 : arrived > 0 ? 1 : this.#failures + 1
    this.#giveBack(batch, retry || split ? arrived + refused : entries)
    this.#dropped('rejected', refused)
    if (split) {
      this.#splits++
      this.#entriesMax = Math.ceil(suspects / 2)
    } else if (!retry) {
      // What is behind a culprit is tried in larger and larger pieces.
      this.#entriesMax = this.#splits < splitsMax ? this.#entriesMax * 2 : Number.POSITIVE_INFINITY
    }
    if (error === undefined) return
    const retryInMs = retry ? this.#pause(error) : undefined
    if (!split) observer.writeFailed?.(error, retryInMs)
    if (!retry && !split) this.#dropped(error.retryable ? 'shutdown' : error.code, suspects)
  }

  #giveBack(batch: OwnedBatch, done: number): void {
    if (done < batch.entries) this.#options.source.putBack(done)
    else {
      this.#forgetSplits()
      this.#options.source.release()
    }
  }

  #forgetSplits(): void {
    this.#entriesMax = Number.POSITIVE_INFINITY
    this.#splits = 0
  }

  #pause({ retryAfterMs = 0 }: WriteError): number | undefined {
    if (this.#phase !== 'open') return undefined
    const { random, clock, retryDelayMs } = this.#options
    const retryInMs = Math.max(backoffMs(this.#failures, random, retryDelayMs), Math.min(retryAfterMs, retryAfterMsMax))
    this.#cancelPause = clock.after(retryInMs, () => {
      this.#cancelPause = undefined
      this.pump()
    })
    return retryInMs
  }

  #dropped(reason: string, entries: number): void {
    if (entries === 0) return
    this.#options.books.drop(reason, entries)
    this.#options.observer.dropped?.(reason, entries)
  }
}
