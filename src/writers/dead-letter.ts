/**
 * Dead letters: entries that a destination refuses for good, kept in a file where people can look at them, and mend or send them again.
 * One JSON object a line:
 *
 *     {"time":"2026-01-01T00:00:00.000Z","backend":"otel","code":"invalid_argument","message":"…",
 *      "logName":"…","nodeId":"…","nodeCluster":"…","entry":"…"}
 *
 * `entry` is what would have been written, as text; where its bytes are no UTF-8, `entryBase64` stands instead. The entries are counted
 * as dropped all the same: a dead letter is a copy for people, not a place from which anything is delivered.
 */
import type { Batch } from '../batch.ts'
import type { WriteError } from '../errors.ts'
import type { Writer } from './writer.ts'

export interface DeadLetterOptions {
  /** Of the backend whose entries these are. */
  readonly backend: string
  /** Takes whole lines; usually a file's. Belongs to the caller. */
  readonly writer: Writer
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Longest wait for the file, in milliseconds. */
  readonly timeoutMs: number
  /** The letters could not be kept. */
  readonly onTrouble: (error: Error) => void
}

/** Never rejects. The batch is borrowed until the promise settles. */
export type Quarantine = (refused: Batch, error: WriteError) => Promise<void>

export function createDeadLetter({ backend, writer, now, timeoutMs, onTrouble }: DeadLetterOptions): Quarantine {
  return async (refused, error) => {
    try {
      await writer.write(asLetters(refused, { backend, error, now }), AbortSignal.timeout(timeoutMs))
    } catch (cause) {
      onTrouble(cause as Error)
    }
  }
}

function asLetters(
  { bytes, entryEnds, groups }: Batch,
  { backend, error, now }: { readonly backend: string; readonly error: WriteError; readonly now: () => number },
): Batch {
  const time = new Date(now()).toISOString()
  const lines: Buffer[] = []
  const ends = new Uint32Array(entryEnds.length)
  let group = 0
  let end = 0
  for (let i = 0, at = 0; i < entryEnds.length; at = entryEnds[i++]!) {
    while (groups[group + 1] !== undefined && groups[group + 1]!.firstEntry <= i) group++
    const stream = groups[group]?.stream
    const letter = {
      time,
      backend,
      code: error.code,
      message: error.message,
      ...stream,
      ...asText(bytes.subarray(at, entryEnds[i])),
    }
    const line = Buffer.from(`${JSON.stringify(letter)}\n`)
    lines.push(line)
    end += line.length
    ends[i] = end
  }
  return { bytes: Buffer.concat(lines), entryEnds: ends, groups }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function asText(entry: Uint8Array): { readonly entry: string } | { readonly entryBase64: string } {
  try {
    return { entry: strict.decode(entry) }
  } catch {
    return { entryBase64: Buffer.from(entry).toString('base64') }
  }
}
