/**
 * Batches into the live file, whole entries only: cutting back or completing what a failure tore, and rotating between two entries.
 */
import type { Batch } from '../../batch.ts'
import { systemCode, WriteError } from '../../errors.ts'
import { writeErrorOf } from '../file-errors.ts'
import { calledOff, type OpenFile } from '../open-file.ts'
import type { OnFileEvent } from './events.ts'
import type { LiveFile } from './live-file.ts'
import { countThatFit } from './rotation.ts'

/** After these the handle is of no more use; the next write opens the path anew. */
const brokenCodes = new Set(['EPIPE', 'EIO', 'ESTALE', 'EBADF'])

const newline = 0x0a

/** An entry of which the destination has the first bytes. A copy: its batch is gone when it is completed. */
interface TornEntry {
  readonly bytes: Uint8Array
  readonly written: number
}

/** Entries `[next, end)` of a batch, for one file; of the first one, the bytes before `from` are in the file already. */
interface Portion {
  readonly next: number
  readonly end: number
  readonly from: number
}

export interface EntriesOptions {
  readonly name: string
  readonly path: string
  /** A write settles when it is durable (`fsync: always`). */
  readonly durable: boolean
  /** Of one file; undefined: there is no rotation. */
  readonly maxBytes: number | undefined
  readonly onEvent: OnFileEvent
}

export class Entries {
  readonly #live: LiveFile
  readonly #options: EntriesOptions
  #torn: TornEntry | undefined

  constructor(live: LiveFile, options: EntriesOptions) {
    this.#live = live
    this.#options = options
  }

  /** Rejects with WriteError. `stop` is asked before each call to the system. */
  async write({ bytes, entryEnds }: Batch, stop: () => boolean): Promise<void> {
    const firstEnd = entryEnds[0] ?? 0
    let file = await this.#live.ready({ stop, linesEnd: bytes[firstEnd - 1] === newline })
    let from = this.#resume(bytes.subarray(0, firstEnd))
    const mending = await this.#completeTorn(file, stop)
    if (mending !== undefined) throw await this.#fail(file, mending, 0)
    let mayRotate = this.#options.maxBytes !== undefined
    let next = 0
    while (next < entryEnds.length) {
      const end = mayRotate ? next + this.#countFor(file, entryEnds, { next, from }) : entryEnds.length
      if (end === next) {
        const begun = await this.#live.rotate()
        // Told by the rotation. The rest goes into the old file, over its limit.
        if (begun === undefined) mayRotate = false
        else file = begun
        continue
      }
      await this.#append(file, { bytes, entryEnds }, { portion: { next, end, from }, stop })
      next = end
      from = entryEnds[end - 1] ?? 0
    }
  }

  /** Before a file is left: the rest of a torn entry, if it takes that at once; else the entry is written whole in the next one. */
  async finish(file: OpenFile): Promise<void> {
    await this.#completeTorn(file, once())
    this.#torn = undefined
  }

  /** The end of the file is no longer what it was. */
  forgetTorn(): void {
    this.#torn = undefined
  }

  /** How many entries the file has room for; one at least when it is empty, or has the beginning of that one. */
  #countFor(file: OpenFile, entryEnds: Uint32Array, { next, from }: { next: number; from: number }): number {
    const { maxBytes = 0, path, onEvent } = this.#options
    const count = countThatFit(entryEnds, next, { at: from, room: maxBytes - file.size })
    const start = entryEnds[next - 1] ?? 0
    if (count > 0 || (file.size > 0 && from === start)) return count
    if (file.size === 0) onEvent({ kind: 'oversized', path, bytes: entryEnds[next]! - start })
    return 1
  }

  async #append(
    file: OpenFile,
    { bytes, entryEnds }: Pick<Batch, 'bytes' | 'entryEnds'>,
    { portion, stop }: { portion: Portion; stop: () => boolean },
  ): Promise<void> {
    const { next, end, from } = portion
    const { at, cause } = await file.append(bytes, from, entryEnds[end - 1] ?? 0, stop)
    if (cause === undefined) return this.#commit(file, entryEnds, { portion, at })

    const whole = countWithin(entryEnds, at)
    const start = entryEnds[whole - 1] ?? 0
    if (at > start && !(await file.cutBack(at - start))) {
      this.#torn = { bytes: bytes.slice(start, entryEnds[whole]), written: at - start }
    }
    if (whole > next) await this.#commit(file, entryEnds, { portion, at: start })
    throw await this.#fail(file, cause, whole)
  }

  /** With `fsync: always`. What could not be synced is taken back, as far as it was this portion; then it counts as never written. */
  async #commit(
    file: OpenFile,
    entryEnds: Uint32Array,
    { portion, at }: { portion: Portion; at: number },
  ): Promise<void> {
    if (!this.#options.durable) return
    try {
      await this.#live.durability.commit(file)
    } catch (cause) {
      await file.cutBack(at - (entryEnds[portion.next - 1] ?? 0))
      await this.#live.drop(file)
      const { name, path } = this.#options
      throw writeErrorOf(cause, { name, path, entriesWritten: portion.next, retryable: true })
    }
  }

  /** Where to begin with this first entry: behind what an earlier write left of it, when it is the torn one come again. */
  #resume(first: Uint8Array): number {
    if (this.#torn === undefined || Buffer.compare(this.#torn.bytes, first) !== 0) return 0
    const { written } = this.#torn
    this.#torn = undefined
    return written
  }

  /** The rest of a torn entry whose batch was given up. Returns what prevented it, if anything did. */
  async #completeTorn(file: OpenFile, stop: () => boolean): Promise<unknown> {
    if (this.#torn === undefined) return undefined
    const { bytes, written } = this.#torn
    const { at, cause } = await file.append(bytes, written, bytes.length, stop)
    this.#torn = cause === undefined ? undefined : { bytes, written: at }
    return cause
  }

  async #fail(file: OpenFile, cause: unknown, entriesWritten: number): Promise<WriteError> {
    const { name, path } = this.#options
    if (cause === calledOff) {
      const message = `${name}: the write was called off; the destination takes nothing at the moment.`
      return new WriteError({ code: 'called_off', message, retryable: true, entriesWritten })
    }
    const code = systemCode(cause)
    if (brokenCodes.has(code) && !file.standard) {
      // The next reader of a FIFO begins with a whole entry.
      if (!file.regular) this.#torn = undefined
      await this.#live.drop(file)
    }
    const trouble = { name, path, entriesWritten }
    return writeErrorOf(cause, code === 'EPIPE' && !file.standard ? { ...trouble, retryable: true } : trouble)
  }
}

/** A `stop` that lets one call pass: try, and do not wait. */
function once(): () => boolean {
  let calls = 0
  return () => calls++ > 0
}

/** How many entries end at or before a position. */
function countWithin(ends: Uint32Array, at: number): number {
  const first = ends.findIndex((end) => end > at)
  return first < 0 ? ends.length : first
}
