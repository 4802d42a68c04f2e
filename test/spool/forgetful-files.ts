/**
 * Files in memory that forget, as a disk does when the power goes: of what was not synced some sectors survive, others are zeros or as
 * they were before; of files created, renamed and removed in an unsynced folder some are so, others are not. Each survives
 * or not by itself, which is worse than what journals do. Disks fill up here, writes end early, and syncs fail.
 */
import type { DiskFile } from '../../src/disk/files.ts'
import type { SpoolFiles } from '../../src/spool/files.ts'

const sectorBytes = 512
const syncTurns = 20

export type Random = () => number

type FileChange =
  | { readonly do: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly do: 'truncate'; readonly bytes: number }
interface FolderChange {
  readonly remove?: string
  readonly add?: { readonly name: string; readonly file: StoredFile }
}

/** What is visible, what a loss of power leaves for sure, and what happened in between. */
interface StoredFile {
  visible: Buffer
  durable: Buffer
  changes: FileChange[]
}

export class ForgetfulFiles implements SpoolFiles {
  readonly #visible = new Map<string, StoredFile>()
  readonly #durable = new Map<string, StoredFile>()
  #changes: FolderChange[] = []
  /** Handles of an earlier life are of no use in this one. */
  #life = 0
  #locked = false
  /** Calls so far. */
  calls = 0
  /** The power goes at this call; who made it never learns whether it was done. */
  fatalCall = Number.POSITIVE_INFINITY
  fatalCallIsDone = false
  bytesFree = Number.POSITIVE_INFINITY
  /** Most that one write takes. */
  writeBytesMax = Number.POSITIVE_INFINITY
  /** So many syncs of files fail. Half of the writes reached the disk; the others count as clean from then on: no later sync helps them. */
  failingSyncs = 0
  /** So many truncations and removals fail. */
  failingTruncates = 0
  failingRemoves = 0

  get isDead(): boolean {
    return this.calls >= this.fatalCall
  }

  /** The process is gone, the page cache is not. */
  kill(): void {
    this.#life++
    this.#locked = false
    this.calls = 0
    this.fatalCall = Number.POSITIVE_INFINITY
    this.failingSyncs = 0
    this.failingTruncates = 0
    this.failingRemoves = 0
  }

  losePower(random: Random): void {
    this.kill()
    const odds = [0, 0.5, 1][Math.floor(random() * 3)]!
    const survives = () => random() < odds
    for (const change of this.#changes) if (survives()) applyTo(this.#durable, change)
    this.#changes = []
    for (const file of new Set([...this.#visible.values(), ...this.#durable.values()])) {
      for (const piece of file.changes.flatMap(sectorsOf)) if (survives()) file.durable = changed(file.durable, piece)
      file.changes = []
      file.visible = Buffer.from(file.durable)
    }
    this.#visible.clear()
    for (const [name, file] of this.#durable) this.#visible.set(name, file)
  }

  /** For tests that damage a file; the change is durable. */
  edit(name: string, change: (bytes: Buffer) => Buffer): void {
    const [, file] = [...this.#visible].find(([path]) => path.endsWith(name))!
    file.visible = change(Buffer.from(file.visible))
    file.durable = Buffer.from(file.visible)
  }

  createFolder(): Promise<void> {
    return this.#call(() => {})
  }

  names(folder: string): Promise<string[]> {
    return this.#call(() => [...this.#visible.keys()].map((path) => path.slice(folder.length + 1)))
  }

  create(path: string): Promise<DiskFile> {
    return this.#call(() => {
      if (this.#visible.has(path)) throw systemError('EEXIST')
      const file: StoredFile = { visible: Buffer.alloc(0), durable: Buffer.alloc(0), changes: [] }
      this.#change({ add: { name: path, file } })
      return this.#handle(file)
    })
  }

  open(path: string): Promise<DiskFile> {
    return this.#call(() => this.#handle(this.#find(path)))
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call(() => this.#change({ remove: from, add: { name: to, file: this.#find(from) } }))
  }

  remove(path: string): Promise<void> {
    return this.#call(() => {
      if (this.failingRemoves > 0 && this.failingRemoves--) throw systemError('EIO')
      this.bytesFree += this.#find(path).visible.length
      this.#change({ remove: path })
    })
  }

  syncFolder(): Promise<void> {
    return this.#call(() => {
      for (const change of this.#changes) applyTo(this.#durable, change)
      this.#changes = []
    })
  }

  lock(): Promise<() => Promise<void>> {
    return this.#call(() => {
      if (this.#locked) throw systemError('locked')
      this.#locked = true
      return async () => {
        this.#locked = false
      }
    })
  }

  /** `life`: of the handle that is used. */
  async #call<T>(work: () => T, life = this.#life): Promise<T> {
    if (life !== this.#life || this.isDead) throw systemError('EIO')
    this.calls++
    // A turn of the loop, so that calls made together interleave.
    await Promise.resolve()
    if (!this.isDead) return work()
    if (this.fatalCallIsDone) work()
    throw systemError('EIO')
  }

  #find(path: string): StoredFile {
    const file = this.#visible.get(path)
    if (file === undefined) throw systemError('ENOENT')
    return file
  }

  #change(change: FolderChange): void {
    applyTo(this.#visible, change)
    this.#changes.push(change)
  }

  #handle(file: StoredFile): DiskFile {
    const life = this.#life
    const call = <T>(work: () => T) => this.#call(work, life)
    let syncs = 0
    return {
      write: (parts, at) => call(() => this.#write(file, Buffer.concat(parts), at)),
      read: (into, at) => call(() => file.visible.copy(into, 0, at)),
      truncate: (bytes) => call(() => this.#truncate(file, bytes)),
      sync: async () => {
        syncs++
        // The disk takes its time.
        for (let turns = 0; turns < syncTurns; turns++) await Promise.resolve()
        await call(() => this.#sync(file)).finally(() => syncs--)
      },
      bytes: () => call(() => file.visible.length),
      close: () =>
        call(() => {
          if (syncs > 0) throw systemError('EBUSY')
        }),
    }
  }

  #write(file: StoredFile, bytes: Buffer, at: number): number {
    const growth = Math.max(0, at + bytes.length - file.visible.length)
    const count = Math.min(bytes.length, this.writeBytesMax, bytes.length - growth + this.bytesFree)
    if (count <= 0) throw systemError('ENOSPC')
    const change: FileChange = { do: 'write', at, bytes: bytes.subarray(0, count) }
    this.bytesFree += file.visible.length
    file.visible = changed(file.visible, change)
    this.bytesFree -= file.visible.length
    file.changes.push(change)
    return count
  }

  #truncate(file: StoredFile, bytes: number): void {
    if (this.failingTruncates > 0 && this.failingTruncates--) throw systemError('EIO')
    this.bytesFree += file.visible.length - bytes
    file.visible = changed(file.visible, { do: 'truncate', bytes })
    file.changes.push({ do: 'truncate', bytes })
  }

  #sync(file: StoredFile): void {
    const failing = this.failingSyncs > 0
    if (failing) this.failingSyncs--
    const changes = failing ? file.changes.filter((_, i) => i % 2 === 1) : file.changes
    for (const change of changes) file.durable = changed(file.durable, change)
    file.changes = []
    if (failing) throw systemError('EIO')
  }
}

function applyTo(folder: Map<string, StoredFile>, { remove, add }: FolderChange): void {
  if (remove !== undefined) folder.delete(remove)
  if (add !== undefined) folder.set(add.name, add.file)
}

function changed(content: Buffer, change: FileChange): Buffer {
  const length = change.do === 'truncate' ? change.bytes : Math.max(content.length, change.at + change.bytes.length)
  const bytes = Buffer.alloc(length)
  content.copy(bytes)
  if (change.do === 'write') bytes.set(change.bytes, change.at)
  return bytes
}

/** A sector is written whole or not at all; a write is as many writes as it touches sectors. */
function sectorsOf(change: FileChange): FileChange[] {
  if (change.do === 'truncate') return [change]
  const { at, bytes } = change
  const pieces: FileChange[] = []
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + sectorBytes - ((at + from) % sectorBytes))
    pieces.push({ do: 'write', at: at + from, bytes: bytes.subarray(from, to) })
    from = to
  }
  return pieces
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: by order of the test`), { code })
}
