/**
 * A folder for one test, and file writers in it that remember what they told.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { WriteError } from '../../../src/errors.ts'
import type { FileEvent } from '../../../src/writers/file/events.ts'
import { createFileWriter, type FileWriter, type FileWriterOptions } from '../../../src/writers/file.ts'
import { batchOf } from '../batches.ts'

export type Told<Kind extends FileEvent['kind']> = Extract<FileEvent, { kind: Kind }>

export interface Opened {
  readonly writer: FileWriter
  readonly events: FileEvent[]
  told<Kind extends FileEvent['kind']>(kind: Kind): Told<Kind>[]
}

/** Limits that never bite; a test names the one that it is about. The clock stands still. */
export const noLimits = { maxBytes: 1e9, maxRetainedFiles: 0, maxAgeDays: 0, compress: false }
export const startMs = Date.parse('2026-03-05T07:08:09.100Z')

export class Scratch {
  readonly folder: string
  readonly #writers: FileWriter[] = []

  constructor(folder = mkdtempSync(join(tmpdir(), 'als-sink-file-'))) {
    this.folder = folder
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  open(name: string, options: Partial<FileWriterOptions> = {}): Opened {
    const events: FileEvent[] = []
    const writer = createFileWriter({ path: this.path(name), onEvent: (event) => events.push(event), ...options })
    this.#writers.push(writer)
    const told = <Kind extends FileEvent['kind']>(kind: Kind) =>
      events.filter((event): event is Told<Kind> => event.kind === kind)
    return { writer, events, told }
  }

  /** Names, sorted; the lock is left out. */
  names(): string[] {
    return readdirSync(this.folder)
      .filter((name) => !name.endsWith('.lock'))
      .sort()
  }

  read(name: string): string {
    const bytes = readFileSync(this.path(name))
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  }

  /** All files by name. */
  files(): Record<string, string> {
    return Object.fromEntries(this.names().map((name) => [name, this.read(name)]))
  }

  put(name: string, content: string | Uint8Array = 'x\n', mode = 0o600): void {
    writeFileSync(this.path(name), content)
    chmodSync(this.path(name), mode)
  }

  async closeWriters(): Promise<void> {
    for (const writer of this.#writers.splice(0)) await writer.close().catch(() => {})
  }

  async close(): Promise<void> {
    await this.closeWriters()
    rmSync(this.folder, { recursive: true })
  }
}

export function write(writer: FileWriter, ...entries: string[]): Promise<{ rejected: number }> {
  return writer.write(batchOf(entries), new AbortController().signal)
}

export async function errorOf(work: Promise<unknown>): Promise<WriteError> {
  const error = await work.then(
    () => undefined,
    (reason: WriteError) => reason,
  )
  if (error === undefined) throw new Error('it should have failed')
  return error
}
