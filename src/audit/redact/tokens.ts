/**
 * Finds what looks like a JWT, wherever in a record it stands: three parts of base64url with dots between them, of which
 *
 * - the first is the beginning of a JSON object (`eyJ…`), whatever the others are: one of a signature or of an encryption (five parts);
 * - or all three are long, and mix capitals, small letters and digits. Names of hosts, groups and pods have dots as well, but not that.
 *
 * Works on bytes, JSON or not, in one pass: `"` and white space are in no token, so strings need not be told apart. A backslash is
 * passed over with what it escapes; only a string that writes letters as `\u00xx`, which no usual encoder does, is read as text.
 */
import { backslash, quote, table } from '../json/bytes.ts'
import { mapString } from '../json/mapped-string.ts'
import type { JsonObject } from '../json/read-object.ts'
import type { Span } from '../json/scanner.ts'

const isTokenByte = table((byte) => /[\w.-]/.test(String.fromCharCode(byte)))
const dot = 0x2e
const [letterE, letterW, letterY] = [0x65, 0x77, 0x79]

/** Parts that are no JSON are tokens from so many characters on. */
const opaqueLengthMin = 16
const opaque = new RegExp(`^[\\w-]{${opaqueLengthMin},}\\.[\\w-]{${opaqueLengthMin},}\\.[\\w-]{${opaqueLengthMin},}$`)
/** How the beginning of a JSON object looks in base64url: `{"`, or with white space between. */
const headerBegin = /e(?:y[A-DI-L]|w[k-r0-3])/g

/** What is decoded to see whether it is one: room for a brace, a line break and some indentation. */
const headerLength = 20

/** In order, none within another. */
export function findTokens(bytes: Buffer): Span[] {
  // Only `\u00xx` hides letters, and hardly any encoder writes a letter so.
  return bytes.includes('\\u') ? findAmongEscapes(bytes) : findAroundDots(bytes, 0, bytes.length)
}

/** A quick no for most objects: only strings with two dots can hold one, and those were noted when it was read. */
export function mayHoldTokens({ bytes, dotted }: JsonObject): boolean {
  if (dotted === null) return true
  for (let i = 0; i < dotted.length; i += 2) {
    if (findAroundDots(bytes, dotted[i]!, dotted[i + 1]!).length > 0) return true
  }
  return false
}

/** Every token has two dots. They are rare, so they are looked for, and then what is around them. */
function findAroundDots(bytes: Buffer, start: number, end: number): Span[] {
  const found: Span[] = []
  for (let at = start, from = start; ; from = at) {
    while (at < end && bytes[at] !== dot) at++
    if (at >= end) return found
    let begin = at
    while (begin > from && isTokenByte[bytes[begin - 1]!] === 1) begin--
    // A letter behind a backslash is an escape, unless the backslash is one.
    if (begin > 0 && bytes[begin - 1] === backslash && isEscaped(bytes, begin)) begin++
    let dots = 0
    for (at = begin; at < end && isTokenByte[bytes[at]!] === 1; at++) if (bytes[at] === dot) dots++
    if (dots >= 2 && mayBeToken(bytes, begin, at)) addTokens(bytes, begin, at, found)
  }
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(bytes: Buffer, at: number): boolean {
  let first = at
  while (first > 0 && bytes[first - 1] === backslash) first--
  return (at - first) % 2 === 1
}

/** A quick no for names and addresses: too short, and without the first letters of a header. */
function mayBeToken(bytes: Buffer, at: number, end: number): boolean {
  if (end - at >= 3 * opaqueLengthMin + 2) return true
  for (let i = at; i < end - 1; i++) {
    if (bytes[i] === letterE && (bytes[i + 1] === letterY || bytes[i + 1] === letterW)) return true
  }
  return false
}

function addTokens(bytes: Buffer, begin: number, end: number, found: Span[]): void {
  const text = bytes.toString('latin1', begin, end)
  for (const each of tokensOf(text)) found.push({ at: begin + each.at, end: begin + each.end })
}

/** The same with all strings told apart. */
function findAmongEscapes(bytes: Buffer): Span[] {
  const found: Span[] = []
  const { length } = bytes
  let stringAt = -1
  let isHidden = false
  for (let at = 0; at < length; ) {
    const byte = bytes[at]!
    if (isTokenByte[byte] === 1) {
      const begin = at
      let dots = 0
      for (; at < length && isTokenByte[bytes[at]!] === 1; at++) if (bytes[at] === dot) dots++
      if (dots >= 2 && mayBeToken(bytes, begin, at)) addTokens(bytes, begin, at, found)
      continue
    }
    if (byte === backslash) {
      const isLong = bytes[at + 1] === 0x75
      isHidden ||= isLong && hidesToken(bytes, at)
      at += isLong ? 6 : 2
      continue
    }
    at++
    if (byte !== quote) continue
    if (stringAt !== -1 && isHidden) addHidden(bytes, { at: stringAt, end: at }, found)
    stringAt = stringAt === -1 ? at - 1 : -1
    isHidden = false
  }
  return found
}

/** Whether the escape stands for a character that a token may have. */
function hidesToken(bytes: Buffer, at: number): boolean {
  const code = Number.parseInt(bytes.toString('latin1', at + 2, at + 6), 16)
  return code < 0x80 && isTokenByte[code] === 1
}

/** A string that was written with needless escapes: what was found in its bytes gives way to what is found in its text. */
function addHidden(bytes: Buffer, span: Span, found: Span[]): void {
  while (found.length > 0 && found.at(-1)!.at > span.at) found.pop()
  const { text, offsets } = mapString(bytes, span)
  for (const run of text.matchAll(/[\w.-]+/g)) {
    for (const each of tokensOf(run[0])) {
      found.push({ at: offsets[run.index + each.at]!, end: offsets[run.index + each.end]! })
    }
  }
}

/** In a run of characters that tokens may have. */
function tokensOf(run: string): Span[] {
  if (opaque.test(run) && /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run)) return [{ at: 0, end: run.length }]
  const found: Span[] = []
  headerBegin.lastIndex = 0
  for (let match = headerBegin.exec(run); match; match = headerBegin.exec(run)) {
    const at = match.index
    headerBegin.lastIndex = at + 1
    if (!beginsObject(run.slice(at, at + headerLength))) continue
    const end = endOfParts(run, at)
    // Then there are too few parts behind what begins later as well.
    if (end === -1) break
    found.push({ at, end })
    headerBegin.lastIndex = end
  }
  return found
}

function beginsObject(text: string): boolean {
  return /^\{\s*"/.test(Buffer.from(text.split('.', 1)[0]!, 'base64url').toString('latin1'))
}

/** Of three parts, or of five. -1: there are fewer. */
function endOfParts(run: string, at: number): number {
  const dots: number[] = []
  for (let dot = run.indexOf('.', at); dot !== -1 && dots.length < 5; dot = run.indexOf('.', dot + 1)) dots.push(dot)
  if (dots.length < 2) return -1
  return dots[dots.length < 4 ? 2 : 4] ?? run.length
}
