/**
 * One seal, line by line: does each follow from the one before, are checkpoints what was signed there, is anything missing or moved. What
 * comes out are its records in the order of the chain, for `compare.ts` to hold against the audit file.
 */
import { verifyLookaheadMax } from '../../../limits.ts'
import { sealVersion } from '../seal.ts'
import type { Keyring } from './keyring.ts'
import { Lookahead } from './lookahead.ts'
import {
  type BeginLine,
  type CheckpointLine,
  type EndLine,
  hashOf,
  parseSealLine,
  type RecordSeal,
  type SealLine,
} from './parse-line.ts'
import type { Problems } from './problems.ts'
import type { TextLine } from './read-lines.ts'

/** A checkpoint that is what was signed there; `offset`: of the audit file, up to which it covers. */
export type OnCheckpoint = (
  checkpoint: CheckpointLine,
  place: { readonly file: string; readonly offset: number },
) => void

export interface ChainOptions {
  readonly auditFile: string
  readonly sealFile: string
  readonly keyring: Keyring
  readonly problems: Problems
  readonly onCheckpoint: OnCheckpoint
}

interface Item {
  readonly line: TextLine
  readonly parsed: SealLine | undefined
}

export class SealChain {
  readonly #options: ChainOptions
  readonly #lines: Lookahead<Item>
  begin: BeginLine | undefined
  end: EndLine | undefined
  /** Sequence of the last record. */
  sequence = 0
  /** Of the last line; undefined behind one that could not be read. */
  hash: string | undefined
  /** The end line is signed, and nothing stands behind it. */
  isSignedOff = false
  /** The last line has no end. Whether that matters is for the caller to say. */
  torn: TextLine | undefined
  #checkpoint = ''
  /** What the last good checkpoint covers: records, and bytes of the audit file. */
  #signed = { sequence: 0, bytes: 0 }
  /** Of the audit file, up to here. */
  #bytes = 0

  constructor(lines: AsyncIterable<readonly TextLine[]>, options: ChainOptions) {
    this.#options = options
    this.#lines = new Lookahead(parsed(lines), keyOf, verifyLookaheadMax)
  }

  /** Reads the begin line. */
  async open(): Promise<void> {
    const first = await this.#lines.first()
    const begin = first?.parsed?.kind === 'begin' ? first.parsed : undefined
    if (begin === undefined || begin.version !== sealVersion) {
      const message =
        begin === undefined ? 'the first line is not how a seal begins' : `version ${begin.version} is not known here`
      this.#add('seal_edited', 0, null, message)
      return
    }
    this.#lines.shift()
    if (hashOf('seal', begin.previous, begin.facts) !== begin.hash) {
      this.#add('seal_edited', 0, begin.sequence, 'the first line was changed after it was written')
    }
    this.begin = begin
    this.sequence = begin.sequence
    this.hash = begin.hash
    this.#checkpoint = begin.checkpoint
    this.#signed = { sequence: begin.sequence, bytes: 0 }
    const judgement = this.#options.keyring.meet(begin)
    if (judgement === 'foreign_key')
      this.#add('foreign_key', 0, begin.sequence, `the file was begun with another key, ${begin.key}`)
    if (judgement === 'bad_signature')
      this.#add('seal_edited', 0, begin.sequence, 'the public key is not the one that the key id names')
  }

  /** The records in the order of the chain. */
  async *records(): AsyncGenerator<readonly RecordSeal[], void, undefined> {
    for (let item = await this.#next(); item !== undefined; item = await this.#next()) {
      const { parsed: seal, line } = item
      if (seal === undefined) {
        this.hash = undefined
        this.#add('seal_edited', line.offset, this.sequence, 'this line is none of a seal')
      } else if (seal.kind === 'begin') {
        this.#add('seal_edited', line.offset, seal.sequence, 'a second seal begins within this one')
      } else if (this.#admit(seal, line)) {
        const wasSequence = this.sequence
        this.hash = seal.hash
        this.sequence = seal.sequence
        if (seal.kind === 'checkpoint') this.#judge(seal, line, wasSequence)
        else if (seal.kind === 'end') this.end = seal
        else {
          this.isSignedOff = false
          this.#bytes = seal.offset + seal.length
          yield [seal]
        }
      }
    }
  }

  /** The line that follows, wherever in the window it stands; else the one that is next. */
  async #next(): Promise<Item | undefined> {
    const first = await this.#lines.first()
    if (first?.line.torn) {
      this.torn = first.line
      return undefined
    }
    if (first === undefined || this.#follows(first)) {
      this.#lines.shift()
      return first
    }
    await this.#lines.fill()
    const moved = this.#lines.find(`${this.sequence + 1}`)
    if (moved === undefined || moved.distance === 0 || !this.#follows(moved.item)) {
      this.#lines.shift()
      return first
    }
    this.#lines.take(moved.distance)
    this.#add('reordered', moved.item.line.offset, this.sequence + 1, 'this line stood further up')
    return moved.item
  }

  #follows({ parsed }: Item): boolean {
    return parsed !== undefined && (this.hash === undefined || hashOf('seal', this.hash, parsed.facts) === parsed.hash)
  }

  /** Whether the chain goes on with a line that may not follow; what is wrong is told. */
  #admit(seal: RecordSeal | CheckpointLine | EndLine, line: TextLine): boolean {
    const expected = this.sequence + (seal.kind === 'record' ? 1 : 0)
    if (this.hash === undefined) return true
    const follows = this.#follows({ parsed: seal, line })
    if (follows && (seal.kind === 'checkpoint' || seal.sequence === expected)) return true
    if (seal.sequence > expected) {
      this.#addGap(expected, seal.sequence - (seal.kind === 'record' ? 1 : 0))
      return true
    }
    if (seal.sequence < expected) {
      const kind = seal.kind === 'checkpoint' ? 'replayed_checkpoint' : 'seal_edited'
      this.#add(kind, line.offset, seal.sequence, 'this line belongs further up, and was put here again')
      return follows
    }
    const what =
      seal.kind === 'record'
        ? 'this line was changed after it was written'
        : 'a line before this one was changed or taken away'
    this.#add('seal_edited', line.offset, seal.sequence, what)
    return true
  }

  /** The chain has come to a checkpoint: does it say what was signed? */
  #judge(seal: CheckpointLine, { offset }: TextLine, sequence: number): void {
    const { keyring, problems, auditFile, onCheckpoint } = this.#options
    const judgement = keyring.judge('checkpoint', seal)
    const { chain, checkpoint } = { chain: this.begin?.chain, checkpoint: this.#checkpoint }
    this.#checkpoint = seal.hash
    if (judgement === 'foreign_key') {
      this.#add('foreign_key', offset, seal.sequence, `this checkpoint was signed with another key, ${seal.key}`)
    } else if (judgement === 'bad_signature') {
      this.#add('bad_signature', offset, seal.sequence, 'the signature of this checkpoint is not right')
    } else if (seal.sequence < sequence || seal.chain !== chain) {
      const message = 'this checkpoint was made in another place, and was put here again'
      this.sequence = sequence
      this.#add('replayed_checkpoint', offset, seal.sequence, message)
    } else if (hashOf('seal', seal.last, seal.facts) !== seal.hash || seal.previous !== checkpoint) {
      const first = this.#signed.sequence + 1
      const message = `what the checkpoint at record ${seal.sequence} signs is not what stands here: one of the records behind the checkpoint before it, or its seal, was changed and the chain computed anew`
      const count = Math.max(1, seal.sequence - first + 1)
      problems.add({ kind: 'rewritten', file: auditFile, offset: this.#signed.bytes, sequence: first, count, message })
    } else {
      this.isSignedOff = this.end !== undefined
      onCheckpoint(seal, { file: auditFile, offset: this.#bytes })
    }
    this.#signed = { sequence: this.sequence, bytes: this.#bytes }
  }

  #addGap(first: number, last: number): void {
    const { problems, auditFile: file } = this.#options
    const message = `${recordsOf(first, last)} missing, and so ${first === last ? 'is its line' : 'are their lines'} in the seal`
    problems.add({ kind: 'deleted', file, offset: this.#bytes, sequence: first, count: last - first + 1, message })
  }

  #add(
    kind: 'seal_edited' | 'reordered' | 'foreign_key' | 'bad_signature' | 'replayed_checkpoint',
    offset: number,
    sequence: number | null,
    message: string,
  ): void {
    this.#options.problems.add({ kind, file: this.#options.sealFile, offset, sequence, message })
  }
}

export function recordsOf(first: number, last: number): string {
  return first === last ? `record ${first} is` : `records ${first} to ${last} are`
}

async function* parsed(lines: AsyncIterable<readonly TextLine[]>): AsyncGenerator<readonly Item[], void, undefined> {
  for await (const some of lines) {
    yield some.map((line) => ({ line, parsed: line.torn ? undefined : parseSealLine(line.text) }))
  }
}

/** Records are looked for by their number; nothing else is. */
function keyOf({ parsed: seal }: Item): string {
  return seal?.kind === 'record' ? `${seal.sequence}` : ''
}
