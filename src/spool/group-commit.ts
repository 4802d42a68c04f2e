/** One sync serves all who ask while another is under way. */
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
