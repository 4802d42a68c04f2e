/** The hash of the program is SipHash-2-4 with 128 bits. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startProgram } from '../../../src/audit/json/program.ts'

interface Exports {
  readonly keyedHash: (at: number, end: number, key: number, answer: number) => void
}

const { memory, exports } = startProgram<Exports>(1)
const [keyAt, answerAt, textAt] = [0, 16, 64]
const room = Buffer.from(memory.buffer)

/** What lies behind the text must not count. */
function hashed(text: Uint8Array, key: Uint8Array): string {
  room.fill(0xa5)
  room.set(key, keyAt)
  room.set(text, textAt)
  exports.keyedHash(textAt, textAt + text.length, keyAt, answerAt)
  return room.toString('hex', answerAt, answerAt + 16)
}

/** By the paper, with numbers of any size. */
function plainlyHashed(text: Uint8Array, key: Uint8Array): string {
  const bits64 = (1n << 64n) - 1n
  const turn = (word: bigint, by: bigint) => ((word << by) | (word >> (64n - by))) & bits64
  const wordAt = (bytes: Uint8Array, at: number) => Buffer.from(bytes).readBigUInt64LE(at)
  const v = [0x736f6d6570736575n, 0x646f72616e646f6dn ^ 0xeen, 0x6c7967656e657261n, 0x7465646279746573n]
  const mix = (a: number, b: number, by: bigint, turns: boolean) => {
    v[a] = (v[a]! + v[b]!) & bits64
    v[b] = turn(v[b]!, by) ^ v[a]!
    if (turns) v[a] = turn(v[a]!, 32n)
  }
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) {
      mix(0, 1, 13n, true)
      mix(2, 3, 16n, false)
      mix(0, 3, 21n, false)
      mix(2, 1, 17n, true)
    }
  }
  for (const i of v.keys()) v[i] = v[i]! ^ wordAt(key, 8 * (i % 2))
  const padded = Buffer.alloc(8 * (Math.floor(text.length / 8) + 1))
  padded.set(text)
  padded[padded.length - 1] = text.length
  for (let at = 0; at < padded.length; at += 8) {
    v[3] = v[3]! ^ wordAt(padded, at)
    rounds(2)
    v[0] = v[0]! ^ wordAt(padded, at)
  }
  const answer = Buffer.alloc(16)
  for (const [at, mark, where] of [
    [0, 0xeen, 2],
    [8, 0xddn, 1],
  ] as const) {
    v[where] = v[where]! ^ mark
    rounds(4)
    answer.writeBigUInt64LE(
      v.reduce((all, word) => all ^ word),
      at,
    )
  }
  return answer.toString('hex')
}

const counted = (count: number) => Uint8Array.from({ length: count }, (_, i) => i)

test.each([
  [0, 'a3817f04ba25a8e66df67214c7550293'],
  [1, 'da87c1d86b99af44347659119b22fc45'],
])('of %i bytes that count up it is what its authors publish', (length, answer) => {
  expect(hashed(counted(length), counted(16))).toBe(answer)
  expect(plainlyHashed(counted(length), counted(16))).toBe(answer)
})

test('of random texts it is what the plain way answers', () => {
  const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength })
  fc.assert(
    fc.property(bytes(0, 300), bytes(16, 16), (text, key) => {
      expect(hashed(text, key)).toBe(plainlyHashed(text, key))
    }),
    { numRuns: 500, seed: 7 },
  )
})
