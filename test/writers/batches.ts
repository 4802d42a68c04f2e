/**
 * Batches made of strings.
 */
import type { Batch } from '../../src/batch.ts'
import { unidentified } from '../../src/identifier.ts'

export function batchOf(entries: readonly string[]): Batch {
  const ends = new Uint32Array(entries.length)
  let end = 0
  for (const [i, entry] of entries.entries()) ends[i] = end += Buffer.byteLength(entry)
  // A buffer of its own: Buffer.from would lend a piece of a shared one.
  const bytes = new Uint8Array(Buffer.from(entries.join('')))
  return { bytes, entryEnds: ends, groups: entries.length === 0 ? [] : [{ firstEntry: 0, stream: unidentified }] }
}

/** `entry 0 ......\n`, each as long as asked for. */
export function lines(count: number, bytes: number, first = 0): string[] {
  return Array.from({ length: count }, (_, i) => `${`entry ${first + i} `.padEnd(bytes - 1, '.')}\n`)
}
