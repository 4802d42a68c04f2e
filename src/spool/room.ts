/**
 * How much the segments of a spool take on disk, and which of them may go. Room comes back by whole segments, when all of their entries
 * are released.
 */
import { SpoolError } from '../errors.ts'
import { spoolRecordBytesMax } from '../limits.ts'
import type { Chain } from './chain.ts'
import type { Cursor } from './cursor.ts'
import type { Position } from './position.ts'
import type { Tail } from './tail.ts'

export interface RoomOptions {
  readonly folder: string
  readonly chain: Chain
  readonly cursor: Cursor
  readonly tail: Tail
  readonly position: Position
  readonly bytesMax: number
  readonly segmentBytesMax: number
}

/**
 * The wholly released segment that is still being written goes when this part of it is used: not at once, or a destination that keeps
 * up would cost a new file for each batch.
 */
const usedPart = 1 / 4

export class Room {
  readonly #options: RoomOptions
  readonly #chain: Chain
  readonly #recordBytesMax: number

  constructor(options: RoomOptions) {
    this.#options = options
    this.#chain = options.chain
    this.#recordBytesMax = Math.min(spoolRecordBytesMax, options.bytesMax)
  }

  /** For a record of so many bytes; also true when there never will be. */
  isThere(bytes: number): boolean {
    return bytes > this.#recordBytesMax || this.#chain.bytes - this.#releasedBytes + bytes <= this.#options.bytesMax
  }

  /** Throws SpoolError: `full`, or `too_large` when waiting cannot help. */
  async make(bytes: number): Promise<void> {
    const { bytesMax } = this.#options
    if (bytes > this.#recordBytesMax) {
      throw this.#error(
        'too_large',
        `a batch of ${bytes} bytes is larger than ${this.#recordBytesMax}, the most it takes.`,
      )
    }
    if (this.#chain.bytes + bytes > bytesMax) await this.giveBack({ all: true })
    if (this.#chain.bytes + bytes > bytesMax) {
      const state = `full, with ${this.#chain.bytes} of ${bytesMax} bytes`
      throw this.#error('full', `${state}. Mend the destination, or raise spool.maxBytes.`)
    }
  }

  /** Removes segments; `all`: also the one being written, however little of it is used. */
  async giveBack({ all }: { all: boolean }): Promise<void> {
    const { cursor, tail, position, segmentBytesMax } = this.#options
    for (const segment of [...this.#chain.segments]) {
      if (this.#chain.endOf(segment) > cursor.position) return
      if (segment === tail.active && !all && segment.bytes < segmentBytesMax * usedPart) return
      // If the position were older than what is removed, the next start would take the missing entries for damaged.
      await position.write(cursor.position)
      await position.sync()
      await segment.remove()
      this.#chain.forget(segment)
      tail.forget(segment)
    }
  }

  get #releasedBytes(): number {
    let bytes = 0
    for (const segment of this.#chain.segments) {
      if (this.#chain.endOf(segment) > this.#options.cursor.position) break
      bytes += segment.bytes
    }
    return bytes
  }

  #error(code: string, said: string): SpoolError {
    const { folder } = this.#options
    return new SpoolError({ code, folder, message: `spool ${folder}: ${said}` })
  }
}
