/** A string of JSON with its way back: what it says, and where in the bytes each piece of that is written, escapes and all. */
import { backslash } from './bytes.ts'
import type { Span } from './scanner.ts'

export interface MappedString {
  readonly text: string
  /** For each UTF-16 unit of the text where it begins; and one more, for the end. */
  readonly offsets: readonly number[]
}

const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** `span` includes the quotes. The string was judged before. */
export function mapString(bytes: Buffer, span: Span): MappedString {
  const offsets: number[] = []
  let text = ''
  const end = span.end - 1
  for (let at = span.at + 1; at < end; ) {
    const byte = bytes[at]!
    const length = byte === backslash ? (bytes[at + 1] === 0x75 ? 6 : 2) : utf8Length(byte)
    const piece = byte === backslash ? unescaped(bytes, at) : bytes.toString('utf8', at, at + length)
    for (let unit = 0; unit < piece.length; unit++) offsets.push(at)
    text += piece
    at += length
  }
  return { text, offsets: [...offsets, end] }
}

function unescaped(bytes: Buffer, at: number): string {
  const letter = String.fromCharCode(bytes[at + 1]!)
  if (letter === 'u') return String.fromCharCode(Number.parseInt(bytes.toString('latin1', at + 2, at + 6), 16))
  return letters[letter] ?? letter
}

function utf8Length(byte: number): number {
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
}
