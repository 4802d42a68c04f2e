/**
 * One process at a time rotates a file: `audit.log.lock` beside it is a Unix socket on which the owner listens, and nobody ever talks.
 *
 *     there is no such name     ours: a socket bound under another name is linked to it, which never replaces anything
 *     somebody listens          theirs; even when they are busy, the kernel answers for them
 *     nobody listens            left by a process that was killed: ours is renamed over it
 *
 * So the kernel lets go when the owner dies, however it dies, and the lock holds across containers that share the folder. Of several
 * that find a dead lock at once the last to rename has it; so each waits a moment and looks again. Refused: a file with a process
 * number, for in containers everybody is number 1; and flock(2), which Node does not offer.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type BigIntStats, closeSync, openSync } from 'node:fs'
import { link, lstat, rename, unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { systemCode } from '../../errors.ts'

/** Somebody else has the lock. All other failures have the system's code. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
}

/** Longer than it takes anybody to rename, once they have seen that nobody listens. */
const contestMs = 100

export class FileLock {
  readonly #path: string
  readonly #server: Server
  readonly #inode: bigint
  #released = false

  private constructor(path: string, server: Server, inode: bigint) {
    this.#path = path
    this.#server = server
    this.#inode = inode
  }

  /** `file`: absolute path of the file to be locked; its folder exists. Rejects with LockedError or the system's error. */
  static async take(file: string): Promise<FileLock> {
    const path = lockPathOf(file)
    const own = `${path}.${randomBytes(3).toString('hex')}`
    const server = await listen(own)
    try {
      const lock = new FileLock(path, server, (await lstat(own, { bigint: true })).ino)
      if (await linkTo(own, path)) return lock
      await refuseUnlessDead(path)
      await rename(own, path)
      await setTimeout(contestMs)
      if (await lock.isHeld()) return lock
      throw new LockedError(`several processes want ${path} at once.`)
    } catch (error) {
      await hangUp(server)
      await unlink(own).catch(() => {
        // Renamed already, or deleted with the socket; otherwise an empty name stays, and the error at hand says why.
      })
      throw error
    }
  }

  /** Nobody has deleted or replaced the lock since it was taken. */
  async isHeld(): Promise<boolean> {
    return (await lstatOf(this.#path))?.ino === this.#inode
  }

  /** May be called twice. */
  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    if (await this.isHeld()) await unlink(this.#path)
    await hangUp(this.#server)
  }
}

async function linkTo(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
  await unlink(own)
  return true
}

/** Nothing at all is as good as a dead one: it was released in this moment. */
async function refuseUnlessDead(path: string): Promise<void> {
  const stats = await lstatOf(path)
  if (stats === undefined) return
  if (!stats.isSocket()) throw new LockedError(`${path} is in the way, and is no lock of ours. Delete or rename it.`)
  if (await somebodyListens(path)) throw new LockedError(`another process holds ${path}, and rotates this file.`)
}

/** Longer addresses are cut by the kernel's interface, in silence; a longer one is named through a handle of its folder. */
const addressBytesMax = 100
const nameBytesMax = 70

function lockPathOf(file: string): string {
  const name = basename(file)
  const short = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return join(dirname(file), Buffer.byteLength(name) <= nameBytesMax ? `${name}.lock` : `.${short}.lock`)
}

/** `use` is called with an address of the socket that holds until it settles. */
async function withAddress<T>(path: string, use: (address: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= addressBytesMax) return use(path)
  const folder = openSync(dirname(path), 'r')
  try {
    return await use(`/proc/self/fd/${folder}/${basename(path)}`)
  } finally {
    closeSync(folder)
  }
}

function listen(path: string): Promise<Server> {
  const listening = (address: string) =>
    new Promise<Server>((resolve, reject) => {
      const server = createServer((socket) => socket.destroy())
      server.once('error', reject)
      server.listen(address, () => resolve(server.unref()))
    })
  return withAddress(path, listening)
}

/** Only a refusal says that the owner is dead; without the right to connect we cannot know. */
function somebodyListens(path: string): Promise<boolean> {
  const answered = (address: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(address)
      const answer = (alive: boolean) => {
        socket.destroy()
        resolve(alive)
      }
      socket.once('connect', () => answer(true))
      socket.once('error', (error) => answer(!['ECONNREFUSED', 'ENOENT'].includes(systemCode(error))))
    })
  return withAddress(path, answered)
}

function hangUp(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

async function lstatOf(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
}
