/** Followers that end, in good order or not, and go on where their position says; and sources that fail. */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { auditFollowBlockBytes, auditFollowRoundBytes } from '../../../src/limits.ts'
import { until } from '../../support/until.ts'
import { lines, Rig, records } from './rig.ts'

describe('after a restart', () => {
  test('nothing in front of the position is read again', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 3))
    await rig.open()
    await rig.close()
    appendFileSync(rig.path, lines(3, 5))
    await rig.open()
    expect(rig.source.kept).toEqual(records(0, 5))
    expect(rig.told('opened').at(-1)).toEqual({ kind: 'opened', path: rig.path, file: rig.path, offset: 24 })
  })

  test('what was read and not settled when the process was killed is read again', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 2))
    await rig.open()
    appendFileSync(rig.path, lines(2, 4))
    rig.source.fates.push('late')
    rig.nudge()
    await until('the second delivery waits', () => rig.source.deliveries === 2 && rig.source.fates.length === 0)
    await rig.kill()
    expect(rig.savedOffset).toBe(16)
    await rig.open()
    expect(rig.source.kept).toEqual(records(0, 4))
  })

  test('files that were rotated meanwhile are found beside by their inode, and those behind them by their time', async () => {
    const rig = new Rig()
    writeFileSync(rig.file('audit.log.1'), lines(900, 901))
    writeFileSync(rig.path, lines(0, 2))
    await rig.open()
    await rig.close()
    appendFileSync(rig.path, lines(2, 3))
    renameSync(rig.file('audit.log.1'), rig.file('audit.log.4'))
    renameSync(rig.path, rig.file('audit.log.3'))
    writeFileSync(rig.file('audit.log.2'), lines(3, 5))
    writeFileSync(rig.file('audit.log.1'), lines(5, 6))
    writeFileSync(rig.path, lines(6, 7))
    await rig.open()
    expect(rig.source.kept).toEqual(records(0, 7))
    expect(rig.told('lost')).toEqual([])
  })

  test('a file that is gone is told as lost, and everything newer is read', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 2))
    await rig.open()
    await rig.close()
    // The inode is not to be used again by the files that follow.
    writeFileSync(rig.file('audit.log.1'), lines(2, 3))
    writeFileSync(rig.file('fresh'), lines(3, 4))
    unlinkSync(rig.path)
    renameSync(rig.file('fresh'), rig.path)
    await rig.open()
    expect(rig.source.kept).toEqual(records(0, 4))
    expect(rig.told('lost')).toEqual([{ kind: 'lost', path: rig.path, offset: 16 }])
  })

  test('another file that happens to have the inode is not taken for the old one', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 2))
    await rig.open()
    await rig.close()
    writeFileSync(rig.path, lines(2, 5))
    await rig.open()
    expect(rig.source.kept).toEqual(records(0, 5))
    expect(rig.told('replaced')).toHaveLength(1)
  })

  test('a position that cannot be read means all over again, with an alarm', async () => {
    const rig = new Rig()
    mkdirSync(rig.file('state'))
    writeFileSync(rig.positionFile, '{')
    writeFileSync(rig.path, lines(0, 2))
    await rig.open()
    expect(rig.source.kept).toEqual(records(0, 2))
    expect(rig.told('unknownPosition')).toHaveLength(1)
    expect(rig.savedOffset).toBe(16)
  })

  test('the position of another file is none of this one', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 2))
    await rig.open()
    await rig.close()
    writeFileSync(rig.file('other.log'), lines(5, 6))
    await rig.open({ path: rig.file('other.log') })
    expect(rig.source.kept).toEqual([...records(0, 2), ...records(5, 6)])
    expect(rig.told('lost')).toEqual([])
  })
})

test('what is settled after the follower was given up moves no position', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  rig.source.fates.push('late')
  rig.begin()
  await until('the delivery waits', () => rig.source.deliveries === 1 && rig.source.fates.length === 0)
  const { tell } = rig.source
  await rig.kill()
  await rig.open()
  appendFileSync(rig.path, lines(2, 3))
  await rig.look()
  tell()
  await until('the late ones', () => rig.source.kept.length === 5)
  await rig.look()
  expect(rig.savedOffset).toBe(24)
  expect(rig.told('failed')).toEqual([])
})

describe('a source that fails', () => {
  test('gets the same lines again, and nothing is skipped', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 2))
    rig.source.fates.push('lost', 'lost')
    await rig.open()
    expect(rig.savedOffset).toBe(0)
    appendFileSync(rig.path, lines(2, 3))
    await rig.look()
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 3))
    expect(rig.savedOffset).toBe(24)
    expect(rig.told('failed')).toHaveLength(2)
  })

  test('in the middle of a rotation keeps the old file', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 1))
    await rig.open()
    appendFileSync(rig.path, `${lines(1, 2)}{"n":2}`)
    renameSync(rig.path, rig.file('audit.log.1'))
    writeFileSync(rig.path, lines(3, 4))
    rig.source.fates.push('lost', 'well', 'lost', 'well', 'lost')
    for (let looks = 0; looks < 4; looks++) await rig.look()
    expect(rig.source.kept).toEqual(records(0, 4))
    expect(rig.told('failed')).toHaveLength(3)
  })
})

test('a position that cannot be saved holds reading up until it can', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 1))
  await rig.open()
  // A folder in the way of the file that the position is written to.
  mkdirSync(`${rig.positionFile}.new`)
  appendFileSync(rig.path, lines(1, 2))
  await rig.look()
  appendFileSync(rig.path, lines(2, 3))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 2))
  expect(rig.told('failed')).toHaveLength(2)
  rmdirSync(`${rig.positionFile}.new`)
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 3))
  expect(rig.savedOffset).toBe(24)
})

test('a source that is full is waited for, and no more than a block is read meanwhile', async () => {
  const rig = new Rig()
  const count = Math.ceil(auditFollowRoundBytes / 8)
  writeFileSync(rig.path, lines(0, count))
  let taken = 0
  rig.source.onTaken = () => {
    rig.source.full = true
    taken++
  }
  rig.begin()
  await until('the follower waits', () => rig.source.isAwaited)
  expect(taken).toBeLessThanOrEqual(auditFollowBlockBytes / 8)
  rig.source.onTaken = () => {}
  rig.source.makeRoom()
  await rig.rest()
  expect(rig.source.kept).toEqual(records(0, count))
})

test('closing while the source is full does not wait for it', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  rig.source.full = true
  rig.begin()
  await until('the follower waits', () => rig.source.isAwaited)
  await rig.close()
  expect(rig.source.kept).toEqual(records(0, 2))
  expect(rig.savedOffset).toBe(16)
})

test('nothing is read while something stands in the way', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  let hindrance: string | null = 'The disk is full.'
  await rig.open({ hindrance: () => hindrance })
  await rig.look()
  expect(rig.source.deliveries).toBe(0)
  expect(rig.events).toEqual([{ kind: 'held', path: rig.path, reason: 'The disk is full.' }])
  hindrance = null
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 2))
})

test('a file of which nothing was read yet is found again after a rotation', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, '')
  await rig.open()
  await rig.close()
  expect(existsSync(rig.positionFile)).toBe(true)
  appendFileSync(rig.path, lines(0, 1))
  renameSync(rig.path, rig.file('audit.log.1'))
  writeFileSync(rig.path, lines(1, 2))
  await rig.open()
  expect(rig.source.kept).toEqual(records(0, 2))
})
