/** Checkpoints that were kept elsewhere: whatever they cover must still be there, so they tell when a tail was cut off. */
import { SealError } from '../../../errors.ts'
import type { Keyring } from './keyring.ts'
import { type CheckpointLine, hashOf, parseSealLine } from './parse-line.ts'
import type { Problems } from './problems.ts'
import { textLines } from './read-lines.ts'
import { recordsOf } from './seal-chain.ts'
import type { PairResult } from './verify-pair.ts'

export interface KnownCheckpoint {
  readonly file: string
  readonly offset: number
  readonly line: CheckpointLine
}

/** One of those, where the chain goes through it. */
export interface FoundCheckpoint {
  readonly checkpoint: CheckpointLine
  /** The audit file, and how many of its bytes it covers. */
  readonly file: string
  readonly offset: number
}

/** By their hash. Rejects with SealError when a file holds none. */
export async function readCheckpoints(files: readonly string[]): Promise<Map<string, KnownCheckpoint>> {
  const known = new Map<string, KnownCheckpoint>()
  for (const file of files) {
    const before = known.size
    try {
      for await (const lines of textLines(file)) {
        for (const { text, offset } of lines) {
          const line = parseSealLine(text)
          if (line?.kind === 'checkpoint') known.set(line.hash, { file, offset, line })
        }
      }
    } catch (cause) {
      const message = `${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`
      throw new SealError({ code: 'no_checkpoint', path: file, message }, { cause })
    }
    if (known.size > before) continue
    const message = `${file} holds no checkpoint. Give it whole lines of a seal that begin with {"kind":"checkpoint".`
    throw new SealError({ code: 'no_checkpoint', path: file, message })
  }
  return known
}

interface Known {
  /** Those that the chains go through, by their hash. */
  readonly found: ReadonlyMap<string, FoundCheckpoint>
  /** Of each chain, by name. */
  readonly results: readonly (readonly PairResult[])[]
  readonly keyring: Keyring
  readonly problems: Problems
}

export function checkKnown(
  known: ReadonlyMap<string, KnownCheckpoint>,
  { found, results, keyring, problems }: Known,
): void {
  const lost: KnownCheckpoint[] = []
  for (const [hash, checkpoint] of known) {
    const { file, offset, line } = checkpoint
    const judgement =
      hashOf('seal', line.last, line.facts) === hash ? keyring.judge('checkpoint', line) : 'bad_signature'
    if (judgement !== 'good') {
      const what = judgement === 'foreign_key' ? `was signed with another key, ${line.key}` : 'is not as it was signed'
      problems.add({ kind: judgement, file, offset, sequence: line.sequence, message: `this checkpoint ${what}` })
    } else if (!found.has(hash)) lost.push(checkpoint)
  }
  for (const pairs of results) judge(pairs, lost, { found: [...found.values()], problems })
  const chains = new Set(results.flat().map(({ begin }) => begin.chain))
  for (const { file, offset, line } of lost.filter((each) => !chains.has(each.line.chain))) {
    const message = `none of the files belongs to the chain of this checkpoint, ${line.chain}: they were made anew, or are others`
    problems.add({ kind: 'rewritten', file, offset, sequence: line.sequence, message })
  }
}

interface Context {
  readonly found: readonly FoundCheckpoint[]
  readonly problems: Problems
}

/** Of one chain: the newest checkpoint beyond its end, and all that should be within. */
function judge(pairs: readonly PairResult[], lost: readonly KnownCheckpoint[], { found, problems }: Context): void {
  const [first, ...others] = pairs.toSorted((a, b) => a.sequence - b.sequence)
  if (first === undefined) return
  const last = others.at(-1) ?? first
  const { chain, sequence: start } = first.begin
  // What lies in files that are not here has been told already, or removed on purpose.
  const isHere = ({ sequence: at }: CheckpointLine) =>
    at > last.sequence || pairs.some(({ begin, sequence }) => begin.sequence < at && at <= sequence)
  const own = lost.map(({ line }) => line).filter((line) => line.chain === chain && isHere(line))
  const isBeyond = (line: CheckpointLine) =>
    line.sequence > last.sequence || (line.sequence === last.sequence && line.last === last.hash)
  const newest = own.filter(isBeyond).reduce((a, b) => (b.sequence > (a?.sequence ?? -1) ? b : a), own.find(isBeyond))
  if (newest !== undefined) {
    const file = last.pair.auditFile ?? last.pair.sealFile
    const count = newest.sequence - last.sequence
    const what = count === 0 ? 'lines of its seal are' : recordsOf(last.sequence + 1, newest.sequence)
    const message = `${what} missing: there were ${newest.sequence} on ${newest.at}, as the checkpoint of then says`
    problems.add({ kind: 'cut_tail', file, offset: last.bytes, sequence: last.sequence + 1, count, message })
  }
  for (const line of own.filter((each) => !isBeyond(each))) {
    const { file, offset, sequence } = lastGood(line, found) ?? {
      file: first.pair.auditFile ?? first.pair.sealFile,
      offset: 0,
      sequence: start,
    }
    const message = `the chain does not go through the checkpoint that was made at record ${line.sequence} on ${line.at}; what was written between here and there is not what stands there now`
    const count = Math.max(1, line.sequence - sequence)
    problems.add({ kind: 'rewritten', file, offset, sequence: sequence + 1, count, message })
  }
}

/** Up to where everything is as it was, before a checkpoint that is not there. */
function lastGood(line: CheckpointLine, found: readonly FoundCheckpoint[]) {
  const before = found.filter(({ checkpoint: { chain, sequence } }) => chain === line.chain && sequence < line.sequence)
  const best = before.toSorted((a, b) => a.checkpoint.sequence - b.checkpoint.sequence).at(-1)
  return best && { file: best.file, offset: best.offset, sequence: best.checkpoint.sequence }
}
