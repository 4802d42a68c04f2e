/**
 * A growing list of [at, end) positions in the kernel's memory, reused from message to message: the entries of one message.
 */
export class Spans {
  /** at[i], end[i] for i < count; both arrays may be longer than `count` and are replaced when the list grows. */
  at = new Int32Array(256)
  end = new Int32Array(256)
  count = 0

  clear(): void {
    this.count = 0
  }

  add(at: number, end: number): void {
    if (this.count === this.at.length) this.#grow()
    this.at[this.count] = at
    this.end[this.count] = end
    this.count++
  }

  #grow(): void {
    const at = new Int32Array(this.at.length * 2)
    const end = new Int32Array(at.length)
    at.set(this.at)
    end.set(this.end)
    this.at = at
    this.end = end
  }
}
