/**
 * Reads JSON as bytes: judges it strictly (RFC 8259), and finds members and items as spans without making values of them, so that
 * digits, escapes, order and repeated keys stay what they were. Nested values are followed with a stack of one byte a level, never
 * by recursion. Cutting a body that is still arriving into its items is `body-splitter.ts`.
 *
 * Reading behind the last byte gives `undefined`, which no rule allows: so the end needs no test of its own.
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
  digits,
  hexDigits,
  plainInString,
  quote,
  whiteSpace,
} from './bytes.ts'
import { JsonError } from './json-error.ts'

/** Where a value lies: `bytes[at, end)`. */
export interface Span {
  readonly at: number
  readonly end: number
}

/** A member of an object; its key lies at `[keyAt, keyEnd)`, quotes included, its value at `[at, end)`. */
export interface Member extends Span {
  readonly keyAt: number
  readonly keyEnd: number
}

/** The closing bracket of each open level. Shared: no method gives control away while it is in use. */
const closers = new Uint8Array(auditJsonDepthMax)

/** Over one text, which is borrowed. All methods throw JsonError. */
export class JsonScanner {
  readonly bytes: Buffer
  /** Whether white space between tokens was met so far. */
  loose = false

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
    if (this.skipSpace(at) !== this.bytes.length) this.#fail(this.skipSpace(at), 'more than one value')
  }

  /** The members of the object that begins at `at`, in order, their values judged; `end` is behind its brace. */
  members(at: number): { members: Member[]; end: number } {
    const { bytes } = this
    const members: Member[] = []
    if (bytes[at] !== braceOpen) this.#fail(at, 'an object is expected')
    let next = this.skipSpace(at + 1)
    if (bytes[next] === braceClose) return { members, end: next + 1 }
    for (;;) {
      const keyAt = next
      const keyEnd = this.skipString(keyAt)
      const valueAt = this.skipColon(keyEnd)
      const end = this.skipValue(valueAt)
      members.push({ keyAt, keyEnd, at: valueAt, end })
      next = this.skipSpace(end)
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
    if (bytes[at]! > 0x20) return at
    const begin = at
    while (whiteSpace[bytes[at]!] === 1) at++
    if (at > begin) this.loose = true
    return at
  }

  /** Judges the value that begins at `at`; returns the position behind it. */
  skipValue(at: number): number {
    const { bytes } = this
    let depth = 0
    value: for (;;) {
      const byte = bytes[at]
      if (byte === quote) at = this.skipString(at)
      else if (byte === braceOpen || byte === bracketOpen) {
        if (depth === auditJsonDepthMax) throw new JsonError('depth', at, `deeper than ${auditJsonDepthMax} levels`)
        // Both closing brackets stand two behind their opening ones.
        const closer = byte + 2
        at = this.skipSpace(at + 1)
        if (bytes[at] !== closer) {
          closers[depth++] = closer
          if (byte === braceOpen) at = this.skipColon(this.skipString(at))
          continue
        }
        at++
      } else at = this.#skipScalar(at)
      for (;;) {
        if (depth === 0) return at
        at = this.skipSpace(at)
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
    if (bytes[at] !== quote) this.#fail(at, 'a string is expected')
    at++
    for (;;) {
      while (plainInString[bytes[at]!] === 1) at++
      const byte = bytes[at]
      if (byte === quote) return at + 1
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
        for (let i = 2; i < 6; i++) if (hexDigits[bytes[at + i]!] !== 1) this.#fail(at + i, 'four digits are expected')
        return at + 6
      default:
        return this.#fail(at + 1, 'an unknown escape')
    }
  }

  /** Behind a key: the colon and the white space around it. Returns where the value begins. */
  skipColon(at: number): number {
    at = this.skipSpace(at)
    if (this.bytes[at] !== colon) this.#fail(at, 'a colon is expected')
    return this.skipSpace(at + 1)
  }

  #skipScalar(at: number): number {
    switch (this.bytes[at]) {
      case 0x74:
        return this.#skipWord(at, 'true')
      case 0x66:
        return this.#skipWord(at, 'false')
      case 0x6e:
        return this.#skipWord(at, 'null')
      default:
        return this.#skipNumber(at)
    }
  }

  #skipWord(at: number, word: string): number {
    for (let i = 1; i < word.length; i++) {
      if (this.bytes[at + i] !== word.charCodeAt(i)) this.#fail(at + i, `${word} is expected`)
    }
    return at + word.length
  }

  /** `-? (0 | [1-9] digits) (. digits)? ([eE] [+-]? digits)?` */
  #skipNumber(at: number): number {
    const { bytes } = this
    if (bytes[at] === 0x2d) at++
    at = bytes[at] === 0x30 ? at + 1 : this.#skipDigits(at)
    if (bytes[at] === 0x2e) at = this.#skipDigits(at + 1)
    if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return at
    const sign = bytes[at + 1]
    return this.#skipDigits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1)
  }

  #skipDigits(at: number): number {
    if (digits[this.bytes[at]!] !== 1) this.#fail(at, 'a value is expected')
    while (digits[this.bytes[at]!] === 1) at++
    return at
  }

  #fail(at: number, message: string): never {
    if (at >= this.bytes.length) throw new JsonError('incomplete', this.bytes.length, 'the text ends here')
    throw new JsonError('syntax', at, message)
  }
}
