/**
 * Keeps the backups of one file within their limits: at start, after each rotation and every hour, for a quiet log ages too. Rounds
 * never overlap, and no write waits for one. What fails is told and left for the next round.
 */
import { readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from '../../errors.ts'
import { cleanEveryMs } from '../../limits.ts'
import { type Backup, readBackupName } from './backup-name.ts'
import type { OnFileEvent } from './events.ts'
import { gzipFile } from './gzip-file.ts'
import { planCleaning, type RetentionLimits } from './retention.ts'

export interface CleanerOptions extends RetentionLimits {
  /** Of the live file; its backups lie beside it. */
  readonly path: string
  readonly mode: number
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
  /** Asked before each round: two processes that compress one file would destroy it. */
  readonly mayClean: () => Promise<boolean>
  readonly onEvent: OnFileEvent
}

export class Cleaner {
  /** Names of backups that rotation is about to fill, or may have to take back: not looked at before it is done with them. */
  readonly busy = new Set<string>()
  readonly #options: CleanerOptions
  readonly #end = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #again = false

  constructor(options: CleanerOptions) {
    this.#options = options
  }

  /** Cleans at once, and then every hour until `close`. */
  start(): void {
    if (this.#timer !== undefined || this.#end.signal.aborted) return
    this.#timer = setInterval(() => void this.clean(), cleanEveryMs).unref()
    void this.clean()
  }

  /** Resolves when a round that began after this call is over. Never rejects. */
  clean(): Promise<void> {
    this.#again = true
    this.#running ??= this.#rounds()
    return this.#running
  }

  /** A compression that is under way is called off. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#end.abort()
    await this.#running
  }

  async #rounds(): Promise<void> {
    while (this.#again) {
      this.#again = false
      await this.#round()
    }
    this.#running = undefined
  }

  async #round(): Promise<void> {
    const { path, nowMs, mayClean, onEvent } = this.#options
    if (!(await mayClean())) return
    const backups = await this.#list()
    const plan = planCleaning(backups, this.#options, nowMs())
    const removed: string[] = []
    const compressed: string[] = []
    for (const backup of plan.remove) {
      if (await this.#try(backup, 'deleted', (file) => unlink(file))) removed.push(backup.name)
    }
    for (const backup of plan.compress) {
      const compress = (file: string) => gzipFile(file, this.#options.mode, this.#end.signal)
      if (await this.#try(backup, 'compressed', compress)) compressed.push(backup.name)
    }
    if (removed.length + compressed.length > 0) onEvent({ kind: 'cleaned', path, removed, compressed })
    const [ahead] = plan.future
    if (ahead === undefined) return
    const others = plan.future.length === 1 ? '' : ` and ${plan.future.length - 1} more`
    const message = `${ahead.name}${others}: named after a time that is still to come, so not counted and never deleted. Was the clock wrong? Rename or delete by hand.`
    onEvent({ kind: 'trouble', path, code: 'future_backup', message })
  }

  async #list(): Promise<Backup[]> {
    const { path, maxRetainedFiles, maxAgeDays, compress } = this.#options
    if (this.#end.signal.aborted || (maxRetainedFiles === 0 && maxAgeDays === 0 && !compress)) return []
    try {
      const entries = await readdir(dirname(path), { withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile() && !this.busy.has(entry.name))
        .map(({ name }) => readBackupName(path, name))
        .filter((backup) => backup !== undefined)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT')
        this.#trouble(error, `The folder ${dirname(path)} cannot be read for cleaning`)
      return []
    }
  }

  async #try({ name }: Backup, done: string, work: (file: string) => Promise<void>): Promise<boolean> {
    if (this.#end.signal.aborted) return false
    try {
      await work(join(dirname(this.#options.path), name))
      return true
    } catch (error) {
      if (!this.#end.signal.aborted)
        this.#trouble(error, `The backup ${name} could not be ${done}; it stays until the next cleaning`)
      return false
    }
  }

  #trouble(error: unknown, what: string): void {
    const { path, onEvent } = this.#options
    const why = error instanceof Error ? error.message : `${error}`
    onEvent({ kind: 'trouble', path, code: systemCode(error), message: `${what}: ${why}` })
  }
}
