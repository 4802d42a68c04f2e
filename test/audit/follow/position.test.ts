/** The position of a followed file on disk. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadPosition, type Position, savePosition } from '../../../src/audit/follow/position.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-position-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const position: Position = {
  path: '/var/log/audit.log',
  device: 64768n,
  inode: 18446744073709551615n,
  offset: 8191,
  firstLine: { bytes: 12, sha256: 'ab'.repeat(32) },
  modifiedNs: 1719999999123456789n,
}

test('comes back as it was saved, numbers above 2^53 too', async () => {
  const file = join(folder, 'a', 'b', 'position.json')
  await savePosition(file, position)
  expect(await loadPosition(file)).toEqual(position)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(existsSync(`${file}.new`)).toBe(false)
})

test('is replaced as a whole', async () => {
  const file = join(folder, 'position.json')
  await savePosition(file, position)
  await savePosition(file, { ...position, offset: 0, firstLine: null })
  expect(await loadPosition(file)).toEqual({ ...position, offset: 0, firstLine: null })
})

test('that was never saved is none', async () => {
  expect(await loadPosition(join(folder, 'position.json'))).toBeUndefined()
})

test.each([
  '',
  '{',
  '[]',
  'null',
  '{"version":2}',
  '{"version":1,"path":"/a","offset":-1}',
  '{"version":1,"path":"/a"}',
])('that reads %j is refused', async (text) => {
  const file = join(folder, 'position.json')
  writeFileSync(file, text)
  await expect(loadPosition(file)).rejects.toThrow('holds no position')
})
