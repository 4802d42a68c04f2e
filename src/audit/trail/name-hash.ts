/**
 * Names as two numbers, so that a great many can be compared without being kept. Two names that have the same hash are taken for one: with 64
 * bits that is rare, and whoever calls should have nothing to lose by it but a needless warning. For what must not be confused there is SHA-256.
 */
import { bufferOf } from '../json/bytes.ts'
import { hashKeyBytes, nameHashKey } from '../json/hash-keys.ts'
import { startProgram } from '../json/program.ts'
import type { Span } from '../json/scanner.ts'
import { stringOf } from '../json/text.ts'

/** 32-bit numbers in a hash. */
export const nameWords = 2

/** What a record calls itself: two strings of JSON in `bytes`, as they are written there, and borrowed. Each has some 10,000 bytes at most. */
export interface RecordName {
  readonly bytes: Uint8Array
  readonly first: Span
  readonly second: Span
}

interface Exports {
  /** `json/assembly/name-hash.ts`. */
  readonly nameHash: (at: number, end: number, at2: number, end2: number, key: number, answer: number) => void
}

const { memory, exports } = startProgram<Exports>(1)
const room = new Uint8Array(memory.buffer)
/** The key and the answer, then both strings; a few bytes behind each may be read. */
const [keyAt, answerAt, firstAt, secondAt] = [0, hashKeyBytes, 1024, 32 * 1024]
room.set(nameHashKey, keyAt)
const answer = new Int32Array(memory.buffer, answerAt, nameWords)

/** For people. */
export function textOfName({ bytes, first, second }: RecordName): string {
  const text = bufferOf(bytes)
  return `${stringOf(text, first)} ${stringOf(text, second)}`
}

/** Writes the hash into `words`; the first of them is not zero. */
export function hashName({ bytes, first, second }: RecordName, words: Int32Array): void {
  room.set(bytes.subarray(first.at, first.end), firstAt)
  room.set(bytes.subarray(second.at, second.end), secondAt)
  const [firstEnd, secondEnd] = [firstAt + first.end - first.at, secondAt + second.end - second.at]
  exports.nameHash(firstAt, firstEnd, secondAt, secondEnd, keyAt, answerAt)
  words[0] = answer[0]!
  words[1] = answer[1]!
}
