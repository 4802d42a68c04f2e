/** Entries of batches that are in the trail already: what was sealed before a crash, and is brought again since nobody was told. */
import { hash } from 'node:crypto'
import type { Batch } from '../../batch.ts'
import { auditRepeatsMsMax } from '../../limits.ts'
import { factsIn } from './batch-records.ts'
import type { SealFiles } from './files.ts'
import { HeldRecords } from './held-records.ts'
import type { RecordFacts } from './seal.ts'

export interface BroughtAgainOptions {
  readonly files: SealFiles
  /** Of the audit file. */
  readonly path: string
  readonly nowMs: () => number
  readonly factsOf: (stream: Batch['groups'][number]['stream']) => RecordFacts
  /** Undefined: nobody does. */
  readonly bringsAgain: ((source: string) => boolean) | undefined
}

export class BroughtAgain {
  readonly #options: BroughtAgainOptions
  #held: HeldRecords | undefined

  constructor(options: BroughtAgainOptions) {
    this.#options = options
  }

  /** After a start; and again (`anew`) when nobody knows what became of a write. Rejects with the system's error. */
  async lookBack({ anew }: { readonly anew: boolean }): Promise<void> {
    const { files, path, nowMs, bringsAgain } = this.#options
    if (bringsAgain === undefined || (this.#held !== undefined && !anew)) return
    this.#held = await HeldRecords.read({ files, path, windowMs: auditRepeatsMsMax, nowMs: nowMs() })
  }

  /** The first entry from `from` on that is, or is not, in the trail; behind the last one: there is none. */
  next(batch: Batch, from: number, wanted: 'held' | 'fresh'): number {
    const isHeld = this.#heldIn(batch)
    let next = from
    if (isHeld === null) return wanted === 'fresh' ? from : batch.entryEnds.length
    while (next < batch.entryEnds.length && isHeld(next) !== (wanted === 'held')) next++
    return next
  }

  /** Of entries that are asked for in order; null: none is. */
  #heldIn(batch: Batch): ((entry: number) => boolean) | null {
    const { bringsAgain, factsOf, nowMs } = this.#options
    const held = this.#held
    if (bringsAgain === undefined || held === undefined || held.isOver(nowMs())) return null
    const factsAt = factsIn(batch, factsOf)
    return (entry) => {
      const { source } = factsAt(entry)
      if (source === null || !bringsAgain(source)) return false
      const record = batch.bytes.subarray(batch.entryEnds[entry - 1] ?? 0, batch.entryEnds[entry])
      return held.has(source, hash('sha256', record, 'hex'))
    }
  }
}
