/**
 * What others do to a file under our hands: rename it, delete it, cut it; and that the writer follows, without a signal.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fileLookMs } from '../../../src/limits.ts'
import { OpenFile } from '../../../src/writers/open-file.ts'
import { until } from '../../support/until.ts'
import { errorOf, Scratch, write } from './scratch.ts'

let scratch: Scratch

beforeEach(() => {
  scratch = new Scratch()
})

afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await scratch.close()
})

const move = (from: string, to: string) => renameSync(scratch.path(from), scratch.path(to))

describe('a file that was renamed', () => {
  test('is left, and its path opened anew', async () => {
    const { writer, events } = scratch.open('access.log')
    await write(writer, 'a\n', 'b\n')
    move('access.log', 'access.log.1')
    await write(writer, 'c\n')
    expect(scratch.files()).toEqual({ 'access.log': 'c\n', 'access.log.1': 'a\nb\n' })
    expect(events).toEqual([{ kind: 'reopened', path: scratch.path('access.log'), why: 'renamed', bytes: 4 }])
  })

  test('is followed by the file that took its place, with the mode that it has', async () => {
    const { writer, told } = scratch.open('access.log')
    await write(writer, 'a\n')
    move('access.log', 'access.log.1')
    scratch.put('access.log', '')
    await write(writer, 'b\n')
    expect(scratch.files()).toEqual({ 'access.log': 'b\n', 'access.log.1': 'a\n' })
    expect(told('reopened')).toMatchObject([{ why: 'renamed' }])
  })

  test('is waited for: what is created a moment later is not raced for', async () => {
    const { writer } = scratch.open('access.log')
    await write(writer, 'a\n')
    move('access.log', 'access.log.1')
    const next = write(writer, 'b\n')
    const look = vi.spyOn(OpenFile.prototype, 'look')
    await until('the writer to have looked twice', () => look.mock.results.length > 1)
    writeFileSync(scratch.path('access.log'), '', { flag: 'wx' })
    await next
    expect(scratch.files()).toEqual({ 'access.log': 'b\n', 'access.log.1': 'a\n' })
  })

  test('is written on when its path cannot be opened, and that is told', async () => {
    mkdirSync(scratch.path('sub'))
    const { writer, told } = scratch.open('sub/access.log')
    await write(writer, 'a\n')
    move('sub', 'moved')
    await write(writer, 'b\n')
    expect(scratch.read('moved/access.log')).toBe('a\nb\n')
    expect(told('trouble')).toMatchObject([{ code: 'ENOENT' }])
    move('moved', 'sub')
    await write(writer, 'c\n')
    expect(scratch.read('sub/access.log')).toBe('a\nb\nc\n')
  })
})

describe('a file that was deleted', () => {
  test('is not written to: the next batch finds a new one, and what is gone is told', async () => {
    const { writer, events } = scratch.open('access.log')
    await write(writer, 'a\n')
    unlinkSync(scratch.path('access.log'))
    await write(writer, 'b\n')
    await write(writer, 'c\n')
    expect(scratch.files()).toEqual({ 'access.log': 'b\nc\n' })
    expect(events).toEqual([{ kind: 'reopened', path: scratch.path('access.log'), why: 'removed', bytes: 2 }])
  })

  test('is an error to try again when there can be no new one', async () => {
    mkdirSync(scratch.path('sub'))
    const { writer } = scratch.open('sub/access.log')
    await write(writer, 'a\n')
    unlinkSync(scratch.path('sub/access.log'))
    move('sub', 'moved')
    expect(await errorOf(write(writer, 'b\n'))).toMatchObject({ code: 'ENOENT', retryable: true, entriesWritten: 0 })
    mkdirSync(scratch.path('sub'))
    await write(writer, 'b\n')
    expect(scratch.read('sub/access.log')).toBe('b\n')
  })

  test('is noticed while nothing is written', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { writer } = scratch.open('access.log')
    await write(writer, 'a\n')
    unlinkSync(scratch.path('access.log'))
    // The first time the timer finds that something was written since.
    vi.advanceTimersByTime(2 * fileLookMs)
    await until('the new file', () => existsSync(scratch.path('access.log')))
    await writer.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a file that was cut', () => {
  test('is appended to from its new end, and the missing bytes are told', async () => {
    const { writer, events } = scratch.open('access.log')
    await write(writer, 'abcdefgh\n')
    truncateSync(scratch.path('access.log'), 0)
    await write(writer, 'i\n')
    await write(writer, 'j\n')
    expect(scratch.files()).toEqual({ 'access.log': 'i\nj\n' })
    expect(events).toEqual([{ kind: 'truncatedByOthers', path: scratch.path('access.log'), bytes: 9 }])
  })

  test('in part is told by what is missing', async () => {
    const { writer, told } = scratch.open('access.log')
    await write(writer, 'abcd\n', 'efgh\n')
    truncateSync(scratch.path('access.log'), 5)
    await write(writer, 'i\n')
    expect(scratch.files()).toEqual({ 'access.log': 'abcd\ni\n' })
    expect(told('truncatedByOthers')).toMatchObject([{ bytes: 5 }])
  })
})

test('what others append is neither told nor taken for ours', async () => {
  const { writer, events } = scratch.open('access.log')
  await write(writer, 'a\n')
  appendFileSync(scratch.path('access.log'), 'theirs\n')
  await write(writer, 'b\n')
  expect(scratch.files()).toEqual({ 'access.log': 'a\ntheirs\nb\n' })
  expect(events).toEqual([])
})

test('a link that is pointed elsewhere is followed', async () => {
  symlinkSync('one.log', scratch.path('access.log'))
  const { writer } = scratch.open('access.log')
  await write(writer, 'a\n')
  unlinkSync(scratch.path('access.log'))
  symlinkSync('two.log', scratch.path('access.log'))
  await write(writer, 'b\n')
  expect(scratch.files()).toMatchObject({ 'one.log': 'a\n', 'two.log': 'b\n' })
})

test('reopen is told, and asks nobody to wait', async () => {
  const { writer, events } = scratch.open('access.log')
  await write(writer, 'a\n')
  await writer.reopen()
  expect(events).toEqual([{ kind: 'reopened', path: scratch.path('access.log'), why: 'asked', bytes: 2 }])
})
