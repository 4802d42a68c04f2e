/** Compact form drops white space between tokens and nothing else; edits change what they name and nothing else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compacted, Edits, insertFirst } from '../../../src/audit/json/edits.ts'
import { JsonScanner } from '../../../src/audit/json/scanner.ts'
import { keyOf } from '../../../src/audit/json/text.ts'
import { jsonText } from './arbitraries.ts'

const compact = (text: string) => {
  const bytes = Buffer.from(text)
  return compacted(bytes, { at: 0, end: bytes.length }, true).toString()
}

describe('compact form', () => {
  test('keeps digits, escapes, order and repeated keys', () => {
    const text = '{ "b" : 12345678901234567890 ,\n"a":[ 1.0 , 1e400 ], "a" : "x \\" y\\\\" , "\\u0041 ": null }'
    expect(compact(text)).toBe('{"b":12345678901234567890,"a":[1.0,1e400],"a":"x \\" y\\\\","\\u0041 ":null}')
  })

  test('changes no compact text', () => {
    fc.assert(
      fc.property(jsonText(false), (text) => {
        expect(compact(text)).toBe(text)
      }),
      { numRuns: 500, seed: 7 },
    )
  })

  test('says the same as the loose one, and is done in one go', () => {
    fc.assert(
      fc.property(jsonText(true), (text) => {
        const short = compact(text)
        expect(JSON.parse(short)).toEqual(JSON.parse(text))
        expect(compact(short)).toBe(short)
        const scanner = new JsonScanner(Buffer.from(short))
        scanner.document()
        expect(scanner.loose).toBe(false)
      }),
      { numRuns: 1_000, seed: 7 },
    )
  })
})

describe('members', () => {
  const without = (text: string, ...names: string[]) => {
    const scanner = new JsonScanner(Buffer.from(text))
    const edits = new Edits()
    edits.cutMembers(scanner.members(0).members, (member) => names.includes(keyOf(scanner.bytes, member)))
    return edits.apply(scanner.bytes).toString()
  }

  test.each([
    ['{"a":1,"b":2,"c":3}', ['a'], '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ['b'], '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ['c'], '{"a":1,"b":2}'],
    ['{"a":1,"b":2,"c":3}', ['a', 'b'], '{"c":3}'],
    ['{"a":1,"b":2,"c":3}', ['b', 'c'], '{"a":1}'],
    ['{"a":1,"b":2,"c":3}', ['a', 'c'], '{"b":2}'],
    ['{"a":1,"b":2,"c":3}', ['a', 'b', 'c'], '{}'],
    ['{"a":1,"b":2,"a":3}', ['a'], '{"b":2}'],
    ['{ "a" : 1 , "b" : 2 }', ['b'], '{ "a" : 1 }'],
    ['{"a":1}', ['b'], '{"a":1}'],
  ])('%s without %j', (text, names, left) => expect(without(text, ...names)).toBe(left))

  test('come first into full and into empty objects', () => {
    for (const [text, result] of [
      ['{"a":1}', '{"x":0,"a":1}'],
      ['{}', '{"x":0}'],
    ] as const) {
      const scanner = new JsonScanner(Buffer.from(text))
      const edits = new Edits()
      insertFirst(0, scanner.members(0).members, edits, '"x":0')
      expect(edits.apply(scanner.bytes).toString()).toBe(result)
    }
  })
})

test('edits are carried out in the order of the text, whatever the order they were noted in', () => {
  const bytes = Buffer.from('[1, "two", 3]')
  const edits = new Edits()
  edits.replace(11, 12, '"drei"')
  edits.cut(1, 4)
  edits.insert(0, '  ')
  expect(edits.size).toBe(3)
  expect(edits.apply(bytes).toString()).toBe('  ["two", "drei"]')
  expect(edits.apply(bytes, { at: 0, compact: true }).toString()).toBe('  ["two","drei"]')
})
