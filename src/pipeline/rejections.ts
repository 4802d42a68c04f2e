/**
 * The malformed entries of one message. Several pipelines may render the same entry, and each reads only the fields it wants, so
 * some may reject what others write. Such an entry counts as malformed once, with the reason of the first that rejected it (in the
 * order of the configuration); the backends that could render it count it as accepted as well.
 */
import type { Intake } from './intake.ts'

export class Rejections {
  readonly #intake: Intake
  /** rejected[i] is 1 when entry i has been counted; grows with the largest message that held a malformed entry. */
  #rejected = new Uint8Array(0)
  /** Entries up to here may be marked: messages without malformed entries cost nothing. */
  #marked = 0

  constructor(intake: Intake) {
    this.#intake = intake
  }

  /** The next message begins. */
  clear(): void {
    if (this.#marked === 0) return
    this.#rejected.fill(0, 0, this.#marked)
    this.#marked = 0
  }

  /** Entry `index` of the message could not be rendered. */
  add(index: number, reason: string): void {
    if (index >= this.#rejected.length) this.#grow(index + 1)
    if (this.#rejected[index] === 1) return
    this.#rejected[index] = 1
    this.#marked = Math.max(this.#marked, index + 1)
    this.#intake.addMalformed(reason)
  }

  #grow(length: number): void {
    const rejected = new Uint8Array(Math.max(length, this.#rejected.length * 2, 256))
    rejected.set(this.#rejected)
    this.#rejected = rejected
  }
}
