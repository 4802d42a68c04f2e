/**
 * The file that a path leads to, kept open: made with the first batch, compared with its path before each one, left for a new one when
 * somebody renamed or deleted it, when `reopen` asks for it, or by rotation. What is written into it is not decided here.
 *
 * logrotate renames first, creates then, and moves what it finds in between out of its way. So a path that is gone is waited for a
 * moment; meanwhile the file that we hold is still a file, under its new name. A deleted one is not: nothing is written to it.
 */
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makeFolderOf } from '../../disk/folder.ts'
import { systemCode, WriteError } from '../../errors.ts'
import { fileGoneMs } from '../../limits.ts'
import { writeErrorOf } from '../file-errors.ts'
import { OpenFile, type Whereabouts } from '../open-file.ts'
import { Durability } from './durability.ts'
import type { OnFileEvent } from './events.ts'
import { LockedError } from './lock.ts'
import type { Rotation } from './rotation.ts'
import { cutTornLine } from './torn-line.ts'

export interface LiveFileOptions {
  /** Of the writer, for messages. */
  readonly name: string
  readonly path: string
  readonly mode: number
  readonly makeFolder: boolean
  readonly rotation: Rotation | undefined
  readonly onEvent: OnFileEvent
  /** The last that is written to a file before it is left. */
  readonly finish: (file: OpenFile) => Promise<void>
  /** Somebody has cut the file, so that what we know of its end is no longer so. */
  readonly truncated: () => void
}

/** A path that is gone is looked for again after so many milliseconds. */
const askAgainMs = 10

export class LiveFile {
  readonly #options: LiveFileOptions
  readonly durability = new Durability()
  #file: OpenFile | undefined
  #seenBefore = false

  constructor(options: LiveFileOptions) {
    this.#options = options
  }

  get file(): OpenFile | undefined {
    return this.#file
  }

  /**
   * The file to write the next batch to. `linesEnd`: its entries end with a newline, so that a last line without one is torn. `stop` cuts
   * waiting short. Rejects with WriteError.
   */
  async ready({ stop, linesEnd }: { stop: () => boolean; linesEnd: boolean }): Promise<OpenFile> {
    if (this.#file !== undefined) await this.look(stop)
    else this.#file = await this.#open()
    if (!this.#seenBefore && linesEnd) {
      await this.#cutTornLine(this.#file)
      this.#seenBefore = true
    }
    return this.#file
  }

  /** Compares the open file with its path, and follows. Rejects with WriteError when the file was deleted and there is no new one. */
  async look(stop: () => boolean): Promise<void> {
    const { path, onEvent, truncated } = this.#options
    const file = this.#file
    if (!file?.regular || file.standard) return
    let where = await file.look(path)
    for (let waitedMs = 0; where.state === 'missing' && waitedMs < fileGoneMs; waitedMs += askAgainMs) {
      if (stop()) return
      await setTimeout(askAgainMs)
      where = await file.look(path)
    }
    if (where.state === 'truncated') {
      onEvent({ kind: 'truncatedByOthers', path, bytes: where.bytes })
      truncated()
    } else if (where.state !== 'same') await this.#follow(file, where)
  }

  /** Opens the path anew and leaves the file. Rejects with WriteError; then the old file stays in use. */
  async reopen(): Promise<void> {
    if (this.#file === undefined || this.#file.standard) return
    await this.#replace(this.#file, 'asked')
    await this.durability.settled()
  }

  /** Leaves the file, which is open, for a new one; returns nothing when that failed, and the old one stays in use. */
  async rotate(): Promise<OpenFile | undefined> {
    const file = this.#file!
    const next = await this.#options.rotation?.rotate(file)
    if (next === undefined) return undefined
    this.durability.changed(dirname(this.#options.path))
    this.#file = next
    await this.durability.retire(file)
    return next
  }

  /** The handle is of no more use: the next batch opens the path anew. */
  async drop(file: OpenFile): Promise<void> {
    if (this.#file === file) this.#file = undefined
    await file.close().catch(() => {
      // It is broken; the error at hand says why.
    })
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async #follow(file: OpenFile, { state }: Whereabouts): Promise<void> {
    if (state === 'removed') return this.#replace(file, 'removed')
    try {
      await this.#replace(file, 'renamed')
    } catch (error) {
      if (!(error instanceof WriteError)) throw error
      const { path, onEvent } = this.#options
      const message = `${error.message} The file was renamed, and is written on under its new name.`
      onEvent({ kind: 'trouble', path, code: error.code, message })
    }
  }

  async #replace(old: OpenFile, why: 'asked' | 'renamed' | 'removed'): Promise<void> {
    const { path, finish, onEvent } = this.#options
    const next = await this.#open()
    const bytes = old.size
    await finish(old)
    this.#file = next
    await this.durability.retire(old)
    onEvent({ kind: 'reopened', path, why, bytes })
  }

  async #open(): Promise<OpenFile> {
    const { path, mode, makeFolder } = this.#options
    try {
      const file = await this.#openIn().catch(async (cause) => {
        if (!makeFolder || systemCode(cause) !== 'ENOENT') throw cause
        for (const folder of await makeFolderOf(path, mode)) this.durability.changed(folder)
        return this.#openIn()
      })
      if (file.regular) this.durability.changed(dirname(path))
      return file
    } catch (cause) {
      throw this.#errorOf(cause)
    }
  }

  async #openIn(): Promise<OpenFile> {
    const { path, mode, rotation } = this.#options
    await rotation?.begin()
    return OpenFile.open(path, mode)
  }

  /** What cannot be mended is told, but on a full disk it is tried again: the next entry would be glued to the torn one. */
  async #cutTornLine(file: OpenFile): Promise<void> {
    if (!file.regular || file.standard) return
    const { path, onEvent } = this.#options
    try {
      await cutTornLine(file, this.#options)
    } catch (cause) {
      const code = systemCode(cause)
      if (code === 'ENOSPC' || code === 'EDQUOT') throw this.#errorOf(cause)
      const why = cause instanceof Error ? cause.message : `${cause}`
      const message = `${path} may end with a torn line, which could not be cut off: ${why}`
      onEvent({ kind: 'trouble', path, code, message })
    }
  }

  #errorOf(cause: unknown): WriteError {
    const { name, path } = this.#options
    if (!(cause instanceof LockedError)) return writeErrorOf(cause, { name, path })
    return new WriteError({ code: 'locked', message: `${name}: ${cause.message}`, retryable: true }, { cause })
  }
}
