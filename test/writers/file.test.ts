import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WriteError } from '../../src/errors.ts'
import { createFileWriter } from '../../src/writers/file.ts'
import type { Writer } from '../../src/writers/writer.ts'
import { until } from '../support/until.ts'
import { batchOf, lines } from './batches.ts'
import { describeWriter } from './contract.ts'
import { FifoReader, makeFifo } from './fifo.ts'

let directory = ''
const writers: Writer[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'als-sink-file-'))
})

afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.close().catch(() => {})
  rmSync(directory, { recursive: true })
})

function writerTo(path: string, mode?: number): Writer {
  const writer = createFileWriter(mode === undefined ? { path } : { path, mode })
  writers.push(writer)
  return writer
}

const patience = () => new AbortController().signal

function write(writer: Writer, entries: readonly string[], signal = patience()): Promise<{ rejected: number }> {
  return writer.write(batchOf(entries), signal)
}

async function errorOf(work: Promise<unknown>): Promise<WriteError> {
  return work.then(
    () => expect.unreachable('it should have failed'),
    (reason: WriteError) => reason,
  )
}

describeWriter({
  name: 'a regular file',
  async open() {
    const path = join(directory, 'access.log')
    const writer = createFileWriter({ path })
    return { writer, received: async () => (existsSync(path) ? readFileSync(path, 'utf8') : ''), close: async () => {} }
  },
  openStuck: { never: 'a regular file always takes what it is given, or fails' },
  async openRefusing() {
    const path = join(directory, 'missing', 'access.log')
    return {
      writer: createFileWriter({ path }),
      received: async () => readFileSync(path, 'utf8'),
      mend: () => mkdirSync(join(directory, 'missing')),
      close: async () => {},
    }
  },
})

async function openFifo(state: 'reading' | 'stuck' | 'nobody') {
  const path = join(directory, 'fifo')
  makeFifo(path)
  let reader = state === 'nobody' ? undefined : new FifoReader(path)
  if (state === 'reading') reader?.resume()
  return {
    writer: createFileWriter({ path }),
    async received(bytes: number) {
      await until(`${bytes} bytes through the FIFO`, () => (reader?.bytes ?? 0) >= bytes)
      return reader?.text ?? ''
    },
    mend: () => {
      reader = new FifoReader(path).resume()
    },
    resume: () => void reader?.resume(),
    close: async () => reader?.close(),
  }
}

describeWriter({
  name: 'a FIFO',
  open: () => openFifo('reading'),
  openStuck: () => openFifo('stuck'),
  openRefusing: () => openFifo('nobody'),
})

describe('a regular file', () => {
  test('is created with its mode, and appended to when it is there', async () => {
    const umask = process.umask(0o022)
    const [plain, open] = [join(directory, 'plain'), join(directory, 'open')]
    await write(writerTo(plain), ['a\n'])
    await write(writerTo(open, 0o644), ['a\n'])
    process.umask(umask)
    expect(statSync(plain).mode & 0o777).toBe(0o640)
    expect(statSync(open).mode & 0o777).toBe(0o644)
    writeFileSync(open, 'before\n')
    await write(writerTo(open), ['b\n'])
    expect(readFileSync(open, 'utf8')).toBe('before\nb\n')
  })

  test('is not opened before the first batch', () => {
    writerTo(join(directory, 'lazy'))
    expect(existsSync(join(directory, 'lazy'))).toBe(false)
  })

  test('that was renamed is left at reopen, then the path is new', async () => {
    const path = join(directory, 'access.log')
    const writer = writerTo(path)
    await write(writer, ['1\n'])
    renameSync(path, `${path}.1`)
    await writer.reopen()
    await write(writer, ['2\n'])
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('1\n')
    expect(readFileSync(path, 'utf8')).toBe('2\n')
  })

  test('that cannot be reopened stays in use', async () => {
    const path = join(directory, 'sub', 'access.log')
    mkdirSync(join(directory, 'sub'))
    const writer = writerTo(path)
    await write(writer, ['1\n'])
    renameSync(join(directory, 'sub'), join(directory, 'moved'))
    expect(await errorOf(writer.reopen())).toMatchObject({ name: 'WriteError', code: 'ENOENT', retryable: true })
    await write(writer, ['2\n'])
    expect(readFileSync(join(directory, 'moved', 'access.log'), 'utf8')).toBe('1\n2\n')
  })

  test('that somebody truncates is appended to from its new end', async () => {
    const path = join(directory, 'access.log')
    const writer = writerTo(path)
    await write(writer, ['1\n'])
    truncateSync(path, 0)
    await write(writer, ['2\n'])
    expect(readFileSync(path, 'utf8')).toBe('2\n')
  })

  test('closes its handle', async () => {
    const path = join(directory, 'access.log')
    const writer = writerTo(path)
    await write(writer, ['1\n'])
    await writer.reopen()
    await writer.close()
    unlinkSync(path)
    expect(openHandles(path)).toEqual([])
  })
})

/** Handles of this process on a path that has been deleted. */
function openHandles(path: string): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path)
    } catch {
      // The handle that listed the directory is closed by now.
      return false
    }
  })
}

describe('a destination that cannot be written', () => {
  test('a missing directory is named', async () => {
    const missing = join(directory, 'not', 'there')
    const error = await errorOf(write(writerTo(join(missing, 'access.log')), ['a\n']))
    expect(error).toMatchObject({ code: 'ENOENT', retryable: true, entriesWritten: 0 })
    expect(error.message).toContain(`the directory ${missing} does not exist`)
    expect(error.cause).toMatchObject({ code: 'ENOENT' })
  })

  test.each([
    ['a directory', () => directory, 'EISDIR', false],
    ['a path through a file', () => join(process.execPath, 'x'), 'ENOTDIR', false],
    ['a full device', () => '/dev/full', 'ENOSPC', true],
  ])('%s', async (_, path, code, retryable) => {
    expect(await errorOf(write(writerTo(path()), lines(3, 10)))).toMatchObject({ code, retryable, entriesWritten: 0 })
  })

  test('a link that leads to itself is not tried again', async () => {
    const path = join(directory, 'loop')
    symlinkSync(path, path)
    expect(await errorOf(write(writerTo(path), ['a\n']))).toMatchObject({ code: 'ELOOP', retryable: false })
  })
})

describe('a FIFO', () => {
  test('whose reader leaves is an error to try again, and the next reader begins with a whole entry', async () => {
    const path = join(directory, 'fifo')
    makeFifo(path)
    const first = new FifoReader(path)
    const writer = writerTo(path)
    const entries = lines(300, 997)
    const called = await errorOf(write(writer, entries, AbortSignal.timeout(50)))
    expect(called).toMatchObject({ code: 'called_off', retryable: true })
    first.close()
    const rest = entries.slice(called.entriesWritten)
    expect(await errorOf(write(writer, rest))).toMatchObject({ code: 'EPIPE', retryable: true, entriesWritten: 0 })
    expect(await errorOf(write(writer, rest))).toMatchObject({ code: 'ENXIO', retryable: true })
    const second = new FifoReader(path).resume()
    await write(writer, rest)
    await until('the rest with the second reader', () => second.bytes >= rest.join('').length)
    expect(second.text).toBe(rest.join(''))
    second.close()
  })

  test('gets the rest of a torn entry before anything else, when its batch was given up', async () => {
    const path = join(directory, 'fifo')
    makeFifo(path)
    const reader = new FifoReader(path)
    const writer = writerTo(path)
    const entries = lines(300, 997)
    const { entriesWritten } = await errorOf(write(writer, entries, AbortSignal.timeout(50)))
    reader.resume()
    await write(writer, ['something else\n'])
    const expected = [...entries.slice(0, entriesWritten + 1), 'something else\n'].join('')
    await until('what was written', () => reader.bytes >= expected.length)
    expect(reader.text).toBe(expected)
    reader.close()
  })

  test('a torn entry that is called off again goes on where it was', async () => {
    const path = join(directory, 'fifo')
    makeFifo(path)
    const reader = new FifoReader(path)
    const writer = writerTo(path)
    const [giant, next] = lines(2, 200_001)
    for (let i = 0; i < 3; i++) {
      const again = await errorOf(write(writer, i === 1 ? [next!] : [giant!, next!], AbortSignal.timeout(30)))
      expect(again).toMatchObject({ code: 'called_off', entriesWritten: 0 })
    }
    reader.resume()
    await write(writer, [giant!, next!])
    await until('both entries', () => reader.bytes >= 400_002)
    expect(reader.text).toBe(`${giant}${next}`)
    reader.close()
  })

  test('a slow reader gets everything, and the write settles when the kernel has it all', async () => {
    const path = join(directory, 'fifo')
    makeFifo(path)
    const reader = new FifoReader(path)
    const writer = writerTo(path)
    let settled = false
    const done = write(writer, lines(300, 997)).then(() => {
      settled = true
    })
    // The pipe holds less than a fourth of the batch: however often the writer asks, there is no room.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    reader.resume()
    await done
    await until('all bytes', () => reader.bytes >= 299_100)
    expect(reader.text).toBe(lines(300, 997).join(''))
    reader.close()
  })
})
