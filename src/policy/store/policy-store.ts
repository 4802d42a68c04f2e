/**
 * The resources that policies are made of, read from files and kept as the files are: what changes is in force within a second, all of it at
 * once. What cannot be used is told and leaves its last good version in force (`settle.ts`).
 *
 * A change is noticed by watching folders (`folder-watches.ts`), and by looking now and then in any case. Nothing that an event
 * says is relied on: it only leads to a look at all files, of which those are read that differ, and in them what differs is judged.
 */
import {
  policyDocumentsMax,
  policyPollMs,
  policyPollMsUnwatched,
  policySettleMs,
  policySettleMsMax,
} from '../../limits.ts'
import type { Resource } from '../resources.ts'
import { isSame, keepEqual } from './changes.ts'
import { FolderWatches, type WatchFolder, watchFolder } from './folder-watches.ts'
import { isBeneath, type Listing, listFiles } from './list-files.ts'
import { type Pattern, parsePattern } from './pattern.ts'
import { type DocumentTrouble, type InForce, type Settled, settle } from './settle.ts'
import { type Judge, readStoreFile, type StoreFile } from './store-file.ts'
import { aside, notWatched, troubleKey } from './troubles.ts'

/** What is in force. Never changed: another one takes its place. */
export interface Snapshot {
  /** Grows by one when the resources change. */
  readonly version: number
  /** By their files, and then in their order there; each once. */
  readonly resources: readonly Resource[]
  readonly troubles: readonly DocumentTrouble[]
}

export interface PolicyStoreOptions {
  /** Files, folders and globs. */
  readonly patterns: readonly string[]
  /** What relative patterns are relative to; absolute. */
  readonly folder: string
  readonly judge: Judge
  /** Called after `current` has changed its resources, with the new one; not for the first, which `current` is from the beginning. */
  readonly onChange: (snapshot: Snapshot) => void
  /** Called once for each trouble that is new, also while the store is being opened. */
  readonly onTrouble: (trouble: DocumentTrouble) => void
  /** Milliseconds that only grow. Default: the system's. */
  readonly now?: () => number
  /** Calls back once, later; returns how to call it off. Default: the system's timers, for which the process does not stay. */
  readonly after?: (afterMs: number, callback: () => void) => () => void
  /** Default: the system's own. */
  readonly watchFolder?: WatchFolder
}

/** Reads all files, then follows them. Faults of documents are no error. */
export async function openPolicyStore(options: PolicyStoreOptions): Promise<PolicyStore> {
  const store = new PolicyStore(options)
  await store.reload()
  return store
}

/** For so long others wait for their turn while documents are judged, in milliseconds. */
const turnMs = 10

function systemAfter(afterMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, afterMs).unref()
  return () => clearTimeout(timer)
}

const nothingYet: Snapshot = { version: 0, resources: [], troubles: [] }

export class PolicyStore {
  readonly #options: PolicyStoreOptions
  readonly #patterns: readonly Pattern[]
  readonly #watches: FolderWatches
  readonly #now: () => number
  readonly #after: NonNullable<PolicyStoreOptions['after']>
  #files = new Map<string, StoreFile>()
  #inForce: readonly InForce[] = []
  #current: Snapshot = nothingYet
  #told = new Set<string>()
  /** The look that is being taken, and all before it. */
  #looking: Promise<void> = Promise.resolve()
  #cancelLook: (() => void) | null = null
  #cancelPoll: (() => void) | null = null
  /** When the change came for which a look is due; null: none is. */
  #dueSince: number | null = null
  #closed = false

  constructor(options: PolicyStoreOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#after = options.after ?? systemAfter
    this.#patterns = options.patterns.map((pattern) => parsePattern(pattern, options.folder))
    this.#watches = new FolderWatches({
      watchFolder: options.watchFolder ?? watchFolder,
      onChange: () => this.#lookSoon(),
    })
  }

  get current(): Snapshot {
    return this.#current
  }

  /** Reads all files again, whether they seem to have changed or not. Resolves when what they hold is in force. */
  async reload(): Promise<Snapshot> {
    await this.#look({ again: true })
    return this.#current
  }

  /** Follows the files no longer. Resolves when the last look at them is over. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelLook?.()
    this.#cancelPoll?.()
    this.#watches.close()
    await this.#looking
  }

  /** A look when it has been quiet for a while; but not later than some moments after the first change. */
  #lookSoon(): void {
    if (this.#closed) return
    const now = this.#now()
    this.#dueSince ??= now
    this.#cancelLook?.()
    const waitMs = Math.min(policySettleMs, Math.max(0, this.#dueSince + policySettleMsMax - now))
    this.#cancelLook = this.#after(waitMs, () => void this.#look({ again: false }))
  }

  #pollLater(): void {
    this.#cancelPoll?.()
    if (this.#closed) return
    const afterMs = this.#watches.unwatched.size === 0 ? policyPollMs : policyPollMsUnwatched
    this.#cancelPoll = this.#after(afterMs, () => void this.#look({ again: false }))
  }

  /** One at a time, in the order in which they were asked for. */
  #look(how: { again: boolean }): Promise<void> {
    this.#cancelLook?.()
    this.#cancelLook = null
    this.#dueSince = null
    // Whoever asked for the look before was told that it failed; this one starts afresh.
    const before = this.#looking.catch(() => undefined)
    this.#looking = before.then(async () => {
      if (this.#closed) return
      await this.#readAll(how)
      this.#pollLater()
    })
    return this.#looking
  }

  async #readAll({ again }: { again: boolean }): Promise<void> {
    const listing = this.#list()
    const files = new Map<string, StoreFile>()
    const pause = takeTurns()
    for (const path of listing.files) {
      const known = this.#files.get(path) ?? null
      const file = await readStoreFile(path, { known, again, judge: this.#options.judge, pause })
      if (file) files.set(path, file)
    }
    for (const [path, file] of this.#files) {
      // What lies in a folder that cannot be read now is not gone.
      const hidden = listing.problems.some(({ code, where }) => code === 'unreadable' && isBeneath(path, where))
      if (hidden && !files.has(path)) files.set(path, file)
    }
    if (this.#closed) return
    this.#files = files
    if ([...files.values()].some(({ emptied }) => emptied)) this.#lookSoon()
    this.#apply(settle(withinBound(sorted(files)), this.#inForce), listing)
  }

  /** A folder counts as watched from when its watch is open, so what is new is looked into once more. */
  #list(): Listing {
    let listing = listFiles(this.#patterns)
    for (let rounds = 0; rounds < 10 && this.#watches.update(listing.interests); rounds++) {
      listing = listFiles(this.#patterns)
    }
    return listing
  }

  #apply({ inForce, troubles }: Settled, { problems }: Listing): void {
    const kept = keepEqual(inForce, this.#inForce)
    const changed = kept.length !== this.#inForce.length || kept.some((each, i) => !isSame(each, this.#inForce[i]!))
    this.#inForce = kept
    const before = this.#current
    this.#current = {
      version: changed ? before.version + 1 : before.version,
      resources: kept.map(({ resource }) => resource),
      troubles: [...[...this.#watches.unwatched].map(notWatched), ...problems.map(aside), ...troubles],
    }
    this.#tellTroubles()
    if (changed && before !== nothingYet) this.#options.onChange(this.#current)
  }

  #tellTroubles(): void {
    const told = new Set<string>()
    for (const trouble of this.#current.troubles) {
      const key = troubleKey(trouble)
      if (!this.#told.has(key) && !told.has(key)) this.#options.onTrouble(trouble)
      told.add(key)
    }
    this.#told = told
  }
}

/** A promise when it is somebody else's turn. */
function takeTurns(): () => Promise<void> | null {
  let sinceMs = performance.now()
  return () => {
    if (performance.now() - sinceMs < turnMs) return null
    return new Promise((resolve) => {
      setImmediate(() => {
        sinceMs = performance.now()
        resolve()
      })
    })
  }
}

function sorted(files: ReadonlyMap<string, StoreFile>): StoreFile[] {
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Files that hold too many documents, all in all, are left out from where it is too many. */
function withinBound(files: readonly StoreFile[]): StoreFile[] {
  let documents = 0
  return files.map((file) => {
    documents += file.pieces.reduce((sum, piece) => sum + piece.documents.flat().length, 0)
    if (documents <= policyDocumentsMax) return file
    const message = `is left out: there are more than ${policyDocumentsMax} documents up to its end.`
    return { ...file, pieces: [], fault: { code: 'too_many', path: '', message } }
  })
}
