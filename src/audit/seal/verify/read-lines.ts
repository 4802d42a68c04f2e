/** Files as lines, compressed or not, in bounded memory: lines of seals as text, records as what their bytes hash to. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { sealLineBytesMax } from '../../../limits.ts'

export interface TextLine {
  readonly offset: number
  /** Undefined when it is longer than any line of ours. */
  readonly text: string | undefined
  /** There is no newline behind it. */
  readonly torn: boolean
}

export interface RecordLine {
  readonly offset: number
  /** With its newline. */
  readonly length: number
  /** SHA-256 in hex. */
  readonly digest: string
  readonly torn: boolean
}

const newline = 0x0a

/** `end`: bytes to read at most. Throws the system's error, or zlib's. */
export async function* textLines(path: string, end?: number): AsyncGenerator<readonly TextLine[], void, undefined> {
  let pieces: Buffer[] = []
  let length = 0
  let offset = 0
  const take = (torn: boolean): TextLine => {
    const text = length > sealLineBytesMax ? undefined : Buffer.concat(pieces).toString()
    const line = { offset, text, torn }
    offset += length + 1
    pieces = []
    length = 0
    return line
  }
  for await (const block of blocksOf(path, end)) {
    const lines: TextLine[] = []
    let start = 0
    for (let at = block.indexOf(newline); at >= 0; at = block.indexOf(newline, start)) {
      pieces.push(block.subarray(start, at))
      length += at - start
      lines.push(take(false))
      start = at + 1
    }
    length += block.length - start
    if (length <= sealLineBytesMax) pieces.push(block.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (length > 0) yield [take(true)]
}

/** `whole` is fed with all bytes. Throws the system's error, or zlib's. */
export async function* recordLines(path: string, whole: Hash): AsyncGenerator<readonly RecordLine[], void, undefined> {
  let digest = createHash('sha256')
  let length = 0
  let offset = 0
  const take = (torn: boolean): RecordLine => {
    const line = { offset, length, digest: digest.digest('hex'), torn }
    digest = createHash('sha256')
    offset += length
    length = 0
    return line
  }
  for await (const block of blocksOf(path)) {
    whole.update(block)
    const lines: RecordLine[] = []
    let start = 0
    for (let at = block.indexOf(newline); at >= 0; at = block.indexOf(newline, start)) {
      digest.update(block.subarray(start, at + 1))
      length += at + 1 - start
      lines.push(take(false))
      start = at + 1
    }
    if (start < block.length) digest.update(block.subarray(start))
    length += block.length - start
    if (lines.length > 0) yield lines
  }
  if (length > 0) yield [take(true)]
}

function blocksOf(path: string, end?: number): AsyncIterable<Buffer> {
  if (end === 0) return noBlocks()
  const file = createReadStream(path, { highWaterMark: 256 * 1024, ...(end === undefined ? {} : { end: end - 1 }) })
  if (!path.endsWith('.gz')) return file
  const plain = createGunzip()
  file.once('error', (error) => plain.destroy(error))
  return file.pipe(plain)
}

async function* noBlocks(): AsyncGenerator<Buffer, void, undefined> {}
