/**
 * One segment file: records side by side and nothing else. Its name says the rest:
 *
 *      00000012-0000000000040960-5f3a9c21.segment
 *      serial   number of the    salt of its
 *               first entry      records, in hex
 *
 * Serials grow in the order of creation. The salt is drawn for each segment; it is in the name because a name is not damaged alone.
 */
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import type { Batch } from '../batch.ts'
import type { DiskFile } from '../disk/files.ts'
import { spoolWindowBytes } from '../limits.ts'
import type { SpoolFiles } from './files.ts'
import { headBytes, type RecordHead, readBody, readHead, recordMagic } from './record.ts'

export interface SegmentName {
  readonly serial: number
  /** Number of its first entry. */
  readonly first: number
  readonly salt: number
}

/** What a draft's name has more. */
export const draftSuffix = '.draft'

const namePattern = /^(\d{8,})-(\d{16})-([0-9a-f]{8})\.segment$/

/** Undefined when this is not the name of a segment. */
export function readSegmentName(name: string): SegmentName | undefined {
  const [, serial, first, salt] = namePattern.exec(name) ?? []
  return serial && first && salt
    ? { serial: Number(serial), first: Number(first), salt: Number.parseInt(salt, 16) }
    : undefined
}

/** A record whose head is sound and which ends within its segment. */
export interface FoundRecord {
  readonly at: number
  /** Where the next record begins. */
  readonly end: number
  readonly head: RecordHead
}

const nothing = Buffer.alloc(0)

export class Segment {
  readonly serial: number
  readonly first: number
  #path: string
  readonly #salt: number
  readonly #files: SpoolFiles
  #file: Promise<DiskFile> | undefined
  #bytes: number
  #removed = false
  /** The last sync: the file is not closed under it. Never rejects. */
  #synced: Promise<void> = Promise.resolve()
  #window = nothing
  #windowAt = 0

  private constructor(files: SpoolFiles, folder: string, name: SegmentName, bytes: number) {
    this.serial = name.serial
    this.first = name.first
    this.#path = join(folder, nameOf(name))
    this.#salt = name.salt
    this.#files = files
    this.#bytes = bytes
  }

  /** Under the name of a draft, until `settle`: after a crash before that it has never been. */
  static async create(files: SpoolFiles, folder: string, place: Omit<SegmentName, 'salt'>): Promise<Segment> {
    const name = { ...place, salt: randomInt(2 ** 32) }
    const segment = new Segment(files, folder, name, 0)
    segment.#path += draftSuffix
    segment.#file = Promise.resolve(await files.create(segment.#path))
    return segment
  }

  /** The segment is what its name says. */
  async settle(): Promise<void> {
    const path = this.#path.slice(0, -draftSuffix.length)
    await this.#files.rename(this.#path, path)
    this.#path = path
  }

  static async open(files: SpoolFiles, folder: string, name: SegmentName): Promise<Segment> {
    const file = await files.open(join(folder, nameOf(name)))
    const segment = new Segment(files, folder, name, await file.bytes())
    segment.#file = Promise.resolve(file)
    return segment
  }

  get salt(): number {
    return this.#salt
  }

  /** Up to here lies what was appended whole; after trouble the file may be longer. */
  get bytes(): number {
    return this.#bytes
  }

  /** Appends all parts, or nothing: what was written before the system's error is cut off, and the error thrown. */
  async append(parts: readonly Uint8Array[]): Promise<void> {
    const file = await this.#opened()
    let left = parts
    let at = this.#bytes
    try {
      while (left.length > 0) {
        const count = await file.write(left, at)
        if (count === 0) throw new Error('the file takes no more bytes')
        at += count
        left = withoutBytes(left, count)
      }
    } catch (cause) {
      await this.cut(this.#bytes)
      throw cause
    }
    this.#bytes = at
  }

  /**
   * Ends the segment here. Where the file cannot be cut, what lies behind is not looked at, the next record is written over it, and the
   * next start finds no whole record there.
   */
  async cut(bytes: number): Promise<void> {
    this.#bytes = bytes
    this.#window = nothing
    await this.#opened()
      .then((file) => file.truncate(bytes))
      .catch(() => {
        // As told above; whoever cuts has an error to tell already.
      })
  }

  /** The first record that begins at `from` or later: between them lies damage. Undefined when there is none. */
  async find(from: number): Promise<FoundRecord | undefined> {
    for (let at = from; at + headBytes <= this.#bytes; ) {
      const seen = await this.#see(at)
      // Somebody else has cut the file.
      if (seen.length < headBytes) return undefined
      const head = readHead(seen, this.#salt)
      const end = at + headBytes + (head?.bodyBytes ?? 0)
      if (head !== undefined && end <= this.#bytes) return { at, end, head }
      const next = seen.indexOf(recordMagic, 1)
      at += next > 0 ? next : Math.max(1, seen.length - recordMagic.length + 1)
    }
    return undefined
  }

  /** The batch of a found record, in memory of its own. Undefined when its body is damaged. */
  async read({ at, head }: FoundRecord): Promise<Batch | undefined> {
    const body = Buffer.allocUnsafeSlow(head.bodyBytes)
    const seen = this.#windowFrom(at + headBytes)
    if (seen.length >= body.length) seen.copy(body)
    else if ((await (await this.#opened()).read(body, at + headBytes)) < body.length) return undefined
    return readBody(head, body, this.#salt)
  }

  /** May be under way while everything else is called. Resolves at once for a segment that is removed. */
  async sync(): Promise<void> {
    if (this.#removed) return
    const synced = this.#opened().then((file) => file.sync())
    this.#synced = synced.catch(() => {
      // Told to who asked for it.
    })
    await synced
  }

  /** Gives the file and the window back; the next use opens it again. */
  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#window = nothing
    await this.#synced
    await (await file)?.close()
  }

  async remove(): Promise<void> {
    this.#removed = true
    await this.close()
    await this.#files.remove(this.#path)
  }

  #opened(): Promise<DiskFile> {
    this.#file ??= this.#files.open(this.#path).catch((cause: unknown) => {
      this.#file = undefined
      throw cause
    })
    return this.#file
  }

  /** At least a head from `at` on, if the segment has as much. Borrowed until the next call. */
  async #see(at: number): Promise<Buffer> {
    const seen = this.#windowFrom(at)
    if (seen.length >= headBytes) return seen
    const window = Buffer.allocUnsafe(Math.min(spoolWindowBytes, this.#bytes - at))
    const count = await (await this.#opened()).read(window, at)
    this.#window = window.subarray(0, count)
    this.#windowAt = at
    return this.#window
  }

  #windowFrom(at: number): Buffer {
    const from = at - this.#windowAt
    return from >= 0 && from < this.#window.length ? this.#window.subarray(from) : nothing
  }
}

function nameOf({ serial, first, salt }: SegmentName): string {
  const digits = (number: number, length: number, radix = 10) => number.toString(radix).padStart(length, '0')
  return `${digits(serial, 8)}-${digits(first, 16)}-${digits(salt, 8, 16)}.segment`
}

/** What is left of the parts when their first bytes are taken away. */
function withoutBytes(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  return parts.flatMap((part) => {
    const taken = Math.min(skip, part.length)
    skip -= taken
    return taken === part.length ? [] : [part.subarray(taken)]
  })
}
