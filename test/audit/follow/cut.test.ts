/** Following a file that somebody truncates or overwrites while it is read. */
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lines, Rig, records } from './rig.ts'

test('a file that was truncated is read from its start, with an alarm', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 3))
  await rig.open()
  truncateSync(rig.path, 0)
  appendFileSync(rig.path, lines(3, 4))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 4))
  expect(rig.told('truncated')).toEqual([{ kind: 'truncated', path: rig.path, offset: 24, copy: null }])
  expect(rig.savedOffset).toBe(8)
})

test('a file that was truncated and grew beyond the offset since is told by its first line', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  await rig.open()
  writeFileSync(rig.path, lines(2, 7))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 7))
  expect(rig.told('replaced')).toEqual([{ kind: 'replaced', path: rig.path, offset: 16, copy: null }])
})

test('another file of the same size and inode is read from its start', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  await rig.open()
  writeFileSync(rig.path, lines(2, 4))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 4))
})

test('another file of the same size under the same name is read from its start, without an alarm', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  await rig.open()
  writeFileSync(rig.file('fresh'), lines(2, 4))
  renameSync(rig.file('fresh'), rig.path)
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 4))
  expect(rig.told('replaced')).toEqual([])
})

test('copytruncate: the rest is read from the copy, then the file from its start', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  await rig.open()
  appendFileSync(rig.path, lines(2, 4))
  copyFileSync(rig.path, rig.file('audit.log.1'))
  truncateSync(rig.path, 0)
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 4))
  expect(rig.told('truncated')).toEqual([
    { kind: 'truncated', path: rig.path, offset: 16, copy: rig.file('audit.log.1') },
  ])
  appendFileSync(rig.path, lines(4, 6))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 6))
})

test('copytruncate twice between two looks: both copies are read', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  await rig.open()
  copyFileSync(rig.path, rig.file('audit.log.2'))
  writeFileSync(rig.path, lines(2, 4))
  copyFileSync(rig.path, rig.file('audit.log.1'))
  writeFileSync(rig.path, lines(4, 5))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 5))
})

test('copytruncate while nobody followed: the copy is found all the same', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  await rig.open()
  await rig.close()
  appendFileSync(rig.path, lines(2, 4))
  copyFileSync(rig.path, rig.file('audit.log.1'))
  writeFileSync(rig.path, lines(4, 5))
  await rig.open()
  expect(rig.source.kept).toEqual(records(0, 5))
  expect(rig.told('truncated')).toEqual([
    { kind: 'truncated', path: rig.path, offset: 16, copy: rig.file('audit.log.1') },
  ])
})

test('a torn line that its writer cuts off is no loss', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, `${lines(0, 2)}{"n":`)
  await rig.open()
  truncateSync(rig.path, 16)
  appendFileSync(rig.path, lines(2, 3))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 3))
  expect(rig.events.map(({ kind }) => kind)).toEqual(['opened'])
})
