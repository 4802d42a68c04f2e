/**
 * Entries as a peer that reads lines wants them: each ends with one line feed. An entry that has its own is sent as it is, so
 * ordinary batches are not copied.
 */
import type { Batch } from '../batch.ts'

export interface FramedEntries {
  /** The batch's own bytes where nothing had to be added; else a copy. */
  readonly bytes: Uint8Array
  /** Exclusive end of entry i, its line feed included. */
  readonly ends: Uint32Array
}

const lineFeed = 0x0a

/** `extraNewline`: one more line feed behind every entry, as Kuma sent it up to 2.10. */
export function frameEntries({ bytes, entryEnds }: Batch, extraNewline: boolean): FramedEntries {
  const extra = extraNewline ? 1 : 0
  const added = missingLineFeeds(bytes, entryEnds) + extra * entryEnds.length
  if (added === 0) return { bytes, ends: entryEnds }

  const framed = new Uint8Array((entryEnds.at(-1) ?? 0) + added)
  const ends = new Uint32Array(entryEnds.length)
  let at = 0
  for (let i = 0, start = 0; i < entryEnds.length; start = entryEnds[i++]!) {
    const end = entryEnds[i]!
    framed.set(bytes.subarray(start, end), at)
    at += end - start
    const lineFeeds = extra + (endsLine(bytes, start, end) ? 0 : 1)
    framed.fill(lineFeed, at, at + lineFeeds)
    ends[i] = at += lineFeeds
  }
  return { bytes: framed, ends }
}

function missingLineFeeds(bytes: Uint8Array, entryEnds: Uint32Array): number {
  let missing = 0
  for (let i = 0, start = 0; i < entryEnds.length; start = entryEnds[i++]!) {
    if (!endsLine(bytes, start, entryEnds[i]!)) missing++
  }
  return missing
}

function endsLine(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && bytes[end - 1] === lineFeed
}
