/**
 * The law of the outbox: a writer knows how to write. It never decides whether, when, or again; sealing, retry, back-pressure,
 * drop policy and accounting live once, in `pipeline/outbox.ts`.
 */
import type { Batch } from '../batch.ts'

/** One destination. The outbox calls it, one write at a time. */
export interface Writer {
  /** For people: "file /var/log/mesh.log", "tcp 10.0.0.5:5000". */
  readonly name: string
  /**
   * Resolves when the destination has taken the batch, with the entries it refused for good (OTLP partial success; else 0).
   * Rejects with WriteError (`retryable`, `entriesWritten`). The batch is borrowed until the promise settles.
   */
  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }>
  /**
   * Whether a write settles only when it is as durable as this destination can promise: then there is nothing to flush for it, and whoever
   * waits for it need not wait for the writes behind it. Default: false.
   */
  readonly settlesDurable?: boolean
  /** What was written is now as durable as this destination can promise. */
  flush(): Promise<void>
  /** Open the destination anew (SIGHUP, rotation, changed DNS); nothing already accepted is lost. */
  reopen(): Promise<void>
  /** Flush, then release. May be called twice. */
  close(): Promise<void>
}
