/** Whom an outbox tells what befalls it. */
import type { WriteError } from '../errors.ts'

/** What others may want to know; called per write and per loss, never per entry. */
export interface OutboxObserver {
  /** A write has ended, well or not; the histogram `als_sink_write_seconds`. */
  writeSettled?(seconds: number): void
  /** `retryInMs`: undefined when the rest of the batch is given up. */
  writeFailed?(error: WriteError, retryInMs: number | undefined): void
  dropped?(reason: string, entries: number): void
  /** The spool could not do what it was asked to; it is tried again, or some entries come twice after a crash. */
  spoolFailed?(error: Error): void
}
