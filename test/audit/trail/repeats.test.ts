/** What was sent before, and what calls itself the same. */
import { expect, test } from 'vitest'
import { type Origin, Repeats } from '../../../src/audit/trail/repeats.ts'

const origin: Origin = { bringer: null }
const bytes = (text: string) => Buffer.from(text)

test('the same bytes are known within the window, and not after it', () => {
  const repeats = new Repeats(1_000)
  expect(repeats.note(bytes('a'), 0, origin)).toEqual(expect.any(String))
  expect(repeats.note(bytes('a'), 999, { bringer: null })).toBe(origin)
  expect(repeats.note(bytes('a'), 1_000, origin)).toEqual(expect.any(String))
})

test('with a place they are known there alone', () => {
  const repeats = new Repeats(1_000)
  const keys = ['', '0 ["","k"]', '1 ["","k"]'].map((place) => repeats.note(bytes('a'), 0, origin, place))
  expect(new Set(keys).size).toBe(3)
  expect(keys).toEqual(keys.map(() => expect.any(String)))
  expect(repeats.note(bytes('a'), 0, origin, '1 ["","k"]')).toBe(origin)
  expect(repeats.note(bytes('b'), 0, origin, '1 ["","k"]')).toEqual(expect.any(String))
})

test('a name is used twice when other bytes had it within the window, whatever came in between', () => {
  const repeats = new Repeats(1_000)
  const named = (text: string, name: string, nowMs = 0) =>
    repeats.isNamesake(repeats.note(bytes(text), nowMs, origin) as string, name)
  expect(named('a', 'e1 Panic')).toBe(false)
  expect(named('b', 'e2 Panic')).toBe(false)
  expect(named('c', 'e1 Panic', 500)).toBe(true)
  // The first is forgotten now, the third is not.
  expect(named('d', 'e1 Panic', 1_200)).toBe(true)
  expect(named('e', 'e2 Panic', 1_200)).toBe(false)
  expect(named('f', 'e1 Panic', 3_000)).toBe(false)
})

test('what was forgotten and comes again is not its own namesake', () => {
  const repeats = new Repeats(1_000)
  for (let time = 0; time < 2; time++) {
    const key = repeats.note(bytes('a'), time, origin) as string
    expect(repeats.isNamesake(key, 'e1 Panic')).toBe(false)
    repeats.forget([key])
  }
})
