/**
 * The coin that pipelines, spools and writers pass on: whole rendered entries side by side, with their boundaries. A writer adds
 * its own envelope.
 */
import type { Identifier } from './identifier.ts'

/** Neighbouring entries of one stream, from `firstEntry` up to the next group. OTLP makes one ResourceLogs of each. */
export interface Group {
  readonly firstEntry: number
  readonly stream: Identifier
}

export interface Batch {
  /** Entry i is `bytes[entryEnds[i - 1] ?? 0 .. entryEnds[i])`. Borrowed: valid until the write of the batch settles. */
  readonly bytes: Uint8Array
  /** Exclusive end of entry i, in bytes. Its length is the number of entries. */
  readonly entryEnds: Uint32Array
  readonly groups: readonly Group[]
}
