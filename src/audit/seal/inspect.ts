/**
 * What an earlier run has left: how far a seal and its audit file are good, and where the chain stands there. Reads both from their start,
 * record for record, and changes nothing; `recover.ts` mends.
 */
import { createHash, type Hash } from 'node:crypto'
import type { SealFile } from './files.ts'
import { linesOf, type ReadLine, sourcesOf } from './line-reader.ts'
import { chainHash, type SealState } from './sealer.ts'

/** Something that no crash leaves behind. */
export interface Damage {
  readonly in: 'audit' | 'seal'
  readonly offset: number
  /** Of the record concerned, or of the last one before. */
  readonly sequence: number
  readonly message: string
}

export interface Inspection {
  /** Behind the last good line; undefined when there is no begin line. With damage, as the lines themselves say. */
  readonly state: SealState | undefined
  /** Where the seal's lines end; what is behind is torn. */
  readonly sealBytes: number
  readonly damage: Damage | undefined
}

export async function inspect(audit: SealFile, seal: SealFile): Promise<Inspection> {
  let settled: number | undefined
  const reader = new RecordReader(audit)
  let found: Inspection = { state: undefined, sealBytes: 0, damage: undefined }
  for await (const line of linesOf(seal)) {
    const next = await step(found, line, reader)
    // Torn by the end of a run, unless there are lines behind that were synced: then somebody has been here.
    if (next === undefined) {
      settled ??= await lastSettled(seal)
      if (line.at >= settled) break
      found = { ...found, damage: found.damage ?? edited(line, found.state) }
    } else found = next
  }
  return found
}

/** Undefined: the line does not follow from those before it. */
async function step(found: Inspection, line: ReadLine, reader: RecordReader): Promise<Inspection | undefined> {
  const { members, facts, hash } = line
  if (members === undefined) return undefined
  const previous = found.state?.hash ?? `${members['previous']}`
  if ((found.state === undefined) !== (members['kind'] === 'begin')) return undefined
  if (chainHash(previous, facts) !== hash && found.damage === undefined) return undefined
  const sealBytes = line.end
  const { state } = found
  if (state === undefined) return { ...found, sealBytes, state: begun(line) }
  const sequence = typeof members['sequence'] === 'number' ? members['sequence'] : state.sequence
  switch (members['kind']) {
    case 'record': {
      const { source, sourceSequence, offset, length, record } = members
      const damage = found.damage ?? (await recordDamage(reader, { sequence, offset, length, record }))
      const sources =
        typeof source === 'string' ? new Map(state.sources).set(source, Number(sourceSequence)) : state.sources
      const bytes = state.bytes + (typeof length === 'number' ? length : 0)
      return {
        sealBytes,
        damage,
        state: { ...state, hash, sequence, sources, bytes, digest: reader.digest, quiet: false },
      }
    }
    case 'checkpoint':
      return { ...found, sealBytes, state: { ...state, hash, checkpoint: hash, quiet: true } }
    case 'end': {
      const end = { name: `${members['name']}`, sha256: `${members['sha256']}` }
      return { ...found, sealBytes, state: { ...state, hash, quiet: false, end } }
    }
    default:
      return undefined
  }
}

function begun({ members = {}, hash }: ReadLine): SealState {
  const sequence = Number(members['sequence'])
  return {
    chain: `${members['chain']}`,
    sequence,
    firstSequence: sequence,
    sources: sourcesOf(members['sources']),
    hash,
    checkpoint: `${members['checkpoint']}`,
    bytes: 0,
    digest: createHash('sha256'),
    quiet: true,
  }
}

/** A line is synced before the next checkpoint is written, and a checkpoint before whatever comes behind it. */
async function lastSettled(seal: SealFile): Promise<number> {
  let settled = 0
  let checkpoint = 0
  for await (const { at, members } of linesOf(seal)) {
    if (members === undefined) continue
    if (checkpoint > 0) settled = checkpoint
    checkpoint = members['kind'] === 'checkpoint' ? at : 0
  }
  return settled
}

function edited({ at }: ReadLine, state: SealState | undefined): Damage {
  const message = 'a line of the seal does not follow from those before it.'
  return { in: 'seal', offset: at, sequence: state?.sequence ?? 0, message }
}

interface Place {
  readonly sequence: number
  readonly offset: unknown
  readonly length: unknown
  readonly record: unknown
}

async function recordDamage(
  reader: RecordReader,
  { sequence, offset, length, record }: Place,
): Promise<Damage | undefined> {
  const at = reader.at
  const found = at === offset ? await reader.take(Number(length)) : undefined
  if (found === record) return undefined
  const what = found === undefined ? 'is missing' : 'is not the one that was sealed'
  return { in: 'audit', offset: at, sequence, message: `record ${sequence} ${what}.` }
}

const windowBytes = 256 * 1024

/** Reads an audit file from its start, and sums up what it has read. */
class RecordReader {
  readonly digest: Hash = createHash('sha256')
  readonly #file: SealFile
  readonly #window = Buffer.allocUnsafe(windowBytes)
  #windowAt = 0
  #filled = 0
  #at = 0

  constructor(file: SealFile) {
    this.#file = file
  }

  get at(): number {
    return this.#at
  }

  /** SHA-256 of the next bytes, in hex; undefined when there are fewer, and then this reader is done. */
  async take(length: number): Promise<string | undefined> {
    const own = createHash('sha256')
    for (let left = length; left > 0; ) {
      let from = this.#at - this.#windowAt
      if (from >= this.#filled) {
        this.#windowAt = this.#at
        this.#filled = await this.#file.read(this.#window, this.#at)
        from = 0
        if (this.#filled === 0) return undefined
      }
      const piece = this.#window.subarray(from, Math.min(this.#filled, from + left))
      own.update(piece)
      this.digest.update(piece)
      this.#at += piece.length
      left -= piece.length
    }
    return own.digest('hex')
  }
}
