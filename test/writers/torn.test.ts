/**
 * A file that stops growing in the middle of an entry, brought about by a real size limit.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lines } from './batches.ts'

const child = fileURLToPath(new URL('size-limit.child.ts', import.meta.url))
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'als-sink-torn-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function run(...args: string[]) {
  return JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', child, ...args], { encoding: 'utf8' }))
}

test('the file is cut back to the last whole entry, and the rest follows when there is room', () => {
  const path = join(directory, 'access.log')
  const { code, retryable, entriesWritten, message, size } = run(path)
  expect({ code, retryable, entriesWritten, size }).toEqual({
    code: 'EFBIG',
    retryable: true,
    entriesWritten: 27,
    size: 'first\n'.length + 27 * 300,
  })
  expect(message).toContain(`file ${path}: the file has reached the size limit`)
  expect(readFileSync(path, 'utf8')).toBe(['first\n', ...lines(100, 300)].join(''))
})

test('a file that somebody else appends to is not cut: the entry is completed instead', () => {
  const path = join(directory, 'access.log')
  const { entriesWritten, size } = run(path, 'foreign')
  expect(entriesWritten).toBe(27)
  expect(size).toBe(8192)
  expect(readFileSync(path, 'utf8')).toBe(['first\n', 'foreign\n', ...lines(100, 300)].join(''))
})
