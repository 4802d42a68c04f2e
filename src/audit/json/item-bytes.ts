/**
 * The bytes of one item while it arrives: lent from the piece that holds all of it, which is the rule, or gathered in a buffer of its
 * own, up to a bound. At the bound its heavy members go, and when that is not enough all but its head.
 */
import { auditOversizedHeadBytes } from '../../limits.ts'
import { GrowingBytes } from './growing-bytes.ts'
import { shedMembers } from './shed.ts'

/** What became of an item's bytes. */
export type ItemState = 'item' | 'truncated' | 'oversized'

export class ItemBytes {
  readonly #bytesMax: number
  readonly #heavy: readonly string[]
  readonly #gathered: GrowingBytes
  /** As it arrived. */
  bytesTotal = 0
  state: ItemState = 'item'

  constructor(bytesMax: number, heavy: readonly string[]) {
    this.#bytesMax = bytesMax
    this.#heavy = heavy
    this.#gathered = new GrowingBytes(bytesMax)
  }

  begin(): void {
    this.#gathered.clear()
    this.bytesTotal = 0
    this.state = 'item'
  }

  /** What has been gathered so far. */
  get bytes(): Buffer {
    return this.#gathered.bytes
  }

  /** Counts bytes that are passed over. */
  pass(bytes: number): void {
    this.bytesTotal += bytes
  }

  /** Keeps a copy. Answers true when the item is now within a heavy member that was shed: its rest has to be passed over. */
  append(piece: Buffer): boolean {
    this.bytesTotal += piece.length
    if (this.state === 'oversized') return false
    this.#gathered.append(piece)
    return this.#gathered.length > this.#bytesMax && this.#shed()
  }

  /** The last piece of the item, or all of it. Answers its bytes: borrowed from the piece, or until the next item begins. */
  finish(piece: Buffer): Buffer {
    if (this.bytesTotal === 0 && piece.length <= this.#bytesMax) {
      this.bytesTotal = piece.length
      return piece
    }
    this.append(piece)
    return this.bytes
  }

  /** To half the bound at most, so that it is not done again and again for the sake of a few bytes. */
  #shed(): boolean {
    const { bytes, isInside } = shedMembers(this.bytes, this.#heavy)
    const isEnough = bytes.length <= this.#bytesMax / 2
    this.state = isEnough ? 'truncated' : 'oversized'
    this.#gathered.set(isEnough ? bytes : this.bytes.subarray(0, auditOversizedHeadBytes))
    return isEnough && isInside
  }
}
