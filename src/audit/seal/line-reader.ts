/**
 * The writer's own reading of seals and manifests, at a start: lines of JSON that carry their hash. (The verifier reads by itself, on
 * purpose: what the writer misreads, it must not.)
 */
import { sealLineBytesMax } from '../../limits.ts'
import type { SealFile } from './files.ts'

export interface ReadLine {
  /** Where it begins. */
  readonly at: number
  /** Where the next one begins. */
  readonly end: number
  /** Undefined when it is no line of ours: torn, too long, or no object with a hash. */
  readonly members: Readonly<Record<string, unknown>> | undefined
  /** Up to the hash, and the hash; empty without `members`. */
  readonly facts: string
  readonly hash: string
}

const newline = 0x0a
const blockBytes = 256 * 1024
const lineForm = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/s

/** Lines of the file from its start; the last one may be torn. Memory is that of a block. */
export async function* linesOf(file: SealFile): AsyncGenerator<ReadLine, void, undefined> {
  const size = await file.bytes()
  let rest = Buffer.alloc(0)
  let at = 0
  for (let from = 0; from < size; ) {
    const block = Buffer.allocUnsafe(Math.min(blockBytes, size - from))
    const count = await file.read(block, from)
    if (count === 0) break
    from += count
    rest = Buffer.concat([rest, block.subarray(0, count)])
    let start = 0
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, start)) {
      yield read(rest.toString('utf8', start, end), at, at + end + 1 - start)
      at += end + 1 - start
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > sealLineBytesMax) break
  }
  if (at < size) yield { at, end: size, members: undefined, facts: '', hash: '' }
}

function read(text: string, at: number, end: number): ReadLine {
  const [, facts = '', hash = ''] = text.length <= sealLineBytesMax ? (lineForm.exec(text) ?? []) : []
  const members = hash === '' ? undefined : objectOf(text)
  return members === undefined ? { at, end, members, facts: '', hash: '' } : { at, end, members, facts, hash }
}

export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    // Not JSON: the caller is told by getting nothing.
    return undefined
  }
}

/** How far each source has come, as a begin line or a manifest tells it. */
export function sourcesOf(value: unknown): ReadonlyMap<string, number> {
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}
