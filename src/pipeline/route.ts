/**
 * What a stream sees of the pipelines: where its entries go, and whether it must pause. `router.ts` makes these; `als/session.ts`
 * holds one per stream.
 */
import type { Spans } from '../wire/spans.ts'

export type EntryKind = 'http' | 'tcp'

export interface Route {
  /**
   * Renders and queues the entries of one message; the spans lie in the kernel's memory and are borrowed for the call. Never
   * throws: an entry that cannot be rendered is counted by reason and costs itself alone. A reload of the configuration takes
   * effect here, between two messages.
   * `receivedAtMs`: milliseconds since the epoch.
   */
  put(kind: EntryKind, entries: Spans, receivedAtMs: number): void
  /** True while an outbox behind this route is full and set to `block`: the session stops reading its stream. */
  readonly blocked: boolean
  /** Calls back once, when `blocked` has become false again. */
  whenUnblocked(callback: () => void): void
  /** The stream has ended; pending callbacks are forgotten. */
  close(): void
}
