/** What comes into a queue, and what happens at its bound (`queue.whenFull`). */
import { type BatchQueue, entriesWithin, type Run } from './batch-queue.ts'
import type { WhenFull } from './outbox-options.ts'
import { costOf } from './owned-batch.ts'

export interface AdmissionOptions {
  readonly queue: BatchQueue
  readonly queueBytesMax: number
  readonly whenFull: WhenFull
  /** Seals the open batch. */
  readonly seal: () => void
  readonly queued: (entries: number) => void
  /** Entries that did not come in. */
  readonly turnedAway: (entries: number) => void
  /** Entries at the front of the queue that had to make room. */
  readonly evicted: (entries: number) => void
}

export class Admission {
  readonly #options: AdmissionOptions

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** Queues, or drops, at least one entry of the run; returns the first that it left. */
  admit(run: Run, from: number, start: number): number {
    const { queue, queueBytesMax, whenFull, seal, queued, turnedAway } = this.#options
    let count = queue.fitting(run, from, start)
    if (count === 0) {
      seal()
      count = queue.fitting(run, from, start)
    }
    const cost = costOf(run.ends[from + count - 1]! - start, count)
    if (whenFull === 'dropOldest') {
      if (!this.#makeRoom(cost)) {
        turnedAway(count)
        return from + count
      }
    } else if (whenFull === 'dropNewest' && queue.cost + cost > queueBytesMax) {
      const room = queueBytesMax - queue.cost
      count = entriesWithin({ ...run, count: from + count }, from, start, room, count, room)
      if (count === 0) {
        turnedAway(run.count - from)
        return run.count
      }
    }
    queue.append(run, from, from + count, start)
    queued(count)
    return from + count
  }

  /** Drops the oldest batches until there is room; says no when dropping all that may be dropped would not make enough. */
  #makeRoom(cost: number): boolean {
    const { queue, queueBytesMax, seal, evicted } = this.#options
    if (cost > queueBytesMax - queue.lentCost) return false
    while (queue.cost + cost > queueBytesMax) {
      if (!queue.hasSealed) seal()
      evicted(queue.evictOldest())
    }
    return true
  }
}
