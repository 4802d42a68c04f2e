/**
 * Reads JSON as bytes: judges it strictly (RFC 8259), and finds members and items as spans without making values of them, so that
 * digits, escapes, order and repeated keys stay what they were. Nested values are followed with a stack of one byte a level, never
 * by recursion. Cutting a body that is still arriving into its items is `body-splitter.ts`.
 *
 * All is read within the text: reading behind its end would give `undefined`, which no rule allows, but once it has happened all reads of
 * that place in the code are slower. Testing for the end first took a quarter off the time of a walk (bench/audit.ts).
 */
import { isUtf8 } from 'node:buffer'
import { auditJsonDepthMax } from '../../limits.ts'
import {
  backslash,
  braceClose,
  braceOpen,
  bracketClose,
  bracketOpen,
  bufferOf,
  colon,
  comma,
  hexDigits,
  plainInString,
  quote,
  table,
  whiteSpace,
} from './bytes.ts'
import { JsonError } from './json-error.ts'
import { skipScalar } from './scalar.ts'

/** Where a value lies: `bytes[at, end)`. */
export interface Span {
  readonly at: number
  readonly end: number
}

/** Where a key lies: `bytes[keyAt, keyEnd)`, quotes included. */
export interface Key {
  readonly keyAt: number
  readonly keyEnd: number
}

/** A member of an object, and where its value lies. */
export interface Member extends Key, Span {
  /** Of a value that is an object and was opened on the way. All members have this one, for then all are of one shape and read faster. */
  readonly members?: readonly Member[] | undefined
}

const dot = 0x2e
const undotted = table((byte) => plainInString[byte] === 1 && byte !== dot)

/** The closing bracket of each open level. Shared: no method gives control away while it is in use. */
const closers = new Uint8Array(auditJsonDepthMax)

/** Over one text, which is borrowed. All methods throw JsonError. */
export class JsonScanner {
  readonly bytes: Buffer
  /** Whether white space between tokens was met so far. */
  loose = false
  /** Strings with two dots or more are noted here, if it is there; it is taken away when a `\u` escape may hide some. */
  dotted: number[] | null = null

  constructor(bytes: Uint8Array) {
    this.bytes = bufferOf(bytes)
  }

  /** The one value that the text holds, judged to its last byte. */
  document(): Span {
    this.checkEncoding()
    const at = this.skipSpace(0)
    const end = this.skipValue(at)
    this.expectEnd(end)
    return { at, end }
  }

  checkEncoding(): void {
    if (!isUtf8(this.bytes)) throw new JsonError('encoding', 0, 'this is not UTF-8')
  }

  /** Nothing but white space follows. */
  expectEnd(at: number): void {
    // Most end here. Reading behind the end is allowed, but makes all that follows slow.
    if (at === this.bytes.length) return
    const next = this.skipSpace(at)
    if (next !== this.bytes.length) this.#fail(next, 'more than one value')
  }

  /**
   * The members of the object that begins at `at`, in order, their values judged; `end` is behind its brace. `opens`: whether the
   * value of the member with that key is to be opened on the way, when it is an object: else who wants to know what is in it reads it again.
   */
  members(at: number, opens?: (key: Key) => boolean): { members: Member[]; end: number } {
    const { bytes } = this
    const members: Member[] = []
    if (bytes[at] !== braceOpen) this.#fail(at, 'an object is expected')
    let next = this.skipSpace(at + 1)
    if (bytes[next] === braceClose) return { members, end: next + 1 }
    for (;;) {
      const keyAt = next
      const keyEnd = this.skipString(keyAt)
      const valueAt = this.skipColon(keyEnd)
      let end: number
      if (bytes[valueAt] === braceOpen && opens?.({ keyAt, keyEnd })) {
        const inner = this.members(valueAt)
        end = inner.end
        members.push({ keyAt, keyEnd, at: valueAt, end, members: inner.members })
      } else {
        end = this.skipValue(valueAt)
        members.push({ keyAt, keyEnd, at: valueAt, end, members: undefined })
      }
      next = this.skipSpace(end)
      if (next >= bytes.length) this.#endsHere()
      if (bytes[next] === braceClose) return { members, end: next + 1 }
      if (bytes[next] !== comma) this.#fail(next, 'a comma or the end of the object is expected')
      next = this.skipSpace(next + 1)
    }
  }

  /** The items of the array that begins at `at`, in order, judged. */
  items(at: number): Span[] {
    const { bytes } = this
    const items: Span[] = []
    if (bytes[at] !== bracketOpen) this.#fail(at, 'an array is expected')
    let next = this.skipSpace(at + 1)
    if (bytes[next] === bracketClose) return items
    for (;;) {
      const end = this.skipValue(next)
      items.push({ at: next, end })
      next = this.skipSpace(end)
      if (bytes[next] === bracketClose) return items
      if (bytes[next] !== comma) this.#fail(next, 'a comma or the end of the array is expected')
      next = this.skipSpace(next + 1)
    }
  }

  skipSpace(at: number): number {
    const { bytes } = this
    const { length } = bytes
    if (at >= length || bytes[at]! > 0x20) return at
    const begin = at
    while (at < length && whiteSpace[bytes[at]!] === 1) at++
    if (at > begin) this.loose = true
    return at
  }

  /** Judges the value that begins at `at`; returns the position behind it. */
  skipValue(at: number): number {
    const { bytes } = this
    const { length } = bytes
    let depth = 0
    value: for (;;) {
      if (at >= length) this.#endsHere()
      const byte = bytes[at]!
      if (byte === quote) at = this.skipString(at)
      else if (byte === braceOpen || byte === bracketOpen) {
        if (depth === auditJsonDepthMax) throw new JsonError('depth', at, `deeper than ${auditJsonDepthMax} levels`)
        // Both closing brackets stand two behind their opening ones.
        const closer = byte + 2
        at = this.skipSpace(at + 1)
        if (at >= length) this.#endsHere()
        if (bytes[at] !== closer) {
          closers[depth++] = closer
          if (byte === braceOpen) at = this.skipColon(this.skipString(at))
          continue
        }
        at++
      } else at = skipScalar(bytes, at)
      for (;;) {
        if (depth === 0) return at
        at = this.skipSpace(at)
        if (at >= length) this.#endsHere()
        const closer = closers[depth - 1]
        if (bytes[at] === comma) {
          at = this.skipSpace(at + 1)
          if (closer === braceClose) at = this.skipColon(this.skipString(at))
          continue value
        }
        if (bytes[at] !== closer) this.#fail(at, `a comma or ${closer === braceClose ? 'a }' : 'a ]'} is expected`)
        depth--
        at++
      }
    }
  }

  /** Judges the string whose opening quote is at `at`; returns the position behind it. */
  skipString(at: number): number {
    const { bytes } = this
    const { length } = bytes
    if (at >= length || bytes[at] !== quote) this.#fail(at, 'a string is expected')
    const begin = at++
    let dots = 0
    for (;;) {
      while (at < length && undotted[bytes[at]!] === 1) at++
      if (at >= length) this.#endsHere()
      const byte = bytes[at]
      if (byte === quote) {
        at++
        if (dots >= 2) this.dotted?.push(begin, at)
        return at
      }
      if (byte === dot) {
        dots++
        at++
        continue
      }
      if (byte !== backslash) this.#fail(at, 'a string holds a control character')
      at = this.#skipEscape(at)
    }
  }

  #skipEscape(at: number): number {
    const { bytes } = this
    switch (bytes[at + 1]) {
      case quote:
      case backslash:
      case 0x2f: // /
      case 0x62: // b
      case 0x66: // f
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
        return at + 2
      case 0x75: // u
        this.dotted = null
        for (let i = 2; i < 6; i++) if (hexDigits[bytes[at + i]!] !== 1) this.#fail(at + i, 'four digits are expected')
        return at + 6
      default:
        return this.#fail(at + 1, 'an unknown escape')
    }
  }

  /** Behind a key: the colon and the white space around it. Returns where the value begins. */
  skipColon(at: number): number {
    at = this.skipSpace(at)
    if (at >= this.bytes.length || this.bytes[at] !== colon) this.#fail(at, 'a colon is expected')
    return this.skipSpace(at + 1)
  }

  #endsHere(): never {
    throw new JsonError('incomplete', this.bytes.length, 'the text ends here')
  }

  #fail(at: number, message: string): never {
    if (at >= this.bytes.length) this.#endsHere()
    throw new JsonError('syntax', at, message)
  }
}
