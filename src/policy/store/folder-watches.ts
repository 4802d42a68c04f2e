/**
 * The folders that are being watched. A watch belongs to a folder itself, not to its path: when another folder takes its place, or it goes
 * and comes back, the watch is opened anew. Only names of interest count, since other files may be written to in the same folder all
 * the time.
 */
import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename } from 'node:path'
import { policyFoldersMax } from '../../limits.ts'
import type { Interest } from './list-files.ts'

/** Calls back for each change in a folder; null: the system does not say of what. Throws when it cannot be watched. */
export type WatchFolder = (
  folder: string,
  onChange: (event: string, name: string | null) => void,
  onError: (error: Error) => void,
) => { close(): void }

/** The process does not stay for it. */
export const watchFolder: WatchFolder = (folder, onChange, onError) => {
  const watcher: FSWatcher = watch(folder, { persistent: false }, onChange)
  return watcher.on('error', onError)
}

interface Watch {
  readonly watcher: { close(): void }
  readonly identity: string
  interests: readonly Interest[]
  /** It may have lost its folder. */
  suspect: boolean
}

export interface FolderWatchesOptions {
  readonly watchFolder: WatchFolder
  readonly onChange: () => void
}

export class FolderWatches {
  readonly #options: FolderWatchesOptions
  readonly #watches = new Map<string, Watch>()
  readonly #unwatched = new Map<string, string>()

  constructor(options: FolderWatchesOptions) {
    this.#options = options
  }

  /** Folders that should be watched and cannot be, with the reasons. */
  get unwatched(): ReadonlyMap<string, string> {
    return this.#unwatched
  }

  /** Watches these folders and no others. Whether any watch is new: what happened in its folder until then has not been told. */
  update(interests: ReadonlyMap<string, readonly Interest[]>): boolean {
    for (const folder of this.#watches.keys()) if (!interests.has(folder)) this.#close(folder)
    for (const folder of this.#unwatched.keys()) if (!interests.has(folder)) this.#unwatched.delete(folder)
    let opened = false
    for (const [folder, wanted] of interests) {
      const identity = identityOf(folder)
      const known = this.#watches.get(folder)
      if (known?.identity === identity && !known.suspect) {
        known.interests = wanted
        continue
      }
      this.#close(folder)
      if (identity !== null && this.#open(folder, identity, wanted)) opened = true
    }
    return opened
  }

  close(): void {
    for (const folder of this.#watches.keys()) this.#close(folder)
  }

  #open(folder: string, identity: string, interests: readonly Interest[]): boolean {
    try {
      if (this.#watches.size >= policyFoldersMax) throw new Error(`${policyFoldersMax} folders are watched already`)
      const watcher = this.#options.watchFolder(
        folder,
        (event, name) => this.#changed(folder, event, name),
        (error) => {
          this.#close(folder)
          this.#unwatched.set(folder, error.message)
          this.#options.onChange()
        },
      )
      this.#watches.set(folder, { watcher, identity, interests, suspect: false })
      this.#unwatched.delete(folder)
      return true
    } catch (error) {
      this.#unwatched.set(folder, (error as Error).message)
      return false
    }
  }

  #changed(folder: string, event: string, name: string | null): void {
    const known = this.#watches.get(folder)
    if (!known) return
    // What befalls the folder itself is told under its own name.
    const itself = event === 'rename' && name === basename(folder)
    if (itself) known.suspect = true
    if (itself || name === null || known.interests.some((interest) => interest(name))) this.#options.onChange()
  }

  #close(folder: string): void {
    this.#watches.get(folder)?.watcher.close()
    this.#watches.delete(folder)
  }
}

/** Null: it is not there. */
function identityOf(folder: string): string | null {
  try {
    const stats = statSync(folder, { bigint: true, throwIfNoEntry: false })
    return stats ? `${stats.dev}:${stats.ino}` : null
  } catch {
    // It may not be looked at, so it cannot be watched either; what is in it is reported when it is read.
    return null
  }
}
