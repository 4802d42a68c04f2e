/**
 * One file that somebody else writes, held open by what it is and not by its name: it may be renamed or deleted and still be read to its
 * end. Gives whole lines, and tells when the file is not what it was.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { systemCode } from '../../errors.ts'
import { auditFollowBlockBytes, auditFollowHeadBytes } from '../../limits.ts'
import type { Head, Position } from './position.ts'

const lineFeed = 0x0a

/** `truncated`: shorter than what was read of it. `replaced`: another first line. */
export type Soundness = 'sound' | 'truncated' | 'replaced'

export class FollowedFile {
  /** By which it was opened. */
  readonly path: string
  readonly device: bigint
  readonly inode: bigint
  /** Everything before it is safe: the begin of a line. */
  offset = 0
  /** When it was written last, at the last look. */
  modifiedNs = 0n
  #head: Head | null = null
  readonly #handle: FileHandle
  readonly #block = Buffer.allocUnsafe(auditFollowBlockBytes)
  /** Of a line that is longer than a block: where it begins, how far it was searched for its end, and its end when that was found. */
  #long = { at: -1, searched: 0, end: 0 }

  private constructor(handle: FileHandle, path: string, { dev, ino }: { dev: bigint; ino: bigint }) {
    this.#handle = handle
    this.path = path
    this.device = dev
    this.inode = ino
  }

  /** Undefined when there is none. Rejects with the system's error, or for what is no file. */
  static async open(path: string): Promise<FollowedFile | undefined> {
    let handle: FileHandle
    try {
      // A FIFO would wait for its writer.
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }
    try {
      const stats = await handle.stat({ bigint: true })
      if (!stats.isFile()) throw new Error(`${path} is no regular file`)
      const file = new FollowedFile(handle, path, stats)
      file.modifiedNs = stats.mtimeNs
      return file
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Goes on where somebody was, in this file or in one that it is a copy of. */
  resume({ offset, firstLine }: Pick<Position, 'offset' | 'firstLine'>): this {
    this.offset = offset
    this.#head = firstLine
    return this
  }

  position(path: string): Position {
    const { device, inode, offset, modifiedNs } = this
    return { path, device, inode, offset, firstLine: this.#head, modifiedNs }
  }

  /** Whether the file still is what it was when it was read up to `end`. */
  async judge(end = this.offset): Promise<Soundness> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true })
    this.modifiedNs = mtimeNs
    if (size < BigInt(end)) return 'truncated'
    if (this.#head === null) return 'sound'
    const bytes = Buffer.allocUnsafe(this.#head.bytes)
    const read = await this.#fill(bytes, 0)
    return read.length === bytes.length && sha256(bytes) === this.#head.sha256 ? 'sound' : 'replaced'
  }

  /**
   * What stands at `at`: whole lines, or a piece of one that is longer than a block and complete; null: there is no complete line. `ending`:
   * nobody writes any more, so what is there is complete. Borrowed until the next call.
   */
  async read(at: number, ending: boolean): Promise<Buffer | null> {
    const isWithin = at >= this.#long.at && at < this.#long.end
    const room = isWithin ? this.#block.subarray(0, this.#long.end - at) : this.#block
    const bytes = await this.#fill(room, at)
    if (bytes.length === 0) return null
    if (isWithin) return bytes
    const last = bytes.lastIndexOf(lineFeed)
    if (last !== -1) return bytes.subarray(0, last + 1)
    if (ending) return bytes
    if (bytes.length < room.length || !(await this.#findEnd(at))) return null
    return this.#fill(this.#block.subarray(0, this.#long.end - at), at)
  }

  /** The file is known by these bytes, which were read at `at`, from now on. */
  note(at: number, bytes: Buffer): void {
    if (at !== 0) return
    const lineEnd = bytes.indexOf(lineFeed)
    const head = bytes.subarray(0, Math.min(lineEnd === -1 ? bytes.length : lineEnd + 1, auditFollowHeadBytes))
    this.#head = { bytes: head.length, sha256: sha256(head) }
  }

  /** From its first byte, as another file. */
  restart(): void {
    this.resume({ offset: 0, firstLine: null })
    this.#long = { at: -1, searched: 0, end: 0 }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  /** Whether the long line that begins at `at` is complete. What was searched once is not searched again. */
  async #findEnd(at: number): Promise<boolean> {
    if (this.#long.at !== at) this.#long = { at, searched: at, end: 0 }
    for (;;) {
      const bytes = await this.#fill(this.#block, this.#long.searched)
      const found = bytes.indexOf(lineFeed)
      if (found !== -1) this.#long.end = this.#long.searched + found + 1
      if (found !== -1 || bytes.length === 0) return found !== -1
      this.#long.searched += bytes.length
    }
  }

  /** As many bytes as there is room for; fewer at the end of the file. */
  async #fill(room: Buffer, at: number): Promise<Buffer> {
    let got = 0
    while (got < room.length) {
      const { bytesRead } = await this.#handle.read(room, got, room.length - got, at + got)
      if (bytesRead === 0) break
      got += bytesRead
    }
    return room.subarray(0, got)
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
