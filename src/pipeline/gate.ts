/**
 * A gate before a full queue, and those who wait there.
 */
export class Gate {
  readonly #waiting = new Set<() => void>()
  #shut = false

  get isShut(): boolean {
    return this.#shut
  }

  shut(): void {
    this.#shut = true
  }

  /** Who waits goes through one by one; if one of them makes it shut again, those behind keep waiting. */
  open(): void {
    this.#shut = false
    for (const callback of this.#waiting) {
      if (this.#shut) break
      this.#waiting.delete(callback)
      callback()
    }
  }

  /** Calls back once, as soon as the gate is open: at once if it is. Returns the function that calls it off. */
  whenOpen(callback: () => void): () => void {
    if (!this.#shut) {
      callback()
      return () => {}
    }
    // A callback of its own, so that one function registered twice is called twice.
    const waiter = () => callback()
    this.#waiting.add(waiter)
    return () => this.#waiting.delete(waiter)
  }
}
