/**
 * Two byte strings that should be one, for people: both with everything invisible made visible, cut to what lies around the first
 * difference, and a caret below it.
 *
 *     expected …"ab⟨f0⟩⟨9f⟩"␊
 *     got      …"ab😀"␊
 *                  ^ byte 3
 */
import { isUtf8 } from 'node:buffer'

export interface Difference {
  readonly expected: string
  readonly got: string
  /** Spaces up to the column of the first difference in both. */
  readonly indent: string
  /** 0-based offset of the first byte that differs. */
  readonly byteOffset: number
  /** 1-based, of that byte. */
  readonly line: number
}

/** Characters shown before and after the first difference. */
const charactersBefore = 60
const charactersAfter = 90
const bytesOfCharacterMax = 4

/** The two must differ. */
export function showDifference(expected: Uint8Array, got: Uint8Array): Difference {
  const byteOffset = firstDifference(expected, got)
  const from = characterStart(expected, byteOffset - charactersBefore * bytesOfCharacterMax)
  const to = byteOffset + charactersAfter * bytesOfCharacterMax
  const left = glyphsOf(expected.subarray(from, to))
  const right = glyphsOf(got.subarray(from, to))
  // A character can differ before the byte that does: a whole one and a broken one may begin alike.
  let same = 0
  while (same < left.length && left[same] === right[same]) same++
  const before = left.slice(Math.max(0, same - charactersBefore), same)
  const head = from > 0 || before.length < same ? ['…', ...before] : before
  const show = (glyphs: readonly string[], bytes: Uint8Array) => {
    const shown = glyphs.slice(same, same + charactersAfter)
    return [...head, ...shown, to < bytes.length || shown.length < glyphs.length - same ? '…' : ''].join('')
  }
  return {
    expected: show(left, expected),
    got: show(right, got),
    indent: ' '.repeat(head.reduce((sum, glyph) => sum + columnsOf(glyph), 0)),
    byteOffset,
    line: Buffer.from(expected.subarray(0, byteOffset)).toString('latin1').split('\n').length,
  }
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  return at
}

/** The nearest start of a character at or before `at`; that of the bytes for a negative one. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = Math.max(0, at)
  while (start > 0 && start > at - bytesOfCharacterMax && (bytes[start]! & 0xc0) === 0x80) start--
  return start
}

/** One string for each character, or for each byte that belongs to none. */
function glyphsOf(bytes: Uint8Array): string[] {
  const glyphs: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes[at]!)
    const character = bytes.subarray(at, at + length)
    if (length > 0 && character.length === length && isUtf8(character)) {
      glyphs.push(visible(Buffer.from(character).toString('utf8')))
      at += length
    } else {
      glyphs.push(`⟨${bytes[at]!.toString(16).padStart(2, '0')}⟩`)
      at++
    }
  }
  return glyphs
}

/** What the first byte says; 0 when no character begins so. */
function characterLength(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2) return 0
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
}

const controlPictures = 0x2400
const deletePicture = '\u{2421}'

/** ASCII controls have pictures of their own: ␀ ␉ ␊ ␛. What else is invisible or moves text about is told by its number. */
function visible(character: string): string {
  const code = character.codePointAt(0)!
  if (code < 0x20) return String.fromCodePoint(controlPictures + code)
  if (code === 0x7f) return deletePicture
  const plain = character === ' ' || !/[\p{C}\p{Z}]/u.test(character)
  return plain ? character : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** Columns that terminals give to a glyph: East Asian characters and emoji take two, marks none. */
function columnsOf(glyph: string): number {
  if (glyph.length > 2) return glyph.length
  if (/^\p{M}/u.test(glyph)) return 0
  const wide = /^[\p{Emoji_Presentation}\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\u{ff01}-\u{ff60}]/u
  return wide.test(glyph) ? 2 : 1
}
