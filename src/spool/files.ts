/**
 * What the spool wants of a file system, and the real one. It is an interface so that tests can run the spool on files that
 * forget what was not synced, fill up, or fail; nothing else is hidden behind it, and errors are the system's own (`code`: ENOSPC …).
 */
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { lockFolder } from './lock.ts'

/** An open file. Positions are bytes from its start. The spool never makes two calls at once, save that `sync` may be under way. */
export interface SpoolFile {
  /** Writes the parts one behind the other, in one call of the system. Returns how many bytes it took, which may be fewer. */
  write(parts: readonly Uint8Array[], at: number): Promise<number>
  /** Returns how many bytes it read: fewer than `into` has room for only at the end of the file. */
  read(into: Uint8Array, at: number): Promise<number>
  truncate(bytes: number): Promise<void>
  /** Content and size survive a loss of power; the file's name does so only after `SpoolFiles.syncFolder`. */
  sync(): Promise<void>
  bytes(): Promise<number>
  close(): Promise<void>
}

export interface SpoolFiles {
  /** Creates the folder and those above it, durably, unless it is there. */
  createFolder(folder: string): Promise<void>
  names(folder: string): Promise<string[]>
  /** A new file, to read and write. Rejects with EEXIST when there is one. */
  create(path: string): Promise<SpoolFile>
  /** A file that is there, to read and write. Rejects with ENOENT when there is none. */
  open(path: string): Promise<SpoolFile>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Files created in the folder, renamed, and removed from it are so after a loss of power too. */
  syncFolder(folder: string): Promise<void>
  /** Keeps other processes away until the function that it returns is called, or the process ends. Throws SpoolError `locked`. */
  lock(folder: string): Promise<() => Promise<void>>
}

/** Log lines are for those in the group of the process; nobody else reads them. */
const folderMode = 0o750
const fileMode = 0o640

export const nodeFiles: SpoolFiles = {
  async createFolder(folder) {
    const path = resolve(folder)
    const first = await mkdir(path, { recursive: true, mode: folderMode })
    if (first === undefined) return
    // Each new folder is an entry in the one above it.
    for (let above = dirname(path); above.length >= dirname(first).length; above = dirname(above)) {
      await syncFolder(above)
      if (above === dirname(above)) return
    }
  },
  names: (folder) => readdir(folder),
  create: async (path) => new NodeFile(await open(path, 'wx+', fileMode)),
  open: async (path) => new NodeFile(await open(path, 'r+')),
  rename,
  remove: unlink,
  syncFolder,
  lock: lockFolder,
}

class NodeFile implements SpoolFile {
  readonly #handle: FileHandle

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
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
