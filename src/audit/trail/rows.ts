/**
 * Rows of whole numbers, for what is remembered in great number: no object each, so nothing that the garbage collector has to visit, and made
 * block by block, so that no call has to copy what is there already.
 *
 *     block 0         block 1                        a row of width 9, as `repeats.ts` uses it
 *     | row 0 … 4095 | row 4096 … 8191 | …           | key key key key | name name | older | newer | turn |
 *
 * A row is never given back; who uses the rows keeps those that are free. `row-index.ts` finds them by some of their numbers.
 */

const blockBits = 12
const rowsInBlock = 1 << blockBits

export class Rows {
  readonly #width: number
  readonly #blocks: Int32Array[] = []
  #count = 0

  /** `width`: numbers in a row, each of 32 bits. */
  constructor(width: number) {
    this.#width = width
  }

  /** Makes a row of zeros. Answers its number: 0, 1, 2 … */
  add(): number {
    if (this.#count % rowsInBlock === 0) this.#blocks.push(new Int32Array(rowsInBlock * this.#width))
    return this.#count++
  }

  get(row: number, field: number): number {
    return this.#blocks[row >>> blockBits]![(row & (rowsInBlock - 1)) * this.#width + field]!
  }

  set(row: number, field: number, value: number): void {
    this.#blocks[row >>> blockBits]![(row & (rowsInBlock - 1)) * this.#width + field] = value
  }
}
