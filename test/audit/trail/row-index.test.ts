/** Rows are found by their keys, however many come and go. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RowIndex } from '../../../src/audit/trail/row-index.ts'
import { Rows } from '../../../src/audit/trail/rows.ts'
import { parameters, timeout } from '../../property/runs.ts'

/** An index by the middle two of four numbers in a row. */
function rig() {
  const rows = new Rows(4)
  const index = new RowIndex(rows, { field: 1, length: 2 })
  const make = (first: number, second: number) => {
    const row = rows.add()
    rows.set(row, 1, first)
    rows.set(row, 2, second)
    return row
  }
  const find = (first: number, second: number) => index.find(Int32Array.of(first, second))
  return { rows, index, make, find }
}

test('rows keep their numbers, across blocks', () => {
  const rows = new Rows(3)
  for (let i = 0; i < 10_000; i++) {
    expect(rows.add()).toBe(i)
    for (let field = 0; field < 3; field++) rows.set(i, field, 3 * i + field)
  }
  for (const i of [0, 4_095, 4_096, 8_191, 8_192, 9_999]) {
    expect([0, 1, 2].map((field) => rows.get(i, field))).toEqual([3 * i, 3 * i + 1, 3 * i + 2])
  }
})

test('a row is found from when it was added to when it is removed', () => {
  const { index, make, find } = rig()
  const row = make(7, -1)
  expect(find(7, -1)).toBe(-1)
  index.add(row)
  expect(find(7, -1)).toBe(row)
  expect(find(7, 1)).toBe(-1)
  index.remove(row)
  expect(find(7, -1)).toBe(-1)
})

test('to remove a row that is not there does nothing, though another with its key is', () => {
  const { index, make, find } = rig()
  const [there, notThere] = [make(7, 7), make(7, 7)]
  index.add(there)
  index.remove(notThere)
  expect(find(7, 7)).toBe(there)
})

test('a hundred thousand come, every other one goes, and each is found or not', { timeout }, () => {
  const { index, make, find } = rig()
  const all = 100_000
  // Many begin alike, and those lie at no regular distance.
  const keyOf = (i: number) => [i & 3, i ^ (i >>> 9)] as const
  for (let i = 0; i < all; i++) index.add(make(...keyOf(i)))
  for (let i = 0; i < all; i += 2) index.remove(i)
  const wrong: number[] = []
  for (let i = 0; i < all; i++) if (find(...keyOf(i)) !== (i % 2 === 0 ? -1 : i)) wrong.push(i)
  expect(wrong).toEqual([])
})

test('rows that come and go leave nothing behind', () => {
  const { index, make } = rig()
  const row = make(1, 2)
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 400_000; i++) {
    index.add(row)
    index.remove(row)
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(65_536)
})

test('it answers as a map does, however rows come and go', { timeout }, () => {
  // So many that most parts grow twice, and rows stand in each other's way; each time it is named, a key comes or goes.
  const anyToggles = fc.array(fc.nat(1_999), { minLength: 2_000, maxLength: 4_000 })
  fc.assert(
    fc.property(anyToggles, (toggles) => {
      const { index, make, find } = rig()
      const model = new Map<number, number>()
      for (const key of toggles) {
        const there = model.get(key)
        expect(find(key, key)).toBe(there ?? -1)
        if (there === undefined) {
          const row = make(key, key)
          index.add(row)
          model.set(key, row)
        } else {
          index.remove(there)
          model.delete(key)
        }
      }
      for (let key = 0; key < 2_000; key++) expect(find(key, key)).toBe(model.get(key) ?? -1)
    }),
    { ...parameters, numRuns: Math.ceil(parameters.numRuns! / 16) },
  )
})

test('keys that want the same place are told apart, in any order of going', () => {
  // Whatever they are multiplied by, what differs in the highest bits alone has one place: four keys in each of four parts.
  const keys = Array.from({ length: 16 }, (_, i) => [(i & 3) << 30, (i >> 2) << 30] as const)
  for (const order of [keys, keys.toReversed()]) {
    const { index, make, find } = rig()
    const rows = new Map(keys.map((key) => [key, make(...key)]))
    for (const row of rows.values()) index.add(row)
    for (const key of order) {
      expect(find(...key)).toBe(rows.get(key))
      index.remove(rows.get(key)!)
      rows.delete(key)
      expect(keys.map((each) => find(...each))).toEqual(keys.map((each) => rows.get(each) ?? -1))
    }
  }
})
