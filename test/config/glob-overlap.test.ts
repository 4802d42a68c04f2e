/** Two patterns overlap exactly when some text fits both: tried out over every short pattern and text. */
import { expect, test } from 'vitest'
import { globsOverlap } from '../../src/config/glob-overlap.ts'
import { compileGlob } from '../../src/pipeline/glob.ts'

/** All words over the alphabet, up to the length. */
function wordsOf(alphabet: string, lengthMax: number): string[] {
  const words = ['']
  for (let at = 0, end = 1; lengthMax > 0; lengthMax--, at = end, end = words.length) {
    for (const word of words.slice(at, end)) words.push(...[...alphabet].map((letter) => word + letter))
  }
  return words
}

test('every pair of short patterns', () => {
  const patterns = wordsOf('ab*', 3)
  // What two patterns share, they share in a text that is no longer than both of them.
  const texts = wordsOf('ab', 6)
  const fitting = patterns.map((pattern) => new Set(texts.filter(compileGlob(pattern))))
  const wrong = patterns.flatMap((a, i) =>
    patterns
      .filter((b, j) => globsOverlap(a, b) !== [...fitting[i]!].some((text) => fitting[j]!.has(text)))
      .map((b) => `${a} and ${b}`),
  )
  expect(patterns.length).toBe(40)
  expect(wrong).toEqual([])
})

test.each([
  ['mesh-*', '*-east', true],
  ['mesh-a*', 'mesh-b*', false],
  ['*a*b*', 'ab', true],
  ['*a*b*', 'ba', false],
])('%s and %s: %s', (a, b, overlap) => {
  expect([globsOverlap(a, b), globsOverlap(b, a)]).toEqual([overlap, overlap])
})

test('long patterns of many stars take no longer than length times length', () => {
  expect(globsOverlap(`${'a*'.repeat(500)}x`, `${'*a'.repeat(500)}y`)).toBe(false)
})
