/**
 * A writer whose destination does what the test says, when it says so. It keeps what arrived, and complains when the outbox breaks
 * the rules: two writes at a time, or a batch that changes while it is borrowed.
 */

import type { Batch, Group } from '../../src/batch.ts'
import { WriteError } from '../../src/errors.ts'
import type { Writer } from '../../src/writers/writer.ts'
import { entriesOf } from './runs.ts'

interface PendingWrite {
  readonly batch: Batch
  readonly entries: readonly string[]
  readonly signal: AbortSignal
  resolve(answer: { rejected: number }): void
  reject(error: unknown): void
}

export class ScriptedWriter implements Writer {
  readonly name = 'scripted'
  readonly delivered: string[] = []
  readonly complaints: string[] = []
  readonly groups: (readonly Group[])[] = []
  writes = 0
  closed = 0
  /** Settles writes by itself while set. */
  automatic = false
  #pending: PendingWrite | undefined

  get pending(): readonly string[] | undefined {
    return this.#pending?.entries
  }

  get signal(): AbortSignal | undefined {
    return this.#pending?.signal
  }

  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    this.writes++
    this.groups.push([...batch.groups])
    if (this.#pending !== undefined) this.complaints.push('a second write began before the first had settled')
    if (batch.entryEnds.length === 0) this.complaints.push('an empty batch')
    return new Promise((resolve, reject) => {
      this.#pending = { batch, entries: entriesOf(batch), signal, resolve, reject }
      if (this.automatic) this.succeed()
    })
  }

  /** All arrived, save the last `rejected`, which the destination refused for good. */
  succeed(rejected = 0): void {
    const write = this.#settle()
    if (write === undefined) return
    const refused = Math.min(rejected, write.entries.length)
    this.delivered.push(...write.entries.slice(0, write.entries.length - refused))
    write.resolve({ rejected: refused })
  }

  /** The first `arrived` made it, the rest did not. */
  fail({ retryable, arrived = 0, code = 'broken' }: { retryable: boolean; arrived?: number; code?: string }): void {
    const write = this.#settle()
    if (write === undefined) return
    const entriesWritten = Math.min(arrived, write.entries.length)
    this.delivered.push(...write.entries.slice(0, entriesWritten))
    write.reject(new WriteError({ code, message: `scripted: ${code}`, retryable, entriesWritten }))
  }

  /** Fails with something that is no WriteError. */
  crash(error: unknown): void {
    this.#settle()?.reject(error)
  }

  async flush(): Promise<void> {}
  async reopen(): Promise<void> {}
  async close(): Promise<void> {
    this.closed++
  }

  #settle(): PendingWrite | undefined {
    const write = this.#pending
    this.#pending = undefined
    if (write !== undefined && entriesOf(write.batch).join() !== write.entries.join()) {
      this.complaints.push('the batch changed while it was borrowed')
    }
    return write
  }
}
