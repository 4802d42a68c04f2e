/** One audit file against its seal. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { suffixes } from '../seal.ts'
import { compare, linesAre, type Tail } from './compare.ts'
import type { Keyring } from './keyring.ts'
import type { Pair } from './pairs.ts'
import type { BeginLine, EndLine, RecordSeal } from './parse-line.ts'
import type { Problems } from './problems.ts'
import { type RecordLine, recordLines, textLines } from './read-lines.ts'
import { type OnCheckpoint, SealChain } from './seal-chain.ts'

export interface PairResult {
  readonly pair: Pair
  readonly begin: BeginLine
  readonly end: EndLine | undefined
  /** Where the chain stands behind it. */
  readonly sequence: number
  readonly hash: string | undefined
  readonly records: number
  readonly recovered: number
  /** SHA-256 of the audit file as it is, and its size. */
  readonly sha256: string
  readonly bytes: number
}

export interface PairOptions {
  readonly keyring: Keyring
  readonly problems: Problems
  readonly onCheckpoint: OnCheckpoint
  /** How long a writer may take to seal what it has written, in milliseconds. */
  readonly settleMs: number
}

/** Undefined when there is nothing to compare with; that is told. */
export async function verifyPair(pair: Pair, options: PairOptions): Promise<PairResult | undefined> {
  const { problems } = options
  const { sealFile, auditFile } = pair
  const sealed = await stat(sealFile).catch(() => undefined)
  if (sealed === undefined && auditFile === undefined) {
    const file = sealFile.slice(0, -suffixes.seal.length)
    problems.add({ kind: 'missing_file', file, offset: 0, sequence: null, message: 'it is not there, and has no seal' })
    return undefined
  }
  if (sealed === undefined) {
    const message = 'it has no seal, so nothing can be said about it'
    problems.add({ kind: 'missing_seal', file: auditFile!, offset: 0, sequence: null, message })
    return undefined
  }
  // Records are written before their lines: those of every line up to here are there when the file is read after this.
  const file = auditFile ?? sealFile.slice(0, -suffixes.seal.length)
  const chain = new SealChain(textLines(sealFile, sealed.size), { ...options, sealFile, auditFile: file })
  await chain.open()
  const { begin } = chain
  if (begin === undefined) return undefined
  const whole = createHash('sha256')
  let bytes = 0
  const lines = auditFile === undefined ? nothing() : counted(recordLines(auditFile, whole), (to) => (bytes = to))
  const { sound, recovered, tail } =
    auditFile === undefined
      ? { sound: 0, recovered: 0, tail: await readThrough(chain.records()) }
      : await compare(chain.records(), lines, { file, problems })
  await judgeEnds(chain, { pair, file, tail, sealBytes: sealed.size }, options)
  const { end, sequence, hash } = chain
  return { pair, begin, end, sequence, hash, records: sound, recovered, sha256: whole.digest('hex'), bytes }
}

interface Ends {
  readonly pair: Pair
  readonly file: string
  readonly tail: Tail | undefined
  readonly sealBytes: number
}

async function judgeEnds(
  chain: SealChain,
  { pair, file, tail, sealBytes }: Ends,
  { problems, settleMs }: PairOptions,
): Promise<void> {
  const { sealFile, stamp } = pair
  const isLive = stamp === undefined && chain.end === undefined
  if ((tail !== undefined || chain.torn !== undefined) && isLive && (await grows(sealFile, sealBytes, settleMs))) return
  if (chain.torn !== undefined) {
    const message = 'the last line of the seal has no end'
    problems.add({ kind: 'torn', file: sealFile, offset: chain.torn.offset, sequence: chain.sequence, message })
  }
  if (tail !== undefined) {
    const { offset, lines: count, torn } = tail
    const onlyTorn = torn && count === 1
    const message = onlyTorn ? 'the last line has no end' : `${linesAre(count)} not sealed, up to the end of the file`
    problems.add({ kind: onlyTorn ? 'torn' : 'unsealed', file, offset, sequence: null, count, message })
  }
  if (stamp !== undefined && !chain.isSignedOff) {
    const message = 'the seal of a file that was rotated away has no signed end, so its tail was cut off'
    problems.add({ kind: 'cut_tail', file: sealFile, offset: sealBytes, sequence: chain.sequence + 1, message })
  }
}

/** Whether somebody is writing the seal: then what is not sealed yet soon will be. */
async function grows(sealFile: string, bytes: number, withinMs: number): Promise<boolean> {
  for (let leftMs = withinMs; ; leftMs -= 50) {
    const now = await stat(sealFile).catch(() => undefined)
    // Gone: rotated away in this moment.
    if (now === undefined || now.size > bytes) return true
    if (leftMs <= 0) return false
    await setTimeout(50)
  }
}

async function readThrough(records: AsyncIterable<readonly RecordSeal[]>): Promise<undefined> {
  for await (const _ of records) {
    // The chain is checked on the way; there is no audit file to compare it with.
  }
}

async function* counted(
  lines: AsyncIterable<readonly RecordLine[]>,
  count: (to: number) => void,
): AsyncGenerator<readonly RecordLine[], void, undefined> {
  for await (const some of lines) {
    const last = some.at(-1)
    if (last !== undefined) count(last.offset + last.length)
    yield some
  }
}

async function* nothing(): AsyncGenerator<readonly RecordLine[], void, undefined> {}
