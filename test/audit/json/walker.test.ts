/** What the walker reads is what the scanner reads; and it leaves to the scanner what it cannot judge. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonError } from '../../../src/audit/json/json-error.ts'
import { type JsonObject, readObject } from '../../../src/audit/json/read-object.ts'
import { JsonScanner } from '../../../src/audit/json/scanner.ts'
import { Walker } from '../../../src/audit/json/walker.ts'
import { findTokens, mayHoldTokens } from '../../../src/audit/redact/tokens.ts'
import { damaged, jsonText } from './arbitraries.ts'

const walker = new Walker()

/** By the walker, for an object that begins at `at`. */
function walked(text: Buffer, at = 0): JsonObject | null {
  walker.lay(text)
  return walker.read(at)
}

/** By the scanner, all objects within it open, as the walker has them; null: it is none. */
function scanned(text: Buffer, at = 0): JsonObject | null {
  try {
    return readObject(new JsonScanner(text), at, () => true)
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}

const facts = (object: JsonObject | null) =>
  object && { span: object.span, members: object.members, loose: object.loose, hidden: object.dotted === null }

const object = (spaced: boolean) =>
  fc
    .array(fc.tuple(jsonText(false), jsonText(spaced)), { maxLength: 5 })
    .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`)

describe('random objects, sound and damaged, are read as the scanner reads them', () => {
  test.each([
    ['in compact form', false],
    ['with white space', true],
  ])('%s', (_, spaced) => {
    fc.assert(
      fc.property(damaged(object(spaced)), fc.nat(40), (bytes, before) => {
        const text = Buffer.concat([Buffer.alloc(before, ' '), bytes])
        if (text[before] === 0x7b) expect(facts(walked(text, before))).toEqual(facts(scanned(text, before)))
      }),
      { numRuns: 3_000, seed: 11 },
    )
  })

  test('one that is cut off anywhere is none, whatever the memory has held before', () => {
    const text = Buffer.from('{"a":{"b":[true,{"c":"\\u0041x"}],"d":-1.5e+7},"e":"0123456789abcdef","f":null }')
    for (let end = 1; end < text.length; end++) {
      walked(text)
      expect(walked(text.subarray(0, end))).toBeNull()
    }
    expect(facts(walked(text))).toEqual(facts(scanned(text)))
  })
})

test.each([
  ...[
    '{"a":tru}',
    '{"a":nul}',
    '{"a":fals}',
    '{"a":truE}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":+1}',
    '{"a":1e}',
    '{"a":-}',
  ],
  ...[
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\n"}',
    '{"a":"x\u0001"}',
    '{a:1}',
    '{"a" 1}',
    '{"a":1,}',
    '{,}',
    '{"a":[1,]}',
  ],
  ...['{"a":[1}', '{"a":{"b":1]}', '{"a":[}', '{"a":{]}', '{"a":[1 2]}', '{"a":\v1}', '{"a":}'],
])('%j is none', (text) => {
  expect(walked(Buffer.from(text))).toBeNull()
  expect(scanned(Buffer.from(text))).toBeNull()
})

test('what is too deep for it is left to others, and what is not too deep is not', () => {
  const nested = (depth: number) => Buffer.from(`{"a":${'['.repeat(depth)}1${']'.repeat(depth)}}`)
  expect(walked(nested(256))).not.toBeNull()
  expect(walked(nested(257))).toBeNull()
})

test('so is what has more members than there is room for', () => {
  const wide = (members: number) => Buffer.from(`{"a":{${'"":1,'.repeat(members - 1)}"":1}}`)
  expect(walked(wide(3_000))!.members[0]!.members).toHaveLength(3_000)
  expect(walked(wide(4_000))).toBeNull()
})

test('objects are found in a text that is longer than its memory, one behind the other', () => {
  const one = (i: number) => `{"i":${i},"x":"${'x'.repeat(9_000)}"}`
  const text = Buffer.from(Array.from({ length: 40 }, (_, i) => one(i)).join(','))
  walker.lay(text)
  let at = 0
  for (let i = 0; i < 40; i++) {
    const { span, members } = walker.read(at)!
    expect(text.toString('latin1', span.at, span.end)).toBe(one(i))
    expect(text.toString('latin1', members[0]!.at, members[0]!.end)).toBe(`${i}`)
    at = span.end + 1
  }
  expect(at).toBe(text.length + 1)
})

test('no string that holds a token is passed over', () => {
  const part = fc.constantFrom(
    '.',
    '..',
    'eyJhbGciOiJIUzI1NiJ9',
    'ewogIA',
    'ey',
    'e',
    'Abc1Def2Ghi3Jkl4',
    'key',
    'A0b',
    '-',
    ' ',
    '\\n',
    '\\u002e',
    '"',
  )
  const string = fc.array(part, { maxLength: 12 }).map((parts) => `"${parts.join('').replaceAll('"', '\\"')}"`)
  fc.assert(
    fc.property(fc.array(string, { minLength: 1, maxLength: 4 }), (strings) => {
      const text = Buffer.from(`{${strings.map((each) => `${each}:[${each}]`).join(',')}}`)
      if (findTokens(text).length > 0) expect(mayHoldTokens(walked(text)!)).toBe(true)
    }),
    { numRuns: 3_000, seed: 5 },
  )
})

test('an object that is said to be ASCII is, and a plain one is said to be', () => {
  fc.assert(
    fc.property(object(true), (json) => {
      const text = Buffer.from(json)
      const read = walked(text)
      if (read?.ascii) expect(text.every((byte) => byte < 0x80)).toBe(true)
    }),
    { numRuns: 2_000, seed: 5 },
  )
  const plain = Buffer.from('{"kind":"Pod","metadata":{"name":"a pod with a name of some length"},"x":[1,true,"\\n"]}')
  expect(walked(plain)?.ascii).toBe(true)
  expect(walked(Buffer.from('{"kind":"Pod","metadata":{"name":"é"}}'))?.ascii).toBe(false)
})
