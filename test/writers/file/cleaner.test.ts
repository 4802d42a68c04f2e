/**
 * Retention and compression on real files: when they run, and what they leave.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cleanEveryMs } from '../../../src/limits.ts'
import { FileLock } from '../../../src/writers/file/lock.ts'
import { OpenFile } from '../../../src/writers/open-file.ts'
import { until } from '../../support/until.ts'
import { noLimits, Scratch, startMs, write } from './scratch.ts'

let scratch: Scratch
let nowMs = startMs

beforeEach(() => {
  scratch = new Scratch()
  nowMs = startMs
})

afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await scratch.close()
})

const rotating = (changes: Partial<typeof noLimits>) =>
  scratch.open('a.log', { mode: 0o600, rotation: { ...noLimits, nowMs: () => nowMs, ...changes } })
const backup = (day: number) => `a-2026-03-0${day}T00-00-00.000.log`
const gone = (name: string) => until(`${name} to go`, () => !existsSync(scratch.path(name)))

describe('retention', () => {
  test('runs at start, before anything is written, and tells what went', async () => {
    for (const day of [1, 2, 3]) scratch.put(backup(day))
    const { told } = rotating({ maxRetainedFiles: 2 })
    await until('word of it', () => told('cleaned').length > 0)
    expect(scratch.names()).toEqual([backup(2), backup(3)])
    expect(told('cleaned')).toEqual([
      { kind: 'cleaned', path: scratch.path('a.log'), removed: [backup(1)], compressed: [] },
    ])
  })

  test('runs after a rotation', async () => {
    scratch.put(backup(1))
    const { writer } = rotating({ maxBytes: 4, maxRetainedFiles: 1 })
    await write(writer, 'a\n', 'b\n', 'c\n')
    await gone(backup(1))
    expect(scratch.files()).toEqual({ 'a-2026-03-05T07-08-09.100.log': 'a\nb\n', 'a.log': 'c\n' })
  })

  test('runs every hour, so that a quiet log ages out; and no more after close', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    scratch.put(backup(4))
    const { writer } = rotating({ maxAgeDays: 2 })
    // With the lock comes the timer.
    await until('the timer', () => vi.getTimerCount() === 1)
    expect(scratch.names()).toEqual([backup(4)])
    nowMs += 86_400_000
    vi.advanceTimersByTime(cleanEveryMs)
    await gone(backup(4))
    await writer.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not run in a process that lost the lock', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    scratch.put(backup(1))
    const { writer, told } = rotating({ maxAgeDays: 30, maxBytes: 2 })
    await until('the timer', () => vi.getTimerCount() === 1)
    rmSync(scratch.path('a.log.lock'))
    const theirs = await FileLock.take(scratch.path('a.log'))
    nowMs += 100 * 86_400_000
    vi.advanceTimersByTime(cleanEveryMs)
    // A rotation is refused too; by then the cleaning is over.
    await write(writer, 'a\n', 'b\n')
    await until('word of it', () => told('trouble').length > 0)
    expect(scratch.names()).toEqual([backup(1), 'a.log'])
    await theirs.release()
  })

  test('leaves alone what is not ours: other names, and a directory with the name of a backup', async () => {
    const strangers = ['a-foo.log', 'a.log.1', 'a-access-2026-03-01T00-00-00.000.log', 'b-2026-03-01T00-00-00.000.log']
    for (const name of [...strangers, backup(1), backup(3)]) scratch.put(name)
    mkdirSync(scratch.path(backup(2)))
    rotating({ maxRetainedFiles: 1, maxAgeDays: 30 })
    await gone(backup(1))
    expect(scratch.names()).toEqual([...strangers, backup(2), backup(3)].sort())
  })

  test('reports names in the future', async () => {
    scratch.put('a-2030-01-01T00-00-00.000.log')
    const { told } = rotating({ maxRetainedFiles: 1 })
    await until('word of it', () => told('trouble').length > 0)
    expect(told('trouble')).toMatchObject([{ code: 'future_backup' }])
    expect(scratch.names()).toEqual(['a-2030-01-01T00-00-00.000.log'])
  })
})

describe('compression', () => {
  test('leaves only the compressed form, with our mode', async () => {
    const text = 'a line\n'.repeat(100_000)
    scratch.put(backup(1), text, 0o644)
    rotating({ compress: true })
    await gone(backup(1))
    expect(scratch.files()).toEqual({ [`${backup(1)}.gz`]: text })
    expect(statSync(scratch.path(`${backup(1)}.gz`)).mode & 0o777).toBe(0o600)
  })

  test('begins again where a crash ended it', async () => {
    scratch.put(backup(1), 'whole\n')
    scratch.put(`${backup(1)}.gz.tmp`, 'half')
    scratch.put(`${backup(2)}.gz.tmp`, 'nothing else is left of this one')
    rotating({ compress: true })
    await gone(backup(1))
    expect(scratch.files()).toEqual({ [`${backup(1)}.gz`]: 'whole\n' })
  })

  test('that fails is told, and the plain file stays', async () => {
    scratch.put(backup(1), 'one\n')
    scratch.put(backup(2), 'two\n')
    mkdirSync(scratch.path(`${backup(1)}.gz`))
    const { told } = rotating({ compress: true })
    await gone(backup(2))
    await until('word of it', () => told('trouble').length > 0)
    expect(told('trouble')).toMatchObject([{ code: 'EISDIR' }])
    expect(scratch.read(backup(1))).toBe('one\n')
    expect(readdirSync(scratch.folder)).not.toContain(`${backup(1)}.gz.tmp`)
  })

  test('leaves alone a backup that rotation may have to take back', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { writer } = rotating({ maxBytes: 4, compress: true })
    await write(writer, 'a\n', 'b\n')
    const open = OpenFile.open
    vi.spyOn(OpenFile, 'open').mockImplementation(async (path, mode, options) => {
      if (!options?.exclusive) return open.call(OpenFile, path, mode, options)
      // Meanwhile another backup is compressed, so that a whole cleaning goes by, and the one after it has begun.
      for (const day of [1, 2]) {
        scratch.put(backup(day), 'other\n')
        vi.advanceTimersByTime(cleanEveryMs)
        await gone(backup(day))
      }
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    })
    await write(writer, 'c\n')
    expect(scratch.files()).toEqual({
      [`${backup(1)}.gz`]: 'other\n',
      [`${backup(2)}.gz`]: 'other\n',
      'a.log': 'a\nb\nc\n',
    })
  })

  test('is called off by close, and leaves nothing half done', async () => {
    const path = scratch.path(backup(1))
    writeFileSync(path, Buffer.alloc(64 * 1024 * 1024, 'incompressible? no, but long\n'))
    const { writer } = rotating({ compress: true })
    await until('its beginning', () => existsSync(`${path}.gz.tmp`))
    await writer.close()
    expect(readdirSync(scratch.folder)).toEqual([backup(1)])
  })
})
