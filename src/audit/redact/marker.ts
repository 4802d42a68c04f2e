/**
 * What stands where a secret was: a keyed hash of it. Who knows a value can prove that it was used, and nobody can read it.
 *
 *     redacted:hmac-sha256:<64 hexadecimal digits>
 *
 * The HMAC is over the text alone, a string's being what it says (without quotes, escapes resolved): so that
 * `printf %s VALUE | openssl dgst -sha256 -hmac KEY` answers the same. Nothing in the marker needs an escape in JSON or in a URL.
 */
import { createHmac } from 'node:crypto'
import { redactedHmacBytesMax } from '../../limits.ts'
import type { Span } from '../json/scanner.ts'
import { stringOf } from '../json/text.ts'

/** The key of all markers of one deployment: secret, and the same as long as markers are to be compared. */
export type HmacKey = Uint8Array

export function markerOf(text: string | Uint8Array, key: HmacKey): string {
  return `redacted:hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`
}

/** The same for a value of JSON, quotes included. `large`: whether values above `limits.redactedHmacBytesMax` are hashed too. */
export function markedValue(bytes: Buffer, span: Span, key: HmacKey, options: { readonly large: boolean }): string {
  if (!options.large && span.end - span.at > redactedHmacBytesMax) return '"redacted"'
  return `"${markerOf(stringOf(bytes, span) ?? bytes.subarray(span.at, span.end), key)}"`
}
