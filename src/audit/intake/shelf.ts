/** Records of one delivery on their way into a trail, many at once, and word of whether they are safe. */
import type { Trail, TrailRecord } from '../trail/trail.ts'

/** Bytes of records that are put together. */
const putBytes = 256 * 1024

export class Shelf {
  readonly #trail: Trail
  #records: TrailRecord[] = []
  #bytes = 0
  /** One for each time that something was put, and asked for at once: a later one would not know of what was lost before it. */
  readonly #receipts: Promise<void>[] = []

  constructor(trail: Trail) {
    this.#trail = trail
  }

  add(record: TrailRecord): void {
    this.#records.push(record)
    this.#bytes += record.bytes.length
    if (this.#bytes >= putBytes) this.#put()
  }

  /** Puts what is left. Resolves when all that was ever added is safe; rejects (LostError) when some of it may not be. May be asked again. */
  async safe(): Promise<void> {
    this.#put()
    await Promise.all(this.#receipts)
  }

  #put(): void {
    if (this.#records.length === 0) return
    this.#trail.put(this.#records)
    this.#records = []
    this.#bytes = 0
    const receipt = this.#trail.receipt()
    receipt.catch(() => {
      // Whoever asks is told.
    })
    this.#receipts.push(receipt)
  }
}
