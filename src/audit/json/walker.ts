/**
 * Reads JSON objects by a WebAssembly program, in less than half the time of `scanner.ts`, and as fast for the first event as for the last
 * (bench/audit.ts). It knows what is usual: what it does not answer is the scanner's to judge, so that faults have places.
 *
 * A walker has a memory of its own, into which a text is laid, and of it the part at hand:
 *
 *     words | members            | dotted       | stack | text, zeros |
 */
import { type WebAssemblyModule, webAssembly } from '../../wire/web-assembly.ts'
import { braceOpen } from './bytes.ts'
import { code } from './code.ts'
import type { JsonObject } from './read-object.ts'
import { JsonScanner, type Member } from './scanner.ts'

const KiB = 1024
const membersAt = 64
const dottedAt = 64 * KiB
const notesEnd = 127 * KiB
const stackAt = 127 * KiB
const textAt = 128 * KiB
/** A read of a socket, or of a followed file. Of longer texts there is a part at a time. */
const textBytesMax = 128 * KiB
const pageBytes = 64 * KiB
/** Behind the text; see `assembly/`. */
const zeroBytes = 16
const memberWords = 5

interface Exports {
  /** `assembly/index.ts`. */
  readonly readObject: (
    at: number,
    end: number,
    words: number,
    stack: number,
    membersAt: number,
    dottedAt: number,
    notesEnd: number,
  ) => number
}

/** For one text at a time, which is borrowed. Whoever works on several in turn has several, for laying one costs a copy. */
export class Walker {
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #readObject: Exports['readObject']
  #scanner: JsonScanner | null = null
  /** The part of the text that is there. */
  #from = 0
  #to = 0

  constructor() {
    const pages = (textAt + textBytesMax) / pageBytes + 1
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages })
    const { exports } = new webAssembly.Instance(compiled(), { env: { memory } })
    this.#readObject = (exports as unknown as Exports).readObject
    this.#words = new Uint32Array(memory.buffer)
    this.#bytes = new Uint8Array(memory.buffer)
  }

  /** Whether it was the last text that was laid. */
  has(text: Buffer): boolean {
    return this.#scanner?.bytes === text
  }

  /** Copies the text, which must not change as long as objects of it are read. */
  lay(text: Buffer): void {
    this.#scanner = new JsonScanner(text)
    this.#layFrom(0)
  }

  /**
   * The object whose brace is at `at` of the text that was laid; objects are read in order. All objects that lie directly in it are open. Null: it
   * is none, or unusual, or goes on where the text has ended.
   */
  read(at: number): JsonObject | null {
    const found = at < this.#to ? this.#readLaid(at) : null
    if (found !== null || this.#to === this.#scanner!.bytes.length) return found
    // Else a text of very many bad objects would be laid anew for each of them.
    if (at - this.#from < textBytesMax / 2) return null
    this.#layFrom(at)
    return this.#readLaid(at)
  }

  #layFrom(at: number): void {
    const { bytes } = this.#scanner!
    this.#from = at
    this.#to = Math.min(bytes.length, at + textBytesMax)
    this.#bytes.set(bytes.subarray(at, this.#to), textAt)
    const end = textAt + this.#to - at
    this.#bytes.fill(0, end, end + zeroBytes)
  }

  #readLaid(at: number): JsonObject | null {
    const scanner = this.#scanner!
    const words = this.#words
    const shift = textAt - this.#from
    const end = this.#readObject(at + shift, this.#to + shift, 0, stackAt, membersAt, dottedAt, notesEnd)
    if (end === 0) return null
    return {
      bytes: scanner.bytes,
      scanner,
      span: { at, end: end - shift },
      members: this.#members(words[0]! >> 2, shift),
      loose: words[2]! !== 0,
      dotted: words[1]! === 0 ? null : this.#dotted(words[1]!, shift),
    }
  }

  /** Between two words; none of them is open. */
  #closed(from: number, to: number, shift: number): Member[] {
    const words = this.#words
    const members: Member[] = []
    for (let i = from; i < to; i += memberWords) {
      const [keyAt, keyEnd] = [words[i]! - shift, words[i + 1]! - shift]
      members.push({ keyAt, keyEnd, at: words[i + 2]! - shift, end: words[i + 3]! - shift, members: undefined })
    }
    return members
  }

  #members(to: number, shift: number): Member[] {
    const words = this.#words
    const members: Member[] = []
    for (let i = membersAt >> 2, next = i; i < to; i = next) {
      next = words[i + 4]! >> 2
      const [keyAt, keyEnd] = [words[i]! - shift, words[i + 1]! - shift]
      const [at, end] = [words[i + 2]! - shift, words[i + 3]! - shift]
      const isOpen = this.#bytes[at + shift] === braceOpen
      const inner = isOpen ? this.#closed(i + memberWords, next, shift) : undefined
      members.push({ keyAt, keyEnd, at, end, members: inner })
    }
    return members
  }

  #dotted(to: number, shift: number): number[] {
    const spans: number[] = []
    for (let word = dottedAt >> 2; word < to >> 2; word++) spans.push(this.#words[word]! - shift)
    return spans
  }
}

let module: WebAssemblyModule | null = null

/** Compiled once for all. */
function compiled(): WebAssemblyModule {
  module ??= new webAssembly.Module(Buffer.from(code, 'base64'))
  return module
}
