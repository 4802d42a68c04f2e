/**
 * The appending end: which segment takes the next record, what of it is durable, and what is done when the disk refuses.
 *
 * A failed fdatasync cannot be made good by another one: the kernel may have marked the pages clean, and the next call claims success.
 * So nothing is appended to what was under it any more. What was not durable is read back (checked, from the page cache), appended to
 * a new segment, and synced there; where the new segment begins, the old ones end.
 */
import type { Chain } from './chain.ts'
import type { SpoolFiles } from './files.ts'
import { draftRecord, type RecordDraft, sealRecord } from './record.ts'
import { type FoundRecord, Segment } from './segment.ts'

export interface TailOptions {
  readonly chain: Chain
  readonly files: SpoolFiles
  readonly folder: string
  readonly segmentBytesMax: number
}

/** What a sync has to do. */
interface Work {
  readonly upTo: number
  readonly segments: ReadonlyMap<Segment, number>
  readonly folder: boolean
}

export class Tail {
  readonly #options: TailOptions
  readonly #chain: Chain
  #active: Segment | undefined
  /** Segments with bytes that may not be durable, oldest first. */
  readonly #dirty = new Set<Segment>()
  #folderDirty = false
  /** Entries below this number are durable. */
  #durable: number
  #syncFailed = false
  /** Entries found unreadable when they were to be made durable. */
  #lost = 0

  constructor(options: TailOptions) {
    this.#options = options
    this.#chain = options.chain
    this.#durable = options.chain.next
  }

  get active(): Segment | undefined {
    return this.#active
  }

  /** All of the record, or nothing of it and the system's error. `position`: of the first entry not released. */
  async append(draft: RecordDraft, position: number): Promise<void> {
    if (this.#syncFailed) await this.#rewrite(position)
    const segment = await this.#segmentFor(draft)
    await segment.append(sealRecord(draft, this.#chain.next, segment.salt))
    this.#dirty.add(segment)
    this.#chain.grow(draft.entries)
  }

  /** Collects what `sync` has to do for everything that was appended before. */
  async beginSync(position: number): Promise<Work> {
    if (this.#syncFailed) await this.#rewrite(position)
    const lost = this.#lost
    this.#lost = 0
    if (lost > 0) throw new Error(`${lost} entries could not be read back after a failed sync`)
    const work = {
      upTo: this.#chain.next,
      segments: new Map([...this.#dirty].map((segment) => [segment, segment.bytes])),
      folder: this.#folderDirty,
    }
    this.#folderDirty = false
    return work
  }

  /** May be under way while everything else is called, but once only. */
  async sync({ upTo, segments, folder }: Work): Promise<void> {
    try {
      for (const segment of segments.keys()) await segment.sync()
      if (folder) await this.#options.files.syncFolder(this.#options.folder)
    } catch (cause) {
      this.#syncFailed = true
      throw cause
    }
    for (const [segment, bytes] of segments) if (segment.bytes === bytes) this.#dirty.delete(segment)
    this.#durable = upTo
  }

  /** A segment that was removed. */
  forget(segment: Segment): void {
    this.#dirty.delete(segment)
    if (segment === this.#active) this.#active = undefined
  }

  async #segmentFor({ length }: RecordDraft): Promise<Segment> {
    const active = this.#active
    if (active !== undefined && (active.bytes === 0 || active.bytes + length <= this.#options.segmentBytesMax))
      return active
    const segment = await this.#create(this.#chain.next)
    await segment.settle()
    this.#folderDirty = true
    this.#chain.push(segment)
    this.#active = segment
    return segment
  }

  #create(first: number): Promise<Segment> {
    const { files, folder } = this.#options
    return Segment.create(files, folder, { serial: this.#chain.takeSerial(), first })
  }

  async #rewrite(position: number): Promise<void> {
    const from = Math.max(this.#durable, position)
    let fresh: Segment | undefined
    let origin: { segment: Segment; at: number } | undefined
    let copied = 0
    try {
      for await (const [segment, found] of this.#recordsFrom(from)) {
        const batch = await segment.read(found)
        if (batch === undefined) continue
        origin ??= { segment, at: found.at }
        fresh ??= await this.#create(found.head.number)
        await fresh.append(sealRecord(draftRecord(batch), found.head.number, fresh.salt))
        copied += found.head.entries - Math.max(0, from - found.head.number)
      }
      await fresh?.sync()
      await fresh?.settle()
      await this.#options.files.syncFolder(this.#options.folder)
    } catch (cause) {
      await fresh?.remove().catch(() => {
        // The error at hand is the one worth telling. A draft is removed at the next start, and a whole copy is as good as its origin.
      })
      throw cause
    }
    this.#lost += this.#chain.next - from - copied
    if (fresh !== undefined && origin !== undefined) await this.#replace(origin, fresh)
    this.#active = fresh
    this.#dirty.clear()
    this.#folderDirty = false
    this.#durable = this.#chain.next
    this.#syncFailed = false
  }

  async *#recordsFrom(number: number): AsyncGenerator<[Segment, FoundRecord]> {
    for (const segment of [...this.#chain.segments]) {
      if (this.#chain.endOf(segment) <= number) continue
      for (let at = 0; ; ) {
        const found = await segment.find(at)
        if (found === undefined) break
        if (found.head.number + found.head.entries > number) yield [segment, found]
        at = found.end
      }
    }
  }

  /** From `origin` on the chain is now what `fresh` holds. */
  async #replace(origin: { segment: Segment; at: number }, fresh: Segment): Promise<void> {
    for (let old = this.#chain.after(origin.segment); old !== undefined; old = this.#chain.after(origin.segment)) {
      this.#chain.forget(old)
      await old.remove().catch(() => {
        // It begins behind the beginning of a later one, so the next start knows that it is void.
      })
    }
    await origin.segment.cut(origin.at)
    this.#chain.push(fresh)
  }
}
