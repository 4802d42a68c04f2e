/**
 * When a file is synced, and what happens when that fails. Files are real; what is counted or made to fail is their `sync`.
 */
import { mkdirSync, rmdirSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { retiringFilesMax } from '../../../src/limits.ts'
import { Durability } from '../../../src/writers/file/durability.ts'
import { OpenFile } from '../../../src/writers/open-file.ts'
import { until } from '../../support/until.ts'
import { errorOf, noLimits, Scratch, startMs, write } from './scratch.ts'

let scratch: Scratch
/** How often a file was synced, and at which count that fails. */
let syncs = 0
let failsAt = 0

/** Real files, on a disk with one bad sector. */
beforeEach(() => {
  scratch = new Scratch()
  syncs = 0
  failsAt = 0
  const open = OpenFile.open
  vi.spyOn(OpenFile, 'open').mockImplementation(async (...args) => {
    const file = await open.apply(OpenFile, args)
    const sync = file.sync.bind(file)
    file.sync = async () => {
      if (++syncs === failsAt) throw Object.assign(new Error('a bad sector'), { code: 'EIO' })
      await sync()
    }
    return file
  })
})

afterEach(async () => {
  vi.restoreAllMocks()
  await scratch.close()
})

const failNext = ({ after = 0 } = {}) => {
  failsAt = syncs + after + 1
}

describe('fsync', () => {
  test('never: only flush and close sync', async () => {
    const { writer } = scratch.open('a.log')
    for (const entry of ['a\n', 'b\n', 'c\n']) await write(writer, entry)
    expect(syncs).toBe(0)
    expect(writer.settlesDurable).toBe(false)
    await writer.flush()
    expect(syncs).toBe(1)
  })

  test('always: before a write settles', async () => {
    const { writer } = scratch.open('a.log', { fsync: 'always' })
    await write(writer, 'a\n', 'b\n')
    expect(syncs).toBe(1)
    await write(writer, 'c\n')
    expect(syncs).toBe(2)
    expect(writer.settlesDurable).toBe(true)
  })

  test('interval: some time after something was written, once', async () => {
    const { writer } = scratch.open('a.log', { fsync: 'interval', fsyncIntervalMs: 5 })
    expect(writer.settlesDurable).toBe(false)
    await write(writer, 'a\n')
    await write(writer, 'b\n')
    await until('the sync', () => syncs > 0)
    const before = syncs
    await write(writer, 'c\n')
    await until('the next one', () => syncs > before)
  })

  test('interval: a failure is told, and the handle given up', async () => {
    const { writer, told } = scratch.open('a.log', { fsync: 'interval', fsyncIntervalMs: 5 })
    failNext()
    await write(writer, 'a\n')
    await until('word of it', () => told('trouble').length > 0)
    expect(told('trouble')).toMatchObject([{ code: 'EIO' }])
    await write(writer, 'b\n')
    expect(scratch.read('a.log')).toBe('a\nb\n')
  })
})

describe('a sync that fails', () => {
  test('with always takes the batch back: it counts as never written, and comes once', async () => {
    const { writer } = scratch.open('a.log', { fsync: 'always' })
    await write(writer, 'a\n')
    failNext()
    expect(await errorOf(write(writer, 'b\n', 'c\n'))).toMatchObject({
      code: 'EIO',
      retryable: true,
      entriesWritten: 0,
    })
    expect(scratch.read('a.log')).toBe('a\n')
    await write(writer, 'b\n', 'c\n')
    expect(scratch.read('a.log')).toBe('a\nb\nc\n')
  })

  test('with always keeps what went into an earlier file of the same batch', async () => {
    const rotation = { ...noLimits, maxBytes: 4, nowMs: () => startMs }
    const { writer } = scratch.open('a.log', { fsync: 'always', rotation })
    await write(writer, 'a\n')
    // The first two syncs are those of the file that `b` fills: with its batch, and when it is left.
    failNext({ after: 2 })
    expect(await errorOf(write(writer, 'b\n', 'c\n'))).toMatchObject({ code: 'EIO', entriesWritten: 1 })
    await write(writer, 'c\n')
    expect(scratch.files()).toEqual({ 'a-2026-03-05T07-08-09.100.log': 'a\nb\n', 'a.log': 'c\n' })
  })

  test('fails the flush, and the next one begins with a new handle', async () => {
    const { writer } = scratch.open('a.log')
    await write(writer, 'a\n')
    failNext()
    expect(await errorOf(writer.flush())).toMatchObject({ name: 'WriteError', code: 'EIO', retryable: true })
    await write(writer, 'b\n')
    await writer.flush()
    expect(scratch.read('a.log')).toBe('a\nb\n')
  })

  test('of a file that was left fails the next flush', async () => {
    const { writer } = scratch.open('a.log')
    await write(writer, 'a\n')
    failNext()
    await writer.reopen()
    expect(await errorOf(writer.flush())).toMatchObject({ code: 'EIO' })
    await writer.flush()
  })
})

describe('files that were left', () => {
  /** A real file whose sync waits for `go`. */
  async function slowFile(name: string) {
    const file = await OpenFile.open(scratch.path(name), 0o600)
    let go: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    file.sync = () => gate
    return { file, go }
  }

  /** Whether it has settled once all that is due has run. */
  async function isSettled(promise: Promise<unknown>): Promise<boolean> {
    let settled = false
    promise.then(() => {
      settled = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    return settled
  }

  test('are waited for by a commit, and not by who leaves them', async () => {
    const durability = new Durability()
    const { file, go } = await slowFile('a.log')
    await durability.retire(file)
    const commit = durability.commit(undefined)
    expect(await isSettled(commit)).toBe(false)
    go()
    await commit
  })

  test('are waited for when there are too many of them', async () => {
    const durability = new Durability()
    const files = await Promise.all(Array.from({ length: retiringFilesMax + 1 }, (_, i) => slowFile(`${i}.log`)))
    for (const { file } of files.slice(1)) await durability.retire(file)
    const oneMore = durability.retire(files[0]!.file)
    expect(await isSettled(oneMore)).toBe(false)
    files[1]!.go()
    await oneMore
    for (const { go } of files) go()
    await durability.settled()
  })
})

describe('the folder', () => {
  test('of a new name is synced with the next commit, until that goes well', async () => {
    const durability = new Durability()
    durability.changed(scratch.path('missing'))
    await expect(durability.commit(undefined)).rejects.toMatchObject({ code: 'ENOENT' })
    mkdirSync(scratch.path('missing'))
    await durability.commit(undefined)
    rmdirSync(scratch.path('missing'))
    await durability.commit(undefined)
  })

  test('is made when wished, open to those who may read the file', async () => {
    const umask = process.umask(0o022)
    const [readable, own] = [
      scratch.open('new/deep/a.log', { makeFolder: true }),
      scratch.open('own/a.log', { makeFolder: true, mode: 0o600 }),
    ]
    await write(readable.writer, 'a\n')
    await write(own.writer, 'a\n')
    process.umask(umask)
    await readable.writer.flush()
    expect(scratch.read('new/deep/a.log')).toBe('a\n')
    expect(statSync(scratch.path('new/deep')).mode & 0o777).toBe(0o750)
    expect(statSync(scratch.path('own')).mode & 0o777).toBe(0o700)
  })

  test('that is there is left as it is', async () => {
    mkdirSync(scratch.path('open'), { mode: 0o755 })
    const { writer } = scratch.open('open/a.log', { makeFolder: true, mode: 0o600 })
    await write(writer, 'a\n')
    expect(statSync(scratch.path('open')).mode & 0o777).toBe(0o755)
  })
})
