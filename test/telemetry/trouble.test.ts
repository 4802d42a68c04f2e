/** The first of a kind in a window is said, the others are counted, and no number is lost. */
import { beforeEach, expect, test } from 'vitest'
import { Trouble } from '../../src/telemetry/trouble.ts'

let now = 0
let said: [string, string, number][] = []
let trouble: Trouble

beforeEach(() => {
  now = 0
  said = []
  trouble = new Trouble({
    windowMs: 1000,
    nowMs: () => now,
    say: (kind, detail, heldBack) => said.push([kind, detail, heldBack]),
  })
})

test('the first is said at once, the next ones are held back until the window is over', () => {
  trouble.report('full', 'first')
  now = 999
  trouble.report('full', 'second')
  trouble.report('full', 'third')
  now = 1000
  trouble.report('full', 'fourth')
  expect(said).toEqual([
    ['full', 'first', 0],
    ['full', 'fourth', 2],
  ])
})

test('kinds do not hold each other back', () => {
  trouble.report('full', 'a')
  trouble.report('broken', 'b')
  expect(said.map(([kind]) => kind)).toEqual(['full', 'broken'])
})

test('the end says what was held back, the last one standing for all', () => {
  for (const detail of ['1', '2', '3']) trouble.report('full', detail)
  trouble.report('broken', 'once')
  trouble.close()
  expect(said).toEqual([
    ['full', '1', 0],
    ['broken', 'once', 0],
    ['full', '3', 1],
  ])
})

test('kinds are bounded; of a forgotten one nothing is lost', () => {
  trouble.report('k0', 'said')
  trouble.report('k0', 'held')
  for (let i = 1; i <= 1000; i++) trouble.report(`k${i}`, 'said')
  expect(said.filter(([kind]) => kind === 'k0')).toEqual([
    ['k0', 'said', 0],
    ['k0', 'held', 0],
  ])
})
