/**
 * Reads JSON objects by a WebAssembly program, in less than half the time of `scanner.ts`, and as fast for the first event as for the last
 * (bench/audit.ts). It knows what is usual: what it does not answer is the scanner's to judge, so that faults have places.
 *
 * A walker has a memory of its own, into which a text is laid, and of it the part at hand:
 *
 *     answers | stop | keys | places | words | rows   | members        | dotted       | stack | text, zeros |
 */
import { auditIdBytesMax } from '../../limits.ts'
import { hashKeyBytes, nameHashKey, recordHashKey } from './hash-keys.ts'
import { type PlainRun, rowWords } from './plain-run.ts'
import { pageBytes, startProgram } from './program.ts'
import { JsonScanner } from './scanner.ts'
import { WalkedObject } from './walked-object.ts'
import { wordTable } from './words.ts'

const KiB = 1024
const stopAt = 64
const recordKeyAt = 128
const nameKeyAt = recordKeyAt + hashKeyBytes
const placesAt = 256
const wordsAt = 512
const rowsAt = 9 * KiB
/** The last row needs a few bytes behind it. */
const rowsEnd = 16 * KiB - 32
const membersAt = 16 * KiB
const dottedAt = 112 * KiB
const notesEnd = 127 * KiB
const stackAt = 127 * KiB
const textAt = 128 * KiB
/** A read of a socket, or of a followed file. Of longer texts there is a part at a time. */
const textBytesMax = 128 * KiB
/** Behind the text; see `assembly/`. */
const zeroBytes = 16

const none = -1
const stopEnd = (stopAt >> 2) + 1

interface Exports {
  /** `assembly/object.ts`. */
  readonly layOut: (
    words: number,
    answers: number,
    places: number,
    members: number,
    dotted: number,
    notesEnd: number,
    stack: number,
  ) => void
  readonly readObject: (at: number, end: number) => number
  /** `assembly/run.ts`. */
  readonly layOutRuns: (rows: number, end: number, eventKey: number, nameKey: number, stop: number) => void
  readonly readRun: (at: number, end: number, bytesMax: number, nameBytesMax: number) => number
}

/** For one text at a time, which is borrowed. Whoever works on several in turn has several, for laying one costs a copy. */
export class Walker {
  readonly #answers: Uint32Array
  readonly #bytes: Uint8Array
  readonly #program: Exports
  /** The same memory as the answers. */
  readonly #rows: Int32Array
  #scanner: JsonScanner | null = null
  /** The part of the text that is there. */
  #from = 0
  #to = 0
  /** Where an object begins of which all is answered already: behind the last run of plain events. */
  #stoppedAt = none
  /** What was read last, of which the members are still there. */
  #last: WalkedObject | null = null

  constructor() {
    const pages = (textAt + textBytesMax) / pageBytes + 1
    const { memory, exports } = startProgram<Exports>(pages)
    this.#program = exports
    this.#answers = new Uint32Array(memory.buffer)
    this.#rows = new Int32Array(memory.buffer)
    this.#bytes = new Uint8Array(memory.buffer)
    this.#bytes.set(wordTable(), wordsAt)
    this.#bytes.set(recordHashKey, recordKeyAt)
    this.#bytes.set(nameHashKey, nameKeyAt)
    exports.layOut(wordsAt, 0, placesAt, membersAt, dottedAt, notesEnd, stackAt)
    exports.layOutRuns(rowsAt, rowsEnd, recordKeyAt, nameKeyAt, stopAt)
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
   * is none, or unusual, or goes on where the text has ended. Its members have to be asked for, or held, before the next one is read.
   */
  read(at: number): WalkedObject | null {
    this.#last?.pass()
    this.#last = at < this.#to ? this.#readLaid(at) : null
    if (this.#last !== null || this.#to === this.#scanner!.bytes.length) return this.#last
    // Else a text of very many bad objects would be laid anew for each of them.
    if (at - this.#from < textBytesMax / 2) return null
    this.#layFrom(at)
    this.#last = this.#readLaid(at)
    return this.#last
  }

  /**
   * Plain events of a list, the first with its brace at `at`, none of them longer than `bytesMax`; `head` goes with them. Null: the object there is not
   * plain, or none. They are borrowed until this walker reads on.
   */
  readRun(at: number, bytesMax: number, head: Buffer): PlainRun | null {
    if (at >= this.#to || at === this.#stoppedAt) return null
    this.#last?.pass()
    const shift = textAt - this.#from
    const rowsTo = this.#program.readRun(at + shift, this.#to + shift, bytesMax, auditIdBytesMax)
    const stopped = this.#answers[stopAt >> 2]!
    this.#stoppedAt = stopped === 0 ? none : stopped - shift
    const length = (rowsTo - rowsAt) / (4 * rowWords)
    const { bytes } = this.#scanner!
    return length === 0 ? null : { bytes, head, length, rows: this.#rows, from: rowsAt >> 2, shift }
  }

  #layFrom(at: number): void {
    this.#last?.pass()
    this.#stoppedAt = none
    const { bytes } = this.#scanner!
    this.#from = at
    this.#to = Math.min(bytes.length, at + textBytesMax)
    this.#bytes.set(bytes.subarray(at, this.#to), textAt)
    const end = textAt + this.#to - at
    this.#bytes.fill(0, end, end + zeroBytes)
  }

  #readLaid(at: number): WalkedObject | null {
    const shift = textAt - this.#from
    const answers = this.#answers
    const end = at === this.#stoppedAt ? answers[stopEnd]! : this.#program.readObject(at + shift, this.#to + shift)
    this.#stoppedAt = none
    if (end === 0) return null
    return new WalkedObject(this.#scanner!, {
      span: { at, end: end - shift },
      loose: answers[2] !== 0,
      ascii: answers[3] === 0,
      dotted: answers[1] === 0 ? null : this.#dotted(answers[1]!, shift),
      quiet: answers[5] !== 0,
      notes: {
        words: answers,
        from: membersAt >> 2,
        to: answers[0]! >> 2,
        shift,
        places: answers[4] === 0 ? null : placesAt >> 2,
      },
    })
  }

  #dotted(to: number, shift: number): number[] {
    const spans: number[] = []
    for (let word = dottedAt >> 2; word < to >> 2; word++) spans.push(this.#answers[word]! - shift)
    return spans
  }
}
