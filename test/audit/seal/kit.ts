/**
 * Sealed audit files for one test: a folder, keys, and a writer whose clock the test moves.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type Signer, signerOf } from '../../../src/audit/seal/keys.ts'
import type { RecordFacts } from '../../../src/audit/seal/seal.ts'
import type { SealEvent, SealedFileWriterOptions } from '../../../src/audit/seal/sealed-file-options.ts'
import { createSealedFileWriter, type SealedFileWriter } from '../../../src/audit/seal/sealed-file-writer.ts'
import type { Problem } from '../../../src/audit/seal/verify/problems.ts'
import { type Verification, type VerifyOptions, verify } from '../../../src/audit/seal/verify/verify.ts'
import type { Batch } from '../../../src/batch.ts'
import { batchOf } from '../../writers/batches.ts'

export const startMs = Date.parse('2026-03-05T07:08:09.100Z')
export const noLimits = { maxBytes: 1e9, maxRetainedFiles: 0, maxAgeDays: 0, compress: false }

export function newSigner(): Signer {
  return signerOf(generateKeyPairSync('ed25519').privateKey)
}

/** Like an event, and told from others by its number. */
export function record(number: number, padding = 20): string {
  return `${JSON.stringify({ kind: 'Event', auditID: `id-${number}`, note: 'x'.repeat(padding) })}\n`
}

export function records(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => record(from + i))
}

/** Each entry is of a source, and the batch of groups accordingly. */
export function batchFrom(entries: readonly string[], sources: readonly string[] = ['prod']): Batch {
  const batch = batchOf(entries)
  const groups = entries.map((_, i) => ({
    firstEntry: i,
    stream: { logName: sources[i % sources.length]!, nodeId: '', nodeCluster: '' },
  }))
  return { ...batch, groups }
}

export function factsOf({ logName }: Batch['groups'][number]['stream']): RecordFacts {
  return { source: logName, receivedAt: new Date(startMs).toISOString() }
}

export class Trail {
  readonly folder = mkdtempSync(join(tmpdir(), 'als-sink-seal-'))
  readonly path = join(this.folder, 'audit.log')
  readonly signer = newSigner()
  readonly events: SealEvent[] = []
  /** What a second place would have kept. */
  readonly checkpoints: string[] = []
  readonly timers: (() => void)[] = []
  nowMs = startMs
  #writer: SealedFileWriter | undefined

  get writer(): SealedFileWriter {
    return (this.#writer ??= this.open())
  }

  open(options: Partial<SealedFileWriterOptions> = {}): SealedFileWriter {
    this.#writer = createSealedFileWriter({
      path: this.path,
      signer: this.signer,
      factsOf,
      clock: {
        now: () => this.nowMs - startMs,
        after: (_, callback) => {
          this.timers.push(callback)
          return () => void this.timers.splice(this.timers.indexOf(callback) >>> 0, 1)
        },
      },
      nowMs: () => this.nowMs,
      onEvent: (event) => {
        this.events.push(event)
        if (event.kind === 'checkpoint') this.checkpoints.push(event.line)
      },
      ...options,
    })
    return this.#writer
  }

  async write(...entries: string[]): Promise<void> {
    await this.writer.write(batchFrom(entries), new AbortController().signal)
  }

  /** A second later. */
  async rotate(): Promise<string> {
    this.nowMs += 1000
    await this.writer.rotate()
    return this.told('rotated').at(-1)!.backup
  }

  /** Everything signed and closed. */
  async end(): Promise<void> {
    await this.#writer?.close()
    this.#writer = undefined
  }

  told<Kind extends SealEvent['kind']>(kind: Kind): Extract<SealEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<SealEvent, { kind: Kind }> => event.kind === kind)
  }

  read(file = this.path): string {
    return readFileSync(file, 'utf8')
  }

  lines(file = this.path): string[] {
    return this.read(file).split('\n').slice(0, -1)
  }

  put(lines: readonly string[], file = this.path): void {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  }

  names(): string[] {
    return readdirSync(this.folder)
      .filter((name) => !name.endsWith('.lock'))
      .sort()
  }

  /** Writes a file beside the trail, and answers its path. */
  keep(name: string, content: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, content)
    return path
  }

  get publicKey(): string {
    return this.keep('key.pub', this.signer.publicKeyPem)
  }

  verify(options: VerifyOptions = {}): Promise<Verification> {
    return verify([this.path], { publicKeys: [this.publicKey], settleMs: 0, ...options })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}

const trails: Trail[] = []

afterEach(async () => {
  for (const trail of trails.splice(0)) {
    await trail.end().catch(() => {})
    trail.remove()
  }
})

/** A folder that is gone after the test. */
export function newTrail(): Trail {
  const trail = new Trail()
  trails.push(trail)
  return trail
}

/** The place and kind of each problem, files by their names. */
export function places(problems: readonly Problem[]): (readonly [string, string, number, number | null])[] {
  return problems.map(({ kind, file, offset, sequence }) => [kind, file.replace(/^.*\//, ''), offset, sequence])
}
