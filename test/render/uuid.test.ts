/** Random UUIDs. */
import { expect, test } from 'vitest'
import { uuidBytes } from '../../src/render/uuid.ts'
import { uuids, written } from './kit.ts'

test('all are of version 4, of 36 bytes, and no two are alike, over more than a pool', () => {
  const seen = new Set(Array.from({ length: 1000 }, () => written('', uuids.uuid)!))
  expect(seen.size).toBe(1000)
  for (const uuid of seen) {
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(uuid.length).toBe(uuidBytes)
  }
})

test('every free digit takes every value', () => {
  const digits = Array.from({ length: 36 }, () => new Set<string>())
  for (let i = 0; i < 1000; i++) {
    for (const [place, char] of [...written('', uuids.uuid)!].entries()) digits[place]!.add(char)
  }
  const sizes = digits.map((chars) => chars.size).join(' ')
  const eight = Array(8).fill(16).join(' ')
  expect(sizes).toBe(`${eight} 1 16 16 16 16 1 1 16 16 16 1 4 16 16 16 1 ${eight} 16 16 16 16`)
})
