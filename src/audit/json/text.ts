/**
 * Strings of JSON as text: what a key or a short value says, escapes resolved; for names and small values, never for whole events. Asking
 * whether a key or a value is a known word compares bytes and makes no string.
 */
import { backslash, quote } from './bytes.ts'
import type { Key, Member, Span } from './scanner.ts'

/** What the key says. Keys may be written with escapes, which must not hide them. */
export function keyOf(bytes: Buffer, { keyAt, keyEnd }: Member): string {
  return textBetween(bytes, keyAt, keyEnd)
}

/** What the value says when it is a string; null for every other kind. The span was judged before. */
export function stringOf(bytes: Buffer, { at, end }: Span): string | null {
  return bytes[at] === quote ? textBetween(bytes, at, end) : null
}

/** `word` is ASCII. */
export function keyIs(bytes: Buffer, { keyAt, keyEnd }: Key, word: string): boolean {
  return isWord(bytes, keyAt, keyEnd, word)
}

/** Whether the value is a string and says `word`, which is ASCII. */
export function stringIs(bytes: Buffer, { at, end }: Span, word: string): boolean {
  return bytes[at] === quote && isWord(bytes, at, end, word)
}

/** The last member of that name: the one that counts for all readers that accept repeated keys. */
export function findMember<M extends Member>(bytes: Buffer, members: readonly M[], name: string): M | undefined {
  const first = name.charCodeAt(0)
  for (let i = members.length - 1; i >= 0; i--) {
    const member = members[i]!
    const byte = bytes[member.keyAt + 1]!
    // Most are told by that already.
    if ((byte === first || byte === backslash) && keyIs(bytes, member, name)) return member
  }
  return undefined
}

/** Most are told by their first byte. */
function isWord(bytes: Buffer, at: number, end: number, word: string): boolean {
  const { length } = word
  // With escapes it is longer than what it says.
  if (end - at - 2 < length) return false
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + 1 + i]
    if (byte === backslash) return textBetween(bytes, at, end) === word
    if (byte !== word.charCodeAt(i)) return false
  }
  return bytes[at + 1 + length] === quote
}

/** Most are ASCII without escapes, and those cost the least to read. */
function textBetween(bytes: Buffer, at: number, end: number): string {
  const text = bytes.toString('latin1', at + 1, end - 1)
  if (!isOdd.test(text)) return text
  return text.includes('\\')
    ? (JSON.parse(bytes.toString('utf8', at, end)) as string)
    : bytes.toString('utf8', at + 1, end - 1)
}

/** A backslash, or no ASCII. */
const isOdd = /[\\\x80-\xff]/
