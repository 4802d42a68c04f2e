/**
 * A start: what a crash has torn is cut off and kept aside, and records that were written but not sealed are sealed. Only what a crash
 * can have left is mended; damage is handed to the caller, who ends the pair as it is.
 */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { renderedEntryBytesMax } from '../../limits.ts'
import { cutOff, openOrCreate, rewrite, type SealFile, type SealFiles, writeAll } from './files.ts'
import { type Damage, inspect } from './inspect.ts'
import { objectOf } from './line-reader.ts'
import { type RecordFacts, suffixes } from './seal.ts'
import { type SealState, sealRecords } from './sealer.ts'

export interface RecoverOptions {
  readonly files: SealFiles
  /** Of the audit file. */
  readonly path: string
  /**
   * Records that have no line. They were not acknowledged, so their sender may send them again: `seal` keeps them, perhaps twice; `setAside`
   * moves them into `<path>.torn`, for senders that surely repeat.
   */
  readonly unsealed: 'seal' | 'setAside'
  /** After a sync that failed in this process: up to where the files are surely on the disk. */
  readonly durable?: DurableSizes
  /** The seal has no begin line: answers the state behind one, and its text. */
  readonly begin: () => { readonly text: string; readonly state: SealState }
}

export interface DurableSizes {
  readonly audit: number
  readonly seal: number
}

export interface Recovered {
  readonly audit: SealFile
  readonly seal: SealFile
  readonly sealBytes: number
  readonly state: SealState
  /** Records that were sealed now. */
  readonly adopted: number
  /** Bytes that were cut off, of the audit file and of the seal. */
  readonly auditCut: number
  readonly sealCut: number
  readonly damage: Damage | undefined
}

/** Both files are open and durable then. Rejects with the system's error. */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { files, path } = options
  const audit = await openOrCreate(files, path)
  let seal: { readonly file: SealFile; readonly made: boolean } | undefined
  try {
    seal = await openOrCreate(files, `${path}${suffixes.seal}`)
    const mended = await mend(options, audit.file, seal.file)
    if (audit.made || seal.made) await files.syncFolder(dirname(path))
    return { ...mended, audit: audit.file, seal: seal.file }
  } catch (error) {
    // The system would keep them open for ever, and this is tried again.
    await Promise.allSettled([audit.file.close(), seal?.file.close()])
    throw error
  }
}

async function mend(
  { files, path, begin, unsealed, durable }: RecoverOptions,
  audit: SealFile,
  seal: SealFile,
): Promise<Omit<Recovered, 'audit' | 'seal'>> {
  if (durable !== undefined) {
    await rewrite(audit, durable.audit)
    await rewrite(seal, durable.seal)
  }
  const sealPath = `${path}${suffixes.seal}`
  const found = await inspect(audit, seal)
  const sealCut = await cutOff(files, { file: seal, from: found.sealBytes, to: `${sealPath}${suffixes.torn}` })
  let { state, sealBytes } = found
  const append = async (text: string) => {
    const bytes = Buffer.from(text)
    await writeAll(seal, bytes, sealBytes)
    sealBytes += bytes.length
  }
  if (state === undefined) {
    const begun = begin()
    await append(begun.text)
    state = begun.state
  }
  let adopted = 0
  let auditCut = 0
  if (found.damage !== undefined) {
    // What an end line is to say of it: the file as it is.
    state = { ...state, bytes: await audit.bytes(), digest: await digestOf(audit) }
  } else if (state.end === undefined) {
    const first = state.sequence
    // The records must be there for good before their lines are.
    if ((await audit.bytes()) > state.bytes) await audit.sync()
    for await (const run of unsealed === 'seal' ? wholeRecords(audit, state.bytes) : []) {
      const sealed = sealRecords(state, run, () => unknown)
      await append(sealed.text)
      state = sealed.state
    }
    adopted = state.sequence - first
    auditCut = await cutOff(files, { file: audit, from: state.bytes, to: `${path}${suffixes.torn}` })
  }
  await audit.sync()
  await seal.sync()
  return { sealBytes, state, adopted, auditCut, sealCut, damage: found.damage }
}

const unknown: RecordFacts = { source: null, receivedAt: null }
const newline = 0x0a
const runBytes = 1024 * 1024

interface Run {
  readonly bytes: Uint8Array
  readonly entryEnds: Uint32Array
  readonly from: number
  readonly to: number
}

/** Whole lines of JSON from `at` on, up to the first that is none: a loss of power leaves zeros in what was not synced. */
async function* wholeRecords(file: SealFile, at: number): AsyncGenerator<Run, void, undefined> {
  const size = await file.bytes()
  for (let from = at, wanted = runBytes; from < size; ) {
    const bytes = Buffer.alloc(Math.min(wanted, size - from))
    await file.read(bytes, from)
    const ends: number[] = []
    let sound = true
    for (let start = 0, end = bytes.indexOf(newline); end >= 0 && sound; end = bytes.indexOf(newline, start)) {
      sound = objectOf(bytes.toString('utf8', start, end)) !== undefined
      start = end + 1
      if (sound) ends.push(start)
    }
    if (ends.length > 0) yield { bytes, entryEnds: Uint32Array.from(ends), from: 0, to: ends.length }
    else if (sound && bytes.length < Math.min(size - from, renderedEntryBytesMax)) {
      wanted *= 2
      continue
    } else return
    if (!sound) return
    from += ends.at(-1)!
    wanted = runBytes
  }
}

async function digestOf(file: SealFile) {
  const digest = createHash('sha256')
  const block = Buffer.alloc(256 * 1024)
  for (let at = 0; ; ) {
    const count = await file.read(block, at)
    if (count === 0) return digest
    digest.update(block.subarray(0, count))
    at += count
  }
}
