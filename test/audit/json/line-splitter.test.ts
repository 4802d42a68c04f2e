/** JSON Lines: a broken line costs itself alone. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BodyOptions } from '../../../src/audit/json/body-splitter.ts'
import { type LineItem, LineSplitter } from '../../../src/audit/json/line-splitter.ts'
import { cuts, jsonText, pieces } from './arbitraries.ts'

const show = (item: LineItem) => (item.kind === 'item' ? item.bytes.toString() : `${item.kind} ${item.bytes}`)

function split(parts: readonly Uint8Array[], options?: BodyOptions): string[] {
  const splitter = new LineSplitter(options)
  const shown: string[] = []
  for (const part of parts) for (const item of splitter.push(part)) shown.push(show(item))
  for (const item of splitter.end()) shown.push(show(item))
  return shown
}

const ways = (text: string) => [
  [Buffer.from(text)],
  pieces(Buffer.from(text), [0.2, 0.5, 0.7]),
  [...Buffer.from(text)].map((byte) => Buffer.from([byte])),
]

describe('lines', () => {
  test.each([
    ['{"a":1}\n\n  \r\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['{"a":1}\n{"b":\n{"c":3}\n', ['{"a":1}', 'broken {"b":', '{"c":3}']],
    ['no json\n{"c":3}\n', ['broken no json', '{"c":3}']],
    ['[{"a":1},{"b":2}]\n{"kind":"EventList","items":[{"c":3}]}\n', ['{"a":1}', '{"b":2}', '{"c":3}']],
    ['[{"a":1},{"b":2}}\n{"c":3}', ['broken [{"a":1},{"b":2}}', '{"c":3}']],
    ['{"a":1}\n{"b":', ['{"a":1}', 'broken {"b":']],
    ['', []],
    ['\n\n', []],
  ])('%j', (text, shown) => {
    for (const parts of ways(text)) expect(split(parts)).toEqual(shown)
  })

  test('may be cut anywhere', () => {
    const line = jsonText(false).map((text) => `{"x":${text}}`)
    fc.assert(
      fc.property(fc.array(line), cuts, (lines, where) => {
        expect(split(pieces(Buffer.from(lines.map((each) => `${each}\n`).join('')), where))).toEqual(lines)
      }),
      { numRuns: 300, seed: 7 },
    )
  })
})

describe('a line that is too long to be held', () => {
  test('is cut while it arrives', () => {
    const text = `[${Array.from({ length: 50 }, (_, i) => `{"i":${i}}`).join(',')}]\n{"z":0}\n`
    for (const parts of ways(text)) expect(split(parts, { itemBytesMax: 100 })).toHaveLength(51)
  })

  test('is told by its head when it breaks, and the next one is sound', () => {
    const text = `[${Array.from({ length: 50 }, (_, i) => `{"i":${i}}`).join(',')}}\n{"z":0}\n`
    for (const parts of ways(text)) {
      const shown = split(parts, { itemBytesMax: 100 })
      expect(shown.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => `{"i":${i}}`))
      expect(shown[50]).toMatch(/^broken \[\{"i":0/)
      expect(shown.slice(51)).toEqual(['{"z":0}'])
    }
  })
})
