/**
 * A breath: nothing is read for a moment, so that a writer catches up. A write is answered once a turn of the event loop, and in one turn
 * many connections may bring more than one write takes; without a pause the queue would grow to its bound before a healthy writer, and
 * the memory it grows into costs more than the pause.
 *
 * A breath is no back-pressure. It is over when the queue has become small, and in any case after `breathMsMax`; then the writer is slow,
 * the queue is there for that, and there is no further breath before a write has ended.
 */
import { breathBytes, breathMsMax } from '../limits.ts'
import type { Clock } from './clock.ts'
import { Gate } from './gate.ts'

/** Shut while somebody holds it. One for a process: who reads sockets looks at it. */
export class ReadingGate {
  readonly #gate = new Gate()
  #holders = 0

  get isShut(): boolean {
    return this.#gate.isShut
  }

  /** Calls back once, as soon as nobody holds it. */
  whenOpen(callback: () => void): void {
    this.#gate.whenOpen(callback)
  }

  hold(): void {
    this.#holders++
    this.#gate.shut()
  }

  release(): void {
    if (--this.#holders === 0) this.#gate.open()
  }
}

/** Of one outbox. */
export class Breath {
  readonly #reading: ReadingGate
  readonly #clock: Clock
  readonly #fullBytes: number
  #cancelEnd: (() => void) | undefined
  #spent = false

  /** `queueBytesMax`: of the outbox; a small queue has its own ways of being full, and no breath. */
  constructor(options: { readonly reading: ReadingGate; readonly clock: Clock; readonly queueBytesMax: number }) {
    this.#reading = options.reading
    this.#clock = options.clock
    this.#fullBytes = options.queueBytesMax >= 2 * breathBytes ? breathBytes : Number.POSITIVE_INFINITY
  }

  /** Something was put into the queue while a write is in flight. */
  grown(queuedBytes: number): void {
    if (this.#spent || this.#cancelEnd !== undefined || queuedBytes < this.#fullBytes) return
    this.#spent = true
    this.#reading.hold()
    this.#cancelEnd = this.#clock.after(breathMsMax, () => this.end())
  }

  /** A write has ended. */
  shrunk(queuedBytes: number): void {
    this.#spent = false
    if (queuedBytes <= breathBytes / 2) this.end()
  }

  /** Reading goes on. */
  end(): void {
    if (this.#cancelEnd === undefined) return
    this.#cancelEnd()
    this.#cancelEnd = undefined
    this.#reading.release()
  }
}
