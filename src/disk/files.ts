/**
 * What those who keep data want of a file system, and the real one. An interface, so that tests can run them on files that forget what was
 * not synced, fill up, fail, or end with the process between any two calls; nothing else is hidden behind it, and errors are the system's
 * own (`code`: ENOSPC …).
 */
import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { syncFolder } from './folder.ts'

/** An open file. Positions are bytes from its start. Calls do not overlap, save that `sync` may be under way. */
export interface DiskFile {
  /** Writes the parts one behind the other, in one call of the system. Returns how many bytes it took, which may be fewer. */
  write(parts: readonly Uint8Array[], at: number): Promise<number>
  /** Returns how many bytes it read: fewer than `into` has room for only at the end of the file. */
  read(into: Uint8Array, at: number): Promise<number>
  truncate(bytes: number): Promise<void>
  /** Content and size survive a loss of power; the file's name does so only after `DiskFiles.syncFolder`. */
  sync(): Promise<void>
  bytes(): Promise<number>
  close(): Promise<void>
}

export interface DiskFiles<File extends DiskFile = DiskFile> {
  names(folder: string): Promise<string[]>
  /** A new file, to read and write. Rejects with EEXIST when there is one. */
  create(path: string): Promise<File>
  /** A file that is there, to read and write. Rejects with ENOENT when there is none. */
  open(path: string): Promise<File>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Files created in the folder, renamed, and removed from it are so after a loss of power too. */
  syncFolder(folder: string): Promise<void>
}

/** `mode` of files that are created, less the umask. */
export function filesOnDisk(mode: number): DiskFiles<FileOnDisk> {
  return {
    names: (folder) => readdir(folder),
    create: async (path) => new FileOnDisk(await open(path, 'wx+', mode)),
    open: async (path) => new FileOnDisk(await open(path, 'r+')),
    rename,
    remove: unlink,
    syncFolder,
  }
}

class FileOnDisk implements DiskFile {
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

  /** Whether `path` still leads to this file. */
  async isAt(path: string): Promise<boolean> {
    this.#stats ??= await this.#handle.stat({ bigint: true })
    const there = await stat(path, { bigint: true }).catch(() => undefined)
    return there?.ino === this.#stats.ino && there.dev === this.#stats.dev
  }
}
