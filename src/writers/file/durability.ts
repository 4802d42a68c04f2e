/**
 * What has to be synced before it can be called durable: the file that is written, files that were left behind by rotation or a rename
 * and are still on their way to the disk, and the folders in which names have changed.
 */
import { syncFolder } from '../../disk/folder.ts'
import { retiringFilesMax } from '../../limits.ts'
import type { OpenFile } from '../open-file.ts'

export class Durability {
  /** Folders with new names. */
  readonly #folders = new Set<string>()
  readonly #retiring = new Set<Promise<void>>()
  /** Why a file that is closed by now could not be synced; the next `commit` says it. */
  #failed: { readonly cause: unknown } | undefined

  /** A name in the folder is new. */
  changed(folder: string): void {
    this.#folders.add(folder)
  }

  /**
   * Nothing more will be written to `file`: it is synced and closed in the background. Waits only when too many are on their way. Never
   * rejects; a failure is told by the next `commit`.
   */
  async retire(file: OpenFile): Promise<void> {
    const done = this.#syncAndClose(file).finally(() => this.#retiring.delete(done))
    this.#retiring.add(done)
    const [oldest] = this.#retiring
    if (this.#retiring.size > retiringFilesMax) await oldest
  }

  /** All files that were retired are closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#retiring)
  }

  /** Resolves when everything written so far, `file` included, is durable. Rejects with the system's error: nobody knows then. */
  async commit(file: OpenFile | undefined): Promise<void> {
    await this.settled()
    const failed = this.#failed
    this.#failed = undefined
    if (failed !== undefined) throw failed.cause
    await file?.sync()
    for (const folder of this.#folders) {
      await syncFolder(folder)
      this.#folders.delete(folder)
    }
  }

  async #syncAndClose(file: OpenFile): Promise<void> {
    try {
      await file.sync()
    } catch (cause) {
      this.#failed ??= { cause }
    }
    await file.close().catch((cause) => {
      this.#failed ??= { cause }
    })
  }
}
