import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realPathOf } from '../../../src/writers/file/real-path.ts'
import { Scratch } from './scratch.ts'

let scratch: Scratch
let real = ''

beforeEach(() => {
  scratch = new Scratch()
  mkdirSync(scratch.path('logs'))
  symlinkSync('logs', scratch.path('linked'))
  real = join(realpathSync(scratch.folder), 'logs', 'a.log')
})

afterEach(() => scratch.close())

test.each(['there', 'not yet there'])('all spellings of a file that is %s are one', (state) => {
  if (state === 'there') scratch.put('logs/a.log')
  symlinkSync('logs/a.log', scratch.path('link.log'))
  symlinkSync(scratch.path('link.log'), scratch.path('link-to-link.log'))
  const spellings = [
    scratch.path('logs/a.log'),
    `${scratch.folder}/logs/../logs//a.log`,
    relative(process.cwd(), scratch.path('logs/a.log')),
    scratch.path('linked/a.log'),
    scratch.path('link.log'),
    scratch.path('link-to-link.log'),
  ]
  expect(new Set(spellings.map(realPathOf))).toEqual(new Set([real]))
})

test('folders on the way need not be there', () => {
  expect(realPathOf(scratch.path('linked/new/deep/a.log'))).toBe(join(real, '../new/deep/a.log'))
})

test('our own streams keep their names', () => {
  expect(realPathOf('/dev/stdout')).toBe('/dev/stdout')
  expect(realPathOf('/dev/../dev/stderr')).toBe('/dev/stderr')
})

test('a link that leads to itself keeps its name, and so does a path through a file', () => {
  symlinkSync('loop', scratch.path('loop'))
  expect(realPathOf(scratch.path('loop'))).toBe(scratch.path('loop'))
  scratch.put('plain')
  expect(realPathOf(scratch.path('plain/a.log'))).toBe(scratch.path('plain/a.log'))
})
