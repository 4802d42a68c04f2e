/**
 * What stands where a secret was: a keyed hash of it. Who knows a value can prove that it was used, and nobody can read it.
 *
 *     redacted:hmac-sha256:<64 hexadecimal digits>
 *
 * The HMAC is over the text alone, a string's being what it says (without quotes, escapes resolved): so that
 * `printf %s VALUE | openssl dgst -sha256 -hmac KEY` answers the same. Nothing in the marker needs an escape in JSON or in a URL.
 */
import { hash } from 'node:crypto'
import { redactedHmacBytesMax } from '../../limits.ts'
import { backslash, quote } from '../json/bytes.ts'
import type { Span } from '../json/scanner.ts'
import { stringOf } from '../json/text.ts'

/** The key of all markers of one deployment: secret, and the same as long as markers are to be compared. */
export type HmacKey = Uint8Array

export function markerOf(text: string | Uint8Array, key: HmacKey): string {
  return `redacted:hmac-sha256:${hmac(text, key)}`
}

/** RFC 2104, over a hash that needs no object: that takes half the time, and one event may hold a hundred values. */
function hmac(text: string | Uint8Array, key: HmacKey): string {
  const { inner, outer } = padsOf(key)
  const message = typeof text === 'string' ? Buffer.from(text) : text
  const bytes = blockBytes + message.length
  const all = bytes <= desk.length ? desk.subarray(0, bytes) : Buffer.allocUnsafeSlow(bytes)
  all.set(inner)
  all.set(message, blockBytes)
  outer.write(hash('sha256', all, 'binary'), blockBytes, 'latin1')
  // A secret does not stay in memory that is used for other things.
  all.fill(0)
  return hash('sha256', outer, 'hex')
}

/** Most values have room here. */
const desk = Buffer.alloc(4096)

/** Of SHA-256. */
const blockBytes = 64
const digestBytes = 32

interface Pads {
  /** The key with 0x36. */
  readonly inner: Uint8Array
  /** The key with 0x5c, and room for what the inner hash says. */
  readonly outer: Buffer
}

/** The text of a key never changes. */
const pads = new WeakMap<HmacKey, Pads>()

function padsOf(key: HmacKey): Pads {
  const known = pads.get(key)
  if (known) return known
  const block = new Uint8Array(blockBytes)
  block.set(key.length > blockBytes ? hash('sha256', key, 'buffer') : key)
  const outer = Buffer.alloc(blockBytes + digestBytes)
  outer.set(block.map((byte) => byte ^ 0x5c))
  const made = { inner: block.map((byte) => byte ^ 0x36), outer }
  pads.set(key, made)
  return made
}

/** The same for a value of JSON, quotes included. `large`: whether values above `limits.redactedHmacBytesMax` are hashed too. */
export function markedValue(bytes: Buffer, span: Span, key: HmacKey, options: { readonly large: boolean }): string {
  const { at, end } = span
  if (!options.large && end - at > redactedHmacBytesMax) return '"redacted"'
  const said = bytes[at] === quote ? saidBy(bytes, span) : bytes.subarray(at, end)
  return `"${markerOf(said, key)}"`
}

/** What a string says: what stands there, unless some of it is an escape. */
function saidBy(bytes: Buffer, span: Span): string | Uint8Array {
  const text = bytes.subarray(span.at + 1, span.end - 1)
  return text.includes(backslash) ? stringOf(bytes, span)! : text
}
