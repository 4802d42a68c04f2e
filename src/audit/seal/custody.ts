/**
 * What belongs to an audit file for as long as its writer is open, whichever file it writes just now: the lock, the manifest, and the cleaner
 * of its backups.
 */
import { dirname } from 'node:path'
import { makeFolderOf } from '../../disk/folder.ts'
import type { SealFiles } from './files.ts'
import { Manifest } from './manifest.ts'
import { Cleaner, type CleanerOptions } from './retention.ts'
import { suffixes } from './seal.ts'
import type { SealedFileWriterOptions } from './sealed-file-options.ts'

export interface CustodyOptions
  extends Pick<SealedFileWriterOptions, 'path' | 'signer' | 'nowMs' | 'clock'>,
    Pick<CleanerOptions, 'onCleaned' | 'onTrouble'> {
  readonly files: SealFiles
  /** Of compressed backups, and by it of the folder that is made. */
  readonly mode: number
  readonly makeFolder: boolean
  /** Undefined: backups stay as they are. */
  readonly rotation: SealedFileWriterOptions['rotation'] | undefined
}

export class Custody {
  readonly manifest: Manifest
  readonly #cleaner: Cleaner | undefined
  readonly #unlock: () => Promise<void>

  private constructor(manifest: Manifest, cleaner: Cleaner | undefined, unlock: () => Promise<void>) {
    this.manifest = manifest
    this.#cleaner = cleaner
    this.#unlock = unlock
  }

  /** Rejects with LockedError when another process has the file, and with the system's error; then nothing is held. */
  static async take(options: CustodyOptions): Promise<Custody> {
    const { files, path, signer, nowMs, mode, makeFolder, rotation } = options
    if (makeFolder) for (const folder of await makeFolderOf(path, mode)) await files.syncFolder(folder)
    await files.names(dirname(path))
    const unlock = await files.lock(path)
    try {
      const manifest = await Manifest.open({ files, path: `${path}${suffixes.manifest}`, signer, nowMs })
      const cleaner = rotation && new Cleaner({ ...options, limits: rotation, manifest })
      const custody = new Custody(manifest, cleaner, unlock)
      custody.clean()
      return custody
    } catch (error) {
      await unlock()
      throw error
    }
  }

  /** In the background; nothing where there is no rotation. */
  clean(): void {
    this.#cleaner?.clean()
  }

  async release(): Promise<void> {
    await this.#cleaner?.close()
    await this.manifest.release()
    await this.#unlock()
  }
}
