/**
 * The writer of audit files: records into the file, their seals beside it, both durable before a write settles. What lies on the disk, and
 * in which order it gets there, is told in `seal.ts`. Other than `writers/file.ts`:
 *
 * - A write is a group commit: two syncs for a batch, however many records. When it fails, none of the records that it does not count is
 *   in the file; after a failed sync the next ones go into a new file.
 * - The file is ours: one process (`<path>.lock`), and nobody else rotates or appends. A file that was moved or deleted all the same is
 *   told as damage, and a new one is begun. That is looked for while a batch is being written: what of it went where nobody looks is cut off
 *   again before anything is acknowledged.
 * - Files that were there before sealing are adopted with the first batch: that reads them once, from start to end.
 * - A file that is nearly full is rotated as soon as a batch is safe, or the next one would have to wait for it.
 * - Rotation that fails ends in an error to try again, not in a file over its limit: a pair that was ended is not written on.
 */
import type { Batch } from '../../batch.ts'
import { systemCode, WriteError } from '../../errors.ts'
import { auditCheckpointMsDefault } from '../../limits.ts'
import { Turns } from '../../turns.ts'
import { LockedError } from '../../writers/file/lock.ts'
import { countThatFit } from '../../writers/file/rotation.ts'
import { writeErrorOf } from '../../writers/file-errors.ts'
import type { Writer } from '../../writers/writer.ts'
import { factsIn, holdsLines } from './batch-records.ts'
import { BroughtAgain } from './brought-again.ts'
import { nodeFiles } from './files.ts'
import { LivePair } from './live-pair.ts'
import { isNearlyFull } from './rotation.ts'
import type { SealedFile } from './sealed-file.ts'
import type { SealEvent, SealedFileWriterOptions } from './sealed-file-options.ts'

export interface SealedFileWriter extends Writer {
  /** Opens the file and mends what a crash has left, which else waits for the first batch. Rejects with WriteError; may be tried again. */
  open(): Promise<void>
  /** Rotates now, unless the file is empty. Rejects with WriteError. */
  rotate(): Promise<void>
}

export function createSealedFileWriter(options: SealedFileWriterOptions): SealedFileWriter {
  return new SealingWriter(options)
}

class SealingWriter implements SealedFileWriter {
  readonly name: string
  readonly settlesDurable = true
  readonly #options: SealedFileWriterOptions
  readonly #tell: (event: SealEvent) => void
  readonly #checkpointEveryMs: number
  readonly #pair: LivePair
  readonly #broughtAgain: BroughtAgain
  #closed = false
  #cancelCheckpoint: (() => void) | undefined
  /** Calls have their effects in the order in which they are made. */
  readonly #turns = new Turns()

  constructor(options: SealedFileWriterOptions) {
    this.name = `file ${options.path}`
    this.#options = options
    this.#tell = options.onEvent ?? (() => undefined)
    this.#checkpointEveryMs = options.checkpointEveryMs ?? auditCheckpointMsDefault
    const { path, nowMs, factsOf, bringsAgain, files = nodeFiles(options.mode ?? 0o600) } = options
    const broughtAgain = new BroughtAgain({ files, path, nowMs, factsOf, bringsAgain })
    this.#broughtAgain = broughtAgain
    this.#pair = new LivePair({
      ...options,
      ...{ files, checkpointEveryMs: this.#checkpointEveryMs, tell: this.#tell },
      trouble: (error, what) => this.#trouble(error, what),
      opened: (how) => broughtAgain.lookBack(how),
    })
  }

  open(): Promise<void> {
    return this.#turns.take(() => this.#trying(0, async () => void (await this.#ready({ inPlace: true }))))
  }

  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    return this.#turns.take(async () => {
      if (!holdsLines(batch)) {
        const message = `${this.name}: an entry is not one line, and only lines are sealed.`
        throw new WriteError({ code: 'not_a_line', message, retryable: false, blamesEntries: true })
      }
      let next = 0
      while (next < batch.entryEnds.length) {
        if (signal.aborted) throw this.#error('called_off', 'the write was called off.', true, next)
        next = await this.#writeSome(batch, next)
      }
      this.#rotateIfFull(batch)
      return { rejected: 0 }
    })
  }

  /** Nothing is left to do: a write has settled when it is durable. */
  flush(): Promise<void> {
    return this.#turns.over()
  }

  reopen(): Promise<void> {
    return this.#turns.take(() => this.#pair.leave())
  }

  rotate(): Promise<void> {
    return this.#turns.take(() => this.#trying(0, () => this.#rotate()))
  }

  close(): Promise<void> {
    this.#closed = true
    this.#cancelCheckpoint?.()
    return this.#turns.take(async () => {
      try {
        await this.#trying(0, async () => this.#pair.sound?.checkpoint())
      } finally {
        await this.#pair.release()
      }
    })
  }

  /** As many entries from `next` on as the file has room for; answers behind which it stopped. */
  #writeSome(batch: Batch, next: number): Promise<number> {
    return this.#trying(next, async () => {
      const known = this.#pair.file
      const file = await this.#ready()
      const fresh = this.#broughtAgain.next(batch, next, 'fresh')
      if (fresh > next) return fresh
      const room = next + this.#countFor(file, batch, next)
      const end = Math.min(room, this.#broughtAgain.next(batch, next, 'held'))
      if (end === next) {
        await this.#rotate()
        return next
      }
      const facts = factsIn(batch, this.#options.factsOf)
      if (!(await file.append({ ...batch, from: next, to: end }, facts, { isNew: file !== known }))) {
        await this.#pair.leave()
        return next
      }
      this.#setCheckpointTimer(file)
      return end
    })
  }

  #rotateIfFull({ entryEnds }: Batch): void {
    if (!isNearlyFull(this.#options.rotation, this.#pair.file?.bytes ?? 0, entryEnds.at(-1) ?? 0)) return
    const turn = this.#turns.take(async () => this.#closed || (await this.#rotate()))
    turn.catch((error) => this.#trouble(error, 'A full file could not be rotated yet'))
  }

  /** What has been put in its place by somebody else must not be taken for ours. */
  async #rotate(): Promise<void> {
    const file = await this.#ready({ inPlace: true })
    if (file.bytes > 0) await file.rotate()
  }

  #countFor(file: SealedFile, { entryEnds }: Batch, next: number): number {
    const { rotation, path } = this.#options
    if (rotation === undefined) return entryEnds.length - next
    const at = entryEnds[next - 1] ?? 0
    const count = countThatFit(entryEnds, next, { at, room: rotation.maxBytes - file.bytes })
    if (count > 0 || file.bytes > 0) return count
    this.#tell({ kind: 'oversized', path, bytes: entryEnds[next]! - at })
    return 1
  }

  /** The file to write to; `inPlace`: which nobody has moved. Rejects with the system's error. */
  async #ready({ inPlace = false } = {}): Promise<SealedFile> {
    if (this.#closed) throw this.#error('closed', 'closed already.', false)
    return inPlace ? this.#pair.readyInPlace() : this.#pair.ready()
  }

  #setCheckpointTimer(file: SealedFile): void {
    if (this.#closed || this.#cancelCheckpoint !== undefined || !file.wantsCheckpoint) return
    this.#cancelCheckpoint = this.#options.clock.after(this.#checkpointEveryMs, () => {
      this.#cancelCheckpoint = undefined
      this.#turns
        .take(async () => this.#pair.sound?.checkpoint())
        .catch((error) => this.#trouble(error, 'A checkpoint could not be written'))
    })
  }

  /** Puts the system's errors into words. */
  async #trying<T>(entriesWritten: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      if (cause instanceof WriteError) throw cause
      if (cause instanceof LockedError) throw this.#error('locked', cause.message, true, entriesWritten)
      throw writeErrorOf(cause, { name: this.name, path: this.#options.path, entriesWritten })
    }
  }

  #trouble(error: unknown, what: string): void {
    const why = error instanceof Error ? error.message : `${error}`
    this.#tell({ kind: 'trouble', path: this.#options.path, code: systemCode(error), message: `${what}: ${why}` })
  }

  #error(code: string, why: string, retryable: boolean, entriesWritten = 0): WriteError {
    return new WriteError({ code, message: `${this.name}: ${why}`, retryable, entriesWritten })
  }
}
