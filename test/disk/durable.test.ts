/** Small files that are there as a whole or not at all. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { replaceDurably, writeDurablyNow } from '../../src/disk/durable.ts'
import { makeFolder, makeFolderOf, syncFolder, syncFolderNow } from '../../src/disk/folder.ts'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-disk-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const modeOf = (path: string) => statSync(path).mode & 0o777

test('a file takes the place of the one before, with folders made and nothing left beside it', async () => {
  const path = join(newFolder(), 'a', 'b', 'state.json')
  await replaceDurably(path, 'a longer first text', 0o600)
  await replaceDurably(path, 'second', 0o600)
  expect(readFileSync(path, 'utf8')).toBe('second')
  expect(readdirSync(join(path, '..'))).toEqual(['state.json'])
  expect(modeOf(path)).toBe(0o600)
  expect(modeOf(join(path, '..'))).toBe(0o700)
})

test('what a crash has left on the way is written over', async () => {
  const path = join(newFolder(), 'state.json')
  writeFileSync(`${path}.new`, 'half of something that was much longer')
  await replaceDurably(path, 'whole', 0o600)
  expect(readFileSync(path, 'utf8')).toBe('whole')
})

test('when it cannot be written, the old one stays', async () => {
  const path = join(newFolder(), 'state.json')
  await replaceDurably(path, 'old', 0o600)
  mkdirSync(`${path}.new`)
  await expect(replaceDurably(path, 'new', 0o600)).rejects.toMatchObject({ code: 'EISDIR' })
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('at a start, a file is made only where there is none, or written over', () => {
  const path = join(newFolder(), 'key')
  writeDurablyNow(path, Buffer.from([1, 2, 3]), { mode: 0o600, flag: 'wx' })
  expect(() => writeDurablyNow(path, 'other', { mode: 0o600, flag: 'wx' })).toThrow(
    expect.objectContaining({ code: 'EEXIST' }),
  )
  expect([...readFileSync(path)]).toEqual([1, 2, 3])
  writeDurablyNow(path, 'x', { mode: 0o600, flag: 'w' })
  expect(readFileSync(path, 'utf8')).toBe('x')
})

test('folders that hold a new name are told, the innermost first, and none when all are there', async () => {
  const top = newFolder()
  const folder = join(top, 'a', 'b')
  expect(await makeFolder(folder, 0o750)).toEqual([join(top, 'a'), top])
  expect(await makeFolder(folder, 0o750)).toEqual([])
  expect(modeOf(folder)).toBe(0o750)
  chmodSync(folder, 0o700)
  expect(await makeFolderOf(join(folder, 'c', 'file'), 0o640)).toEqual([folder])
  expect(modeOf(join(folder, 'c'))).toBe(0o750)
})

test('a folder that is not there cannot be synced', async () => {
  const missing = join(newFolder(), 'missing')
  await expect(syncFolder(missing)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(() => syncFolderNow(missing)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})
