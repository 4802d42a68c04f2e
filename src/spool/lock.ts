/**
 * One process for each folder. Who wants it listens on a Unix socket of its own there, `lock-` and a number drawn at random, and then
 * looks for others. Whether somebody answers on a socket is the kernel's knowledge, so one left behind by kill -9 is told from one
 * that is in use; and as a name is never used twice, it may be removed. A number of a process in a file would not do: in a container
 * every process is number 1, and after a restart it would find itself alive.
 *
 * Everyone listens before looking, so of two that come together at least one sees the other. Sockets answer with the number of their
 * process once that has the folder, and hang up if it gives up. Who sees a smaller name gives up, who sees a larger one waits for its
 * answer: so one gets the folder. Processes on different machines that share a folder do not see each other.
 */
import { randomBytes } from 'node:crypto'
import { access, type FileHandle, open, readdir, unlink } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { SpoolError, systemCode } from '../errors.ts'
import { spoolErrorOf } from './spool-errors.ts'

const namePrefix = 'lock-'

/** Nobody takes longer to look around. Who has not answered then is stopped or swamped, and there all the same. */
const answerMsMax = 2_000

/** Resolves with the function that gives the lock back. Throws SpoolError: `locked`, or `io` where sockets are not possible. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  let lock: Lock | undefined
  try {
    lock = await Lock.offer(folder)
    await lock.refuseOthers()
    return lock.hold()
  } catch (cause) {
    await lock?.end()
    throw spoolErrorOf(cause, folder, 'cannot be locked')
  }
}

class Lock {
  readonly #folder: string
  readonly #name = `${namePrefix}${randomBytes(6).toString('hex')}`
  readonly #handle: FileHandle | undefined
  /** Who asked before it was decided. */
  readonly #asking = new Set<Socket>()
  #isHeld = false
  readonly #server = createServer((asker) => {
    asker.on('error', () => {
      // Who asked has gone; nobody is left to tell.
    })
    asker.on('close', () => this.#asking.delete(asker))
    this.#asking.add(asker)
    if (this.#isHeld) this.#answer()
  })

  private constructor(folder: string, handle: FileHandle | undefined) {
    this.#folder = folder
    this.#handle = handle
  }

  static async offer(folder: string): Promise<Lock> {
    const lock = new Lock(folder, process.platform === 'linux' ? await open(folder, 'r') : undefined)
    try {
      await new Promise<void>((resolve, reject) => {
        lock.#server.once('error', reject)
        lock.#server.listen(lock.#pathOf(lock.#name), () => resolve())
      })
    } catch (cause) {
      await lock.#handle?.close()
      throw cause
    }
    lock.#server.unref()
    return lock
  }

  async refuseOthers(): Promise<void> {
    const others = (await readdir(this.#folder)).filter((name) => name.startsWith(namePrefix) && name !== this.#name)
    for (const name of others) {
      const holder = await this.#ask(name)
      if (holder !== undefined) throw this.#lockedBy(holder)
    }
    // Between two calls of the system our socket was there and did not answer yet: somebody may have taken it for a dead one.
    await access(this.#pathOf(this.#name)).catch(() => {
      throw this.#lockedBy('another process that is starting')
    })
  }

  hold(): () => Promise<void> {
    this.#isHeld = true
    this.#answer()
    return () => this.end()
  }

  async end(): Promise<void> {
    for (const asker of this.#asking) asker.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
    await this.#handle?.close()
  }

  #answer(): void {
    for (const asker of this.#asking) asker.end(`${process.pid}`)
  }

  /** Who is behind that socket and has the folder, or a better claim to it; undefined when nobody is. */
  async #ask(name: string): Promise<string | undefined> {
    const waits = name > this.#name
    const socket = connect(this.#pathOf(name))
    const late = setTimeout(() => socket.destroy(), answerMsMax)
    try {
      return await new Promise<string | undefined>((resolve, reject) => {
        let said = ''
        let isLate = true
        socket.once('connect', () => waits || socket.end())
        socket.once('error', reject)
        socket.on('data', (bytes: Buffer) => {
          said += bytes.toString()
        })
        socket.once('end', () => {
          isLate = false
        })
        socket.once('close', () => {
          if (said !== '') resolve(`process ${said}`)
          else
            resolve(isLate ? 'a process that does not answer' : waits ? undefined : 'another process that is starting')
        })
      })
    } catch (cause) {
      const code = systemCode(cause)
      if (code === 'ECONNREFUSED') await this.#removeDead(name)
      // The others: it went away while we asked.
      else if (code !== 'ENOENT' && code !== 'ECONNRESET' && code !== 'EPIPE') throw cause
      return undefined
    } finally {
      clearTimeout(late)
    }
  }

  async #removeDead(name: string): Promise<void> {
    await unlink(this.#pathOf(name)).catch((cause: unknown) => {
      // Others look around as well.
      if (systemCode(cause) !== 'ENOENT') throw cause
    })
  }

  /** The name of a socket may be 107 bytes long and folders are longer: so it goes by way of a handle, where there is /proc. */
  #pathOf(name: string): string {
    return this.#handle === undefined ? join(this.#folder, name) : `/proc/self/fd/${this.#handle.fd}/${name}`
  }

  #lockedBy(holder: string): SpoolError {
    const folder = this.#folder
    const message = `spool ${folder}: in use by ${holder}. Stop it, or give each process and each backend a folder of its own.`
    return new SpoolError({ code: 'locked', folder, message })
  }
}
