/** Escaped control characters, and cuts that keep characters whole. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapedBytesPerByte } from '../../src/render/text-safety.ts'
import { copy, latin1, safety, utf8, written } from './kit.ts'

const escaped = (value: Uint8Array) => written(value, (o, at, end) => safety.escapeControl(o, copy.copy(o, at, end)))

describe('escapeControl', () => {
  test.each([
    ['', ''],
    ['plain text, é and 😀', 'plain text, é and 😀'],
    ['a\nb', 'a\\nb'],
    ['\r\n\t', '\\r\\n\\t'],
    ['\0\b\x0b\x0c\x1b\x1f\x7f', '\\u0000\\u0008\\u000b\\u000c\\u001b\\u001f\\u007f'],
    ['"quoted\\"', '"quoted\\"'],
    ['12345678901234567\n', '12345678901234567\\n'],
    ['\u0080\u009f\u2028', '\u0080\u009f\u2028'],
  ])('%j is %j', (text, expected) => {
    expect(escaped(utf8(text))).toBe(Buffer.from(utf8(expected)).toString('latin1'))
  })

  test('any bytes: no control character is left, and all others are as they were', () => {
    const names: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (value) => {
        const plain = Buffer.from(value).toString('latin1')
        const expected = plain.replace(
          /[\x00-\x1f\x7f]/g,
          (char) => names[char] ?? `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
        )
        expect(escaped(value)).toBe(expected)
        expect(expected.length).toBeLessThanOrEqual(value.length * escapedBytesPerByte)
      }),
    )
  })
})

describe('wholeEnd', () => {
  const kept = (value: Uint8Array, cut: number) =>
    written(value, (o, at, end) => copy.copy(o, at, safety.wholeEnd(at, end, at + cut)))

  test.each([
    ['ab😀cd', 0, ''],
    ['ab😀cd', 2, 'ab'],
    ['ab😀cd', 3, 'ab'],
    ['ab😀cd', 5, 'ab'],
    ['ab😀cd', 6, 'ab😀'],
    ['ab😀cd', 7, 'ab😀c'],
    ['ab😀cd', 8, 'ab😀cd'],
    ['ab😀cd', 99, 'ab😀cd'],
    ['héllo', 2, 'h'],
    ['héllo', 3, 'hé'],
    ['€uro', 1, ''],
    ['€uro', 2, ''],
  ])('%j cut at %i keeps %j', (text, cut, expected) => {
    expect(kept(utf8(text), cut)).toBe(Buffer.from(utf8(expected)).toString('latin1'))
  })

  test.each([
    ['\x80\x80\x80\x80\x80', 3, '\x80\x80\x80'],
    ['a\xffb', 2, 'a\xff'],
    ['\xf0ab', 1, '\xf0'],
    ['\xc0\x80', 1, '\xc0'],
    ['\xf0\x9f\x98\x80\x80', 4, '\xf0\x9f\x98\x80'],
    ['\x9f\x98\x80', 1, '\x9f'],
  ])('bytes that are no UTF-8 are cut where asked: %j at %i', (text, cut, expected) => {
    expect(kept(latin1(text), cut)).toBe(expected)
  })

  test('a cut of any text leaves text, and loses less than a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(60), (text, cut) => {
        fc.pre(!/\p{Surrogate}/u.test(text))
        const result = Buffer.from(kept(utf8(text), cut)!, 'latin1').toString()
        expect(text.startsWith(result)).toBe(true)
        const next = [...text.slice(result.length)][0]
        if (next !== undefined) expect(utf8(result + next).length).toBeGreaterThan(cut)
      }),
    )
  })
})
