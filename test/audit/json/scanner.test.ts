/** Whether a text is JSON is decided as `JSON.parse` decides it; spans are where its values are. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonError } from '../../../src/audit/json/json-error.ts'
import { JsonScanner } from '../../../src/audit/json/scanner.ts'
import { keyOf } from '../../../src/audit/json/text.ts'
import { auditJsonDepthMax } from '../../../src/limits.ts'
import { damaged, jsonText } from './arbitraries.ts'

const judge = (bytes: Uint8Array): true | JsonError => {
  try {
    new JsonScanner(bytes).document()
    return true
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
}

const isJson = (bytes: Uint8Array): boolean => {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

test('random texts, sound and damaged, are JSON when JSON.parse says so', () => {
  fc.assert(
    fc.property(damaged(jsonText(true)), (bytes) => {
      expect(judge(bytes) === true).toBe(isJson(bytes))
    }),
    { numRuns: 3_000, seed: 7 },
  )
})

describe('a text is refused with the place of its fault', () => {
  test.each([
    ['', 'incomplete', 0],
    ['  ', 'incomplete', 2],
    ['{"a":1', 'incomplete', 6],
    ['{"a":"x', 'incomplete', 7],
    ['"\\u12', 'incomplete', 5],
    ['{"a":1,}', 'syntax', 7],
    ['[1,]', 'syntax', 3],
    ['[1 2]', 'syntax', 3],
    ['{"a" 1}', 'syntax', 5],
    ['{a:1}', 'syntax', 1],
    ['[01]', 'syntax', 2],
    ['1.', 'incomplete', 2],
    ['-', 'incomplete', 1],
    ['+1', 'syntax', 0],
    ['tru', 'incomplete', 3],
    ['trux', 'syntax', 3],
    ['NaN', 'syntax', 0],
    ['"a\nb"', 'syntax', 2],
    ['"\\x"', 'syntax', 2],
    ['1 1', 'syntax', 2],
    ['[}', 'syntax', 1],
    ['\ufeff{}', 'syntax', 0],
  ])('%j', (text, code, offset) => {
    expect(judge(Buffer.from(text))).toMatchObject({ code, offset })
  })

  test('bytes that are no UTF-8', () => {
    expect(judge(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ code: 'encoding' })
  })
})

test('nesting is bounded, and costs no stack', () => {
  const nested = (depth: number) => Buffer.from(`${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`)
  expect(judge(nested(auditJsonDepthMax))).toBe(true)
  expect(judge(nested(auditJsonDepthMax + 2))).toMatchObject({ code: 'depth' })
})

test('members and items lie where JSON.parse finds them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.jsonValue())), (pairs) => {
      const object = `{${pairs.map(([key, value]) => `${JSON.stringify(key)} : ${JSON.stringify(value, null, 1)}`).join(' , ')}}`
      const scanner = new JsonScanner(Buffer.from(object))
      const { members, end } = scanner.members(0)
      expect(end).toBe(scanner.bytes.length)
      expect(
        members.map((each) => [
          keyOf(scanner.bytes, each),
          JSON.parse(scanner.bytes.toString('utf8', each.at, each.end)),
        ]),
      ).toEqual(pairs.map(([key, value]) => [key, JSON.parse(JSON.stringify(value))]))
      const list = new JsonScanner(
        Buffer.from(
          JSON.stringify(
            pairs.map(([, value]) => value),
            null,
            1,
          ),
        ),
      )
      expect(list.items(0).map(({ at, end }) => JSON.parse(list.bytes.toString('utf8', at, end)))).toEqual(
        pairs.map(([, value]) => JSON.parse(JSON.stringify(value))),
      )
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('keys say what their escapes say', () => {
  const scanner = new JsonScanner(Buffer.from('{"d\\u0061ta":1,"é\\/":2}'))
  expect(scanner.members(0).members.map((member) => keyOf(scanner.bytes, member))).toEqual(['data', 'é/'])
})

test('white space between tokens is noticed, in strings it is none', () => {
  const isLoose = (text: string) => {
    const scanner = new JsonScanner(Buffer.from(text))
    scanner.document()
    return scanner.loose
  }
  expect(isLoose('{"a b":[1,"c d"]}')).toBe(false)
  for (const text of ['{ }', '[1, 2]', '{"a":\n1}', '{"a" :1}', '[[1\t]]']) expect(isLoose(text)).toBe(true)
})
