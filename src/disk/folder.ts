/**
 * Folders: made when that is wished, and synced, for a new name is as easily lost in a power cut as the bytes behind it.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { systemCode } from '../errors.ts'

/** Some network file systems cannot sync a folder, and need not: their server does. */
const needlessCodes = ['EINVAL', 'ENOTSUP', 'EBADF']

/** Makes the folder and those above it. Returns the folders that now hold a new name, to be synced. Rejects with the system's error. */
export async function makeFolder(folder: string, mode: number): Promise<string[]> {
  const path = resolve(folder)
  const first = await mkdir(path, { recursive: true, mode })
  const changed: string[] = []
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
    changed.push(dirname(made))
  }
  return changed
}

/** The same for the folder of a file, open to those who may read the file: 0640 becomes 0750. */
export function makeFolderOf(path: string, fileMode: number): Promise<string[]> {
  return makeFolder(dirname(resolve(path)), 0o700 | fileMode | ((fileMode & 0o444) >> 2))
}

/** Files created in the folder, renamed, and removed from it are so after a loss of power too. Rejects with the system's error. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } catch (error) {
    if (!needlessCodes.includes(systemCode(error))) throw error
  } finally {
    await handle.close()
  }
}

/** The same for those who cannot wait: at a start. */
export function syncFolderNow(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } catch (error) {
    if (!needlessCodes.includes(systemCode(error))) throw error
  } finally {
    closeSync(fd)
  }
}
