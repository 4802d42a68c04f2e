/**
 * gRPC framing of one stream: DATA bytes, cut anywhere, become whole messages that lie on the desk.
 *
 *     message := flags (1 byte: 0 plain, 1 compressed)  length (4 bytes, big-endian)  payload (length bytes)
 *
 * A partial message lies on the desk as long as nobody else needs it, then in a copy of its own that is counted in the budget.
 * Between two messages a stream holds no bytes.
 */
import { partialBytesAlways } from '../limits.ts'
import type { Budget } from '../pipeline/budget.ts'
import type { Desk, Occupant } from './desk.ts'

const headerBytes = 5

/** `message_too_large`: above the limit. `no_memory`: a large partial message while the budget is exhausted. */
export type FrameFault = 'message_too_large' | 'no_memory'

export class Deframer implements Occupant {
  /** After `take`: a whole message lies on the desk, at `memory.inputAt`, until the next `take` of any stream. */
  complete = false
  /** Flag byte of the message last begun. */
  flags = 0
  /** Payload length of the message last begun, in bytes. */
  length = 0
  /** Once set, nothing more can be taken from this stream. */
  fault: FrameFault | null = null

  readonly #desk: Desk
  readonly #budget: Budget
  readonly #messageBytesMax: number
  #headerSeen = 0
  /** Payload bytes taken so far; they are in `#held`, or on the desk when there is none. */
  #payloadSeen = 0
  #held: Uint8Array | null = null

  /** `messageBytesMax`: largest payload taken, in bytes; at most `desk.memory.inputBytesMax`. */
  constructor(desk: Desk, budget: Budget, messageBytesMax: number) {
    this.#desk = desk
    this.#budget = budget
    this.#messageBytesMax = messageBytesMax
  }

  /** Whether a message has begun and not ended. */
  get partial(): boolean {
    return this.#headerSeen > 0
  }

  /**
   * Takes bytes of `data` from `at` on, up to the end of the current message. Returns the position behind the last byte taken; then
   * either `complete` or `fault` is set, or `data` is used up. `data` is borrowed for the call.
   */
  take(data: Uint8Array, at: number): number {
    this.complete = false
    while (this.#headerSeen < headerBytes) {
      if (at === data.length) return at
      const byte = data[at++]!
      if (this.#headerSeen === 0) {
        this.flags = byte
        this.length = 0
      } else this.length = this.length * 256 + byte
      this.#headerSeen++
    }
    if (this.length > this.#messageBytesMax) this.fault = 'message_too_large'
    if (this.fault !== null) return at
    const count = Math.min(this.length - this.#payloadSeen, data.length - at)
    const piece = new Uint8Array(data.buffer, data.byteOffset + at, count)
    if (this.#payloadSeen + count === this.length) this.#finish(piece)
    else if (count > 0) this.#append(piece)
    return at + count
  }

  leaveDesk(): void {
    if (this.#payloadSeen === 0 || this.#held !== null) return
    if (!this.#admits(this.#payloadSeen)) return
    const { bytes, inputAt } = this.#desk.memory
    this.#held = bytes.slice(inputAt, inputAt + this.#payloadSeen)
    this.#budget.take(this.#held.length)
  }

  /** Forgets a partial message. */
  drop(): void {
    this.#desk.release(this)
    this.#dropHeld()
    this.#headerSeen = 0
    this.#payloadSeen = 0
  }

  #finish(piece: Uint8Array): void {
    const { bytes, inputAt } = this.#desk.memory
    this.#desk.claim(this)
    if (this.#held !== null) {
      bytes.set(this.#held.subarray(0, this.#payloadSeen), inputAt)
      this.#dropHeld()
    }
    bytes.set(piece, inputAt + this.#payloadSeen)
    this.#headerSeen = 0
    this.#payloadSeen = 0
    this.complete = true
  }

  #append(piece: Uint8Array): void {
    if (this.#held === null) {
      this.#desk.claim(this)
      const { bytes, inputAt } = this.#desk.memory
      bytes.set(piece, inputAt + this.#payloadSeen)
    } else {
      if (!this.#grow(this.#payloadSeen + piece.length)) return
      this.#held.set(piece, this.#payloadSeen)
    }
    this.#payloadSeen += piece.length
  }

  /** Doubles, so that a message which trickles in is not copied once per byte. */
  #grow(bytesNeeded: number): boolean {
    const held = this.#held!
    if (bytesNeeded <= held.length) return true
    const size = Math.min(this.length, Math.max(bytesNeeded, held.length * 2))
    if (!this.#admits(size)) return false
    const grown = new Uint8Array(size)
    grown.set(held.subarray(0, this.#payloadSeen))
    this.#budget.take(size - held.length)
    this.#held = grown
    return true
  }

  #admits(bytes: number): boolean {
    if (bytes > partialBytesAlways && this.#budget.exhausted) this.fault = 'no_memory'
    return this.fault === null
  }

  #dropHeld(): void {
    if (this.#held === null) return
    this.#budget.give(this.#held.length)
    this.#held = null
  }
}
