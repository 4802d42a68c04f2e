/**
 * Records that were sealed shortly before a process ended, or before a sync failed: whoever brought them may have got no answer, and brings
 * them again. They are known again by their bytes, so that each is in the trail once.
 *
 * Read from the seals when a file has been recovered: of the live file, and of those that were rotated away since the window began, for what
 * came together may lie in two files.
 */
import { dirname, join } from 'node:path'
import { auditHeldSealBytesMax, auditRepeatsMax } from '../../limits.ts'
import { readBackupName } from '../../writers/file/backup-name.ts'
import { openIfThere, type SealFile, type SealFiles } from './files.ts'
import { linesOf } from './line-reader.ts'
import { suffixes } from './seal.ts'

export interface HeldRecordsOptions {
  readonly files: SealFiles
  /** Of the audit file. */
  readonly path: string
  /** How long ago a record may have come, in milliseconds. */
  readonly windowMs: number
  readonly nowMs: number
}

/** Half of a SHA-256 tells records apart. */
const digits = 32

export class HeldRecords {
  /** The newest last. */
  readonly #keys = new Set<string>()
  readonly #untilMs: number

  private constructor(untilMs: number) {
    this.#untilMs = untilMs
  }

  /** Rejects with the system's error. */
  static async read({ files, path, windowMs, nowMs }: HeldRecordsOptions): Promise<HeldRecords> {
    const held = new HeldRecords(nowMs + windowMs)
    const folder = dirname(path)
    const backups = (await files.names(folder))
      .flatMap((name) => readBackupName(path, name) ?? [])
      .filter(({ form, atMs }) => form !== 'unfinished' && atMs >= nowMs - windowMs)
      .sort((a, b) => a.atMs - b.atMs)
    const seals = [...backups.map(({ plainName }) => join(folder, plainName)), path]
    for (const each of seals) {
      const seal = await openIfThere(files, `${each}${suffixes.seal}`)
      try {
        if (seal) await held.#note(seal, nowMs - windowMs)
      } finally {
        await seal?.close()
      }
    }
    return held
  }

  /** Whether there is nothing, or nothing any longer since the window is over. */
  isOver(nowMs: number): boolean {
    if (nowMs > this.#untilMs) this.#keys.clear()
    return this.#keys.size === 0
  }

  /** `record`: SHA-256 in hex. */
  has(source: string, record: string): boolean {
    return this.#keys.has(keyOf(source, record)) || this.#keys.has(keyOf('', record))
  }

  async #note(seal: SealFile, sinceMs: number): Promise<void> {
    for await (const { members } of linesOf(await tailOf(seal))) {
      if (members?.['kind'] !== 'record') continue
      const { source, receivedAt, record } = members
      // What a recovery has sealed has lost its source and its time, and came just before.
      const isRecent = receivedAt === null || Date.parse(`${receivedAt}`) >= sinceMs
      if (isRecent) this.#add(keyOf(`${source ?? ''}`, `${record}`))
    }
  }

  #add(key: string): void {
    this.#keys.add(key)
    if (this.#keys.size <= auditRepeatsMax) return
    const [oldest] = this.#keys
    this.#keys.delete(oldest!)
  }
}

const keyOf = (source: string, record: string) => `${record.slice(0, digits)} ${source}`

/** No more of its end than counts; the first line may be half a line, which nobody takes for one. */
async function tailOf(seal: SealFile): Promise<SealFile> {
  const size = await seal.bytes()
  const from = Math.max(0, size - auditHeldSealBytesMax)
  if (from === 0) return seal
  return Object.assign(Object.create(seal) as SealFile, {
    bytes: async () => size - from,
    read: (into: Uint8Array, at: number) => seal.read(into, at + from),
  })
}
