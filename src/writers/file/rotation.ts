/**
 * Rotation: when the next entry would take the live file over its limit, the file gets the name of a backup, and a new one is begun. Its
 * manual:
 *
 * - Names, limits and retention are lumberjack's (`backup-name.ts`, `retention.ts`). A file may be filled exactly to its limit, also
 *   one that was found at start. An entry longer than the limit gets a file of its own.
 * - Nothing is ever overwritten. The backup's name is reserved first (of two rotations in one millisecond the second gets the
 *   next one), then the live file is renamed onto the reservation, then the new file is created exclusively, with our mode.
 * - A rotation that fails stops nothing: the old file is written on, over its limit, and the rotation is tried again later.
 * - Only one process may rotate a file (`lock.ts`); another one is refused (`locked`), and may try again. Where the file system has no
 *   Unix sockets that is told, and the operator has to see to it.
 * - A link is resolved when the writer is made; backups lie beside the real file.
 */
import { link, open, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemCode } from '../../errors.ts'
import { rotateAgainMs } from '../../limits.ts'
import { OpenFile } from '../open-file.ts'
import { backupName, gzipNameOf } from './backup-name.ts'
import { Cleaner } from './cleaner.ts'
import type { OnFileEvent } from './events.ts'
import { FileLock, LockedError } from './lock.ts'
import type { RetentionLimits } from './retention.ts'

export interface RotationOptions extends RetentionLimits {
  /** Largest size of a file, in bytes. */
  readonly maxBytes: number
  /** The clock of names and ages: milliseconds since 1970. */
  readonly nowMs: () => number
}

interface RotationParts extends RotationOptions {
  /** Absolute, and no link. */
  readonly path: string
  readonly mode: number
  readonly onEvent: OnFileEvent
}

export class Rotation {
  /** Of the live file: absolute, and no link. */
  readonly path: string
  readonly maxBytes: number
  readonly #parts: RotationParts
  readonly #cleaner: Cleaner
  #lock: FileLock | undefined
  /** The file system has no locks: said once, then done without. */
  #lockless = false
  #failedAtMs: number | undefined

  constructor(parts: RotationParts) {
    this.path = parts.path
    this.maxBytes = parts.maxBytes
    this.#parts = parts
    this.#cleaner = new Cleaner({
      ...parts,
      mayClean: async () => this.#lockless || (await this.#lock?.isHeld()) === true,
    })
  }

  /**
   * Before the file is opened: takes the lock and, the first time, starts cleaning. Rejects with LockedError, or with ENOENT when the folder
   * is missing.
   */
  async begin(): Promise<void> {
    await this.#takeLock()
    this.#cleaner.start()
  }

  /** Gives the live file the name of a backup and begins a new one, which is returned; nothing when that failed, which is told. */
  async rotate(live: OpenFile): Promise<OpenFile | undefined> {
    const { path, nowMs, onEvent } = this.#parts
    const now = nowMs()
    if (this.#failedAtMs !== undefined && isWithin(now - this.#failedAtMs, rotateAgainMs)) return undefined
    try {
      if (this.#lock !== undefined && !(await this.#lock.isHeld())) await this.#releaseLock()
      await this.#takeLock()
      const backup = await this.#moveAside(now)
      const file = await this.#createAnew(backup)
      this.#cleaner.busy.clear()
      onEvent({ kind: 'rotated', path, backup, bytes: live.size })
      void this.#cleaner.clean()
      return file
    } catch (error) {
      this.#failedAtMs = now
      const why = error instanceof Error ? error.message : `${error}`
      const code = error instanceof LockedError ? 'locked' : systemCode(error)
      const message = `${path} could not be rotated, and grows over its limit until it can: ${why}`
      onEvent({ kind: 'trouble', path, code, message })
      return undefined
    } finally {
      this.#cleaner.busy.clear()
    }
  }

  /** Stops cleaning and lets go of the lock. May be called twice. */
  async close(): Promise<void> {
    await this.#cleaner.close()
    await this.#releaseLock()
  }

  async #releaseLock(): Promise<void> {
    const lock = this.#lock
    this.#lock = undefined
    await lock?.release()
  }

  async #takeLock(): Promise<void> {
    if (this.#lock !== undefined || this.#lockless) return
    const { path, onEvent } = this.#parts
    await stat(dirname(path))
    try {
      this.#lock = await FileLock.take(path)
    } catch (error) {
      if (error instanceof LockedError) throw error
      this.#lockless = true
      const why = error instanceof Error ? error.message : `${error}`
      const message = `${path} is rotated without a lock, which could not be made: ${why} See to it that no other process rotates it.`
      onEvent({ kind: 'trouble', path, code: 'no_lock', message })
    }
  }

  async #moveAside(nowMs: number): Promise<string> {
    const { path } = this.#parts
    const backup = await this.#reserve(nowMs)
    try {
      await rename(path, backup)
    } catch (error) {
      await unlink(backup)
      throw error
    }
    return backup
  }

  /** An empty file under the first name from `nowMs` on that neither form of a backup has. */
  async #reserve(nowMs: number): Promise<string> {
    const { path, mode } = this.#parts
    for (let atMs = nowMs; ; atMs++) {
      const backup = join(dirname(path), backupName(path, atMs))
      this.#cleaner.busy.add(basename(backup))
      if (await exists(gzipNameOf(backup))) continue
      try {
        await (await open(backup, 'wx', mode)).close()
        return backup
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error
      }
    }
  }

  async #createAnew(backup: string): Promise<OpenFile> {
    const { path, mode } = this.#parts
    try {
      return await OpenFile.open(path, mode, { exclusive: true })
    } catch (error) {
      // Somebody has put a file there in between: it is appended to, and never emptied.
      if (systemCode(error) === 'EEXIST') return OpenFile.open(path, mode)
      // A link never overwrites, unlike a rename: if the path is taken after all, the old file keeps the name that it has.
      await link(backup, path)
        .then(() => unlink(backup))
        .catch(() => {
          // Then the path is gone, which the writer notices with its next batch; the first error is the one to tell.
        })
      throw error
    }
  }
}

/** A clock that was set back is no reason to wait. */
function isWithin(passedMs: number, pauseMs: number): boolean {
  return passedMs >= 0 && passedMs < pauseMs
}

/** How many entries from `next` on find room: those of which bytes `[at, …)` end within `room`. */
export function countThatFit(entryEnds: Uint32Array, next: number, { at, room }: { at: number; room: number }): number {
  let [low, high] = [next, entryEnds.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entryEnds[middle]! - at <= room) low = middle + 1
    else high = middle
  }
  return low - next
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => {
      if (systemCode(error) === 'ENOENT') return false
      throw error
    },
  )
}
