/** What a document may name beside itself: which file a path leads to, before and after it is there. */
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { outsideOf } from '../../src/cli/read-file.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { scratch } from './run.ts'

const { realPath } = outsideOf({ env: {} } as unknown as Terminal)

test('paths of one file are one, by symbolic links, dots and from here', () => {
  const folder = realpathSync(scratch())
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'logs/a'), '')
  symlinkSync('logs', join(folder, 'link'))
  symlinkSync('logs/a', join(folder, 'b'))
  const paths = ['logs/a', 'link/a', 'link/../logs/a', 'b'].map((path) => join(folder, path))
  expect([...paths, relative(process.cwd(), paths[0]!)].map(realPath)).toEqual(Array(5).fill(join(folder, 'logs/a')))
})

test('a file that is not there yet is in the folder that its path leads to', () => {
  const folder = realpathSync(scratch())
  mkdirSync(join(folder, 'logs'))
  symlinkSync('logs', join(folder, 'link'))
  expect(realPath(join(folder, 'link/new/a'))).toBe(join(folder, 'logs/new/a'))
})
