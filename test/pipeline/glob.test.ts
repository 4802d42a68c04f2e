import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob } from '../../src/pipeline/glob.ts'

describe('glob', () => {
  test.each([
    ['*', ''],
    ['*', 'anything.at.all'],
    ['', ''],
    ['mesh.*', 'mesh.'],
    ['mesh.*', 'mesh.web-1'],
    ['*.web', 'a.b.web'],
    ['*web*', 'web'],
    ['a*b*c', 'a-b-b-c'],
    ['a*a', 'aa'],
    ['**', 'x'],
    ['a**b', 'ab'],
    ['.[x]', '.[x]'],
    ['*ab*ab', 'abab'],
  ])('%j takes %j', (pattern, text) => expect(compileGlob(pattern)(text)).toBe(true))

  test.each([
    ['', 'x'],
    ['mesh.*', 'mesh'],
    ['*.web', 'web'],
    ['a*a', 'a'],
    ['a*b*c', 'a-c-b'],
    ['*ab*ab', 'ab'],
    ['Mesh', 'mesh'],
    ['a.c', 'abc'],
    ['ab*bc', 'abc'],
  ])('%j leaves %j', (pattern, text) => expect(compileGlob(pattern)(text)).toBe(false))

  test('answers as the regular expression that says the same', () => {
    const word = fc.stringMatching(/^[ab*]{0,8}$/)
    const text = fc.stringMatching(/^[ab]{0,12}$/)
    fc.assert(
      fc.property(word, text, (pattern, subject) => {
        const same = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(subject)
        expect(compileGlob(pattern)(subject)).toBe(same)
      }),
      { numRuns: 500 },
    )
  })
})
