import { expect, test } from 'vitest'
import { frameEntries } from '../../src/writers/tcp-framing.ts'
import { batchOf } from './batches.ts'

test.each<[string[], boolean, string[]]>([
  [['a\n', 'b\n'], false, ['a\n', 'b\n']],
  [['a', 'b\n', 'c'], false, ['a\n', 'b\n', 'c\n']],
  [['', '\n', ''], false, ['\n', '\n', '\n']],
  [['a\n\n'], false, ['a\n\n']],
  [['a\nb', 'c\r'], false, ['a\nb\n', 'c\r\n']],
  [['ä'], false, ['ä\n']],
  [['a\n', 'b'], true, ['a\n\n', 'b\n\n']],
  [[''], true, ['\n\n']],
  [[], true, []],
])('%j, extra newline %s: %j', (entries, extraNewline, expected) => {
  const { bytes, ends } = frameEntries(batchOf(entries), extraNewline)
  expect(Buffer.from(bytes).toString()).toBe(expected.join(''))
  expect([...ends]).toEqual([...batchOf(expected).entryEnds])
})

test('entries that end their lines are not copied, and those that do not are not changed', () => {
  const whole = batchOf(['a\n', 'b\n'])
  expect(frameEntries(whole, false).bytes).toBe(whole.bytes)
  const lacking = batchOf(['a', 'b\n'])
  frameEntries(lacking, true)
  expect(lacking).toEqual(batchOf(['a', 'b\n']))
})

test('bytes behind the last entry are not sent', () => {
  const { entryEnds, groups } = batchOf(['a', 'b\n'])
  const bytes = new Uint8Array(Buffer.from('ab\nrest of a reused buffer'))
  expect(Buffer.from(frameEntries({ bytes, entryEnds, groups }, false).bytes).toString()).toBe('a\nb\n')
})
