/** The word a person probably meant, or none. */
import { expect, test } from 'vitest'
import { didYouMean, nearestWord } from '../src/did-you-mean.ts'

const words = ['format', 'logFormat', 'text_format_source', 'RESPONSE_CODE', 'REQ']

test.each<[string, string | null]>([
  ['fromat', 'format'],
  ['formt', 'format'],
  ['textFormatSource', 'text_format_source'],
  ['logformat', 'logFormat'],
  ['RESPONSE_COD', 'RESPONSE_CODE'],
  ['REQUEST_ID', null],
  ['zzz', null],
  ['', null],
])('%s means %s', (word, meant) => {
  expect(nearestWord(word, words)).toBe(meant)
})

test('nothing is suggested when nothing is near', () => {
  expect(didYouMean('fromat', words)).toBe(' Did you mean format?')
  expect(didYouMean('zzz', words)).toBe('')
})
