/**
 * Documents that decide about records, kept as their files are: looked at every second, for they are few. What cannot be read is told and
 * leaves its last good version in force; what never had one says so, for then more is kept rather than less.
 */
import { readFileSync, statSync } from 'node:fs'
import type { Fault } from '../../errors.ts'
import { auditDocumentBytesMax } from '../../limits.ts'
import { type Listing, listFiles } from '../../policy/store/list-files.ts'
import { parsePattern } from '../../policy/store/pattern.ts'

export interface ReadFile<T> {
  /** What the file holds; null: it has faults. */
  readonly values: readonly T[] | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export interface HeldFilesOptions<T> {
  /** Files, folders and globs; relative ones begin where the sink was started. */
  readonly patterns: readonly string[]
  readonly read: (text: string, file: string) => ReadFile<T>
  readonly onTrouble: (file: string, fault: Fault, kept: boolean) => void
  readonly onWarning: (file: string, warning: Fault) => void
  readonly folder: string
}

interface Held<T> {
  readonly signature: string
  /** The last good ones; null: there never were any. */
  readonly values: readonly T[] | null
  readonly sound: boolean
}

export class HeldFiles<T> {
  readonly #options: HeldFilesOptions<T>
  #files = new Map<string, Held<T>>()
  #version = 0
  /** Folders that could not be looked into. */
  #hidden: readonly string[] = []

  constructor(options: HeldFilesOptions<T>) {
    this.#options = options
    this.refresh()
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version
  }

  /** By their files, and then in their order there. */
  get values(): readonly { readonly file: string; readonly value: T }[] {
    return [...this.#files].flatMap(([file, { values }]) => (values ?? []).map((value) => ({ file, value })))
  }

  /** Whether there is something that nobody could ever read, or may be. */
  get unreadable(): boolean {
    return this.#isBlind || [...this.#files.values()].some(({ values }) => values === null)
  }

  /** What is in a folder has never been seen. */
  get #isBlind(): boolean {
    return this.#hidden.length > 0 && this.#files.size === 0
  }

  /** Whether any file is there at all. */
  get isEmpty(): boolean {
    return this.#files.size === 0
  }

  /** Looks at all files now. */
  refresh(): void {
    const { patterns, folder } = this.#options
    const { files, problems } = listFiles(patterns.map((pattern) => parsePattern(pattern, folder)))
    const wasBlind = this.#isBlind
    this.#hide(problems.filter(({ code }) => code === 'unreadable'))
    const next = new Map<string, Held<T>>()
    for (const file of files) next.set(file, this.#look(file))
    // What lies in a folder that cannot be looked into is as it was, for all that is known.
    if (this.#hidden.length > 0) for (const [file, held] of this.#files) if (!next.has(file)) next.set(file, held)
    const changed = next.size !== this.#files.size || [...next].some(([file, held]) => this.#files.get(file) !== held)
    this.#files = next
    if (changed || wasBlind !== this.#isBlind) this.#version++
  }

  #hide(problems: Listing['problems']): void {
    for (const { where, code, message } of problems) {
      if (!this.#hidden.includes(where))
        this.#options.onTrouble(where, { code, path: '', message }, this.#files.size > 0)
    }
    this.#hidden = problems.map(({ where }) => where)
  }

  #look(file: string): Held<T> {
    const known = this.#files.get(file)
    let signature = ''
    try {
      const { ino, size, mtimeMs, ctimeMs } = statSync(file)
      signature = `${ino} ${size} ${mtimeMs} ${ctimeMs}`
      if (known?.signature === signature) return known
      if (size > auditDocumentBytesMax) throw new Error(`has more than ${auditDocumentBytesMax} bytes`)
      return this.#judge(file, signature, this.#options.read(readFileSync(file, 'utf8'), file))
    } catch (error) {
      if (known && known.signature === signature) return known
      const fault = { code: 'unreadable', path: '', message: (error as Error).message }
      return this.#judge(file, signature, { values: null, faults: [fault], warnings: [] })
    }
  }

  #judge(file: string, signature: string, { values, faults, warnings }: ReadFile<T>): Held<T> {
    const kept = this.#files.get(file)?.values ?? null
    for (const warning of warnings) this.#options.onWarning(file, warning)
    for (const fault of faults) this.#options.onTrouble(file, fault, kept !== null)
    return values === null ? { signature, values: kept, sound: false } : { signature, values, sound: true }
  }
}
