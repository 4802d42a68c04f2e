/**
 * Puts messages together from pieces whose sizes are known, front to back, into memory of just the right size. A message within a
 * message is preceded by its length, so the size of everything inside must be reckoned first: `fieldBytes` does that.
 */

/** Bytes of `value` as a varint; from 0 to 2^32 - 1. */
export function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

/** Bytes of a whole length-delimited field: its tag, the length, and that many bytes. */
export function fieldBytes(tag: number, length: number): number {
  return varintBytes(tag) + varintBytes(length) + length
}

export class MessageWriter {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  /** All of it, lent by the writer; throws RangeError when the size was reckoned wrongly, for the lengths within are wrong then. */
  finish(): Uint8Array {
    if (this.#at !== this.#bytes.length)
      throw new RangeError(`${this.#at} bytes of ${this.#bytes.length} were written.`)
    return this.#bytes
  }

  varint(value: number): void {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) + 128
    this.#bytes[this.#at++] = rest
  }

  /** What opens a length-delimited field; its `length` bytes follow. */
  open(tag: number, length: number): void {
    this.varint(tag)
    this.varint(length)
  }

  bytes(source: Uint8Array): void {
    this.#bytes.set(source, this.#at)
    this.#at += source.length
  }

  /** A whole length-delimited field. */
  field(tag: number, source: Uint8Array): void {
    this.open(tag, source.length)
    this.bytes(source)
  }
}
