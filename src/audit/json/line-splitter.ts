/**
 * The same as `body-splitter.ts` for JSON Lines, where a line that is no JSON costs itself alone: the next one begins behind the line feed.
 * A line may hold an event, a list or an array. Empty lines are passed over.
 */
import { auditEventBytesMax, auditOversizedHeadBytes } from '../../limits.ts'
import { type BodyItem, type BodyOptions, BodySplitter } from './body-splitter.ts'
import { bufferOf, whiteSpace } from './bytes.ts'
import { GrowingBytes } from './growing-bytes.ts'
import { JsonError } from './json-error.ts'

const lineFeed = 0x0a

export interface BrokenLine {
  readonly kind: 'broken'
  /** The whole line; or its head, when it is longer than an item may be, and then items before the fault have been given. */
  readonly bytes: Buffer
  readonly bytesTotal: number
  readonly fault: JsonError
}

export type LineItem = BodyItem | BrokenLine

function held(item: BodyItem): BodyItem {
  item.object?.hold()
  return item
}

export class LineSplitter {
  readonly #options: BodyOptions
  readonly #lineBytesMax: number
  /** The line so far, copied, while it is not too long to be held. */
  readonly #line: GrowingBytes
  #bytes = 0
  /** Of a line that is too long: it is cut while it arrives. */
  #splitter: BodySplitter | null = null
  #head = Buffer.alloc(0)
  #fault: JsonError | null = null

  constructor(options: BodyOptions = {}) {
    this.#options = options
    this.#lineBytesMax = options.itemBytesMax ?? auditEventBytesMax
    this.#line = new GrowingBytes(this.#lineBytesMax)
  }

  /** The items that are complete with this piece. All of them have to be taken before the next piece. */
  *push(piece: Uint8Array): Generator<LineItem, void, undefined> {
    const bytes = bufferOf(piece)
    for (let at = 0; at < bytes.length; ) {
      const found = bytes.indexOf(lineFeed, at)
      const part = bytes.subarray(at, found === -1 ? bytes.length : found)
      if (found !== -1 && this.#bytes === 0 && part.length <= this.#lineBytesMax) yield* this.#wholeLine(part)
      else {
        yield* this.#gather(part)
        if (found !== -1) yield* this.end()
      }
      at += part.length + 1
    }
  }

  /** The text is over, and with it the last line. */
  *end(): Generator<LineItem, void, undefined> {
    const broken = this.#splitter && this.#brokenLine(this.#splitter)
    this.#bytes = 0
    this.#splitter = this.#fault = null
    if (broken !== null) yield broken
    else yield* this.#wholeLine(this.#line.bytes)
    this.#line.clear()
  }

  *#wholeLine(line: Buffer): Generator<LineItem, void, undefined> {
    if (line.every((byte) => whiteSpace[byte] === 1)) return
    let items: BodyItem[]
    try {
      const splitter = new BodySplitter(this.#options)
      // All are borrowed from the line, for none is above the bound; so they may all be there at once.
      items = Array.from(splitter.push(line), held)
      splitter.end()
    } catch (fault) {
      if (!(fault instanceof JsonError)) throw fault
      yield { kind: 'broken', bytes: line, bytesTotal: line.length, fault }
      return
    }
    yield* items
  }

  *#gather(part: Buffer): Generator<LineItem, void, undefined> {
    this.#bytes += part.length
    if (this.#splitter !== null) {
      yield* this.#stream(this.#splitter, part)
      return
    }
    this.#line.append(part)
    if (this.#bytes <= this.#lineBytesMax) return
    const line = Buffer.from(this.#line.bytes)
    this.#line.set(Buffer.alloc(0))
    this.#head = Buffer.from(line.subarray(0, auditOversizedHeadBytes))
    this.#splitter = new BodySplitter(this.#options)
    yield* this.#stream(this.#splitter, line)
  }

  *#stream(splitter: BodySplitter, part: Buffer): Generator<LineItem, void, undefined> {
    if (this.#fault !== null) return
    try {
      yield* splitter.push(part)
    } catch (fault) {
      this.#fault = faultOf(fault)
    }
  }

  /** Null when the line is sound, which ends here. */
  #brokenLine(splitter: BodySplitter): BrokenLine | null {
    try {
      if (this.#fault === null) splitter.end()
    } catch (fault) {
      this.#fault = faultOf(fault)
    }
    const fault = this.#fault
    return fault && { kind: 'broken', bytes: this.#head, bytesTotal: this.#bytes, fault }
  }
}

function faultOf(fault: unknown): JsonError {
  if (fault instanceof JsonError) return fault
  throw fault
}
