/**
 * What sealing wants of a file system, and the real one. An interface, so that tests can fill the disk, fail its syncs, and end the process or
 * the power between any two calls; errors are the system's own (`code`: ENOSPC …).
 */
import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../writers/file/folder.ts'
import { FileLock } from '../../writers/file/lock.ts'

/** An open file. Positions are bytes from its start. Calls do not overlap. */
export interface SealFile {
  /** Writes the parts one behind the other. Returns how many bytes were taken, which may be fewer. */
  write(parts: readonly Uint8Array[], at: number): Promise<number>
  /** Returns how many bytes it read: fewer than `into` has room for only at the end of the file. */
  read(into: Uint8Array, at: number): Promise<number>
  truncate(bytes: number): Promise<void>
  /** Content and size survive a loss of power; the file's name does so only after `SealFiles.syncFolder`. */
  sync(): Promise<void>
  bytes(): Promise<number>
  close(): Promise<void>
  /** Whether `path` still leads to this file. Without it nobody is expected to move files. */
  isAt?(path: string): Promise<boolean>
}

export interface SealFiles {
  names(folder: string): Promise<string[]>
  /** A new file, to read and write. Rejects with EEXIST when there is one. */
  create(path: string): Promise<SealFile>
  /** A file that is there, to read and write. Rejects with ENOENT when there is none. */
  open(path: string): Promise<SealFile>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  syncFolder(folder: string): Promise<void>
  /** Keeps other processes away from `path` until the function that it returns is called. Rejects with LockedError. */
  lock(path: string): Promise<() => Promise<void>>
}

/** `mode` of files that are created, less the umask. */
export function nodeFiles(mode: number): SealFiles {
  return {
    names: (folder) => readdir(folder),
    create: async (path) => new NodeFile(await open(path, 'wx+', mode)),
    open: async (path) => new NodeFile(await open(path, 'r+')),
    rename,
    remove: unlink,
    syncFolder,
    lock: async (path) => {
      const lock = await FileLock.take(path)
      return () => lock.release()
    },
  }
}

class NodeFile implements SealFile {
  readonly #handle: FileHandle
  #stats: BigIntStats | undefined

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(parts: readonly Uint8Array[], at: number): Promise<number> {
    return (await this.#handle.writev(parts, at)).bytesWritten
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    for (let got = 0; ; ) {
      if (got === into.length) return got
      const { bytesRead } = await this.#handle.read(into, got, into.length - got, at + got)
      if (bytesRead === 0) return got
      got += bytesRead
    }
  }

  truncate(bytes: number): Promise<void> {
    return this.#handle.truncate(bytes)
  }

  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  async bytes(): Promise<number> {
    return (await this.#handle.stat()).size
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async isAt(path: string): Promise<boolean> {
    this.#stats ??= await this.#handle.stat({ bigint: true })
    const there = await stat(path, { bigint: true }).catch(() => undefined)
    return there?.ino === this.#stats.ino && there.dev === this.#stats.dev
  }
}

/** Writes all of it, however many calls that takes. Rejects with the system's error; then some of it may be there. */
export async function writeAll(file: SealFile, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const count = await file.write([bytes.subarray(done)], at + done)
    if (count === 0) throw new Error('the file takes no more bytes')
    done += count
  }
}

/** The file, made when it is missing. `made`: its name is still to be synced. */
export async function openOrCreate(files: SealFiles, path: string): Promise<{ file: SealFile; made: boolean }> {
  const file = await openIfThere(files, path)
  return file === undefined ? { file: await files.create(path), made: true } : { file, made: false }
}

export async function openIfThere(files: SealFiles, path: string): Promise<SealFile | undefined> {
  return files.open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/**
 * Writes anew what is there from `from` on. After a sync that failed the kernel may call pages clean that never reached the disk, and the next
 * sync would pass them over; written again, they are not.
 */
export async function rewrite(file: SealFile, from: number): Promise<void> {
  const size = await file.bytes()
  const block = Buffer.alloc(Math.min(Math.max(0, size - from), 256 * 1024))
  for (let at = from; at < size; ) {
    const count = await file.read(block.subarray(0, Math.min(block.length, size - at)), at)
    if (count === 0) return
    await writeAll(file, block.subarray(0, count), at)
    at += count
  }
}

/** Moves bytes `[from, …)` of a file to the end of the file `to`, durably, before they are cut off. Nothing is lost when that fails. */
export async function cutOff(
  files: SealFiles,
  { file, from, to }: { file: SealFile; from: number; to: string },
): Promise<number> {
  const size = await file.bytes()
  if (size <= from) return 0
  const kept = await openOrCreate(files, to)
  try {
    let end = await kept.file.bytes()
    const block = Buffer.alloc(Math.min(size - from, 256 * 1024))
    for (let at = from; at < size; ) {
      const count = await file.read(block.subarray(0, Math.min(block.length, size - at)), at)
      if (count === 0) break
      await writeAll(kept.file, block.subarray(0, count), end)
      at += count
      end += count
    }
    await writeAll(kept.file, Buffer.from('\n'), end)
    await kept.file.sync()
  } finally {
    await kept.file.close()
  }
  if (kept.made) await files.syncFolder(dirname(to))
  await file.truncate(from)
  await file.sync()
  return size - from
}
