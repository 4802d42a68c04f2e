/**
 * The spool: batches on disk, in order, for one backend. This comment is its specification.
 *
 * Limits
 * - One folder belongs to one spool of one process (`lock.ts`).
 * - A record is one batch, at most 64 MiB. A segment is at most a sixteenth of `bytesMax`, at most 64 MiB, unless one record alone is
 *   larger. All segments together are at most `bytesMax`; a record for which there is no room is refused, nothing is dropped here.
 * - Entries are numbered from 0 for as long as the folder lives; 2^53 of them are 285 years at a million a second.
 *
 * Layout
 *
 *      folder/  lock-9be4d2c07a11                             a socket: who answers there has the folder    lock.ts
 *               position                                      how far entries are released                  position.ts
 *               00000011-0000000000032768-81d0c0ff.segment    records side by side                          segment.ts
 *               00000012-0000000000040960-5f3a9c21.segment    layout of a record                            record.ts
 *               serial   first entry      salt of all sums
 *
 *      numbers   released | lent             | not read               |
 *      segments  [ rec rec rec ][ rec rec rec rec ][ rec rec rec      ]
 *                         ^ position         ^ reading      appending ^ next
 *
 * Life
 * - A record is written with one call of the system behind the last one. A run never appends to a segment of an earlier one. When
 *   the disk refuses, what was written in part is cut off; when that fails too, the next record is written over it.
 * - `append` leaves a record in the page cache: it survives the end of the process, however sudden. `sync` makes it durable. What was
 *   not synced may be gone after a loss of power, but what is there is whole and in order.
 * - A segment is removed when all of its entries are released; the one being written only once a quarter of it is used, when
 *   there is no room, and at the end. Before that the position is made durable, so a loss of power brings back one segment at most.
 * - Start: segments without anything left in them, and the torn tail of the last one, are removed. What is left is made durable (save
 *   what a failed sync of that run has left in doubt), and read before anything new. After kill -9 comes twice only what was being
 *   released at that moment.
 * - A damaged record costs itself: numbers that are missing between two records say how many entries that is. Damage is told when
 *   reading meets it; until then its entries count as held, in the next run again if entries before it are still held. A sector that
 *   the disk cannot read at all (EIO) is an error to try again.
 * - A failed sync rejects for all who wait for it; `tail.ts` tells how the next one makes good.
 *
 * Codes of SpoolError: `full` and `no_space` (room may come), `io` (the system's message tells), `sync_failed` (not durable; try again),
 * `too_large` (never), `locked`, `foreign` (at the start), `not_read`, `closed` (mistakes of the caller).
 */
import type { Batch } from '../batch.ts'
import { SpoolError } from '../errors.ts'
import { spoolSegmentBytesMax, spoolSegmentsAtLeast } from '../limits.ts'
import { Turns } from '../turns.ts'
import type { Chain } from './chain.ts'
import { Cursor } from './cursor.ts'
import { nodeFiles, type SpoolFiles } from './files.ts'
import { GroupCommit } from './group-commit.ts'
import { type OpenFolder, openFolder } from './open-folder.ts'
import type { Position } from './position.ts'
import { draftRecord } from './record.ts'
import { Room } from './room.ts'
import { spoolErrorOf } from './spool-errors.ts'
import { Tail } from './tail.ts'

export interface SpoolOptions {
  /** Created when missing, 0750. */
  readonly folder: string
  /** Of all segments together. */
  readonly bytesMax: number
  /** Default: a sixteenth of `bytesMax`, at most 64 MiB. */
  readonly segmentBytesMax?: number
  /** Default: the file system. */
  readonly files?: SpoolFiles
  /** So many entries that were counted as held turned out to be damaged. They are no longer in `entries` when this is called. */
  readonly damaged?: (entries: number) => void
}

export interface Recovered {
  /** Held at the start; among them those of damaged records that were not read yet. */
  readonly entries: number
  readonly bytes: number
  /** What was cut off the last segment: a record that was being written when the last run ended. */
  readonly tornBytes: number
}

export class Spool {
  readonly recovered: Recovered
  readonly #folder: string
  readonly #chain: Chain
  readonly #cursor: Cursor
  readonly #tail: Tail
  readonly #position: Position
  readonly #room: Room
  readonly #unlock: () => Promise<void>
  #entries: number
  #closed: Promise<void> | undefined
  /** Calls have their effects in the order in which they are made. */
  readonly #turns = new Turns()
  readonly #commits = new GroupCommit(() => this.#syncNow())

  private constructor(options: SpoolOptions, { chain, position, tornBytes, unlock }: OpenFolder) {
    const { folder, bytesMax, files = nodeFiles } = options
    const ordinary = Math.min(spoolSegmentBytesMax, Math.floor(bytesMax / spoolSegmentsAtLeast))
    const segmentBytesMax = options.segmentBytesMax ?? ordinary
    const from = position.number ?? chain.segments[0]?.first ?? chain.next
    const lose = (entries: number) => {
      this.#entries -= entries
      options.damaged?.(entries)
    }
    this.#folder = folder
    this.#chain = chain
    this.#position = position
    this.#unlock = unlock
    this.#entries = chain.next - from
    this.recovered = { entries: this.#entries, bytes: chain.bytes, tornBytes }
    this.#cursor = new Cursor({ chain, position: from, lose })
    this.#tail = new Tail({ chain, files, folder, segmentBytesMax })
    const [cursor, tail] = [this.#cursor, this.#tail]
    this.#room = new Room({ folder, chain, cursor, tail, position, bytesMax, segmentBytesMax })
  }

  /** Takes the folder, creating it when it is missing, and finds out what is in it. Throws SpoolError. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder, files = nodeFiles } = options
    const found = await openFolder(files, folder)
    try {
      const spool = new Spool(options, found)
      await spool.#room.giveBack({ all: true })
      return spool
    } catch (cause) {
      await found.unlock()
      throw spoolErrorOf(cause, folder, 'cannot be opened')
    }
  }

  /** Entries not released: those lent among them. */
  get entries(): number {
    return this.#entries
  }

  /** Of all segments on disk, in bytes. Released entries count until their segment is removed. */
  get bytes(): number {
    return this.#chain.bytes
  }

  /** Whether so many bytes could be appended now: those of a record, see `recordBytesOf`. Also true when they never can: `append` says why. */
  hasRoom(bytes: number): boolean {
    return this.#room.isThere(bytes)
  }

  /**
   * When it resolves, the batch is in the page cache, as a whole. When it rejects with a SpoolError, nothing of it is there. The batch
   * is borrowed until then. Entries are kept as they are; one without any is nothing.
   */
  append(batch: Batch): Promise<void> {
    return this.#whileOpen('did not take a batch', async () => {
      if (batch.entryEnds.length === 0) return
      const draft = draftRecord(batch)
      await this.#room.make(draft.length)
      await this.#tail.append(draft, this.#cursor.position)
      this.#entries += draft.entries
    })
  }

  /**
   * Everything whose `append` was called before is durable when this resolves: one fdatasync for all who ask while another is under way.
   * When it rejects with `sync_failed` nothing is known of what was appended since the last one that resolved; it is still read and sent.
   */
  sync(): Promise<void> {
    return this.#closed === undefined ? this.#commits.ask() : Promise.reject(this.#closedError())
  }

  /** The oldest batch that was not read, in memory of its own that is the caller's; undefined when there is none. Throws SpoolError. */
  read(): Promise<Batch | undefined> {
    return this.#whileOpen('cannot be read', () => this.#cursor.read())
  }

  /**
   * The first `entries` of what was read are done with. Throws SpoolError when that could not be written down or room not be given
   * back: they are released all the same, but may come twice after a crash; the next release tries again.
   */
  release(entries: number): Promise<void> {
    return this.#whileOpen('could not note what was released', async () => {
      if (entries > this.#cursor.lentEntries)
        throw this.#error('not_read', `released ${entries} entries, more than were read.`)
      this.#cursor.release(entries)
      this.#entries -= entries
      await this.#position.write(this.#cursor.position)
      await this.#room.giveBack({ all: false })
    })
  }

  /** What was read and not released is read again, beginning with calls of `read` after this one. */
  rewind(): void {
    this.#whileOpen('cannot be read', async () => this.#cursor.rewind()).catch(() => {
      // Closed: nothing is read any more.
    })
  }

  /** Makes everything durable and gives the folder back, also when it rejects. Later calls of anything reject; a second one waits for the first. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** Only the list of what is to be done is made in a turn: appending and reading go on while the disk works. */
  async #syncNow(): Promise<void> {
    try {
      const work = await this.#inTurn('is not durable', () => this.#tail.beginSync(this.#cursor.position))
      await this.#tail.sync(work)
    } catch (cause) {
      const { message } = spoolErrorOf(cause, this.#folder, 'is not durable')
      throw new SpoolError({ code: 'sync_failed', folder: this.#folder, message }, { cause })
    }
  }

  async #close(): Promise<void> {
    try {
      // Every turn that was taken before comes before this one.
      await this.#commits.ask()
    } finally {
      await this.#inTurn('did not close well', () => this.#end())
    }
  }

  async #end(): Promise<void> {
    try {
      await this.#room.giveBack({ all: true })
      await this.#position.sync()
    } finally {
      for (const segment of this.#chain.segments) await segment.close()
      await this.#position.close()
      await this.#unlock()
    }
  }

  #whileOpen<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#closed === undefined ? this.#inTurn(what, work) : Promise.reject(this.#closedError())
  }

  #inTurn<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work).catch((cause: unknown) => {
      throw spoolErrorOf(cause, this.#folder, what)
    })
  }

  #closedError(): SpoolError {
    return this.#error('closed', 'closed already.')
  }

  #error(code: string, said: string): SpoolError {
    return new SpoolError({ code, folder: this.#folder, message: `spool ${this.#folder}: ${said}` })
  }
}
