/**
 * The stage on disk between the queue and the destination, for backends with a spool:
 *
 *      queue ─► appender ─► spool ─► sender ─► destination
 *      queued               spooled            written
 *
 * Every batch passes through, so the order is the order of arrival, and a crash costs what is still in the queue. A full spool holds up
 * the queue, whose own bound and policy then count. What is on disk at the end of a drain stays there for the next run.
 */
import type { Batch } from '../batch.ts'
import { WriteError } from '../errors.ts'
import { recordBytesOf } from '../spool/record.ts'
import type { Writer } from '../writers/writer.ts'
import type { Budget } from './budget.ts'
import type { Ledger } from './ledger.ts'
import type { OutboxObserver } from './outbox-observer.ts'
import { OwnedBatch } from './owned-batch.ts'
import { type BatchSource, Sender, type SenderOptions } from './sender.ts'
import type { SpoolStore } from './spool-store.ts'

export interface SpoolStageOptions extends Omit<SenderOptions, 'source' | 'books'> {
  readonly spool: SpoolStore
  readonly ledger: Ledger
  readonly budget: Budget
}

export class SpoolStage implements BatchSource {
  /** Takes batches into the spool. */
  readonly appender: Writer
  readonly #spool: SpoolStore
  readonly #ledger: Ledger
  readonly #budget: Budget
  readonly #observer: OutboxObserver
  readonly #sender: Sender
  /** Waiting for room in the spool. */
  readonly #waiting = new Set<() => void>()
  /** The oldest batch, read ahead. */
  #ready: OwnedBatch | undefined
  #lent: OwnedBatch | undefined
  #reading = false
  /** Releases, one after the other. */
  #released: Promise<void> = Promise.resolve()

  constructor(options: SpoolStageOptions) {
    this.#spool = options.spool
    this.#ledger = options.ledger
    this.#budget = options.budget
    this.#observer = options.observer
    this.#ledger.recover(options.spool.recovered.entries)
    this.appender = new Appender(options.writer.name, options.spool, this.#waiting)
    const books = {
      write: (entries: number) => this.#ledger.write(entries),
      drop: (reason: string, entries: number) => this.#ledger.drop(reason, entries),
    }
    this.#sender = new Sender({ ...options, source: this, books })
  }

  /** Entries in memory on their way to the destination. */
  get lentEntries(): number {
    return this.#lent?.entries ?? 0
  }

  /** What they hold, in bytes, as a queue reckons. */
  get lentCost(): number {
    return this.#lent?.cost ?? 0
  }

  get isWriting(): boolean {
    return this.#sender.isWriting
  }

  /** Whether nothing is left on disk. */
  get isDone(): boolean {
    return this.#ledger.spooled === 0 && this.#lent === undefined
  }

  /** So many entries on disk turned out to be damaged. */
  lose(entries: number): void {
    this.#ledger.unspool(entries)
    this.#ledger.drop('spool_damaged', entries)
    this.#observer.dropped?.('spool_damaged', entries)
  }

  pump(): void {
    this.#sender.pump()
  }

  hurry(): void {
    this.#sender.hurry()
  }

  expire(): void {
    this.#sender.expire()
  }

  /** What is lent is not lost: it is on disk. */
  end(): void {
    this.#sender.end()
    this.#budget.give(this.#ready?.memoryBytes ?? 0)
    this.#ready = undefined
    if (this.#lent === undefined) return
    this.#budget.give(this.#lent.memoryBytes)
    this.#ledger.spool(this.#lent.entries)
    this.#lent = undefined
  }

  async close(): Promise<void> {
    await this.#released
    await this.#spool.close()
  }

  lend(): OwnedBatch | undefined {
    const batch = this.#ready
    if (batch === undefined) {
      if (this.#ledger.spooled > 0) void this.#readAhead()
      return undefined
    }
    this.#ready = undefined
    this.#lent = batch
    this.#ledger.unspool(batch.entries)
    return batch
  }

  release(): void {
    const { entries, memoryBytes } = this.#lent!
    this.#lent = undefined
    this.#budget.give(memoryBytes)
    this.#release(entries)
  }

  putBack(done: number): void {
    const batch = this.#lent!
    this.#lent = undefined
    if (done > 0) this.#release(done)
    batch.dropFirst(done)
    this.#ledger.spool(batch.entries)
    this.#ready = batch
  }

  #keep(batch: OwnedBatch): void {
    this.#budget.take(batch.memoryBytes)
    this.#ready = batch
  }

  #release(entries: number): void {
    this.#released = this.#released
      .then(() => this.#spool.release(entries))
      .catch((error: Error) => this.#observer.spoolFailed?.(error))
      .then(() => {
        for (const goOn of this.#waiting) goOn()
      })
  }

  async #readAhead(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      const batch = await this.#spool.read()
      if (batch !== undefined) this.#keep(OwnedBatch.of(batch))
    } catch (error) {
      this.#observer.spoolFailed?.(error as Error)
    }
    this.#reading = false
    if (this.#ready !== undefined) this.#sender.pump()
  }
}

/** The spool as a writer: takes a batch when there is room for it. */
class Appender implements Writer {
  readonly name: string
  readonly #spool: SpoolStore
  readonly #waiting: Set<() => void>

  constructor(name: string, spool: SpoolStore, waiting: Set<() => void>) {
    this.name = `the spool of ${name}`
    this.#spool = spool
    this.#waiting = waiting
  }

  async write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    const bytes = recordBytesOf(batch)
    while (!this.#spool.hasRoom(bytes)) await this.#room(signal)
    try {
      await this.#spool.append(batch)
    } catch (cause) {
      const code = (cause as { code?: string }).code ?? 'spool_fault'
      const message = `${this.name} did not take a batch: ${(cause as Error).message}`
      throw new WriteError({ code, message, retryable: code !== 'too_large' }, { cause })
    }
    return { rejected: 0 }
  }

  flush(): Promise<void> {
    return this.#spool.sync()
  }

  async reopen(): Promise<void> {}

  async close(): Promise<void> {}

  #room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        this.#waiting.delete(goOn)
        signal.removeEventListener('abort', giveUp)
      }
      const goOn = () => {
        done()
        resolve()
      }
      const giveUp = () => {
        done()
        reject(new WriteError({ code: 'spool_full', message: `${this.name} is full.`, retryable: true }))
      }
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.add(goOn)
    })
  }
}
