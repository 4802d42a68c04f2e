/** Small files that must not be lost, nor be found half written: positions, resources, keys. */
import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolderOf, syncFolder, syncFolderNow } from './folder.ts'

/**
 * Puts a new file into the place of `path`, as a whole: a crash leaves the old one or the new one. Resolves when it survives a loss of power.
 * Makes the folder when it is missing. `<path>.new` is used on the way, so one call for a path at a time. `mode`: of the file, less the umask.
 * Rejects with the system's error.
 */
export async function replaceDurably(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  for (const changed of await makeFolderOf(path, mode)) await syncFolder(changed)
  const fresh = `${path}.new`
  const handle = await open(fresh, 'w', mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(fresh, path)
  await syncFolder(dirname(path))
}

/**
 * For those who cannot wait, at a start: a file that survives a loss of power when this returns. `flag`: `wx` throws EEXIST when there is one,
 * `w` writes over it. Throws the system's error.
 */
export function writeDurablyNow(
  path: string,
  content: string | Uint8Array,
  { mode, flag }: { readonly mode: number; readonly flag: 'w' | 'wx' },
): void {
  const fd = openSync(path, flag, mode)
  try {
    writeFileSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  syncFolderNow(dirname(path))
}
