import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFolder } from '../../src/spool/lock.ts'
import { codeOf } from './kit.ts'
import { leaveStaleLock } from './stale-lock.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('a folder is locked once, and again when it was given back', async () => {
  const folder = temporaryFolder()
  for (let round = 0; round < 3; round++) {
    const unlock = await lockFolder(folder)
    expect(await codeOf(lockFolder(folder))).toBe('locked')
    await unlock()
    expect(readdirSync(folder)).toEqual([])
  }
})

test('the lock of a process that was killed is taken over', async () => {
  const folder = temporaryFolder()
  leaveStaleLock(folder)
  expect(readdirSync(folder)).toHaveLength(1)
  const unlock = await lockFolder(folder)
  expect(await codeOf(lockFolder(folder))).toBe('locked')
  await unlock()
})

test('of many that find a stale lock at once, one gets the folder, and nothing is left over', async () => {
  for (let round = 0; round < 6; round++) {
    const folder = temporaryFolder()
    leaveStaleLock(folder)
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
    const got = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(got).toHaveLength(1)
    expect(readdirSync(folder), 'the dead one is gone').toHaveLength(1)
    await got[0]!()
  }
})

test('the name of the folder may be longer than the name of a socket', async () => {
  const folder = join(temporaryFolder(), 'x'.repeat(120))
  mkdirSync(folder)
  const unlock = await lockFolder(folder)
  expect(await codeOf(lockFolder(folder))).toBe('locked')
  await unlock()
})

test('a folder that cannot be locked is told with the reason', async () => {
  await expect(lockFolder('/proc/self')).rejects.toMatchObject({ name: 'SpoolError', code: 'io', folder: '/proc/self' })
})
