/**
 * Cuts the body of a request into its items while it arrives, in pieces that may end anywhere: the items of an EventList, of an array,
 * single objects, or several of all these one behind the other (JSON Lines). Of all that only one item is in memory, and no more of
 * it than `itemBytesMax`.
 *
 * What stands around the items is judged strictly; the items themselves by their brackets only (`item-walk.ts`): whoever reads an item
 * judges it, so that a bad one costs itself alone. A body that turns out to be no JSON has given the items before the fault already.
 */
import { auditCarryBytesMax, auditEventBytesMax } from '../../limits.ts'
import { braceClose, braceOpen, bracketClose, bracketOpen, bufferOf, comma, whiteSpace } from './bytes.ts'
import { ItemBytes, type ItemState } from './item-bytes.ts'
import { ItemWalk } from './item-walk.ts'
import { JsonError } from './json-error.ts'
import { isEmptyList, judgeListTail, type ListHead, readListHead } from './list-head.ts'
import { endOf, type RunTaker } from './plain-run.ts'
import type { JsonObject } from './read-object.ts'
import { readPlainRun, readWhole } from './whole-items.ts'

export interface BodyOptions {
  /** Above this an item is `truncated` or `oversized`. Default: `limits.auditEventBytesMax`. */
  readonly itemBytesMax?: number
  /** Members that a `truncated` item loses. Default: the bodies of a Kubernetes event. */
  readonly heavyMembers?: readonly string[]
  /** Whether an object with `items` is a list. Default: true; mesh records know no lists. */
  readonly lists?: boolean
  /** Who takes plain events of lists many at a time. Default: nobody; they come one by one, as all others. */
  readonly runs?: RunTaker | undefined
}

export interface BodyItem {
  /**
   * `truncated`: it was too large, and its heavy members are now `null`. `oversized`: it is too large even so, and only its first
   * `limits.auditOversizedHeadBytes` are here.
   */
  readonly kind: ItemState
  /** Borrowed: valid until the next item is asked for. Without white space around it. */
  readonly bytes: Buffer
  /** Length of the item as it arrived. */
  readonly bytesTotal: number
  /** What it stood in. */
  readonly from: 'single' | 'array' | 'list'
  /** What the list says of itself in front of its items. */
  readonly list: ListHead | null
  /** When it was judged already, and found to be a sound object: borrowed like its bytes, which lie in the object's. Objects in it are open. */
  readonly object?: JsonObject
}

type State = 'between' | 'item' | 'first' | 'next' | 'after' | 'tail'

const byteOrderMark = [0xef, 0xbb, 0xbf]

const tailBegin = Buffer.from('{"":0')
const nothing = Buffer.alloc(0)

export class BodySplitter {
  readonly #lists: boolean
  readonly #itemBytesMax: number
  readonly #runs: RunTaker | undefined
  readonly #item: ItemBytes
  readonly #walk = new ItemWalk()
  #state: State = 'between'
  #from: BodyItem['from'] = 'single'
  #list: ListHead | null = null
  #isPassing = false
  /** Nothing of the item has been looked at. */
  #isNew = false
  /** The beginning of an item that ends in the next piece, most likely: both together are read as if they had come in one. */
  #carried: Buffer = nothing
  #hasValue = false
  /** Bytes of the pieces before this one. */
  #offset = 0

  constructor(options: BodyOptions = {}) {
    const {
      itemBytesMax = auditEventBytesMax,
      heavyMembers = ['requestObject', 'responseObject'],
      lists = true,
      runs,
    } = options
    this.#runs = runs
    this.#lists = lists
    this.#itemBytesMax = itemBytesMax
    this.#item = new ItemBytes(itemBytesMax, heavyMembers)
  }

  /** The items that are complete with this piece. All of them have to be taken before the next piece. Throws JsonError. */
  *push(piece: Uint8Array): Generator<BodyItem, void, undefined> {
    // A view of its own, by which the piece is known: its memory may have held another before.
    const bytes = this.#withCarried(bufferOf(piece).subarray())
    let at = 0
    try {
      while (at < bytes.length) {
        if (this.#state === 'tail') at = this.#throughTail(bytes, at)
        else if (this.#state !== 'item') at = this.#toItem(bytes, at)
        else {
          const item = this.#throughItem(bytes, at)
          at = this.#walk.at
          if (item !== null) yield item
        }
      }
    } catch (error) {
      throw error instanceof JsonError ? error.behind(this.#offset) : error
    }
    this.#offset += bytes.length
  }

  /** The body is over. Throws JsonError when it is not complete, or empty. */
  end(): void {
    if (this.#state !== 'between' || !this.#hasValue) {
      throw new JsonError('incomplete', this.#offset, this.#hasValue ? 'the text ends here' : 'there is nothing')
    }
  }

  /** Outside of items: white space, commas, brackets. Returns where to go on. */
  #toItem(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    if (whiteSpace[byte] === 1) return at + 1
    switch (this.#state) {
      case 'between':
        if (byte === byteOrderMark[this.#offset + at]) return at + 1
        this.#hasValue = true
        if (byte === bracketOpen) return this.#enter('first', 'array', null, at + 1)
        if (byte !== braceOpen) throw new JsonError('shape', at, 'an object or an array is expected')
        return this.#begin('single', at)
      case 'after':
        if (byte === comma) return this.#enter('next', this.#from, this.#list, at + 1)
        if (byte === bracketClose) return this.#leave(at + 1)
        throw new JsonError('syntax', at, 'a comma or a ] is expected')
      default:
        if (byte === bracketClose && this.#state === 'first') return this.#leave(at + 1)
        if (byte === comma || byte === bracketClose || byte === braceClose) {
          throw new JsonError('syntax', at, 'a value is expected')
        }
        return this.#begin(this.#from, at)
    }
  }

  #enter(state: State, from: BodyItem['from'], list: ListHead | null, at: number): number {
    this.#state = state
    this.#from = from
    this.#list = list
    return at
  }

  #begin(from: BodyItem['from'], at: number): number {
    this.#walk.begin()
    this.#walk.tellsList = this.#lists && from === 'single'
    this.#item.begin()
    this.#isNew = true
    return this.#enter('item', from, from === 'single' ? null : this.#list, at)
  }

  /** Behind the last item. */
  #leave(at: number): number {
    if (this.#from !== 'list') return this.#enter('between', 'single', null, at)
    // The tail continues an object, so that it can be judged as one.
    this.#begin('list', at)
    this.#walk.walk(tailBegin, 0)
    this.#item.append(tailBegin)
    return this.#enter('tail', 'list', null, at)
  }

  #withCarried(piece: Buffer): Buffer {
    const carried = this.#carried
    if (carried.length === 0) return piece
    this.#offset -= carried.length
    this.#carried = nothing
    this.#walk.begin()
    this.#isNew = true
    return Buffer.concat([carried, piece])
  }

  #throughItem(bytes: Buffer, begin: number): BodyItem | null {
    const walk = this.#walk
    if (this.#isNew && this.#passRun(bytes, begin)) return null
    const isNew = this.#isNew && this.#from !== 'single'
    const whole = isNew ? this.#read(bytes, begin) : null
    this.#isNew = false
    if (whole !== null) return whole
    let stop = walk.walk(bytes, begin)
    // With the beginning of an item in front it is not carried once more: pieces of a byte each would cost ever more.
    if (isNew && stop === 'more' && begin > 0 && bytes.length - begin <= auditCarryBytesMax) {
      this.#carried = Buffer.from(bytes.subarray(begin))
      return null
    }
    while (stop === 'list') {
      const list = readListHead(this.#item.bytes, bytes.subarray(begin, walk.at))
      if (list !== null && list !== 'none') {
        this.#enter('first', 'list', list, walk.at)
        return null
      }
      if (list === 'none') walk.tellsList = false
      stop = walk.walk(bytes, walk.at)
    }
    const part = bytes.subarray(begin, walk.at)
    if (stop === 'complete') return this.#finish(part)
    if (this.#isPassing) this.#item.pass(part.length)
    this.#isPassing = stop === 'more' && (this.#isPassing || this.#item.append(part))
    walk.tellsPassed = this.#isPassing
    if (this.#item.state !== 'item') walk.tellsList = false
    return null
  }

  /** Hands over the plain events that begin here, if there are any. */
  #passRun(bytes: Buffer, begin: number): boolean {
    const head = this.#from === 'list' ? this.#runs?.plainHead(this.#list) : undefined
    const run = head ? readPlainRun(bytes, begin, this.#itemBytesMax, head) : null
    if (run === null) return false
    this.#walk.at = this.#enter('after', 'list', this.#list, endOf(run))
    this.#runs!.takeRun(run)
    return true
  }

  #read(bytes: Buffer, begin: number): BodyItem | null {
    const object = readWhole(bytes, begin, this.#itemBytesMax)
    if (object === null) return null
    const { end } = object.span
    const part = bytes.subarray(begin, end)
    this.#walk.at = this.#enter('after', this.#from, this.#list, end)
    return { kind: 'item', bytes: part, bytesTotal: part.length, from: this.#from, list: this.#list, object }
  }

  #finish(part: Buffer): BodyItem | null {
    const item = this.#item
    const bytes = item.finish(part)
    const { state: kind, bytesTotal } = item
    const { from: at, list } = { from: this.#from, list: this.#list }
    this.#enter(at === 'single' ? 'between' : 'after', at, list, 0)
    if (at === 'single' && this.#lists && kind === 'item' && isEmptyList(bytes)) return null
    return { kind, bytes, bytesTotal, from: at, list }
  }

  #throughTail(bytes: Buffer, begin: number): number {
    const stop = this.#walk.walk(bytes, begin)
    const part = bytes.subarray(begin, this.#walk.at)
    this.#item.append(part)
    if (this.#item.state !== 'item') throw new JsonError('too_large', begin, 'the list says too much of itself')
    if (stop === 'complete') {
      judgeListTail(this.#item.bytes, this.#walk.at)
      this.#enter('between', 'single', null, 0)
    }
    return this.#walk.at
  }
}
