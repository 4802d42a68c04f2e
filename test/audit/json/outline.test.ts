/** Outlines tell of an object what its members say. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keysOf, outlineOf } from '../../../src/audit/json/outline.ts'
import { Walker } from '../../../src/audit/json/walker.ts'
import { hiddenWord, numberOf, tellingWords, type Word } from '../../../src/audit/json/words.ts'

const key = keysOf('kind', 'level', 'stage', 'user', 'username')
const walker = new Walker()

function read(json: string) {
  walker.lay(Buffer.from(json))
  return walker.read(0)!
}

test('every word is known by its number, as a key and as a value, and nothing else is', () => {
  const words = ['kind', 'None', 'Secret', 'serviceaccounts/token', 'certificatesigningrequests', 'username'] as const
  for (const word of words) {
    const { words: noted, from } = read(`{"${word}":"${word}"}`).notes!
    expect([noted[from + 5], noted[from + 6]]).toEqual([numberOf(word), numberOf(word)])
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.constantFrom(...words).map((word) => `${word}s`),
        fc.string(),
      ),
      (text) => {
        const { words: noted, from } = read(`{"a":${JSON.stringify(text)}}`).notes!
        const isPlain = !JSON.stringify(text).includes('\\')
        const isKnown = isPlain && noted[from + 6] !== 0
        if (isKnown) expect(noted[from + 6]).toBe(numberOf(text as Word))
        if (!isPlain) expect(noted[from + 6]).toBe(hiddenWord)
      },
    ),
  )
})

test('there is room for all words in an outline (`assembly/outline.ts`)', () => {
  expect(numberOf(tellingWords.at(-1)!)).toBeLessThan(64)
})

test('what a member says, and one within it: the last of that name', () => {
  const text = '{"level":"None","x":{"kind":1},"user":{"username":"a","username":"b","groups":["g"]}}'
  const outline = outlineOf(read(text))!
  expect(outline.wordOf(key.level)).toBe(numberOf('None'))
  expect(outline.textOf(key.level)).toBe('None')
  expect(outline.innerTextOf(key.user, key.username)).toBe('b')
  expect([outline.has(key.stage), outline.textOf(key.stage), outline.spanOf(key.stage)]).toEqual([false, null, null])
  expect([outline.has(key.kind), outline.innerTextOf(key.level, key.kind)]).toEqual([false, null])
  const { at, end } = outline.spanOf(key.user)!
  expect(text.slice(at, end)).toMatch(/^\{"username".*\]\}$/)
  expect(outline.someWithin(key.user, (inner) => inner === key.username)).toBe(true)
  expect(outline.someWithin(key.user, (inner) => inner === key.kind)).toBe(false)
})

test.each([
  ['a key that is there twice', '{"level":"None","level":"Request"}'],
  ['a key with escapes', '{"lev\\u0065l":"None"}'],
])('%s: there is no outline', (_, json) => {
  expect(outlineOf(read(json))).toBeNull()
})

test('the notes of an object are gone when the next is read; held members stay', () => {
  const [first, second] = [read('{"kind":"a"}'), read('{"kind":"b"}')]
  expect(outlineOf(first)).toBeNull()
  expect(() => first.members).toThrow('after the next one')
  second.hold()
  read('{}')
  expect(second.members).toHaveLength(1)
})
