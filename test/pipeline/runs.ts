/**
 * Rendered entries as the encoder leaves them in memory, made of strings; and strings made of what a writer was given.
 */
import type { Batch } from '../../src/batch.ts'
import type { Identifier } from '../../src/identifier.ts'

export interface TestRun {
  readonly source: Uint8Array
  readonly at: number
  readonly ends: Int32Array
  readonly count: number
}

/** Something lies before the run, as in the real memory, and both arrays are longer than needed. */
export function runOf(entries: readonly string[], at = 100): TestRun {
  const bytes = Buffer.from(entries.join(''))
  const source = new Uint8Array(at + bytes.length + 50).fill(0x23)
  source.set(bytes, at)
  const ends = new Int32Array(entries.length + 10).fill(-1)
  let end = at
  for (const [i, entry] of entries.entries()) ends[i] = end += Buffer.byteLength(entry)
  return { source, at, ends, count: entries.length }
}

export function entriesOf({ bytes, entryEnds }: Batch): string[] {
  return Array.from(entryEnds, (end, i) => Buffer.from(bytes.subarray(entryEnds[i - 1] ?? 0, end)).toString())
}

export function identifierOf(nodeId: string, logName = 'log', nodeCluster = 'cluster'): Identifier {
  return { logName, nodeId, nodeCluster }
}
