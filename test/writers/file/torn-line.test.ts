import { afterEach, beforeEach, expect, test } from 'vitest'
import { Scratch, write } from './scratch.ts'

let scratch: Scratch

beforeEach(() => {
  scratch = new Scratch()
})

afterEach(() => scratch.close())

test.each([
  ['behind whole lines', 'a\nb\n', '{"half":'],
  ['behind nothing', '', '{"half":'],
  ['longer than a block', 'a\n', 'x'.repeat(200_000)],
  ['that begins with a block', `${'y'.repeat(65_535)}\n`, 'x'.repeat(65_536)],
])('a torn line %s is cut off before the first entry, and kept', async (_, whole, torn) => {
  scratch.put('a.log', whole + torn)
  const { writer, events } = scratch.open('a.log')
  await write(writer, 'c\n')
  expect(scratch.files()).toEqual({ 'a.log': `${whole}c\n`, 'a.log.torn': `${torn}\n` })
  const [path, savedTo] = [scratch.path('a.log'), scratch.path('a.log.torn')]
  expect(events).toEqual([{ kind: 'tornLineCut', path, bytes: torn.length, savedTo }])
})

test('a file that ends with a newline is left as it is', async () => {
  scratch.put('a.log', 'a\n\n')
  const { writer, events } = scratch.open('a.log')
  await write(writer, 'b\n')
  expect(scratch.files()).toEqual({ 'a.log': 'a\n\nb\n' })
  expect(events).toEqual([])
})

test('entries without a newline are nobody else’s torn line', async () => {
  scratch.put('a.log', 'a|b|')
  const { writer } = scratch.open('a.log')
  await write(writer, 'c|')
  expect(scratch.files()).toEqual({ 'a.log': 'a|b|c|' })
})

test('only the first time: what others append later is theirs', async () => {
  const { writer } = scratch.open('a.log')
  await write(writer, 'a\n')
  scratch.put('a.log', 'a\nno newline')
  await writer.reopen()
  await write(writer, 'b\n')
  expect(scratch.files()).toEqual({ 'a.log': 'a\nno newlineb\n' })
})

test('a second one is kept beside the first', async () => {
  scratch.put('a.log', 'one')
  scratch.put('a.log.torn', 'zero\n')
  const { writer } = scratch.open('a.log')
  await write(writer, 'a\n')
  expect(scratch.read('a.log.torn')).toBe('zero\none\n')
})
