/** The words of an image while it is being written. Addresses are those that they will have in the memory. */

/** The machine cannot do this; the message says what, as in "it cannot do …". */
export class Unfit extends Error {}

/** A place among steps that is not known yet. It takes no room itself. */
export interface Label {
  readonly kind: 'label'
}

/** The address of a label. */
export interface Goto {
  readonly kind: 'goto'
  readonly label: Label
}

export type StepWord = number | Goto | Label

export class ImageBytes {
  readonly #at: number
  readonly #words: Int32Array
  #count: number
  /** Runs and words are often the same. */
  readonly #known = new Map<string, number>()

  /** An image of at most `bytesMax` bytes that will lie at `at`. The header comes first, all 0. */
  constructor(at: number, bytesMax: number, headerBytes: number) {
    this.#at = at
    this.#words = new Int32Array(bytesMax / 4)
    this.#count = headerBytes / 4
  }

  /** Lays words down and returns their address, a multiple of 16. Throws Unfit when there is no room. */
  place(words: readonly number[] | Int32Array): number {
    const first = (this.#count + 3) & ~3
    if (first + words.length > this.#words.length) throw new Unfit('so many steps')
    this.#words.set(words, first)
    this.#count = first + words.length
    return this.#at + first * 4
  }

  placeBytes(bytes: Uint8Array): number {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const words = new Int32Array(Math.ceil(bytes.length / 4))
    new Uint8Array(words.buffer).set(bytes)
    const at = this.place(words)
    this.#known.set(key, at)
    return at
  }

  placeSteps(words: readonly StepWord[]): number {
    const at = this.place([])
    const labels = new Map<Label, number>()
    let next = at
    for (const word of words) {
      if (typeof word === 'number' || word.kind === 'goto') next += 4
      else labels.set(word, next)
    }
    return this.place(
      words.flatMap((word) => {
        if (typeof word === 'number') return word
        return word.kind === 'goto' ? labels.get(word.label)! : []
      }),
    )
  }

  /** Pairs of a place in bytes and a word. */
  setHeader(entries: readonly (readonly [number, number])[]): void {
    for (const [place, word] of entries) this.#words[place / 4] = word
  }

  finish(): Int32Array {
    return this.#words.slice(0, this.#count)
  }
}
