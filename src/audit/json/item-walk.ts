/**
 * Finds the end of a JSON value that arrives in pieces, by its brackets and quotes alone: fast, and with a few bytes of state. Whether
 * what lies between them is JSON is judged when the value is complete, so that one bad item costs itself alone; only brackets
 * that do not fit end everything, for nobody knows then where the next item begins.
 */
import { auditJsonDepthMax } from '../../limits.ts'
import {
  backslash,
  braceClose,
  braceOpen,
  bracketClose,
  bracketOpen,
  comma,
  quote,
  table,
  whiteSpace,
} from './bytes.ts'
import { JsonError } from './json-error.ts'

/** Control characters have no place in a string, but they are not judged here. */
const inString = table((byte) => byte !== quote && byte !== backslash)
const telling = table((byte) => [quote, braceOpen, braceClose, bracketOpen, bracketClose, comma].includes(byte))
const endsScalar = table((byte) => whiteSpace[byte] === 1 || [braceClose, bracketClose, comma].includes(byte))

/** Why a walk stopped: the value is complete, the piece is used up, or one of the things happened that it was asked to tell. */
export type Stop = 'complete' | 'more' | 'list' | 'passed'

export class ItemWalk {
  /** Open brackets, of which `#closers` has the closing ones. */
  depth = 0
  /** Where the last walk stopped, in its piece. */
  at = 0
  /** Stop with `list` behind the bracket that opens an array directly within the value. */
  tellsList = false
  /** Stop with `passed` before the comma or brace behind the member of the value that is arriving. */
  tellsPassed = false
  #closers = new Uint8Array(64)
  #inString = false
  #escaped = false
  #inScalar = false

  /** For the next value. */
  begin(): void {
    this.depth = 0
    this.tellsList = this.tellsPassed = false
    this.#inString = this.#escaped = this.#inScalar = false
  }

  /** Goes on at `at` in `piece`. Throws JsonError for brackets that do not fit, and for too many of them. */
  walk(piece: Buffer, at: number): Stop {
    const { length } = piece
    while (at < length) {
      if (this.#inString) {
        if (this.#escaped) {
          this.#escaped = false
          at++
          continue
        }
        while (at < length && inString[piece[at]!] === 1) at++
        if (at === length) break
        this.#escaped = piece[at] === backslash
        this.#inString = this.#escaped
        at++
        if (!this.#inString && this.depth === 0) return this.#stop('complete', at)
        continue
      }
      if (this.depth === 0 && this.#inScalar) {
        while (at < length && endsScalar[piece[at]!] === 0) at++
        if (at < length) return this.#stop('complete', at)
        break
      }
      if (this.depth > 0) while (at < length && telling[piece[at]!] === 0) at++
      if (at === length) break
      const byte = piece[at]!
      switch (byte) {
        case quote:
          this.#inString = true
          at++
          break
        case braceOpen:
        case bracketOpen:
          this.#open(byte + 2, at)
          at++
          if (this.tellsList && this.depth === 2 && byte === bracketOpen) return this.#stop('list', at)
          break
        case braceClose:
        case bracketClose:
          if (this.depth === 1 && this.tellsPassed) return this.#stop('passed', at)
          if (this.#closers[this.depth - 1] !== byte) throw new JsonError('syntax', at, 'a bracket that does not fit')
          at++
          if (--this.depth === 0) return this.#stop('complete', at)
          break
        case comma:
          if (this.depth === 1 && this.tellsPassed) return this.#stop('passed', at)
          at++
          break
        default:
          this.#inScalar = true
          at++
      }
    }
    return this.#stop('more', length)
  }

  #open(closer: number, at: number): void {
    if (this.depth === auditJsonDepthMax) throw new JsonError('depth', at, `deeper than ${auditJsonDepthMax} levels`)
    if (this.depth === this.#closers.length) {
      const larger = new Uint8Array(this.depth * 4)
      larger.set(this.#closers)
      this.#closers = larger
    }
    this.#closers[this.depth++] = closer
  }

  #stop(stop: Stop, at: number): Stop {
    this.at = at
    return stop
  }
}
