/**
 * The records that were sealed, held against the lines that are there. As long as they agree this is a walk along both; where they
 * do not, what stands further on in either tells what has happened.
 *
 *      sealed there      the first of both …                                                     told as
 *      a b c   a x c     neither is anywhere else                                                b edited
 *      a b c   a c       what is there was sealed later, what was sealed is nowhere              b deleted
 *      a b c   a x b c   what was sealed is there later, what is there was never sealed          x unsealed
 *      a b c   b a c     both are somewhere else: the one that has gone further was moved        a reordered
 *      a b c   a b       nothing is there any more                                               cut_tail from c on
 */
import { verifyLookaheadMax } from '../../../limits.ts'
import { Lookahead } from './lookahead.ts'
import type { RecordSeal } from './parse-line.ts'
import type { Problems } from './problems.ts'
import type { RecordLine } from './read-lines.ts'
import { recordsOf } from './seal-chain.ts'

export interface Compared {
  /** Records that are there as they were sealed. */
  readonly sound: number
  /** Of those, the ones that were sealed only after a crash. */
  readonly recovered: number
  /** Where lines begin that were there behind all that was sealed; undefined without any. */
  readonly tail: Tail | undefined
}

/** May be what is being written at this moment, so the caller decides. */
export interface Tail {
  readonly offset: number
  readonly lines: number
  readonly torn: boolean
}

interface Context {
  readonly file: string
  readonly problems: Problems
}

export async function compare(
  sealed: AsyncIterable<readonly RecordSeal[]>,
  there: AsyncIterable<readonly RecordLine[]>,
  context: Context,
): Promise<Compared> {
  const seals = new Lookahead(sealed, ({ record }) => record, verifyLookaheadMax)
  const lines = new Lookahead(there, ({ digest }) => digest, verifyLookaheadMax)
  let sound = 0
  let recovered = 0
  let end = 0
  for (;;) {
    const seal = await seals.first()
    const line = await lines.first()
    if (seal === undefined) return { sound, recovered, tail: line && (await tailOf(lines, line)) }
    if (line?.digest === seal.record) {
      seals.shift()
      lines.shift()
      end = line.offset + line.length
    } else if (line === undefined) {
      missing('cut_tail', seal, end, context)
      seals.shift()
      continue
    } else {
      await seals.fill()
      await lines.fill()
      if (!settle({ seal, line, seals, lines }, context)) continue
    }
    sound++
    if (seal.recovered) recovered++
  }
}

interface Disagreement {
  readonly seal: RecordSeal
  readonly line: RecordLine
  readonly seals: Lookahead<RecordSeal>
  readonly lines: Lookahead<RecordLine>
}

/** Tells what has happened and steps over it. Answers whether a record was found, though in another place. */
function settle({ seal, line, seals, lines }: Disagreement, context: Context): boolean {
  const { file, problems } = context
  const { sequence } = seal
  const there = lines.find(seal.record)
  const sealed = seals.find(line.digest)
  if (there === undefined && sealed === undefined) {
    const kind = line.torn ? 'torn' : 'edited'
    const message = `record ${sequence} is not what was written: ${line.length} bytes that were never sealed stand in its place`
    problems.add({ kind, file, offset: line.offset, sequence, message })
    seals.shift()
    lines.shift()
    return false
  }
  if (there === undefined) {
    missing('deleted', seal, line.offset, context)
    seals.shift()
    return false
  }
  if (sealed === undefined) {
    const { offset, length } = line
    const message = (_: number, count: number) => `${linesAre(count)} not sealed`
    problems.addToRun(
      { kind: 'unsealed', file, offset, sequence: null, message },
      { offset: offset + length, sequence: null },
    )
    lines.shift()
    return false
  }
  const message = (moved: number) => `record ${moved} stands in another place than when it was written`
  if (sealed.distance <= there.distance) {
    problems.add({ kind: 'reordered', file, offset: there.item.offset, sequence, message: message(sequence) })
    lines.take(there.distance)
    seals.shift()
  } else {
    const moved = sealed.item.sequence
    problems.add({ kind: 'reordered', file, offset: line.offset, sequence: moved, message: message(moved) })
    seals.take(sealed.distance)
    lines.shift()
  }
  return true
}

function missing(
  kind: 'cut_tail' | 'deleted',
  { sequence }: RecordSeal,
  offset: number,
  { file, problems }: Context,
): void {
  const message = (first: number, count: number) => `${recordsOf(first, first + count - 1)} missing`
  problems.addToRun({ kind, file, offset, sequence, message }, { offset, sequence: sequence + 1 })
}

async function tailOf(lines: Lookahead<RecordLine>, first: RecordLine): Promise<Tail> {
  let count = 0
  let last: RecordLine | undefined
  for (let line: RecordLine | undefined = first; line !== undefined; line = await lines.first()) {
    count++
    last = line
    lines.shift()
  }
  return { offset: first.offset, lines: count, torn: last?.torn === true }
}

export function linesAre(count: number): string {
  return count === 1 ? 'one line is' : `${count} lines are`
}
