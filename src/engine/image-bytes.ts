/** The words of an image while it is being written. Addresses are those that they will have in the memory. */
import type { ByteString } from '../format/byte-string.ts'

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

/** Where images are written; each is copied off when it is finished. */
let scratch = new Int32Array(0)

/** One at a time. */
export class ImageBytes {
  readonly #at: number
  readonly #wordsMax: number
  readonly #words: Int32Array
  #count: number
  /** Runs and words are often the same. */
  readonly #known = new Map<ByteString, number>()

  /** An image of at most `bytesMax` bytes that will lie at `at`. The header comes first, all 0. */
  constructor(at: number, bytesMax: number, headerBytes: number) {
    this.#at = at
    this.#wordsMax = bytesMax / 4
    if (scratch.length < this.#wordsMax) scratch = new Int32Array(this.#wordsMax)
    this.#words = scratch
    this.#count = headerBytes / 4
    this.#words.fill(0, 0, this.#count)
  }

  /** Lays words down and returns their address, a multiple of 16. Throws Unfit when there is no room. */
  place(words: readonly number[] | Int32Array): number {
    const first = (this.#count + 3) & ~3
    if (first + words.length > this.#wordsMax) throw new Unfit('so many steps')
    this.#words.set(words, first)
    this.#count = first + words.length
    return this.#at + first * 4
  }

  placeBytes(bytes: ByteString): number {
    const known = this.#known.get(bytes)
    if (known !== undefined) return known
    const words = new Int32Array(Math.ceil(bytes.length / 4))
    for (let i = 0; i < bytes.length; i++) words[i >> 2]! |= bytes.charCodeAt(i) << (8 * (i & 3))
    const at = this.place(words)
    this.#known.set(bytes, at)
    return at
  }

  placeSteps(steps: readonly StepWord[]): number {
    const at = this.place([])
    const labels = new Map<Label, number>()
    const words: number[] = []
    const gotos: [number, Label][] = []
    for (const word of steps) {
      if (typeof word === 'number') words.push(word)
      else if (word.kind === 'label') labels.set(word, at + 4 * words.length)
      else gotos.push([words.push(0) - 1, word.label])
    }
    for (const [i, label] of gotos) words[i] = labels.get(label)!
    return this.place(words)
  }

  /** Pairs of a place in bytes and a word. */
  setHeader(entries: readonly (readonly [number, number])[]): void {
    for (const [place, word] of entries) this.#words[place / 4] = word
  }

  finish(): Int32Array {
    return this.#words.slice(0, this.#count)
  }
}
