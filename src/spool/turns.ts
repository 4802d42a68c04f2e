/**
 * The order of calls: `Turns` lets one piece of work run after the other, and `GroupCommit` lets one sync serve all who ask while
 * another is under way.
 */

export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the work when all that was asked for before is over, however that ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {
      // The caller of that turn gets the error; the next turn only waits for it to be over.
    })
    return turn
  }
}

export class GroupCommit {
  readonly #commit: () => Promise<void>
  /** Under way: it may have begun too early for who asks now. Never rejects. */
  #current: Promise<void> = Promise.resolve()
  /** Begins when that is over. */
  #next: Promise<void> | undefined

  /** `commit` sees, in the moment it is called, what it has to cover. It is never called while another call is under way. */
  constructor(commit: () => Promise<void>) {
    this.#commit = commit
  }

  /** Settles as a commit does that begins after this call. */
  ask(): Promise<void> {
    this.#next ??= this.#current.then(() => {
      this.#next = undefined
      const done = this.#commit()
      this.#current = done.catch(() => {
        // Told to those who wait for `done`; who asks later has a commit of his own.
      })
      return done
    })
    return this.#next
  }
}
