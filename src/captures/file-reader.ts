/**
 * A file read from front to back in pieces, so that a capture may be larger than memory. Reads block: for tools, not for the sink
 * that serves.
 */
import { closeSync, openSync, readSync } from 'node:fs'

const pieceBytes = 256 * 1024

export class FileReader {
  readonly path: string
  readonly #fd: number
  /** What was read and not yet taken: `#piece[#at .. #end)`. */
  readonly #piece = Buffer.allocUnsafeSlow(pieceBytes)
  #at = 0
  #end = 0
  #offset = 0

  /** Throws as `openSync` does. */
  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'r')
  }

  /** Bytes taken so far: where in the file the next `take` begins. */
  get offset(): number {
    return this.#offset
  }

  /** The next `count` bytes, or what the file still has of them; empty at its end. The caller owns them. */
  take(count: number): Buffer {
    const taken = Buffer.allocUnsafeSlow(count)
    let length = 0
    while (length < count && this.#fill()) length += this.#move(taken, length)
    return taken.subarray(0, length)
  }

  /**
   * The bytes up to the next `byte`, which is taken and left away, or up to the file's end; null when nothing is left. Stops after
   * `bytesMax` bytes and gives those, one more than allowed, so that the caller can tell. The caller owns them.
   */
  takeUntil(byte: number, bytesMax: number): Buffer | null {
    const parts: Buffer[] = []
    let length = 0
    while (length <= bytesMax && this.#fill()) {
      const found = this.#piece.subarray(0, this.#end).indexOf(byte, this.#at)
      const end = Math.min(found === -1 ? this.#end : found, this.#at + bytesMax + 1 - length)
      const part = Buffer.from(this.#piece.subarray(this.#at, end))
      parts.push(part)
      length += part.length
      this.#skip(part.length)
      if (end !== found) continue
      this.#skip(1)
      return Buffer.concat(parts)
    }
    return parts.length === 0 ? null : Buffer.concat(parts)
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** Whether there is anything to take; reads the next piece when the last is used up. */
  #fill(): boolean {
    if (this.#at < this.#end) return true
    this.#at = 0
    this.#end = readSync(this.#fd, this.#piece, 0, pieceBytes, null)
    return this.#end > 0
  }

  #move(into: Buffer, at: number): number {
    const moved = this.#piece.copy(into, at, this.#at, this.#end)
    this.#skip(moved)
    return moved
  }

  #skip(count: number): void {
    this.#at += count
    this.#offset += count
  }
}
