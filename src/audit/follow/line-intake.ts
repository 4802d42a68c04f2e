/**
 * Lines of a followed file on their way into a delivery: an event, a list, an array or a mesh record each. Lines that somebody wrapped are
 * unwrapped first. What is no JSON goes to the quarantine as it came, and so does kube-apiserver's legacy text format: it holds too little
 * of an event to be one.
 */
import { auditFollowWrappedBytesMax } from '../../limits.ts'
import type { BodyItem } from '../json/body-splitter.ts'
import { type LineItem, LineSplitter } from '../json/line-splitter.ts'

/** What a `Delivery` of a source does, as far as it is wanted here. */
export interface LineDelivery {
  take(item: BodyItem): void
  quarantine(bytes: Buffer, reason: string): void
}

export interface LineOptions {
  /** Whether an object with `items` is a list. */
  readonly lists: boolean
  /** Null: every line is what it is. The line comes without its end, and is borrowed; null back: it is taken as it is. */
  readonly unwrap: ((line: Buffer) => Buffer | null) | null
}

const lineFeed = 0x0a
const lineEnd = Buffer.of(lineFeed)

export class LineIntake {
  readonly #delivery: LineDelivery
  readonly #unwrap: LineOptions['unwrap']
  readonly #splitter: LineSplitter
  /** A line that came in pieces, while it may still be unwrapped. */
  #parts: Buffer[] = []
  #bytes = 0

  constructor(delivery: LineDelivery, { lists, unwrap }: LineOptions) {
    this.#delivery = delivery
    this.#unwrap = unwrap
    this.#splitter = new LineSplitter({ lists })
  }

  /** Pieces may end anywhere, and are borrowed. */
  push(bytes: Buffer): void {
    if (this.#unwrap === null) {
      this.#take(this.#splitter.push(bytes))
      return
    }
    for (let at = 0; at < bytes.length; ) {
      const found = bytes.indexOf(lineFeed, at)
      const part = bytes.subarray(at, found === -1 ? bytes.length : found)
      if (found === -1) this.#gather(Buffer.from(part))
      else this.#endLine(part)
      at += part.length + 1
    }
  }

  /** The last line has no end, and is complete all the same. */
  end(): void {
    if (this.#unwrap !== null && this.#parts.length > 0) this.#endLine(Buffer.alloc(0))
    this.#take(this.#splitter.end())
  }

  #gather(part: Buffer): void {
    this.#bytes += part.length
    this.#parts.push(part)
    if (this.#bytes <= auditFollowWrappedBytesMax) return
    for (const each of this.#parts) this.#take(this.#splitter.push(each))
    this.#parts = []
  }

  #endLine(part: Buffer): void {
    const line = this.#parts.length === 0 ? part : Buffer.concat([...this.#parts, part])
    const isTooLong = this.#bytes + part.length > auditFollowWrappedBytesMax
    this.#parts = []
    this.#bytes = 0
    this.#take(this.#splitter.push((isTooLong ? null : this.#unwrap?.(line)) ?? line))
    this.#take(this.#splitter.push(lineEnd))
  }

  #take(items: Iterable<LineItem>): void {
    for (const item of items) {
      if (item.kind === 'broken') this.#delivery.quarantine(Buffer.from(item.bytes), reasonOf(item))
      else this.#delivery.take(item)
    }
  }
}

/** `2024-03-05T17:20:01.000000000Z AUDIT: id="…" stage="…" …` */
const legacyHead = /^\S{1,40} AUDIT: id="/

function reasonOf({ bytes, fault }: Extract<LineItem, { kind: 'broken' }>): string {
  if (!legacyHead.test(bytes.toString('latin1', 0, 100))) return fault.message
  return "This is kube-apiserver's legacy text format. Start it with --audit-log-format=json."
}
