/** How the files of one chain hang together: each begins where the one before ended, under the name it was given, and none is missing. */
import { noHash, suffixes } from '../seal.ts'
import type { Told } from './manifest-reader.ts'
import type { Chain } from './pairs.ts'
import type { Problem, Problems } from './problems.ts'
import { recordsOf } from './seal-chain.ts'
import type { PairResult } from './verify-pair.ts'

interface Joined {
  readonly results: readonly PairResult[]
  /** Undefined: there is no manifest. */
  readonly told: Told | undefined
  readonly problems: Problems
}

export function joinPairs(chain: Chain, { results, told, problems }: Joined): void {
  for (const result of results) {
    judgeName(result, { results, told, problems })
    judgePresence(result, { told, problems })
  }
  const inOrder = results.toSorted((a, b) => a.begin.sequence - b.begin.sequence)
  let before: PairResult | undefined
  for (const result of inOrder) {
    if (before === undefined) judgeFirst(result, { isWhole: chain.isWhole, told, problems })
    else judgeLink(before, result, { told, problems })
    before = result
  }
  for (const result of results) judgeManifest(result, { told, problems })
}

/** A file is what its seal says it was called, and not one of the others. */
function judgeName(result: PairResult, { results, told, problems }: Joined): void {
  const { pair, end, sha256, begin, bytes, sequence } = result
  const file = fileOf(pair)
  const add = (message: string) =>
    problems.add({ kind: 'swapped', file, offset: 0, sequence: begin.sequence + 1, message })
  if (end === undefined) {
    if (pair.stamp === undefined || !isNameOfAnother(result, { results, told })) return
    problems.replace((problem) => problem.kind === 'cut_tail' && problem.file === pair.sealFile)
    add('it was never closed, and another file was by this name')
    return
  }
  // A rotation that a crash has broken off leaves an ended file in its place, but nothing behind it.
  const isPassed = sequence > begin.sequence && results.some((each) => each.begin.sequence >= sequence)
  if (end.name !== pair.name && (pair.stamp !== undefined || isPassed)) {
    add(`it was called ${end.name} when it was closed`)
    return
  }
  if (end.sha256 === sha256 || bytes === 0) return
  const other = results.find((each) => each.end?.sha256 === sha256)
  if (other === undefined) return
  problems.replace((problem) => isAboutContent(problem, file))
  add(`it holds what belongs into ${other.pair.name}`)
}

function isNameOfAnother({ pair: { name }, begin }: PairResult, { results, told }: Omit<Joined, 'problems'>): boolean {
  if (results.some(({ end }) => end?.name === name)) return true
  return told?.closed.some((closed) => closed.name === name && closed.first !== begin.sequence + 1) ?? false
}

/** Of a removal that a crash has broken off, the seal may be left. */
function judgePresence({ pair, begin, sequence }: PairResult, { told, problems }: Context): void {
  if (pair.auditFile !== undefined || told?.removed.has(pair.name)) return
  const file = pair.sealFile.slice(0, -suffixes.seal.length)
  const count = sequence - begin.sequence
  const message = `it is not there; its seal tells of ${count} record${count === 1 ? '' : 's'}`
  problems.add({ kind: 'missing_file', file, offset: 0, sequence: begin.sequence + 1, count, message })
}

function isAboutContent({ kind, file }: Problem, audit: string): boolean {
  return file === audit && ['edited', 'deleted', 'unsealed', 'cut_tail', 'reordered', 'torn'].includes(kind)
}

interface Context {
  readonly told: Told | undefined
  readonly problems: Problems
}

/** Nothing may be before it, unless it was removed on purpose. */
function judgeFirst({ begin, pair }: PairResult, { isWhole, told, problems }: Context & { isWhole: boolean }): void {
  if (!isWhole || (begin.sequence === 0 && begin.previous === noHash)) return
  judgeGap(
    { from: 0, hash: noHash, to: begin.sequence, toHash: begin.previous, file: pair.sealFile },
    { told, problems },
  )
}

function judgeLink(before: PairResult, { begin, pair }: PairResult, context: Context): void {
  const { problems } = context
  if (begin.previous === before.hash && begin.sequence === before.sequence) return
  if (begin.sequence > before.sequence) {
    // Whose own end is missing has been told already.
    if (before.end === undefined && before.pair.stamp !== undefined) return
    const [from, hash] = [before.sequence, before.hash ?? '']
    judgeGap({ from, hash, to: begin.sequence, toHash: begin.previous, file: pair.sealFile }, context)
    return
  }
  const isCopy = begin.hash === before.begin.hash
  const message = isCopy
    ? `it is a copy of ${before.pair.name}, and what belonged here is gone`
    : `it does not go on where ${before.pair.name} ended, so one of them was written anew`
  const kind = isCopy ? 'swapped' : 'rewritten'
  problems.add({ kind, file: fileOf(pair), offset: 0, sequence: begin.sequence + 1, message })
}

interface Gap {
  /** Sequence and hash where it begins and ends. */
  readonly from: number
  readonly hash: string
  readonly to: number
  readonly toHash: string
  /** The seal behind it. */
  readonly file: string
}

/** The manifest knows which files were there. */
function judgeGap({ from, hash, to, toHash, file }: Gap, { told, problems }: Context): void {
  let end = { last: from, lastHash: hash }
  for (const closed of told?.closed ?? []) {
    const { name, first, last } = closed
    if (first !== end.last + 1 || last > to || closed.lastHash === hash) continue
    end = closed
    if (told?.removed.has(name)) continue
    const count = last - first + 1
    const message = `it held ${count} records from ${first} on, and is missing; the manifest does not say why`
    problems.add({ kind: 'missing_file', file: name, offset: 0, sequence: first, count, message })
  }
  const sequence = end.last + 1
  if (end.last < to) {
    const message = `${recordsOf(sequence, to)} missing before it, and no manifest says which file held them`
    problems.add({ kind: 'missing_file', file, offset: 0, sequence, count: to - end.last, message })
  } else if (end.lastHash !== toHash) {
    const message = 'it does not begin where the file before it ended, so one of them was written anew'
    problems.add({ kind: 'rewritten', file, offset: 0, sequence, message })
  }
}

/** The manifest was signed when the file was closed. */
function judgeManifest({ pair, begin, sequence, hash, end }: PairResult, { told, problems }: Context): void {
  if (told === undefined || pair.stamp === undefined || end === undefined) return
  const line = told.closed.find(({ name }) => name === end.name)
  const add = (kind: 'rewritten' | 'manifest_edited', message: string) =>
    problems.add({ kind, file: fileOf(pair), offset: 0, sequence: begin.sequence + 1, message })
  if (line === undefined)
    add('manifest_edited', 'the manifest does not know it, so lines were taken out of the manifest')
  else if (hash !== undefined && (line.lastHash !== hash || line.last !== sequence)) {
    add('rewritten', 'its chain does not end as the manifest says')
  }
}

function fileOf({ auditFile, sealFile }: PairResult['pair']): string {
  return auditFile ?? sealFile
}
