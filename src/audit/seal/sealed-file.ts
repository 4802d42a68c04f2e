/**
 * An audit file and its seal, open: records go into both, durably, and rotation moves both. One call at a time; `seal.ts` says in which order
 * things are written, and this file is where they are.
 */
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { beside, over, type SealFile, writeAll } from './files.ts'
import { RecordLines } from './record-lines.ts'
import { type DurableSizes, type Recovered, recover } from './recover.ts'
import { finishRotation, freeName, moveAside, type RotationContext } from './rotation.ts'
import { type RecordFacts, suffixes } from './seal.ts'
import {
  beginSeal,
  digestRecords,
  endSeal,
  newChain,
  type Records,
  type Sealed,
  type SealState,
  sealCheckpoint,
  sealLines,
} from './sealer.ts'

export interface SealedFileOptions extends RotationContext {
  readonly checkpointEveryMs: number
  readonly unsealed: 'seal' | 'setAside'
  /** A file was found at the start with something to tell. Must not throw. */
  readonly onRecovered: (found: Recovered) => void
}

/** What share of a batch's lines takes as long as writing the batch. */
const linesBesideWrite = 1 / 3

export class SealedFile {
  readonly #options: SealedFileOptions
  #audit: SealFile
  #seal: SealFile
  #sealBytes: number
  #state: SealState
  #checkpointMs: number
  #broken = false
  /** The pair has other names by now, and the new one is not begun yet. */
  #moved = false
  /** Of the records that are being appended. */
  readonly #lines = new RecordLines()

  private constructor(options: SealedFileOptions, { audit, seal, sealBytes, state }: Recovered) {
    this.#options = options
    this.#audit = audit
    this.#seal = seal
    this.#sealBytes = sealBytes
    this.#state = state
    this.#checkpointMs = options.nowMs()
  }

  /**
   * Finishes a rotation that was begun, mends what a crash has left, and opens the pair. `durable`: of the file that was open before, when that
   * one broke. Rejects with the system's error.
   */
  static async open(options: SealedFileOptions, durable?: DurableSizes): Promise<SealedFile> {
    await finishRotation(options, durable)
    const doubt = durable === undefined ? {} : { durable }
    const found = await recover({ ...options, ...doubt, begin: () => begin(options) })
    const sealed = new SealedFile(options, found)
    if (found.adopted + found.auditCut + found.sealCut > 0 || found.damage !== undefined) options.onRecovered(found)
    if (found.damage === undefined) return sealed
    await sealed.rotate().catch(async (error) => {
      await sealed.close()
      throw error
    })
    return sealed
  }

  /** Of the audit file, in bytes. */
  get bytes(): number {
    return this.#state.bytes
  }

  /** Nobody knows what of it is on the disk: it is to be closed, opened anew, and rotated. */
  get isBroken(): boolean {
    return this.#broken
  }

  /** What is surely on the disk; what is behind that is in doubt after a sync that failed. */
  get durable(): DurableSizes {
    return this.#moved ? { audit: 0, seal: 0 } : { audit: this.#state.bytes, seal: this.#sealBytes }
  }

  /** Nobody has moved or deleted the files. */
  async isInPlace(): Promise<boolean> {
    const { path } = this.#options
    const found = await Promise.all([this.#audit.isAt?.(path), this.#seal.isAt?.(`${path}${suffixes.seal}`)])
    return !found.includes(false)
  }

  /** There is something that no checkpoint covers. */
  get wantsCheckpoint(): boolean {
    return !this.#state.quiet
  }

  /**
   * Resolves to true when records and seals are durable; to false when somebody has moved or deleted the files, and then nothing is written.
   * Rejects with the system's error; they are not there then, unless `isBroken`. `isNew`: it was opened just now, and so is where it was opened.
   */
  async append(
    records: Records,
    factsOf: (entry: number) => RecordFacts,
    { isNew }: { readonly isNew: boolean },
  ): Promise<boolean> {
    const before = this.#state
    const { bytes, entryEnds, from, to } = records
    const start = entryEnds[from - 1] ?? 0
    // While the disk is at work the lines are made, which takes about as long: some beside the write, the rest beside the sync.
    const middle = from + Math.floor((to - from) * linesBesideWrite)
    const lines = this.#lines
    lines.clear()
    let state: SealState
    let inPlace = true
    const look = async () => void (inPlace = isNew || (await this.isInPlace()))
    try {
      const written = writeAll(this.#audit, bytes.subarray(start, entryEnds[to - 1] ?? start), before.bytes)
      state = await beside(over(written, look()), () => sealLines(before, { ...records, to: middle }, factsOf, lines))
    } catch (error) {
      await this.#cutBack(this.#audit, before.bytes)
      throw error
    }
    if (!inPlace) {
      await this.#cutDurably(this.#audit, before.bytes)
      return false
    }
    try {
      state = await beside(this.#audit.sync(), () => sealLines(state, { ...records, from: middle }, factsOf, lines))
    } catch (error) {
      this.#broken = true
      await this.#cutBack(this.#audit, before.bytes)
      throw error
    }
    try {
      const sealed = { text: '', state }
      const due = this.#isCheckpointDue() ? this.#withCheckpoint(sealed) : sealed
      await this.#seals(due, { records, lines: lines.bytes })
    } catch (error) {
      // First the lines, then the records: lines without records are what a crash never leaves.
      if (await this.#cutDurably(this.#seal, this.#sealBytes)) await this.#cutBack(this.#audit, before.bytes)
      throw error
    }
    return true
  }

  /** Signs what no checkpoint covers yet. Rejects with the system's error. */
  async checkpoint(): Promise<void> {
    if (this.#state.quiet) return
    await this.#seals(this.#withCheckpoint({ text: '', state: this.#state })).catch(async (error) => {
      await this.#cutDurably(this.#seal, this.#sealBytes)
      throw error
    })
  }

  /** Ends the pair and begins a new one. Rejects with the system's error; the next `open` goes on where it ended. */
  async rotate(): Promise<void> {
    const { path, files, manifest, nowMs, onRotated } = this.#options
    // Whatever fails from here on, this pair is not written on.
    this.#broken = true
    const now = { at: nowMs(), signer: this.#options.signer }
    const name = await freeName(files, path, now.at)
    await this.#seals(this.#withCheckpoint(endSeal(this.#state, name, now)))
    const { firstSequence, bytes, end } = this.#state
    await manifest.close({ name, first: firstSequence + 1, bytes, sha256: end!.sha256, link: this.#state })
    await this.close()
    await moveAside(files, path, name)
    this.#moved = true
    onRotated(join(dirname(path), name), bytes)
    const next = await recover({ ...this.#options, begin: () => begin(this.#options) })
    this.#audit = next.audit
    this.#seal = next.seal
    this.#sealBytes = next.sealBytes
    this.#state = next.state
    this.#moved = false
    this.#broken = false
  }

  /** Lets go of both files. A handle that cannot be closed is of no use anyway. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#audit.close(), this.#seal.close()])
  }

  #isCheckpointDue(): boolean {
    const passedMs = this.#options.nowMs() - this.#checkpointMs
    // A clock that was set back is no reason to wait.
    return passedMs >= this.#options.checkpointEveryMs || passedMs < 0
  }

  #withCheckpoint({ text, state }: Sealed): Sealed {
    const { nowMs, signer } = this.#options
    const checkpoint = sealCheckpoint(state, { at: nowMs(), signer })
    return { text: text + checkpoint.text, state: checkpoint.state }
  }

  /** The text goes behind the lines. The digest of the records is made while the disk is busy. */
  async #seals({ text, state }: Sealed, { records, lines } = nothing): Promise<void> {
    const bytes = text === '' ? lines : Buffer.concat([lines, Buffer.from(text)])
    await writeAll(this.#seal, bytes, this.#sealBytes)
    let next: SealState
    try {
      next = await beside(this.#seal.sync(), () => digestRecords(state, records))
    } catch (error) {
      this.#broken = true
      throw error
    }
    const signed = next.checkpoint !== this.#state.checkpoint
    this.#sealBytes += bytes.length
    this.#state = next
    if (!signed) return
    this.#checkpointMs = this.#options.nowMs()
    this.#options.onCheckpoint(text.slice(text.lastIndexOf('\n', text.length - 2) + 1))
  }

  async #cutBack(file: SealFile, bytes: number): Promise<boolean> {
    try {
      await file.truncate(bytes)
      return true
    } catch {
      // The next open finds out what is there; the error at hand is the one to tell.
      this.#broken = true
      return false
    }
  }

  async #cutDurably(file: SealFile, bytes: number): Promise<boolean> {
    if (!(await this.#cutBack(file, bytes))) return false
    try {
      await file.sync()
      return true
    } catch {
      // As above.
      this.#broken = true
      return false
    }
  }
}

const nothing: { readonly records: Records; readonly lines: Uint8Array } = {
  records: { bytes: new Uint8Array(0), entryEnds: new Uint32Array(0), from: 0, to: 0 },
  lines: new Uint8Array(0),
}

function begin({ manifest, nowMs, signer }: SealedFileOptions): Sealed {
  return beginSeal(manifest.last?.link ?? newChain(randomBytes(16).toString('hex')), { at: nowMs(), signer })
}
