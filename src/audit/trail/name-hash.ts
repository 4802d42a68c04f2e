/**
 * Names as two numbers, so that a great many can be compared without being kept. Two names that have the same hash are taken for one: with 64
 * bits that is rare, and whoever calls should have nothing to lose by it but a needless warning. For what must not be confused there is SHA-256.
 */
import { randomBytes } from 'node:crypto'
import { bufferOf } from '../json/bytes.ts'
import type { Span } from '../json/scanner.ts'
import { stringOf } from '../json/text.ts'

/** 32-bit numbers in a hash. */
export const nameWords = 2

/** Others in each process, so that nobody can make up names that are confused. Factors are odd, so that multiplying by them loses nothing. */
const random = randomBytes(16)
const starts = [random.readInt32LE(0), random.readInt32LE(4)] as const
const factors = [random.readInt32LE(8) | 1, random.readInt32LE(12) | 1] as const

/** What a record calls itself: two strings of JSON in `bytes`, as they are written there, and borrowed. */
export interface RecordName {
  readonly bytes: Uint8Array
  readonly first: Span
  readonly second: Span
}

/** For people. */
export function textOfName({ bytes, first, second }: RecordName): string {
  const text = bufferOf(bytes)
  return `${stringOf(text, first)} ${stringOf(text, second)}`
}

/** Writes the hash into `words`; the first of them is not zero. */
export function hashName({ bytes, first, second }: RecordName, words: Int32Array): void {
  words[0] = starts[0]
  words[1] = starts[1]
  stirIn(bytes, first, words)
  stirIn(bytes, second, words)
  words[0] ||= 1
}

function stirIn(bytes: Uint8Array, { at, end }: Span, words: Int32Array): void {
  let [first, second] = [words[0]!, words[1]!]
  for (let i = at; i < end; i++) {
    first = stir(first, bytes[i]!, factors[0])
    second = stir(second, bytes[i]!, factors[1])
  }
  words[0] = first
  words[1] = second
}

/** Multiplying carries what differs to the higher bits, turning brings it back to the lower ones. */
function stir(lane: number, byte: number, factor: number): number {
  return Math.imul(((lane << 5) | (lane >>> 27)) ^ byte, factor)
}
