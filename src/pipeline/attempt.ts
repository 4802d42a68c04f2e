/**
 * One write of one batch: bounded in time, to be called off, and answered in numbers that the books can use whatever the writer
 * says. What follows from the answer is decided in `outbox.ts`.
 */
import type { Batch } from '../batch.ts'
import { WriteError } from '../errors.ts'
import type { Writer } from '../writers/writer.ts'
import type { Clock } from './clock.ts'

export interface Outcome {
  /** Entries that the destination has. */
  readonly arrived: number
  /** Entries that it refused for good although it took what they came with. After an error, both are of the first of the batch. */
  readonly refused: number
  readonly error: WriteError | undefined
  readonly seconds: number
}

export interface AttemptOptions {
  readonly writer: Writer
  /** Lent to the writer until `outcome` settles. */
  readonly batch: Batch
  readonly timeoutMs: number
  readonly clock: Clock
}

export class Attempt {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>
  readonly #controller = new AbortController()

  constructor(options: AttemptOptions) {
    this.outcome = this.#run(options)
  }

  /** Asks the writer to stop and to say what has arrived. */
  callOff(): void {
    this.#controller.abort()
  }

  async #run({ writer, batch, timeoutMs, clock }: AttemptOptions): Promise<Outcome> {
    const startedMs = clock.now()
    const cancelTimeout = clock.after(timeoutMs, () => this.callOff())
    const entries = batch.entryEnds.length
    let refused = 0
    let arrived = 0
    let error: WriteError | undefined
    try {
      const answer = await writer.write(batch, this.#controller.signal)
      refused = clamp(answer.rejected, entries)
      arrived = entries - refused
    } catch (cause) {
      error = asWriteError(cause, writer.name)
      const done = clamp(error.entriesWritten, entries)
      refused = clamp(error.entriesRejected, done)
      arrived = done - refused
    }
    cancelTimeout()
    return { arrived, refused, error, seconds: (clock.now() - startedMs) / 1000 }
  }
}

/** Anything but a WriteError is a fault of the writer's code, over something in the batch: that would fail for ever. */
function asWriteError(cause: unknown, name: string): WriteError {
  if (cause instanceof WriteError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  return new WriteError(
    { code: 'writer_fault', message: `${name} broke down: ${said}`, retryable: false, blamesEntries: true },
    { cause },
  )
}

/** The books must balance even if a writer miscounts. */
function clamp(count: number, max: number): number {
  return Math.min(max, Math.max(0, Math.trunc(count) || 0))
}
