import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileLock, LockedError } from '../../../src/writers/file/lock.ts'
import { Scratch } from './scratch.ts'

const script = fileURLToPath(new URL('lock.child.ts', import.meta.url))
let scratch: Scratch
let child: ChildProcess | undefined
const held: FileLock[] = []

beforeEach(() => {
  scratch = new Scratch()
})

afterEach(async () => {
  child?.kill('SIGKILL')
  for (const lock of held.splice(0)) await lock.release()
  await scratch.close()
})

async function take(name: string): Promise<FileLock> {
  const lock = await FileLock.take(scratch.path(name))
  held.push(lock)
  return lock
}

/** Another process that wants the lock; resolves with what it says. */
async function other(name: string): Promise<string> {
  child = spawn(process.execPath, ['--import', 'tsx', script, scratch.path(name)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout!, 'data')
  return `${said}`.trim()
}

test('another process is refused, and told where the lock is', async () => {
  expect(await other('audit.log')).toBe('held')
  const error = await take('audit.log').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(LockedError)
  expect((error as LockedError).message).toContain(scratch.path('audit.log.lock'))
})

test('the lock of a process that was killed is free, and one of two processes that want it gets it', async () => {
  expect(await other('audit.log')).toBe('held')
  const dead = once(child!, 'exit')
  child!.kill('SIGKILL')
  await dead
  expect(existsSync(scratch.path('audit.log.lock'))).toBe(true)
  const answers = await Promise.allSettled([take('audit.log'), take('audit.log'), take('audit.log')])
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await other('audit.log')).toBe('LockedError')
  expect(readdirSync(scratch.folder)).toEqual(['audit.log.lock'])
})

test('releasing leaves nothing behind', async () => {
  const lock = await take('audit.log')
  expect(await lock.isHeld()).toBe(true)
  await lock.release()
  expect(readdirSync(scratch.folder)).toEqual([])
  await take('audit.log')
})

test('a lock that somebody deleted is no longer held, and the one of the next owner stays', async () => {
  const lock = await take('audit.log')
  unlinkSync(scratch.path('audit.log.lock'))
  expect(await lock.isHeld()).toBe(false)
  const next = await take('audit.log')
  await lock.release()
  expect(await next.isHeld()).toBe(true)
})

test('a file of that name that is no lock is left alone', async () => {
  scratch.put('audit.log.lock', 'mine\n')
  await expect(take('audit.log')).rejects.toThrow('is no lock of ours')
  expect(scratch.read('audit.log.lock')).toBe('mine\n')
})

test.each([
  ['a long folder', `${'d'.repeat(200)}/audit.log`],
  ['a long name', `${'n'.repeat(240)}.log`],
])('%s is locked like any other', async (_, name) => {
  mkdirSync(scratch.path('d'.repeat(200)))
  const lock = await take(name)
  expect(await lock.isHeld()).toBe(true)
  await expect(take(name)).rejects.toThrow(LockedError)
  const folder = dirname(scratch.path(name))
  const names = readdirSync(folder)
  expect(names.filter((found) => found.endsWith('.lock'))).toHaveLength(1)
  expect(names.filter((found) => found.includes('.lock.'))).toEqual([])
  await lock.release()
  await take(name)
})
