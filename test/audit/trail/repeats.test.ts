/** What was sent before, and what calls itself the same. */
import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Origin, Repeats } from '../../../src/audit/trail/repeats.ts'
import { auditRepeatsMax } from '../../../src/limits.ts'
import { parameters, timeout } from '../../property/runs.ts'
import { nameOf } from './names.ts'
import { type Noted, PlainRepeats } from './plain-repeats.ts'

const origin: Origin = { bringer: null }
const bytes = (text: string) => Buffer.from(text)

test('the same bytes are known within the window, and not after it', () => {
  const repeats = new Repeats(1_000)
  expect(repeats.note(bytes('a'), 0, origin)).toEqual(expect.any(Number))
  expect(repeats.note(bytes('a'), 999, { bringer: null })).toBe(origin)
  expect(repeats.note(bytes('a'), 1_000, origin)).toEqual(expect.any(Number))
})

test('what is noted with a time before the last one counts as of the last one', () => {
  const repeats = new Repeats(1_000)
  repeats.note(bytes('a'), 0, origin)
  repeats.note(bytes('b'), 1_000, origin)
  expect(repeats.note(bytes('a'), 500, origin)).toEqual(expect.any(Number))
  expect(repeats.note(bytes('a'), 1_999, origin)).toBe(origin)
  expect(repeats.note(bytes('a'), 2_000, origin)).toEqual(expect.any(Number))
})

test('with a place they are known there alone', () => {
  const repeats = new Repeats(1_000)
  const noted = ['', '0 ["","k"]', '1 ["","k"]'].map((place) => repeats.note(bytes('a'), 0, origin, place))
  expect(new Set(noted).size).toBe(3)
  expect(noted).toEqual(noted.map(() => expect.any(Number)))
  expect(repeats.note(bytes('a'), 0, origin, '1 ["","k"]')).toBe(origin)
  expect(repeats.note(bytes('b'), 0, origin, '1 ["","k"]')).toEqual(expect.any(Number))
})

test('where a place ends and bytes begin makes a difference', () => {
  const repeats = new Repeats(1_000)
  const parts = [
    { text: 'c', place: 'ab' },
    { text: 'bc', place: 'a' },
    { text: 'abc', place: '' },
  ]
  const noted = parts.map(({ text, place }) => repeats.note(bytes(text), 0, origin, place))
  expect(noted).toEqual(noted.map(() => expect.any(Number)))
})

test('bytes that are the hash of others and a place are neither', () => {
  const repeats = new Repeats(1_000)
  const made = hash('sha256', `${hash('sha256', 'c', 'hex')} ab`, 'buffer')
  expect(repeats.note(made, 0, origin)).toEqual(expect.any(Number))
  expect(repeats.note(bytes('c'), 0, origin, 'ab')).toEqual(expect.any(Number))
})

test.each([8, 64 * 1024, 1024 * 1024])('of %i bytes each counts', (length) => {
  const repeats = new Repeats(1_000)
  const text = Buffer.alloc(length, 'x')
  expect(repeats.note(text, 0, origin)).toEqual(expect.any(Number))
  expect(repeats.note(Buffer.from(text), 0, { bringer: null })).toBe(origin)
  for (const at of [0, length >> 1, length - 1]) {
    const other = Buffer.from(text)
    other[at]! ^= 1
    expect(repeats.note(other, 0, origin)).toEqual(expect.any(Number))
  }
  expect(repeats.note(text.subarray(1), 0, origin)).toEqual(expect.any(Number))
})

test('what is over is over at once, even when it is more than one call clears away', () => {
  const repeats = new Repeats(1_000)
  const texts = Array.from({ length: 500 }, (_, i) => `${i}`)
  const first = texts.map((text) => repeats.note(bytes(text), 0, origin) as number)
  for (const [i, noted] of first.entries()) expect(repeats.isNamesake(noted, nameOf(`name ${i}`))).toBe(false)
  const later: Origin = { bringer: null }
  const again = repeats.note(bytes('499'), 1_000, later)
  expect(again).toEqual(expect.any(Number))
  expect(repeats.isNamesake(again as number, nameOf('name 498'))).toBe(false)
  expect(repeats.isNamesake(first[497]!, nameOf('name 498'))).toBe(false)
  repeats.forget(first)
  expect(repeats.note(bytes('499'), 1_000, origin)).toBe(later)
  expect(repeats.note(bytes('498'), 1_000, origin)).toEqual(expect.any(Number))
})

test('a name goes with what had it last, and with nothing that had it before', () => {
  const repeats = new Repeats(1_000)
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((text) => repeats.note(bytes(text), 0, origin) as number)
  expect(repeats.isNamesake(a!, nameOf('e1 Panic'))).toBe(false)
  expect(repeats.isNamesake(b!, nameOf('e1 Panic'))).toBe(true)
  repeats.forget([a!])
  expect(repeats.isNamesake(c!, nameOf('e1 Panic'))).toBe(true)
  repeats.forget([c!])
  expect(repeats.isNamesake(d!, nameOf('e1 Panic'))).toBe(false)
})

test('a name is used twice when other bytes had it within the window, whatever came in between', () => {
  const repeats = new Repeats(1_000)
  const named = (text: string, name: string, nowMs = 0) =>
    repeats.isNamesake(repeats.note(bytes(text), nowMs, origin) as number, nameOf(name))
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
    const noted = repeats.note(bytes('a'), time, origin) as number
    expect(repeats.isNamesake(noted, nameOf('e1 Panic'))).toBe(false)
    repeats.forget([noted])
  }
})

test('who forgets too late does not make others forget', () => {
  const repeats = new Repeats(1_000)
  const late = repeats.note(bytes('a'), 0, origin) as number
  const later: Origin = { bringer: null }
  repeats.note(bytes('a'), 1_000, later)
  repeats.forget([late])
  expect(repeats.note(bytes('a'), 1_000, origin)).toBe(later)
})

test('what is forgotten keeps hold of nobody, however often it comes', () => {
  const repeats = new Repeats(1_000, 4)
  repeats.note(bytes('kept'), 0, origin)
  // The first of four that remain stays the first, although many more have come since.
  for (let i = 0; i < 10_000; i++) repeats.forget([repeats.note(bytes(`${i}`), 0, { bringer: null }) as number])
  expect(repeats.note(bytes('kept'), 0, { bringer: null })).toBe(origin)
})

test('at the bound the oldest goes first: of 300,000 the last 200,000 are known, and no others', { timeout }, () => {
  const repeats = new Repeats(1_000)
  const all = 300_000
  const own = Buffer.alloc(8)
  const note = (i: number, by: Origin) => {
    own.writeDoubleLE(i)
    return repeats.note(own, 0, by)
  }
  const tickets = new Set<number>()
  for (let i = 0; i < all; i++) {
    const noted = note(i, origin) as number
    if (i % 2 === 0 && repeats.isNamesake(noted, nameOf(`${i}`))) throw new Error(`nobody else is called ${i}`)
    tickets.add(noted)
  }
  expect(tickets.size).toBe(all)
  // At the bound each call makes room for one more, and so forgets one; that is not what is looked at here.
  const last = note(all, origin) as number
  repeats.forget([last])
  const other: Origin = { bringer: null }
  const known = (i: number) => note(i, other) === origin
  const wrong: number[] = []
  for (let i = all - auditRepeatsMax + 1; i < all; i++) if (!known(i)) wrong.push(i)
  for (let i = 0; i <= all - auditRepeatsMax; i++) if (known(i)) wrong.push(i)
  expect(wrong).toEqual([])
})

/** What a random caller does. `which`: counted back from what was noted last. */
type Action =
  | { readonly does: 'note'; readonly values: readonly number[]; readonly place: string; readonly by: number }
  | { readonly does: 'forget'; readonly which: readonly number[] }
  | { readonly does: 'name'; readonly which: number; readonly name: string }
  | { readonly does: 'wait'; readonly ms: number }

const anyWhich = fc.nat(5)
const anyBurst = fc.tuple(fc.nat(9), fc.integer({ min: 30, max: 80 }))
const anyValues = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }) },
  { weight: 2, arbitrary: fc.array(fc.nat(80), { minLength: 1, maxLength: 3 }) },
  // More than one call clears away.
  { weight: 1, arbitrary: anyBurst.map(([from, count]) => Array.from({ length: count }, (_, i) => from + i)) },
)
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('note' as const),
      values: anyValues,
      place: fc.constantFrom('', '', 'p'),
      by: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('forget' as const), which: fc.array(anyWhich, { maxLength: 6 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('name' as const), which: anyWhich, name: fc.constantFrom('x', 'y', '') }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.nat(12) }) },
)
const anyRun = fc.record({
  windowMs: fc.constantFrom(0, 5, 20, 40),
  max: fc.constantFrom(1, 3, 6, 40, 100),
  actions: fc.array(anyAction, { minLength: 1, maxLength: 80 }),
})

test('whatever comes, it answers as two plain maps do', { timeout }, () => {
  fc.assert(
    fc.property(anyRun, ({ windowMs, max, actions }) => {
      const repeats = new Repeats(windowMs, max)
      const plain = new PlainRepeats(windowMs, max)
      const origins: Origin[] = [{ bringer: null }, { bringer: null }, { bringer: null }]
      const noted: { real: number; model: Noted }[] = []
      const backwards = (which: number) => noted.at(-1 - which)
      let nowMs = 0
      for (const action of actions) {
        switch (action.does) {
          case 'note':
            for (const value of action.values) {
              const by = origins[action.by]!
              const real = repeats.note(bytes(`${value}`), nowMs, by, action.place)
              const model = plain.note(`${value}`, nowMs, by, action.place)
              if (typeof real !== 'number') expect(model).toBe(real)
              else {
                expect(model).toHaveProperty('key')
                noted.push({ real, model: model as Noted })
              }
            }
            break
          case 'forget': {
            const chosen = action.which.flatMap((which) => backwards(which) ?? [])
            repeats.forget(chosen.map(({ real }) => real))
            plain.forget(chosen.map(({ model }) => model))
            break
          }
          case 'name': {
            const chosen = backwards(action.which)
            if (chosen === undefined) break
            expect(repeats.isNamesake(chosen.real, nameOf(action.name))).toBe(
              plain.isNamesake(chosen.model, action.name),
            )
            break
          }
          case 'wait':
            nowMs += action.ms
        }
      }
      expect(new Set(noted.map(({ real }) => real)).size).toBe(noted.length)
    }),
    { ...parameters, numRuns: 4 * parameters.numRuns! },
  )
})
