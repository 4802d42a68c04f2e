/**
 * Receipts: word for those who wait that what they handed in is safe. It is safe when it has left the queue in good order (written, or
 * laid into the spool) and a flush behind that has ended well. One flush serves all who wait when it begins; those who come while it
 * runs are served by the next. Where a write is durable when it settles, nobody waits for a flush: it would wait for the next write.
 *
 *      put ── entries leave the queue, in order ──► flush ──► receipt
 *
 * Entries leave in the order in which they came, so a receipt is a position: how many have left when its entries have.
 */

/** What was put will not arrive, or nobody can say that it has. */
export class LostError extends Error {
  override readonly name = 'LostError'
}

interface Waiter {
  readonly position: number
  resolve(): void
  reject(error: Error): void
}

export class Receipts {
  readonly #flush: (() => Promise<void>) | null
  /** Entries that came into the queue, and that left it, since the beginning. */
  #came = 0
  #left = 0
  /** Whose entries are still in the queue, in order. */
  #queued: Waiter[] = []
  /** Whose entries have left, and wait for a flush. */
  #unflushed: Waiter[] = []
  #flushing = false

  /** `flush`: makes what has been written durable; null: it is. */
  constructor(flush: (() => Promise<void>) | null) {
    this.#flush = flush
  }

  /** Resolves when everything that is in the queue now is safe; rejects with LostError when some of it is lost. */
  next(): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { position: this.#came, resolve, reject }
      if (this.#left >= this.#came) this.#flushSoon([waiter])
      else this.#queued.push(waiter)
    })
  }

  came(entries: number): void {
    this.#came += entries
  }

  /** The oldest entries have left. */
  wentWell(entries: number): void {
    this.#left += entries
    const count = this.#queued.findIndex(({ position }) => position > this.#left)
    const done = this.#queued.splice(0, count < 0 ? this.#queued.length : count)
    if (done.length > 0) this.#flushSoon(done)
  }

  /** The oldest entries are lost, and with them the receipt of everybody who had put some of them. */
  wentLost(entries: number, why: string): void {
    if (entries === 0) return
    const before = this.#left
    this.#left += entries
    const lost = this.#queued.filter(({ position }) => position > before)
    this.#queued = this.#queued.filter(({ position }) => position <= before)
    for (const { reject } of lost) reject(new LostError(why))
  }

  #flushSoon(waiters: readonly Waiter[]): void {
    if (this.#flush === null) {
      for (const { resolve } of waiters) resolve()
      return
    }
    this.#unflushed.push(...waiters)
    if (!this.#flushing) void this.#flushAll(this.#flush)
  }

  async #flushAll(flush: () => Promise<void>): Promise<void> {
    this.#flushing = true
    while (this.#unflushed.length > 0) {
      // Whoever asks in this turn of the loop is served by the same flush.
      await new Promise((resolve) => setImmediate(resolve))
      const served = this.#unflushed
      this.#unflushed = []
      try {
        await flush()
        for (const { resolve } of served) resolve()
      } catch (cause) {
        const error = new LostError(`It could not be made durable: ${(cause as Error).message}`, { cause })
        for (const { reject } of served) reject(error)
      }
    }
    this.#flushing = false
  }
}
