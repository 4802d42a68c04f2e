/**
 * An open file, pipe or terminal, and how to get bytes into it to the last one. Which bytes, and what to do about a failure, is
 * decided in `file.ts`.
 *
 * Nothing here may block: a thread that the kernel holds in write(2) cannot be called back, and the process could not even exit.
 * So pipes are opened with O_NONBLOCK, and a full one is asked again after a pause.
 */
import { type BigIntStats, close, constants, fdatasync, fstat, ftruncate, open, stat, write } from 'node:fs'
import { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { systemCode } from '../errors.ts'

const opened = promisify(open)
const closed = promisify(close)
const stated = promisify(fstat)
const statedAt = promisify(stat)
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

/** How a path and the file that was opened by it relate. `missing`: the file lives on under another name, and the path is free. */
export type Whereabouts =
  | { readonly state: 'same' | 'missing' | 'renamed' | 'removed' }
  /** Shorter than we left it, by so many bytes. */
  | { readonly state: 'truncated'; readonly bytes: number }

export class OpenFile {
  readonly #fd: number
  readonly #ours: boolean
  readonly #identity: BigIntStats
  readonly regular: boolean
  /** One of the streams that the process was started with. */
  readonly standard: boolean
  /** Where the file ends, as far as we know. */
  #size: number
  /** Only we write to it, as far as we know. A standard stream may lack O_APPEND or be shared: cutting it back could leave a hole. */
  #alone: boolean

  private constructor(fd: number, stats: BigIntStats, { ours, standard }: { ours: boolean; standard: boolean }) {
    this.#fd = fd
    this.#ours = ours
    this.#identity = stats
    this.standard = standard
    this.regular = stats.isFile()
    this.#size = this.regular ? Number(stats.size) : 0
    this.#alone = this.regular && !standard
  }

  /**
   * Opens for appending; `mode` counts for a file that is created, less the umask. `exclusive`: it must not be there yet. Rejects with the
   * system's error.
   */
  static async open(path: string, mode: number, { exclusive = false } = {}): Promise<OpenFile> {
    if (path === '/dev/stdout') return OpenFile.#openStandard(1)
    if (path === '/dev/stderr') return OpenFile.#openStandard(2)
    const flags = appendFlags | constants.O_CREAT | (exclusive ? constants.O_EXCL : 0)
    const fd = await opened(path, flags, mode)
    return new OpenFile(fd, await stated(fd, { bigint: true }), { ours: true, standard: false })
  }

  /** In bytes: found when it was opened or last looked at, and appended since. 0 when the file is not regular. */
  get size(): number {
    return this.#size
  }

  /**
   * Opening a pipe or terminal by its number gives a handle of our own, so that O_NONBLOCK does not change the one that other
   * processes share. Where that is impossible (sockets; systems without /proc), libuv makes the shared one non-blocking.
   */
  static async #openStandard(fd: number): Promise<OpenFile> {
    const stats = await stated(fd, { bigint: true })
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
      if (this.regular) this.#size += count
      asks = count > 0 ? 0 : asks + 1
      if (asks > immediateAsks) await setTimeout(Math.min(pauseMsMax, 2 ** (asks - immediateAsks - 1)))
      else if (asks > 0) await setImmediate()
    }
    return { at, cause: undefined }
  }

  /** Takes the last bytes off again. Says no, and leaves the file alone, unless they surely are the last and ours. */
  async cutBack(bytes: number): Promise<boolean> {
    try {
      if (!(await this.isUntouched())) return false
      await truncated(this.#fd, this.#size - bytes)
    } catch {
      // The caller knows what to do with bytes that stay; the error that brought us here is the one worth telling.
      this.#alone = false
      return false
    }
    this.#size -= bytes
    return true
  }

  /** Only we have written to it since it was opened, so that its last bytes are the ones we know of. */
  async isUntouched(): Promise<boolean> {
    if (this.#alone) this.#alone = Number((await stated(this.#fd, { bigint: true })).size) === this.#size
    return this.#alone
  }

  /** Compares what the path leads to with what is open, and takes over the size that it has now. */
  async look(path: string): Promise<Whereabouts> {
    // One call to the system, not two: while all is well, what the path leads to is the file that is open.
    const there = await statedAt(path, { bigint: true }).catch((error) => {
      if (systemCode(error) === 'ENOENT') return undefined
      // Nobody knows then; a file that cannot be looked up can still be written.
      return null
    })
    if (there === null) return { state: 'same' }
    if (there?.ino !== this.#identity.ino || there.dev !== this.#identity.dev) {
      if ((await stated(this.#fd, { bigint: true })).nlink === 0n) return { state: 'removed' }
      return { state: there === undefined ? 'missing' : 'renamed' }
    }
    const known = this.#size
    this.#size = Number(there.size)
    if (this.#size > known) this.#alone = false
    return this.#size < known ? { state: 'truncated', bytes: known - this.#size } : { state: 'same' }
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
