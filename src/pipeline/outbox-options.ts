/**
 * What an outbox is told when it is made, with units and defaults; `outbox.ts` tells what it does with it.
 */
import type { Batch } from '../batch.ts'
import type { WriteError } from '../errors.ts'
import type { Writer } from '../writers/writer.ts'
import type { ReadingGate } from './breath.ts'
import type { Budget } from './budget.ts'
import type { Clock } from './clock.ts'
import type { Ledger } from './ledger.ts'
import type { OutboxObserver } from './outbox-observer.ts'
import type { SpoolStore } from './spool-store.ts'

/**
 * What happens at the bound of the queue. `block`: `full` becomes true and streams pause. `dropOldest`, `dropNewest`: entries are
 * dropped with reason `queue_full`, whole batches of the oldest or what does not fit of the newest.
 */
export type WhenFull = 'block' | 'dropOldest' | 'dropNewest'

export interface OutboxOptions {
  /** The backend as metrics and the ledger's table call it. */
  readonly name: string
  /** Belongs to the outbox, which closes it in `stop`. */
  readonly writer: Writer
  /** Books that another outbox of this name has begun and, having stopped, keeps no more. Default: new ones. */
  readonly ledger?: Ledger
  readonly budget: Budget
  /** Shut for a moment when the writer has to catch up. Default: nobody's. */
  readonly reading?: ReadingGate
  /**
   * Bound of what waits here, in bytes: entries with 4 bytes each for their boundary, those being filled and those in flight
   * included. Except with `block`, an entry that is larger than the whole queue is dropped.
   */
  readonly queueBytesMax: number
  readonly whenFull: WhenFull
  /** A batch is sealed this long after its first entry, in milliseconds; 0: with every `put`. */
  readonly flushAfterMs: number
  /** After this long a write is called off and tried again, in milliseconds. Default 30 s. */
  readonly attemptTimeoutMs?: number
  /** Bound of the wait before the first repetition, in milliseconds. Default 250 ms. */
  readonly retryDelayMs?: number
  readonly observer?: OutboxObserver
  readonly clock?: Clock
  /** In [0, 1); the jitter of retries. Default `Math.random`. */
  readonly random?: () => number
  /** Batches wait on disk before they go to the writer. Opened already; belongs to the outbox, which closes it in `stop`. */
  readonly spool?: SpoolStore
  /**
   * Keeps what the destination refuses for good where people can look at it. The batch is borrowed until the promise settles. Never
   * rejects.
   */
  readonly quarantine?: (refused: Batch, error: WriteError) => Promise<void>
}
