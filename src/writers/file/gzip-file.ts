/**
 * Compresses a finished backup so that at every moment, power cuts included, one whole form of it is on disk: into a temporary name,
 * synced, renamed, the folder synced, and only then the plain file deleted.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { syncFolder } from '../../disk/folder.ts'
import { gzipNameOf, unfinishedNameOf } from './backup-name.ts'

/** `mode` of the compressed file, less the umask. Rejects with the system's error, or when called off; the plain file is there then. */
export async function gzipFile(plain: string, mode: number, signal: AbortSignal): Promise<void> {
  const unfinished = unfinishedNameOf(plain)
  try {
    await pipeline(createReadStream(plain), createGzip(), createWriteStream(unfinished, { mode }), { signal })
    await syncFile(unfinished)
    await rename(unfinished, gzipNameOf(plain))
  } catch (error) {
    await unlink(unfinished).catch(() => {
      // The first error is the one to tell; the next cleaning deletes the rest.
    })
    throw error
  }
  await syncFolder(dirname(plain))
  await unlink(plain)
}

/** The handle need not be the one that wrote. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
