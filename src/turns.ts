/**
 * One piece of work after the other, in the order in which they were asked for: for whatever must not be used by two at a time. It lies in
 * the cellar, for a spool, a connection and a manifest all want it.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the work when all that was asked for before is over, however that ended. Settles as the work does. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {
      // The caller of that turn gets the error; the next turn only waits for it to be over.
    })
    return turn
  }

  /** Resolves when all that was asked for before is over. Never rejects. */
  async over(): Promise<void> {
    await this.#last
  }
}
