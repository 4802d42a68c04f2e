/**
 * Built-in rotation: what lumberjack does, recorded in `vectors/lumberjack.jsonl`, and where we do better on purpose.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FileLock } from '../../../src/writers/file/lock.ts'
import { OpenFile } from '../../../src/writers/open-file.ts'
import { until } from '../../support/until.ts'
import { FifoReader, makeFifo } from '../fifo.ts'
import { errorOf, noLimits, Scratch, startMs, write } from './scratch.ts'

let scratch: Scratch
let nowMs = startMs

beforeEach(() => {
  scratch = new Scratch()
  nowMs = startMs
})

afterEach(async () => {
  vi.restoreAllMocks()
  await scratch.close()
})

const limits = (changes: Partial<typeof noLimits> = {}) => ({
  ...noLimits,
  maxBytes: 10,
  nowMs: () => nowMs,
  ...changes,
})
const rotating = (changes: Partial<typeof noLimits> = {}) =>
  scratch.open('a.log', { mode: 0o600, rotation: limits(changes) })
const backup = (time: string) => `a-2026-03-05T07-08-09.${time}.log`

interface Step {
  readonly op: 'write' | 'rotate' | 'close' | 'restart' | 'extRename'
  readonly at?: string
  readonly bytes?: number
  readonly fill?: string
  readonly name?: string
  readonly to?: string
}

interface Found {
  readonly name: string
  readonly content: string
  readonly mode: string
}

interface Case {
  readonly name: string
  readonly file: string
  readonly unitBytes: number
  readonly config: { maxSize: number; maxBackups: number; maxAge: number; compress: boolean }
  readonly existing: readonly { name: string; size: number; fill?: string }[]
  readonly steps: readonly Step[]
  readonly listing: readonly Found[]
}

const cases: Case[] = readFileSync(new URL('../vectors/lumberjack.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

/** Where the library loses something, or surprises: what it left there, and what we leave. */
const better: Readonly<Record<string, { why: string; listing: readonly [string, string][] }>> = {
  'over-limit-refused': {
    why: 'a record longer than the limit is written, into a file of its own',
    listing: [
      ['audit-2026-03-05T07-08-09.111.log', 'a8'],
      ['audit.log', 'b9'],
    ],
  },
  'first-write-ge': {
    why: 'a file found at start may be filled to its limit, as any other',
    listing: [['audit.log', 'x5 b3']],
  },
  collision: {
    why: 'the second backup of one millisecond does not overwrite the first',
    listing: [
      ['audit-2026-03-05T07-08-09.077.log', 'a6'],
      ['audit-2026-03-05T07-08-09.078.log', 'b6'],
      ['audit.log', 'c6'],
    ],
  },
  local: {
    why: 'names are in UTC; local ones are read wrongly again later',
    listing: [
      ['audit-2026-12-31T23-59-59.999.log', 'a10'],
      ['audit.log', 'b1'],
    ],
  },
  'renamed-away': {
    why: 'a file that was renamed is left at once, not at the next start',
    listing: [
      ['audit.log', 'b2 c1'],
      ['old', 'a2'],
    ],
  },
}

/** `aab` as `a2 b1`. */
const runsOf = (text: string) => (text.match(/(.)\1*/gs) ?? []).map((run) => `${run[0]}${run.length}`).join(' ')

function found(): Found[] {
  return scratch.names().map((name) => ({
    name,
    content: runsOf(scratch.read(name)),
    mode: `0${(statSync(scratch.path(name)).mode & 0o777).toString(8)}`,
  }))
}

async function play({ file, unitBytes, config, existing, steps, listing }: Case): Promise<void> {
  for (const { name, size, fill = 'x' } of existing) {
    const text = fill.repeat(size)
    const mode = Number.parseInt(listing.find((left) => left.name === name)?.mode ?? '0600', 8)
    scratch.put(name, name.endsWith('.gz') ? gzipSync(text) : text, mode)
  }
  const { maxSize, maxBackups, maxAge, compress } = config
  const rotation = limits({ maxBytes: maxSize * unitBytes, maxRetainedFiles: maxBackups, maxAgeDays: maxAge, compress })
  const start = () => scratch.open(file, { mode: 0o600, rotation }).writer
  let writer = start()
  for (const { op, at, bytes = 0, fill = '', name = '', to = '' } of steps) {
    if (at !== undefined) nowMs = Date.parse(at)
    if (op === 'write') await write(writer, fill.repeat(bytes))
    else if (op === 'rotate') await writer.rotate()
    else if (op === 'extRename') renameSync(scratch.path(name), scratch.path(to))
    else {
      await writer.close()
      if (op === 'restart') writer = start()
    }
  }
}

describe('as lumberjack does it', () => {
  test.each(cases.filter(({ name }) => better[name] === undefined))('$name', async (vector) => {
    await play(vector)
    const expected = vector.listing.map(({ name, content, mode }) => ({ name, content, mode }))
    await until('the right names', () => scratch.names().join() === expected.map(({ name }) => name).join())
    expect(found()).toEqual(expected)
  })
})

describe('better than lumberjack', () => {
  const others = cases.filter(({ name }) => better[name] !== undefined)

  test.each(others.map((vector) => ({ ...vector, why: better[vector.name]!.why })))('$name: $why', async (vector) => {
    await play(vector)
    expect(found().map(({ name, content }) => [name, content])).toEqual(better[vector.name]!.listing)
  })

  test('every difference is one of the vectors', () => {
    expect(others.map(({ name }) => name).sort()).toEqual(Object.keys(better).sort())
  })
})

describe('between two entries', () => {
  test('a batch is spread over as many files as it needs, filled exactly where it fits', async () => {
    const { writer, told } = rotating()
    await write(writer, '1234\n', '5678\n', 'ab\n', 'cdef\n', 'g\n', 'h\n')
    expect(scratch.files()).toEqual({
      [backup('100')]: '1234\n5678\n',
      [backup('101')]: 'ab\ncdef\ng\n',
      'a.log': 'h\n',
    })
    expect(told('rotated')).toEqual([
      { kind: 'rotated', path: scratch.path('a.log'), backup: scratch.path(backup('100')), bytes: 10 },
      { kind: 'rotated', path: scratch.path('a.log'), backup: scratch.path(backup('101')), bytes: 10 },
    ])
  })

  test('an entry longer than the limit gets a file of its own, amid others, and is told', async () => {
    const { writer, told } = rotating()
    await write(writer, 'a\n', 'longer than ten\n', 'b\n')
    expect(scratch.files()).toEqual({ [backup('100')]: 'a\n', [backup('101')]: 'longer than ten\n', 'a.log': 'b\n' })
    expect(told('oversized')).toEqual([{ kind: 'oversized', path: scratch.path('a.log'), bytes: 16 }])
  })

  test('a file beyond the limit at start is rotated first, and the new one has our mode', async () => {
    scratch.put('a.log', 'x'.repeat(24).concat('\n'), 0o666)
    const { writer } = rotating()
    await write(writer, 'a')
    expect(scratch.files()).toEqual({ [backup('100')]: `${'x'.repeat(24)}\n`, 'a.log': 'a' })
    expect(statSync(scratch.path('a.log')).mode & 0o777).toBe(0o600)
  })

  test('what others have cut counts no more', async () => {
    const { writer, told } = rotating()
    await write(writer, '12345678\n')
    truncateSync(scratch.path('a.log'), 0)
    await write(writer, '1234\n')
    expect(scratch.files()).toEqual({ 'a.log': '1234\n' })
    expect(told('truncatedByOthers')).toMatchObject([{ bytes: 9 }])
  })

  test('a name that only has a compressed backup is taken too', async () => {
    scratch.put(`${backup('100')}.gz`, gzipSync('old\n'))
    const { writer } = rotating()
    await write(writer, '12345678\n', 'abcdefgh\n')
    expect(scratch.files()).toMatchObject({ [`${backup('100')}.gz`]: 'old\n', [backup('101')]: '12345678\n' })
  })

  test('a link is resolved: the real file is rotated, and the link stays', async () => {
    mkdirSync(scratch.path('real'))
    symlinkSync('real/b.log', scratch.path('a.log'))
    const { writer } = rotating()
    await write(writer, '12345678\n', 'abcdefgh\n')
    expect(scratch.read('real/b-2026-03-05T07-08-09.100.log')).toBe('12345678\n')
    expect(scratch.read('a.log')).toBe('abcdefgh\n')
  })
})

describe('a rotation that fails stops nothing', () => {
  test('no name for the backup: the file is written on, over its limit', async () => {
    const name = `${'n'.repeat(240)}.log`
    const { writer, told } = scratch.open(name, { rotation: limits() })
    for (const entry of ['12345678\n', 'abcdefgh\n', 'ABCDEFGH\n']) await write(writer, entry)
    expect(scratch.files()).toEqual({ [name]: '12345678\nabcdefgh\nABCDEFGH\n' })
    expect(told('trouble')).toMatchObject([{ code: 'ENAMETOOLONG' }])
  })

  test('no new file: the old one gets its name back, and a second later it is tried again', async () => {
    const { writer, told } = rotating()
    await write(writer, '12345678\n')
    failExclusiveOpen(1, () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    })
    await write(writer, 'abcdefgh\n')
    await write(writer, 'i\n')
    expect(scratch.files()).toEqual({ 'a.log': '12345678\nabcdefgh\ni\n' })
    expect(told('trouble')).toMatchObject([{ code: 'ENOSPC' }])
    nowMs += 1_000
    await write(writer, 'j\n')
    expect(scratch.files()).toEqual({ [backup('100').replace('09', '10')]: '12345678\nabcdefgh\ni\n', 'a.log': 'j\n' })
  })

  test('a file that somebody puts there in between is appended to, not emptied', async () => {
    const { writer } = rotating()
    await write(writer, '12345678\n')
    failExclusiveOpen(1, () => scratch.put('a.log', 'theirs\n'))
    await write(writer, 'ab\n')
    expect(scratch.files()).toEqual({ [backup('100')]: '12345678\n', 'a.log': 'theirs\nab\n' })
  })

  test('a clock that is set back does not stop it', async () => {
    const { writer } = rotating()
    await write(writer, '12345678\n')
    failExclusiveOpen(1, () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    })
    await write(writer, 'abcdefgh\n')
    nowMs -= 86_400_000
    await write(writer, 'i\n')
    expect(scratch.names()).toEqual(['a-2026-03-04T07-08-09.100.log', 'a.log'])
  })
})

/** Something happens just before the new file is created, the first `times`. */
function failExclusiveOpen(times: number, happen: () => void): void {
  const open = OpenFile.open
  let left = times
  vi.spyOn(OpenFile, 'open').mockImplementation(async (path, mode, options) => {
    if (options?.exclusive && left-- > 0) happen()
    return open.call(OpenFile, path, mode, options)
  })
}

describe('two processes', () => {
  test('the second one is told at start, refused, and goes on when the first has ended', async () => {
    const theirs = await FileLock.take(scratch.path('a.log'))
    const { writer, told } = rotating()
    await until('word of it', () => told('trouble').length > 0)
    expect(told('trouble')).toMatchObject([{ code: 'locked' }])
    expect(await errorOf(write(writer, 'a\n'))).toMatchObject({ code: 'locked', retryable: true, entriesWritten: 0 })
    await theirs.release()
    await write(writer, 'a\n')
    expect(scratch.files()).toEqual({ 'a.log': 'a\n' })
  })

  test('a lock that was taken away is taken again before a rotation', async () => {
    const { writer, told } = rotating()
    await write(writer, '12345678\n')
    unlinkSync(scratch.path('a.log.lock'))
    scratch.put('a.log.lock', 'somebody else\n')
    await write(writer, 'abcdefgh\n')
    expect(scratch.files()).toEqual({ 'a.log': '12345678\nabcdefgh\n' })
    expect(told('trouble')).toMatchObject([{ code: 'locked' }])
    rmSync(scratch.path('a.log.lock'))
    nowMs += 1_000
    await write(writer, 'i\n')
    expect(scratch.read('a.log')).toBe('i\n')
  })

  test('without rotation there is no lock', async () => {
    const { writer } = scratch.open('a.log')
    const other = scratch.open('a.log')
    await write(writer, 'a\n')
    await write(other.writer, 'b\n')
    expect(scratch.files()).toEqual({ 'a.log': 'a\nb\n' })
  })
})

describe('rotate-now', () => {
  test('does nothing to an empty file, and creates a missing one', async () => {
    const { writer } = rotating()
    await writer.rotate()
    await writer.rotate()
    expect(scratch.files()).toEqual({ 'a.log': '' })
  })

  test('without rotation is an error, and so is one that fails', async () => {
    expect(await errorOf(scratch.open('b.log').writer.rotate())).toMatchObject({ code: 'no_rotation' })
    const { writer } = scratch.open(`${'n'.repeat(240)}.log`, { rotation: limits() })
    await write(writer, 'a\n')
    expect(await errorOf(writer.rotate())).toMatchObject({ code: 'not_rotated' })
  })
})

describe('what is no regular file is not rotated', () => {
  test('a directory in place of the file is said, and stays', async () => {
    mkdirSync(scratch.path('a.log'))
    expect(await errorOf(write(rotating().writer, 'a\n'))).toMatchObject({ code: 'EISDIR', retryable: false })
    expect(scratch.names()).toEqual(['a.log'])
  })

  test('a FIFO', async () => {
    makeFifo(scratch.path('a.log'))
    const reader = new FifoReader(scratch.path('a.log')).resume()
    await write(rotating().writer, '12345678\n', 'abcdefgh\n')
    await until('both entries', () => reader.bytes >= 18)
    expect(scratch.names()).toEqual(['a.log'])
    reader.close()
  })
})
