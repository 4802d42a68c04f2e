/**
 * The segments of one folder, oldest first, as the appending and the reading end share them. A segment ends where the next one
 * begins: what it holds from that number on was taken back or written anew (see `tail.ts`).
 */
import type { Segment } from './segment.ts'

export class Chain {
  readonly #segments: Segment[]
  #next: number
  #serial: number

  /** `next`: the number that the next entry gets. */
  constructor(segments: readonly Segment[], next: number) {
    this.#segments = [...segments]
    this.#next = next
    this.#serial = (segments.at(-1)?.serial ?? -1) + 1
  }

  get next(): number {
    return this.#next
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Numbers from here on are not this segment's. */
  endOf(segment: Segment): number {
    return this.after(segment)?.first ?? this.#next
  }

  after(segment: Segment): Segment | undefined {
    return this.#segments[this.#segments.indexOf(segment) + 1]
  }

  has(segment: Segment): boolean {
    return this.#segments.includes(segment)
  }

  /** Serials are used once, also by segments that come to nothing. */
  takeSerial(): number {
    return this.#serial++
  }

  /** Entries were appended to the last segment. */
  grow(entries: number): void {
    this.#next += entries
  }

  push(segment: Segment): void {
    this.#segments.push(segment)
  }

  forget(segment: Segment): void {
    const index = this.#segments.indexOf(segment)
    if (index >= 0) this.#segments.splice(index, 1)
  }
}
