/**
 * An open file, pipe or terminal, and how to get bytes into it to the last one. Which bytes, and what to do about a failure, is
 * decided in `file.ts`.
 *
 * Nothing here may block: a thread that the kernel holds in write(2) cannot be called back, and the process could not even exit.
 * So pipes are opened with O_NONBLOCK, and a full one is asked again after a pause.
 */
import { close, constants, fdatasync, fstat, ftruncate, open, type Stats, write } from 'node:fs'
import { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { systemCode } from './file-errors.ts'

const opened = promisify(open)
const closed = promisify(close)
const stated = promisify(fstat)
const synced = promisify(fdatasync)
const truncated = promisify(ftruncate)
const written = promisify(write)

const appendFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY

/** A full pipe is asked again at once this often, then after 1, 2, 4 … milliseconds, up to the longest pause. */
const immediateAsks = 4
const pauseMsMax = 16

/** How far a write got, and what ended it early: an error of the system, or `calledOff`. */
export interface Progress {
  readonly at: number
  readonly cause: unknown
}

export const calledOff = Symbol('called off')

export class OpenFile {
  readonly #fd: number
  readonly #ours: boolean
  readonly regular: boolean
  /** One of the streams that the process was started with. */
  readonly standard: boolean
  /** Where the file ends if only we write to it; undefined when that is not so, or it is no regular file of ours. */
  #size: number | undefined

  private constructor(fd: number, stats: Stats, { ours, standard }: { ours: boolean; standard: boolean }) {
    this.#fd = fd
    this.#ours = ours
    this.standard = standard
    this.regular = stats.isFile()
    // A standard stream may lack O_APPEND or be shared: cutting it back could leave a hole.
    this.#size = this.regular && !standard ? stats.size : undefined
  }

  /** Opens for appending; `mode` counts for a file that is created. Rejects with the system's error. */
  static async open(path: string, mode: number): Promise<OpenFile> {
    if (path === '/dev/stdout') return OpenFile.#openStandard(1)
    if (path === '/dev/stderr') return OpenFile.#openStandard(2)
    const fd = await opened(path, appendFlags | constants.O_CREAT, mode)
    return new OpenFile(fd, await stated(fd), { ours: true, standard: false })
  }

  /**
   * Opening a pipe or terminal by its number gives a handle of our own, so that O_NONBLOCK does not change the one that other
   * processes share. Where that is impossible (sockets; systems without /proc), libuv makes the shared one non-blocking.
   */
  static async #openStandard(fd: number): Promise<OpenFile> {
    const stats = await stated(fd)
    if (stats.isFIFO() || stats.isCharacterDevice()) {
      const own = await opened(`/proc/self/fd/${fd}`, appendFlags).catch(() => undefined)
      if (own !== undefined) return new OpenFile(own, stats, { ours: true, standard: true })
    }
    if (stats.isFIFO() || stats.isSocket()) unblock(fd)
    return new OpenFile(fd, stats, { ours: false, standard: true })
  }

  /** Writes `bytes[from, to)`, however many calls that takes; `stop` is asked before each. Never rejects. */
  async append(bytes: Uint8Array, from: number, to: number, stop: () => boolean): Promise<Progress> {
    let at = from
    let asks = 0
    while (at < to) {
      if (stop()) return { at, cause: calledOff }
      const count = await this.#writeSome(bytes, at, to)
      if (typeof count !== 'number') return { at, cause: count.cause }
      at += count
      if (this.#size !== undefined) this.#size += count
      asks = count > 0 ? 0 : asks + 1
      if (asks > immediateAsks) await setTimeout(Math.min(pauseMsMax, 2 ** (asks - immediateAsks - 1)))
      else if (asks > 0) await setImmediate()
    }
    return { at, cause: undefined }
  }

  /** Takes the last bytes off again. Says no, and leaves the file alone, unless they surely are the last and ours. */
  async cutBack(bytes: number): Promise<boolean> {
    const size = this.#size
    this.#size = undefined
    if (size === undefined) return false
    try {
      if ((await stated(this.#fd)).size !== size) return false
      await truncated(this.#fd, size - bytes)
    } catch {
      // The caller knows what to do with bytes that stay; the error that brought us here is the one worth telling.
      return false
    }
    this.#size = size - bytes
    return true
  }

  /** On disk, where there is one. */
  async sync(): Promise<void> {
    if (this.regular) await synced(this.#fd)
  }

  async close(): Promise<void> {
    if (this.#ours) await closed(this.#fd)
  }

  /** Bytes taken; 0 when there is no room now. */
  async #writeSome(bytes: Uint8Array, at: number, to: number): Promise<number | { cause: unknown }> {
    try {
      return (await written(this.#fd, bytes, at, to - at, null)).bytesWritten
    } catch (cause) {
      const code = systemCode(cause)
      return code === 'EAGAIN' || code === 'EINTR' ? 0 : { cause }
    }
  }
}

/** Kept for the life of the process: what is collected would close the stream. */
const unblocked = new Map<number, Socket>()

/** A socket object never used as such: making it is the one way to ask libuv for O_NONBLOCK on a handle that exists. */
function unblock(fd: number): void {
  if (!unblocked.has(fd)) unblocked.set(fd, new Socket({ fd, readable: false, writable: true }).unref())
}
