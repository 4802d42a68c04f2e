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
import { Admission } from './admission.ts'
import { BatchAge } from './batch-age.ts'
import { BatchQueue, type Run } from './batch-queue.ts'
import { Breath, ReadingGate } from './breath.ts'
import { systemClock } from './clock.ts'
import { Gate } from './gate.ts'
import { Ledger } from './ledger.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { LostError, Receipts } from './receipts.ts'
import { type Books, Sender } from './sender.ts'
import { SpoolStage } from './spool-stage.ts'

export type { OutboxOptions, WhenFull } from './outbox-options.ts'

/** A batch is at most this part of the queue, so that small queues too can drop and resume in steps. */
const batchesPerQueue = 4

type Optional = 'retryDelayMs' | 'spool' | 'quarantine' | 'ledger'
type FullOptions = Required<Omit<OutboxOptions, Optional>> & Pick<OutboxOptions, Optional>

export class Outbox {
  readonly name: string
  readonly ledger: Ledger
  readonly #options: FullOptions
  readonly #queue: BatchQueue
  readonly #gate = new Gate()
  readonly #breath: Breath
  readonly #age: BatchAge
  readonly #receipts: Receipts
  readonly #admission: Admission
  /** From memory to the destination, or to the spool. */
  readonly #sender: Sender
  /** From the spool to the destination. */
  readonly #spool: SpoolStage | undefined
  /** Draining: everything is due. Expired: nothing is tried again. Ended: nothing is held, and nothing is taken. */
  #phase: 'open' | 'draining' | 'expired' | 'ended' = 'open'
  #drained: Promise<void> | undefined
  #resolveDrained: (() => void) | undefined
  #cancelDeadline: (() => void) | undefined
  #stopped: Promise<void> | undefined

  constructor(options: OutboxOptions) {
    this.name = options.name
    this.ledger = options.ledger ?? new Ledger()
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
    const { spool } = options
    const common = { ...this.#options, quarantine: options.quarantine, onProgress: () => this.#proceed() }
    this.#spool = spool && new SpoolStage({ ...common, spool, ledger: this.ledger, keeps: true })
    const writer = this.#spool?.appender ?? options.writer
    this.#receipts = new Receipts(writer.settlesDurable ? null : () => writer.flush())
    this.#admission = new Admission({
      ...this.#options,
      queue: this.#queue,
      seal: () => this.#seal(),
      queued: (entries) => this.#receipts.came(entries),
      turnedAway: (entries) => this.#drop('queue_full', entries),
      evicted: (entries) => {
        this.#drop('queue_full', entries)
        this.#receipts.wentLost(entries, 'the queue was full')
      },
    })
    const queued = { ...common, writer, source: this.#queue, books: this.#books(), keeps: false }
    // The destination may ask for another patience; a spool does not.
    this.#sender = new Sender(this.#spool ? { ...queued, retryDelayMs: undefined } : queued)
    // What an earlier run has left.
    this.#spool?.pump()
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
    return this.#queue.entries + (this.#spool?.lentEntries ?? 0)
  }

  /** What is held, in bytes; measured as `queueBytesMax` is. */
  get queuedBytes(): number {
    return this.#queue.cost + (this.#spool?.lentCost ?? 0)
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
    for (let from = 0, start = at; from < count; start = ends[from - 1]!) from = this.#admission.admit(run, from, start)
    if (this.#options.whenFull === 'block' && this.#queue.cost >= this.#options.queueBytesMax) this.#gate.shut()
    if (this.#queue.hasOpen) this.#age.watch()
    this.#pump()
    if (this.#sender.isWriting) this.#breath.grown(this.#queue.cost)
  }

  /**
   * Resolves when everything that was put is safe: in the destination (a file: on its disk), or in the spool, on disk. Rejects with
   * LostError when some of it was dropped, or that could not be done. Only with `block` nothing is dropped at the door. Whoever waits for it
   * hurries.
   */
  receipt(): Promise<void> {
    return this.#phase === 'ended' ? Promise.reject(new LostError('the sink was stopped')) : this.#receipts.next()
  }

  /** What was put is due as soon as the writer is free; what comes until then goes with it. */
  hurry(): void {
    if (this.#queue.hasOpen) this.#age.hurry()
    this.#pump()
  }

  /** The spool has found so many of its entries damaged. */
  spoolDamaged(entries: number): void {
    this.#spool?.lose(entries)
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
      this.#cancelDeadline = this.#options.clock.after(withinMs, () => this.#expire())
      this.#sender.hurry()
      this.#pump()
      this.#spool?.hurry()
      if (!this.#isBusy()) this.#proceed()
    })
    return this.#drained
  }

  /** Gives up what a `drain` before did not write, and closes the writer. May be called twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.drain(0).then(async () => {
      // A destination that does not close well must not keep the spool's lock.
      await this.#options.writer.close().finally(() => this.#spool?.close())
    })
    return this.#stopped
  }

  #books(): Books {
    return {
      write: (entries) => {
        if (this.#spool === undefined) this.ledger.write(entries)
        else this.ledger.spool(entries)
        this.#receipts.wentWell(entries)
      },
      drop: (reason, entries) => {
        this.ledger.drop(reason, entries)
        this.#receipts.wentLost(entries, reason)
      },
    }
  }

  #seal(): void {
    this.#queue.seal()
    this.#age.forget()
  }

  #pump(): void {
    this.#sealDue()
    this.#sender.pump()
    this.#spool?.pump()
  }

  #sealDue(): void {
    const { isWriting, isPausing } = this.#sender
    const isDue = this.#age.isDue || this.#phase === 'draining'
    if (isDue && this.#queue.hasOpen && !this.#queue.hasSealed && !isWriting && !isPausing) this.#seal()
  }

  /** After a write: maybe the end of a drain; and paused streams may go on. */
  #proceed(): void {
    if (this.#phase === 'ended') return
    const isDone = this.#queue.entries === 0 && (this.#spool === undefined || this.#spool.isDone)
    if ((this.#phase === 'expired' && !this.#isBusy()) || (this.#phase === 'draining' && isDone)) {
      this.#end()
      return
    }
    this.#sealDue()
    this.#spool?.pump()
    this.#breath.shrunk(this.#queue.cost)
    if (this.#queue.cost <= this.#options.queueBytesMax / 2) this.#gate.open()
  }

  #isBusy(): boolean {
    return this.#sender.isWriting || this.#spool?.isWriting === true
  }

  /** The time of a drain is up: the writes in flight are called off and may still say what had arrived. */
  #expire(): void {
    this.#phase = 'expired'
    this.#sender.expire()
    this.#spool?.expire()
    if (this.#isBusy()) this.#cancelDeadline = this.#options.clock.after(settleGraceMs, () => this.#end())
    else this.#end()
  }

  #end(): void {
    this.#phase = 'ended'
    this.#cancelDeadline?.()
    this.#age.forget()
    this.#sender.end()
    this.#spool?.end()
    const left = this.#queue.entries
    this.#queue.clear()
    this.#drop('shutdown', left)
    this.#receipts.wentLost(left, 'the sink was stopped')
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
