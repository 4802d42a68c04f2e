/**
 * What sealing wants of a file system, and the real one; with what it does to files in more than one place. An interface, so that tests can
 * fill the disk, fail its syncs, and end the process or the power between any two calls.
 */
import { dirname } from 'node:path'
import { type DiskFile, type DiskFiles, filesOnDisk } from '../../disk/files.ts'
import { systemCode } from '../../errors.ts'
import { FileLock } from '../../writers/file/lock.ts'

export interface SealFile extends DiskFile {
  /** Whether `path` still leads to this file. Without it nobody is expected to move files. */
  isAt?(path: string): Promise<boolean>
}

export interface SealFiles extends DiskFiles<SealFile> {
  /** Keeps other processes away from `path` until the function that it returns is called. Rejects with LockedError. */
  lock(path: string): Promise<() => Promise<void>>
}

/** `mode` of files that are created, less the umask. */
export function nodeFiles(mode: number): SealFiles {
  return {
    ...filesOnDisk(mode),
    lock: async (path) => {
      const lock = await FileLock.take(path)
      return () => lock.release()
    },
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

/** Settles when all calls are over, for until then they use the file. Rejects with the error of the first that failed. */
export async function over(...calls: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(calls)
  await Promise.all(calls)
}

/** Does the work while the disk is busy, and settles when both are done. Rejects with the system's error, or what the work has thrown. */
export async function beside<T>(busy: Promise<unknown>, work: () => T): Promise<T> {
  try {
    return work()
  } finally {
    await busy
  }
}

/** The file, made when it is missing. `made`: its name is still to be synced. */
export async function openOrCreate(files: SealFiles, path: string): Promise<{ file: SealFile; made: boolean }> {
  const file = await openIfThere(files, path)
  return file === undefined ? { file: await files.create(path), made: true } : { file, made: false }
}

export async function openIfThere(files: SealFiles, path: string): Promise<SealFile | undefined> {
  return files.open(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
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
