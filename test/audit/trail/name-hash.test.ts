/** Names that differ have hashes that differ. */
import { expect, test } from 'vitest'
import { hashName, nameWords, textOfName } from '../../../src/audit/trail/name-hash.ts'
import { nameOf } from './names.ts'

function hashOf(name: string): string {
  const words = new Int32Array(nameWords)
  hashName(nameOf(name), words)
  return words.join()
}

test('the same name has the same hash, whatever was hashed before', () => {
  const first = hashOf('e1 Panic')
  hashOf('another')
  expect(hashOf(['e1', 'Panic'].join(' '))).toBe(first)
})

test.each([
  ['one character at its end', 'e1 Panic', 'e1 Panid'],
  ['one character at its start', 'a1 Panic', 'b1 Panic'],
  ['the order of characters', 'ab', 'ba'],
  ['its length', 'a', 'aa'],
  ['being empty', '', 'a'],
  ['where its parts end', 'a bc', 'ab c'],
  ['the order of its parts', 'a b', 'b a'],
])('a name that differs in %s has another', (_what, name, other) => {
  expect(hashOf(name)).not.toBe(hashOf(other))
})

test('fifty thousand names that are alike have as many', () => {
  const count = 50_000
  const hashes = Array.from({ length: count }, (_, i) =>
    hashOf(`${i.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000 ResponseComplete`),
  )
  expect(new Set(hashes).size).toBe(count)
})

test('people read what it says', () => {
  expect(textOfName(nameOf('e1 Pa"nic'))).toBe('e1 Pa"nic')
})
