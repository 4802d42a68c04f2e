/**
 * The file writer: entries appended to a path, or to our own stdout and stderr. Its manual:
 *
 * - The file is opened with the first batch (append, created when missing with `mode` less the umask) and kept open. A missing
 *   directory is not created: that is said, and tried again. `reopen` opens the path anew and then closes the old file; without
 *   it a file that was renamed or deleted goes on being written.
 * - Whole entries only. When a write ends in the middle of an entry (disk full, file size limit), a regular file is cut back to
 *   the last whole one. What cannot be cut back (a pipe, a file that somebody else has changed) gets the rest of the entry
 *   before anything else. It is not counted as written before that, so a batch that was given up in between may be counted
 *   with one entry too few; and it stays torn if the process ends first.
 * - Pipes, FIFOs and sockets take what their reader leaves room for; a write settles when the kernel has taken the batch. A FIFO
 *   without a reader is an error to try again. Bytes that the kernel holds when the last reader leaves are lost, and nobody tells.
 * - `/dev/stdout` and `/dev/stderr` are what the process was started with; a reader that has left them never comes back (EPIPE).
 * - Several processes may append to one file; entries of one batch then stay whole, but batches mix.
 * - Durable after `flush` (fdatasync), which `close` does as well; otherwise in the page cache when `write` has settled.
 */
import type { Batch } from '../batch.ts'
import { WriteError } from '../errors.ts'
import { systemCode, writeErrorOf } from './file-errors.ts'
import { calledOff, OpenFile } from './open-file.ts'
import type { Writer } from './writer.ts'

export interface FileWriterOptions {
  /** Absolute, or relative to the working directory. */
  readonly path: string
  /** Permissions of a file that is created. Default 0640: log readers are put into the group. */
  readonly mode?: number
}

export function createFileWriter(options: FileWriterOptions): Writer {
  return new FileWriter(options)
}

/** After these the handle is of no more use; the next write opens the path anew. */
const brokenCodes = new Set(['EPIPE', 'EIO', 'ESTALE', 'EBADF'])

/** An entry of which the destination has the first bytes. A copy: its batch is gone when it is completed. */
interface TornEntry {
  readonly bytes: Uint8Array
  readonly written: number
}

class FileWriter implements Writer {
  readonly name: string
  readonly #path: string
  readonly #mode: number
  #file: OpenFile | undefined
  #torn: TornEntry | undefined
  #closed = false
  /** The last turn taken: a reopen during a write must not pull the file away from under it. */
  #turns: Promise<unknown> = Promise.resolve()

  constructor({ path, mode = 0o640 }: FileWriterOptions) {
    this.name = `file ${path}`
    this.#path = path
    this.#mode = mode
  }

  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    return this.#inTurn(() => this.#write(batch, signal))
  }

  flush(): Promise<void> {
    return this.#inTurn(async () => this.#sync())
  }

  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      const old = this.#file
      if (old === undefined || old.standard) return
      const file = await this.#open()
      await this.#completeTorn(old, once())
      // What could not be completed stays torn in the old file; in the new one the entry is written whole.
      this.#torn = undefined
      this.#file = file
      await old.close()
    })
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#inTurn(async () => {
      const file = this.#file
      if (file === undefined) return
      try {
        await this.#completeTorn(file, once())
        await this.#sync()
      } finally {
        this.#file = undefined
        await file.close()
      }
    })
  }

  async #write({ bytes, entryEnds }: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    if (this.#closed) {
      throw new WriteError({ code: 'closed', message: `${this.name}: closed already.`, retryable: false })
    }
    const stop = () => signal.aborted || this.#closed
    this.#file ??= await this.#open()
    const file = this.#file
    const from = this.#resume(bytes.subarray(0, entryEnds[0] ?? 0))
    const mending = await this.#completeTorn(file, stop)
    if (mending !== undefined) throw await this.#fail(file, mending, 0)
    const { at, cause } = await file.append(bytes, from, entryEnds.at(-1) ?? 0, stop)
    if (cause === undefined) return { rejected: 0 }

    const whole = countWithin(entryEnds, at)
    const start = entryEnds[whole - 1] ?? 0
    if (at > start && !(await file.cutBack(at - start))) {
      this.#torn = { bytes: bytes.slice(start, entryEnds[whole]), written: at - start }
    }
    throw await this.#fail(file, cause, whole)
  }

  /** Where to begin with this first entry: behind what an earlier write left of it, when it is the torn one come again. */
  #resume(first: Uint8Array): number {
    if (this.#torn === undefined || Buffer.compare(this.#torn.bytes, first) !== 0) return 0
    const { written } = this.#torn
    this.#torn = undefined
    return written
  }

  /** The rest of a torn entry whose batch was given up. Returns what prevented it, if anything did. */
  async #completeTorn(file: OpenFile, stop: () => boolean): Promise<unknown> {
    if (this.#torn === undefined) return undefined
    const { bytes, written } = this.#torn
    const { at, cause } = await file.append(bytes, written, bytes.length, stop)
    this.#torn = cause === undefined ? undefined : { bytes, written: at }
    return cause
  }

  async #fail(file: OpenFile, cause: unknown, entriesWritten: number): Promise<WriteError> {
    if (cause === calledOff) {
      const message = `${this.name}: the write was called off; the destination takes nothing at the moment.`
      return new WriteError({ code: 'called_off', message, retryable: true, entriesWritten })
    }
    const code = systemCode(cause)
    if (brokenCodes.has(code) && !file.standard) {
      this.#file = undefined
      // The next reader of a FIFO begins with a whole entry.
      this.#torn = undefined
      await file.close().catch(() => {
        // The handle is broken; the error at hand says why.
      })
    }
    const trouble = { name: this.name, path: this.#path, entriesWritten }
    return writeErrorOf(cause, code === 'EPIPE' && !file.standard ? { ...trouble, retryable: true } : trouble)
  }

  async #open(): Promise<OpenFile> {
    try {
      return await OpenFile.open(this.#path, this.#mode)
    } catch (cause) {
      throw writeErrorOf(cause, { name: this.name, path: this.#path })
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#file?.sync()
    } catch (cause) {
      throw writeErrorOf(cause, { name: this.name, path: this.#path })
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work)
    this.#turns = turn.catch(() => {
      // The caller of that turn gets the error; the next turn only waits for it to be over.
    })
    return turn
  }
}

/** A `stop` that lets one call pass: try, and do not wait. */
function once(): () => boolean {
  let calls = 0
  return () => calls++ > 0
}

/** How many entries end at or before a position. */
function countWithin(ends: Uint32Array, at: number): number {
  const first = ends.findIndex((end) => end > at)
  return first < 0 ? ends.length : first
}
