/** A spool whose disk is a list, which survives it: what a test opens again is what the last one left. */
import type { Batch } from '../../src/batch.ts'
import type { SpoolStore } from '../../src/pipeline/spool-store.ts'

export interface Disk {
  batches: Batch[]
  /** Entries of the oldest batch that are released already. */
  released: number
}

export const emptyDisk = (): Disk => ({ batches: [], released: 0 })

export class MemorySpool implements SpoolStore {
  readonly recovered: { readonly entries: number }
  closed = 0
  syncs = 0
  readonly #disk: Disk
  readonly #bytesMax: number
  #read = 0

  constructor(disk: Disk, { bytesMax = Number.POSITIVE_INFINITY } = {}) {
    this.#disk = disk
    this.#bytesMax = bytesMax
    this.recovered = { entries: this.entries }
  }

  get entries(): number {
    return this.#disk.batches.reduce((sum, { entryEnds }) => sum + entryEnds.length, 0) - this.#disk.released
  }

  hasRoom(bytes: number): boolean {
    return this.#disk.batches.reduce((sum, batch) => sum + batch.bytes.length, 0) + bytes <= this.#bytesMax
  }

  async append({ bytes, entryEnds, groups }: Batch): Promise<void> {
    this.#disk.batches.push({ bytes: bytes.slice(), entryEnds: entryEnds.slice(), groups: [...groups] })
  }

  async sync(): Promise<void> {
    this.syncs++
  }

  async read(): Promise<Batch | undefined> {
    const batch = this.#disk.batches[this.#read]
    if (batch === undefined) return undefined
    const skipped = this.#read++ === 0 ? this.#disk.released : 0
    const start = skipped === 0 ? 0 : batch.entryEnds[skipped - 1]!
    return {
      bytes: batch.bytes.slice(start),
      entryEnds: batch.entryEnds.slice(skipped).map((end) => end - start),
      groups: batch.groups.map(({ firstEntry, stream }) => ({ firstEntry: Math.max(0, firstEntry - skipped), stream })),
    }
  }

  async release(entries: number): Promise<void> {
    this.#disk.released += entries
    for (
      let first = this.#disk.batches[0];
      first && this.#disk.released >= first.entryEnds.length;
      first = this.#disk.batches[0]
    ) {
      this.#disk.released -= first.entryEnds.length
      this.#disk.batches.shift()
      this.#read--
    }
  }

  async close(): Promise<void> {
    this.closed++
  }
}
