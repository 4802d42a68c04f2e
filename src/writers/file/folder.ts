/**
 * The folder of a file: made when that is wished, and synced, for a new name is as easily lost in a power cut as the bytes behind it.
 */
import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { systemCode } from '../file-errors.ts'

/**
 * Makes the folder of `path` and those above it, for those who may read the file: 0640 becomes 0750. Returns the folders that now hold a
 * new name, to be synced. Rejects with the system's error.
 */
export async function makeFolderOf(path: string, fileMode: number): Promise<string[]> {
  const folder = dirname(resolve(path))
  const first = await mkdir(folder, { recursive: true, mode: 0o700 | fileMode | ((fileMode & 0o444) >> 2) })
  const changed: string[] = []
  for (let made = folder; first !== undefined && made.length >= first.length; made = dirname(made)) {
    changed.push(dirname(made))
  }
  return changed
}

/** Rejects with the system's error. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } catch (error) {
    // Some network file systems cannot sync a folder, and need not: their server does.
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(systemCode(error))) throw error
  } finally {
    await handle.close()
  }
}
