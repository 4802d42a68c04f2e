/**
 * An object by the numbers of its words, as the walker has noted them: enough to judge most events without making an object of each of their
 * members. There is one outline, of one object at a time: it is good until the next object is read or outlined.
 */
import { quote } from './bytes.ts'
import { type Notes, note, noteWords } from './notes.ts'
import type { JsonObject } from './read-object.ts'
import type { Span } from './scanner.ts'
import { stringOf } from './text.ts'
import { hiddenWord, numberOf, type Word } from './words.ts'

/**
 * Null: nothing was noted, or a key is written with escapes, or one that is a word is there twice: then whoever asks has to look at the members
 * themselves.
 */
export function outlineOf(object: JsonObject): Outline | null {
  const { notes } = object
  if (notes === null || notes.places === null) return null
  shared.tell(object, notes, notes.places)
  return shared
}

/** Asked of a member within a member: the words that its key and its value are (0: none), and the byte with which its value begins. */
export type Ask = (key: number, value: number, firstByte: number) => boolean

const nothing: Notes = { words: new Uint32Array(0), from: 0, to: 0, shift: 0, places: null }

/** Keys are numbers of words. */
export class Outline {
  #bytes: Buffer = Buffer.alloc(0)
  #notes = nothing
  #places = 0
  #ascii = false

  /** Is of this object from now on. */
  tell({ bytes, ascii }: JsonObject, notes: Notes, places: number): void {
    this.#bytes = bytes
    this.#notes = notes
    this.#places = places
    this.#ascii = ascii
  }

  has(key: number): boolean {
    return this.#placeOf(key) !== 0
  }

  /** Which word the value is; 0: none, or there is no such member. */
  wordOf(key: number): number {
    const place = this.#placeOf(key)
    return place === 0 ? 0 : this.#notes.words[place + note.value]!
  }

  /** Where the value lies; null: there is no such member. */
  spanOf(key: number): Span | null {
    const place = this.#placeOf(key)
    return place === 0 ? null : { at: this.#at(place + note.at), end: this.#at(place + note.end) }
  }

  /** What the value says; null: it is no string, or there is no such member. */
  textOf(key: number): string | null {
    return this.#textAt(this.#placeOf(key))
  }

  /** The same of a member within the value of `key`: of the last one with that key. */
  innerTextOf(key: number, inner: number): string | null {
    return this.#textAt(this.#findInner(key, inner))
  }

  innerBytesOf(key: number, inner: number): Buffer | null {
    const place = this.#findInner(key, inner)
    return place === 0 ? null : this.#bytes.subarray(this.#at(place + note.at), this.#at(place + note.end))
  }

  /** Whether the answer is yes for one of the members within the value. */
  someWithin(key: number, ask: Ask): boolean {
    const place = this.#placeOf(key)
    if (place === 0) return false
    const { words, shift } = this.#notes
    const to = words[place + note.next]! >> 2
    for (let i = place + noteWords; i < to; i += noteWords) {
      const firstByte = this.#bytes[words[i + note.at]! - shift]!
      if (ask(words[i + note.key]!, words[i + note.value]!, firstByte)) return true
    }
    return false
  }

  /** Of the words, where the member is noted; 0: there is none. */
  #placeOf(key: number): number {
    return this.#notes.words[this.#places + key]! >> 2
  }

  #findInner(key: number, inner: number): number {
    const place = this.#placeOf(key)
    if (place === 0) return 0
    const { words } = this.#notes
    for (let i = (words[place + note.next]! >> 2) - noteWords; i > place; i -= noteWords) {
      if (words[i + note.key] === inner) return i
    }
    return 0
  }

  #at(place: number): number {
    return this.#notes.words[place]! - this.#notes.shift
  }

  #textAt(place: number): string | null {
    if (place === 0) return null
    const [at, end] = [this.#at(place + note.at), this.#at(place + note.end)]
    const isPlain = this.#ascii && this.#notes.words[place + note.value] !== hiddenWord
    if (isPlain) return this.#bytes[at] === quote ? this.#bytes.toString('latin1', at + 1, end - 1) : null
    return stringOf(this.#bytes, { at, end })
  }
}

const shared = new Outline()

/** The numbers of keys, by name. */
export function keysOf<W extends Word>(...words: readonly W[]): { readonly [K in W]: number } {
  return Object.fromEntries(words.map((word) => [word, numberOf(word)])) as { [K in W]: number }
}
