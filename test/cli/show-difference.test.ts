/** Differences as people see them: what is invisible is shown, and the caret stands below what differs. */
import { expect, test } from 'vitest'
import { showDifference } from '../../src/cli/show-difference.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const utf8 = (text: string) => Buffer.from(text)

function columnOfCaret(expected: Uint8Array, got: Uint8Array): number {
  return showDifference(expected, got).indent.length
}

test('control characters have their pictures', () => {
  expect(showDifference(utf8('a\t\x1b\x7f\n'), utf8('b\0\r'))).toMatchObject({ expected: 'a␉␛␡␊', got: 'b␀␍' })
})

test('bytes that are no UTF-8 are told by their numbers', () => {
  expect(showDifference(bytes('h\xc3'), bytes('h\xf0\x9f!'))).toEqual({
    expected: 'h⟨c3⟩',
    got: 'h⟨f0⟩⟨9f⟩!',
    indent: ' ',
    byteOffset: 1,
    line: 1,
  })
  expect(showDifference(bytes('\xc0\x80\xed\xa0\x80\xf5'), bytes('')).expected).toBe('⟨c0⟩⟨80⟩⟨ed⟩⟨a0⟩⟨80⟩⟨f5⟩')
})

test('characters that nobody sees, or that turn text around, are told by their numbers', () => {
  expect(showDifference(utf8('a\u202eb\u00a0c\u2028\u0085'), utf8('')).expected).toBe(
    'a⟨U+202E⟩b⟨U+00A0⟩c⟨U+2028⟩⟨U+0085⟩',
  )
})

test.each([
  ['the first character', 'x', 'y', 0],
  ['behind what is alike', 'abc', 'abd', 2],
  ['behind the end of the shorter', 'abc', 'ab', 2],
  ['behind nothing', '', 'a', 0],
  ['behind a picture', 'a\nb', 'a\nc', 2],
  ['behind a wide character', 'a😀b', 'a😀c', 3],
  ['behind a mark, which takes no column', 'e\u0301b', 'e\u0301c', 1],
  ['behind a number', 'a\u202eb', 'a\u202ec', 9],
  ['below the character whose later byte differs', 'aé', 'aè', 1],
])('the caret stands below %s: %j, %j', (_, expected, got, column) => {
  expect(columnOfCaret(utf8(expected), utf8(got))).toBe(column)
})

test('the caret stands below a whole character when the other side has only its beginning', () => {
  expect(showDifference(utf8('aé'), bytes('a\xc3'))).toEqual({
    expected: 'aé',
    got: 'a⟨c3⟩',
    indent: ' ',
    byteOffset: 2,
    line: 1,
  })
})

test('of much text only what lies around the first difference is shown', () => {
  const before = 'é'.repeat(1_000)
  const { expected, got, indent, byteOffset } = showDifference(
    utf8(`${before}X${'y'.repeat(1_000)}`),
    utf8(`${before}Z!`),
  )
  expect(byteOffset).toBe(2_000)
  expect(got).toBe(`…${'é'.repeat(60)}Z!`)
  expect(expected).toBe(`…${'é'.repeat(60)}X${'y'.repeat(89)}…`)
  expect(indent).toHaveLength(61)
})

test('the line is that of the first byte that differs', () => {
  expect(showDifference(utf8('a\nb\nc'), utf8('a\nb\nd')).line).toBe(3)
})
