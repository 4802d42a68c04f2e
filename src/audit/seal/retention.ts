/**
 * Backups of a sealed file within their limits, as lumberjack has them. Each removal stands in the manifest before it is done, so that a file
 * which is missing without a line there was not removed by us.
 */
import { dirname, join } from 'node:path'
import { cleanEveryMs } from '../../limits.ts'
import type { Clock } from '../../pipeline/clock.ts'
import { readBackupName } from '../../writers/file/backup-name.ts'
import { gzipFile } from '../../writers/file/gzip-file.ts'
import { planCleaning, type RetentionLimits } from '../../writers/file/retention.ts'
import type { SealFiles } from './files.ts'
import type { Manifest } from './manifest.ts'
import { suffixes } from './seal.ts'

export interface CleanerOptions {
  readonly files: SealFiles
  /** Of the audit file. */
  readonly path: string
  /** Of compressed files. */
  readonly mode: number
  readonly limits: RetentionLimits
  readonly manifest: Manifest
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
  readonly clock: Clock
  /** Neither may throw. */
  readonly onCleaned: (done: Cleaned) => void
  readonly onTrouble: (error: unknown) => void
}

export interface Cleaned {
  readonly removed: readonly string[]
  readonly compressed: readonly string[]
}

export class Cleaner {
  readonly #options: CleanerOptions
  readonly #end = new AbortController()
  #rounds: Promise<void> = Promise.resolve()
  #cancel: (() => void) | undefined

  constructor(options: CleanerOptions) {
    this.#options = options
  }

  /** In the background, one round behind the other, and again every hour: a quiet log ages too. */
  clean(): void {
    if (this.#end.signal.aborted) return
    this.#cancel?.()
    this.#cancel = this.#options.clock.after(cleanEveryMs, () => this.clean())
    this.#rounds = this.#rounds.then(() => this.#round())
  }

  /** Calls off what has not begun yet. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#cancel?.()
    this.#end.abort()
    await this.#rounds
  }

  async #round(): Promise<void> {
    const { signal } = this.#end
    if (signal.aborted) return
    try {
      const done = await clean(this.#options, signal)
      if (done.removed.length + done.compressed.length > 0) this.#options.onCleaned(done)
    } catch (error) {
      if (!signal.aborted) this.#options.onTrouble(error)
    }
  }
}

/** Rejects with the system's error; the rest is left for the next time. */
async function clean(
  { files, path, mode, limits, manifest, nowMs }: CleanerOptions,
  signal: AbortSignal,
): Promise<Cleaned> {
  const folder = dirname(path)
  const names = new Set(await files.names(folder))
  const backups = [...names].map((name) => readBackupName(path, name)).filter((backup) => backup !== undefined)
  const plan = planCleaning(backups, limits, nowMs())
  const removed: string[] = []
  const compressed: string[] = []
  for (const { name, plainName, form } of plan.remove) {
    if (signal.aborted) break
    if (form !== 'unfinished') await manifest.remove(plainName, reasonOf(limits))
    await files.remove(join(folder, name))
    const seal = `${plainName}${suffixes.seal}`
    if (form !== 'unfinished' && names.delete(seal)) await files.remove(join(folder, seal))
    removed.push(name)
  }
  if (removed.length > 0) await files.syncFolder(folder)
  for (const { name } of plan.compress) {
    if (signal.aborted) break
    await gzipFile(join(folder, name), mode, signal)
    compressed.push(name)
  }
  return { removed, compressed }
}

function reasonOf({ maxRetainedFiles, maxAgeDays }: RetentionLimits): string {
  return `retention: maxRetainedFiles ${maxRetainedFiles}, maxAgeDays ${maxAgeDays}`
}
