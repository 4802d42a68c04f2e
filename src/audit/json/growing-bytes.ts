/** Bytes that are put one behind the other, in one buffer that grows: pieces may be of a byte each, and cost no more than that. */

/** `expected`: up to this many bytes the room is doubled when it is used up; beyond, it is as large as it must be. */
export class GrowingBytes {
  readonly #expected: number
  #buffer = Buffer.alloc(0)
  #length = 0

  constructor(expected: number) {
    this.#expected = expected
  }

  get length(): number {
    return this.#length
  }

  /** All of it; borrowed until something is appended or set. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  append(piece: Buffer): void {
    const needed = this.#length + piece.length
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#buffer.length * 2, this.#expected)))
      this.bytes.copy(larger)
      this.#buffer = larger
    }
    this.#length += piece.copy(this.#buffer, this.#length)
  }

  /** Begins anew, in the same room. */
  clear(): void {
    this.#length = 0
  }

  /** Begins anew with these, and gives back the room. */
  set(bytes: Buffer): void {
    this.#buffer = Buffer.from(bytes)
    this.#length = bytes.length
  }
}
