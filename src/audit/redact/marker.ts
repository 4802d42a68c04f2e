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

const prefix = 'redacted:hmac-sha256:'

export function markerOf(text: string | Uint8Array, key: HmacKey): string {
  return `${prefix}${hmac(text, key)}`
}

/** RFC 2104, over a hash that needs no object: that takes half the time, and one event may hold a hundred values. */
function hmac(text: string | Uint8Array, key: HmacKey): string {
  const pads = padsOf(key)
  const message = typeof text === 'string' ? Buffer.from(text) : text
  if (message.length <= deskBytes) {
    pads.desk.set(message, blockBytes)
    return hmacOnDesk(pads, message.length)
  }
  const all = Buffer.allocUnsafeSlow(blockBytes + message.length)
  all.set(pads.desk.subarray(0, blockBytes))
  all.set(message, blockBytes)
  const inner = hash('sha256', all, 'binary')
  all.fill(0)
  return outerHash(pads, inner)
}

/** Of a message that lies on the desk, and is taken from there: a secret does not stay in memory that is used for other things. */
function hmacOnDesk(pads: Pads, length: number): string {
  const inner = hash('sha256', pads.desk.subarray(0, blockBytes + length), 'binary')
  pads.desk.fill(0, blockBytes, blockBytes + length)
  return outerHash(pads, inner)
}

function outerHash({ outer }: Pads, inner: string): string {
  outer.write(inner, blockBytes, 'latin1')
  return hash('sha256', outer, 'hex')
}

/** Of SHA-256. */
const blockBytes = 64
const digestBytes = 32
/** Most values have room in so many. */
const deskBytes = 4096

interface Pads {
  /** The key with 0x36, and room for a message. */
  readonly desk: Buffer
  /** The key with 0x5c, and room for what the inner hash says. */
  readonly outer: Buffer
}

/** The text of a key never changes. */
const allPads = new WeakMap<HmacKey, Pads>()

function padsOf(key: HmacKey): Pads {
  const known = allPads.get(key)
  if (known) return known
  const block = new Uint8Array(blockBytes)
  block.set(key.length > blockBytes ? hash('sha256', key, 'buffer') : key)
  const desk = Buffer.alloc(blockBytes + deskBytes)
  desk.set(block.map((byte) => byte ^ 0x36))
  const outer = Buffer.alloc(blockBytes + digestBytes)
  outer.set(block.map((byte) => byte ^ 0x5c))
  const made = { desk, outer }
  allPads.set(key, made)
  return made
}

/** The same for a value of JSON, quotes included. `large`: whether values above `limits.redactedHmacBytesMax` are hashed too. */
export function markedValue(bytes: Buffer, span: Span, key: HmacKey, options: { readonly large: boolean }): string {
  const { at, end } = span
  if (!options.large && end - at > redactedHmacBytesMax) return '"redacted"'
  if (bytes[at] !== quote) return `"${markerOf(bytes.subarray(at, end), key)}"`
  const pads = padsOf(key)
  const isPlain = layPlain(bytes, at + 1, end - 1, pads.desk)
  return isPlain ? `"${prefix}${hmacOnDesk(pads, end - at - 2)}"` : `"${markerOf(stringOf(bytes, span)!, key)}"`
}

/** Whether what a string says is what stands in it, and lies on the desk now: it is not long, and has no escapes. */
function layPlain(bytes: Buffer, at: number, end: number, desk: Buffer): boolean {
  if (end - at > deskBytes) return false
  for (let i = at, o = blockBytes; i < end; i++, o++) {
    const byte = bytes[i]!
    if (byte === backslash) return false
    desk[o] = byte
  }
  return true
}
