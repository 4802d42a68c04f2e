/**
 * Names as two numbers, so that a great many can be compared without being kept. Two names that have the same hash are taken for one: with 64
 * bits that is rare, and whoever calls should have nothing to lose by it but a needless warning. For what must not be confused there is SHA-256.
 */
import { randomBytes } from 'node:crypto'

/** 32-bit numbers in a hash. */
export const nameWords = 2

/** Others in each process, so that nobody can make up names that are confused. Factors are odd, so that multiplying by them loses nothing. */
const random = randomBytes(16)
const starts = [random.readInt32LE(0), random.readInt32LE(4)] as const
const factors = [random.readInt32LE(8) | 1, random.readInt32LE(12) | 1] as const

/** Writes the hash into `words`. */
export function hashName(name: string, words: Int32Array): void {
  let [first, second] = starts
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    first = stir(first, code, factors[0])
    second = stir(second, code, factors[1])
  }
  words[0] = first
  words[1] = second
}

/** Multiplying carries what differs to the higher bits, turning brings it back to the lower ones. */
function stir(lane: number, code: number, factor: number): number {
  return Math.imul(((lane << 5) | (lane >>> 27)) ^ code, factor)
}
