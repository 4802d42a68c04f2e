/** Batches made of strings, and what else the tests of the spool share. */
import type { Batch, Group } from '../../src/batch.ts'
import type { SpoolError } from '../../src/errors.ts'
import type { Spool } from '../../src/spool/spool.ts'

export type Stream = Group['stream']

export const stream: Stream = { logName: 'access', nodeId: 'mesh.web-1', nodeCluster: 'web' }

/** One group of one stream, unless others are given. */
export function batchOf(entries: readonly string[], groups: readonly Group[] = [{ firstEntry: 0, stream }]): Batch {
  let end = 0
  const entryEnds = Uint32Array.from(entries, (entry) => (end += Buffer.byteLength(entry)))
  return { bytes: Buffer.from(entries.join('')), entryEnds, groups }
}

export function textsOf({ bytes, entryEnds }: Batch): string[] {
  return Array.from(entryEnds, (end, i) => Buffer.from(bytes.subarray(entryEnds[i - 1] ?? 0, end)).toString())
}

/** Reads until there is nothing more. */
export async function readAll(spool: Spool): Promise<string[]> {
  const texts: string[] = []
  for (;;) {
    const batch = await spool.read()
    if (batch === undefined) return texts
    texts.push(...textsOf(batch))
  }
}

/** The code with which it rejects; a promise that does not is a failure. */
export async function codeOf(refused: Promise<unknown>): Promise<string> {
  return refused.then(
    () => Promise.reject(new Error('it did not reject')),
    (error: SpoolError) => error.code,
  )
}

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
