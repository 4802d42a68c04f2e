/**
 * The file writer: entries appended to a path, or to our own stdout and stderr. Its manual:
 *
 * - The file is opened with the first batch (append, created when missing with `mode` less the umask) and kept open. A missing
 *   folder is created with `makeFolder`; else that is said, and tried again.
 * - Before each batch, and every few seconds while there is none, the file is compared with its path. One that was renamed (`mv`,
 *   logrotate's `create`) is finished, and the path opened anew; so `reopen` is not needed, but quicker. One that was deleted is left, one
 *   that was cut (`copytruncate`) is appended to from its new end; both are told, for they lose entries.
 * - With `rotation` we rename it ourselves (`file/rotation.ts`), between two entries; a batch may be spread over several files.
 * - Whole entries only. When a write ends in the middle of an entry (disk full, file size limit), a regular file is cut back to
 *   the last whole one. What cannot be cut back (a pipe, a file that somebody else has changed) gets the rest of the entry
 *   before anything else. It is not counted as written before that, so a batch that was given up in between may be counted
 *   with one entry too few. A line torn by the end of the process is cut off before the first entry (`file/torn-line.ts`).
 * - Pipes, FIFOs and sockets take what their reader leaves room for; a write settles when the kernel has taken the batch. A FIFO
 *   without a reader is an error to try again. Bytes that the kernel holds when the last reader leaves are lost, and nobody tells.
 * - `/dev/stdout` and `/dev/stderr` are what the process was started with; a reader that has left them never comes back (EPIPE).
 * - Without rotation several processes may append to one file; entries of one batch then stay whole, but batches mix.
 * - Durable (fdatasync, and the folder's for new names) after `flush`, which `close` does as well; with `fsync: always` when a write has
 *   settled, with `interval` some time later, else when the file is finished. After a sync that failed the handle is given up: the
 *   kernel may call the next one a success. With `always` the batch is then taken back and not counted; where it cannot be taken
 *   back, its entries may come twice.
 */
import { statSync } from 'node:fs'
import type { Batch } from '../batch.ts'
import { systemCode, WriteError } from '../errors.ts'
import { fileLookMs, fsyncIntervalMsDefault } from '../limits.ts'
import { Turns } from '../turns.ts'
import { Entries } from './file/entries.ts'
import type { OnFileEvent } from './file/events.ts'
import { LiveFile } from './file/live-file.ts'
import { LockedError } from './file/lock.ts'
import { realPathOf } from './file/real-path.ts'
import { Rotation, type RotationOptions } from './file/rotation.ts'
import { writeErrorOf } from './file-errors.ts'
import type { Writer } from './writer.ts'

export interface FileWriterOptions {
  /** Absolute, or relative to the working directory. */
  readonly path: string
  /** Permissions of a file that is created. Default 0640: log readers are put into the group. */
  readonly mode?: number
  /** Creates the folder of the file and those above it, open to those who may read the file. Default false. */
  readonly makeFolder?: boolean
  /** When what was written is synced without `flush` being called. Default `never`. */
  readonly fsync?: 'never' | 'interval' | 'always'
  /** Of `interval`; default 1 s. */
  readonly fsyncIntervalMs?: number
  /** Default: none. What is not a regular file is not rotated. */
  readonly rotation?: RotationOptions
  /** Called during writes and between them; must not throw. */
  readonly onEvent?: OnFileEvent
}

export interface FileWriter extends Writer {
  /** Rotates now, unless the file is empty; one that is missing is created. Rejects with WriteError, also when there is no rotation. */
  rotate(): Promise<void>
}

export function createFileWriter(options: FileWriterOptions): FileWriter {
  return new AppendingWriter(options)
}

class AppendingWriter implements FileWriter {
  readonly name: string
  readonly settlesDurable: boolean
  readonly #path: string
  readonly #onEvent: OnFileEvent
  readonly #rotation: Rotation | undefined
  readonly #live: LiveFile
  readonly #entries: Entries
  /** With `fsync: interval`. */
  readonly #syncAfterMs: number | undefined
  #syncTimer: NodeJS.Timeout | undefined
  #lookTimer: NodeJS.Timeout | undefined
  /** No batch has come since the timer looked last. */
  #idle = true
  #closed = false
  /** A reopen during a write must not pull the file away from under it. */
  readonly #turns = new Turns()

  constructor(options: FileWriterOptions) {
    const { mode = 0o640, makeFolder = false, fsync = 'never', onEvent = () => undefined } = options
    this.name = `file ${options.path}`
    this.settlesDurable = fsync === 'always'
    this.#onEvent = onEvent
    this.#rotation = rotationOf(options, { mode, onEvent })
    this.#path = this.#rotation?.path ?? options.path
    this.#syncAfterMs = fsync === 'interval' ? (options.fsyncIntervalMs ?? fsyncIntervalMsDefault) : undefined
    const { name } = this
    const file = { name, path: this.#path, onEvent }
    this.#live = new LiveFile({
      ...file,
      mode,
      makeFolder,
      rotation: this.#rotation,
      finish: (left) => this.#entries.finish(left),
      truncated: () => this.#entries.forgetTorn(),
    })
    this.#entries = new Entries(this.#live, {
      ...file,
      durable: this.settlesDurable,
      maxBytes: this.#rotation?.maxBytes,
    })
    if (this.#rotation !== undefined) void this.#turns.take(() => this.#beginRotation())
  }

  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    return this.#turns.take(async () => {
      this.#refuseWhenClosed()
      await this.#entries.write(batch, () => signal.aborted || this.#closed)
      this.#setTimers()
      return { rejected: 0 }
    })
  }

  flush(): Promise<void> {
    return this.#turns.take(() => this.#commit())
  }

  reopen(): Promise<void> {
    return this.#turns.take(() => this.#live.reopen())
  }

  rotate(): Promise<void> {
    return this.#turns.take(async () => {
      this.#refuseWhenClosed()
      const failed = (code: string, why: string) =>
        new WriteError({ code, message: `${this.name}: ${why}`, retryable: false })
      if (this.#rotation === undefined) throw failed('no_rotation', 'there is no rotation here. Set `rotation`.')
      const file = await this.#live.ready({ stop: () => this.#closed, linesEnd: false })
      if (file.size === 0) return
      await this.#entries.finish(file)
      if ((await this.#live.rotate()) === undefined) throw failed('not_rotated', 'it could not be rotated.')
    })
  }

  close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#syncTimer)
    clearInterval(this.#lookTimer)
    return this.#turns.take(async () => {
      try {
        if (this.#live.file !== undefined) await this.#entries.finish(this.#live.file)
        await this.#commit()
      } finally {
        await this.#live.close()
        await this.#rotation?.close()
      }
    })
  }

  #refuseWhenClosed(): void {
    if (!this.#closed) return
    throw new WriteError({ code: 'closed', message: `${this.name}: closed already.`, retryable: false })
  }

  /** Rejects with WriteError; what was written since the last commit may not be on the disk then. */
  async #commit(): Promise<void> {
    const { file, durability } = this.#live
    try {
      await durability.commit(file)
    } catch (cause) {
      if (file !== undefined) await this.#live.drop(file)
      throw writeErrorOf(cause, { name: this.name, path: this.#path })
    }
  }

  /** At start, so that old backups go, and a lock that somebody else has is known, before anything is written. */
  async #beginRotation(): Promise<void> {
    try {
      await this.#rotation?.begin()
    } catch (error) {
      // The first batch makes the folder, or says that it is missing.
      if (systemCode(error) === 'ENOENT') return
      this.#tell(error instanceof LockedError ? 'locked' : systemCode(error), error)
    }
  }

  /** After a write. Both timers let the process end. */
  #setTimers(): void {
    this.#idle = false
    if (this.#closed || !this.#live.file?.regular) return
    this.#lookTimer ??= setInterval(() => this.#lookWhenIdle(), fileLookMs).unref()
    if (this.#syncAfterMs === undefined || this.#syncTimer !== undefined) return
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined
      this.#turns.take(() => this.#commit()).catch((error) => this.#tell(error.code, error))
    }, this.#syncAfterMs).unref()
  }

  #lookWhenIdle(): void {
    const idle = this.#idle
    this.#idle = true
    if (!idle) return
    this.#turns.take(() => this.#live.look(() => this.#closed)).catch((error) => this.#tell(error.code, error))
  }

  #tell(code: string, error: unknown): void {
    const message = error instanceof Error ? error.message : `${error}`
    this.#onEvent({ kind: 'trouble', path: this.#path, code, message })
  }
}

/** Only regular files are rotated, and those that are not there yet. */
function rotationOf(
  { path, rotation }: FileWriterOptions,
  shared: { mode: number; onEvent: OnFileEvent },
): Rotation | undefined {
  if (rotation === undefined) return undefined
  const realPath = realPathOf(path)
  if (realPath === '/dev/stdout' || realPath === '/dev/stderr') return undefined
  if (isDevice(realPath)) return undefined
  return new Rotation({ ...rotation, ...shared, path: realPath })
}

function isDevice(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats !== undefined && !stats.isFile() && !stats.isDirectory()
  } catch {
    // Opening it will say what is wrong.
    return false
  }
}
