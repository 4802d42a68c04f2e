/**
 * An object that the walker has read: where its members lie stands in the walker's memory until it reads the next one, and is made into objects
 * only for those who ask. Most events are judged by the notes alone.
 */
import { braceOpen } from './bytes.ts'
import { type Notes, note, noteWords } from './notes.ts'
import type { JsonObject } from './read-object.ts'
import type { JsonScanner, Member, Span } from './scanner.ts'

interface Read {
  readonly span: Span
  readonly loose: boolean
  readonly ascii: boolean
  readonly dotted: readonly number[] | null
  readonly quiet: boolean
  readonly notes: Notes
}

export class WalkedObject implements JsonObject {
  readonly bytes: Buffer
  readonly scanner: JsonScanner
  readonly span: Span
  readonly loose: boolean
  readonly ascii: boolean
  readonly dotted: readonly number[] | null
  readonly quiet: boolean
  #notes: Notes | null
  #members: readonly Member[] | null = null

  constructor(scanner: JsonScanner, { span, loose, ascii, dotted, quiet, notes }: Read) {
    this.bytes = scanner.bytes
    this.scanner = scanner
    this.span = span
    this.loose = loose
    this.ascii = ascii
    this.dotted = dotted
    this.quiet = quiet
    this.#notes = notes
  }

  get notes(): Notes | null {
    return this.#notes
  }

  get members(): readonly Member[] {
    if (this.#members === null) {
      if (this.#notes === null) throw new Error('The members of an object are asked for after the next one was read.')
      this.#members = membersOf(this.bytes, this.#notes)
    }
    return this.#members
  }

  hold(): void {
    void this.members
  }

  /** The walker reads the next one. */
  pass(): void {
    this.#notes = null
  }
}

/** Written out, for most of what a changed event costs would else be the copying of these objects. */
function membersOf(bytes: Buffer, { words, from, to, shift }: Notes): Member[] {
  const members: Member[] = []
  for (let i = from, next = i; i < to; i = next) {
    next = words[i + note.next]! >> 2
    const [keyAt, keyEnd] = [words[i + note.keyAt]! - shift, words[i + note.keyEnd]! - shift]
    const [at, end] = [words[i + note.at]! - shift, words[i + note.end]! - shift]
    const inner = bytes[at] === braceOpen ? closed(words, i + noteWords, next, shift) : undefined
    members.push({ keyAt, keyEnd, at, end, members: inner })
  }
  return members
}

/** None of them is open. */
function closed(words: Uint32Array, from: number, to: number, shift: number): Member[] {
  const members: Member[] = []
  for (let i = from; i < to; i += noteWords) {
    const [keyAt, keyEnd] = [words[i + note.keyAt]! - shift, words[i + note.keyEnd]! - shift]
    const [at, end] = [words[i + note.at]! - shift, words[i + note.end]! - shift]
    members.push({ keyAt, keyEnd, at, end, members: undefined })
  }
  return members
}
