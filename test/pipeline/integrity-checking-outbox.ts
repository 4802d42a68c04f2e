/**
 * An outbox that holds its books against what lies in its queue after each call from outside, and whenever a test asks.
 */
import type { Identifier } from '../../src/identifier.ts'
import { Outbox } from '../../src/pipeline/outbox.ts'
import { runOf } from './runs.ts'

export class IntegrityCheckingOutbox extends Outbox {
  override put(source: Uint8Array, at: number, ends: Int32Array, count: number, stream: Identifier): void {
    super.put(source, at, ends, count, stream)
    this.check()
  }

  override whenWritable(callback: () => void): () => void {
    const cancel = super.whenWritable(() => {
      this.check()
      callback()
      this.check()
    })
    this.check()
    return cancel
  }

  override drain(withinMs: number): Promise<void> {
    const drained = super.drain(withinMs).then(() => this.check())
    this.check()
    return drained
  }

  override stop(): Promise<void> {
    const stopped = super.stop().then(() => this.check())
    this.check()
    return stopped
  }

  /** A run made of strings; the source is spoiled afterwards, for it was only borrowed. */
  putEntries(entries: readonly string[], stream: Identifier): void {
    const { source, at, ends, count } = runOf(entries)
    this.put(source, at, ends, count, stream)
    source.fill(0x21)
    ends.fill(-1)
  }

  check(): void {
    const { ledger } = this
    const right = ledger.written + ledger.droppedTotal + ledger.queued + ledger.spooled
    if (ledger.accepted + ledger.recovered !== right) throw new Error(`books off by ${ledger.difference}`)
    if (ledger.queued !== this.queuedEntries) {
      throw new Error(`books say ${ledger.queued} queued, the queue holds ${this.queuedEntries}`)
    }
    const reasons = [...ledger.dropped.values()].reduce((sum, count) => sum + count, 0)
    if (reasons !== ledger.droppedTotal) throw new Error('the reasons do not add up to what was dropped')
    if (this.queuedBytes < 0 || (this.queuedBytes === 0) !== (this.queuedEntries === 0)) {
      throw new Error(`${this.queuedEntries} entries cannot need ${this.queuedBytes} bytes`)
    }
  }
}
