/**
 * Strings of JSON as text: what a key or a short value says, escapes resolved; for names and small values, never for whole events. Asking
 * whether a key or a value is a known word compares bytes and makes no string.
 */
import { backslash, quote } from './bytes.ts'
import type { Member, Span } from './scanner.ts'

/** What the key says. Keys may be written with escapes, which must not hide them. */
export function keyOf(bytes: Buffer, { keyAt, keyEnd }: Member): string {
  return textBetween(bytes, keyAt, keyEnd)
}

/** What the value says when it is a string; null for every other kind. The span was judged before. */
export function stringOf(bytes: Buffer, { at, end }: Span): string | null {
  return bytes[at] === quote ? textBetween(bytes, at, end) : null
}

/** `word` is ASCII. */
export function keyIs(bytes: Buffer, { keyAt, keyEnd }: Member, word: string): boolean {
  return isWord(bytes, keyAt, keyEnd, word)
}

/** Whether the value is a string and says `word`, which is ASCII. */
export function stringIs(bytes: Buffer, { at, end }: Span, word: string): boolean {
  return bytes[at] === quote && isWord(bytes, at, end, word)
}

/** The last member of that name: the one that counts for all readers that accept repeated keys. */
export function findMember<M extends Member>(bytes: Buffer, members: readonly M[], name: string): M | undefined {
  for (let i = members.length - 1; i >= 0; i--) if (keyIs(bytes, members[i]!, name)) return members[i]
  return undefined
}

function isWord(bytes: Buffer, at: number, end: number, word: string): boolean {
  const { length } = word
  const written = end - at - 2
  if (written === length) {
    for (let i = 0; i < length; i++) if (bytes[at + 1 + i] !== word.charCodeAt(i)) return false
    return true
  }
  // With escapes it is longer than what it says.
  return written > length && hasEscape(bytes, at, end) && textBetween(bytes, at, end) === word
}

function textBetween(bytes: Buffer, at: number, end: number): string {
  if (hasEscape(bytes, at, end)) return JSON.parse(bytes.toString('utf8', at, end)) as string
  return bytes.toString('utf8', at + 1, end - 1)
}

function hasEscape(bytes: Buffer, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (bytes[i] === backslash) return true
  return false
}
