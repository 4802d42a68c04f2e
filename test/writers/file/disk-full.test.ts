/**
 * A disk that is really full: a tmpfs of 2 MiB. Mounting one takes root; without that these tests are skipped, but never where CI is set.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WriteError } from '../../../src/errors.ts'
import type { FileWriter } from '../../../src/writers/file.ts'
import { until } from '../../support/until.ts'
import { skipUnless } from './needs.ts'
import { errorOf, noLimits, Scratch, startMs, write } from './scratch.ts'
import { numbered, perfect, tally } from './tally.ts'

let scratch: Scratch
let missing: string | undefined
let mountPoint = ''

beforeEach(({ skip }) => {
  mountPoint = mkdtempSync(join(tmpdir(), 'als-sink-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', mountPoint], { stdio: 'pipe' })
    missing = undefined
  } catch (error) {
    rmSync(mountPoint, { recursive: true })
    missing = `a tmpfs cannot be mounted; run the tests as root (${(error as Error).message.split('\n').at(-2)})`
  }
  skipUnless(missing, skip)
  scratch = new Scratch(mountPoint)
})

afterEach(async () => {
  if (missing !== undefined) return
  await scratch.closeWriters()
  execFileSync('umount', [mountPoint])
  rmSync(mountPoint, { recursive: true })
})

const ballast = () => scratch.path('ballast')

/** Takes all room but some. */
function fill(leaveBytes: number): void {
  writeFileSync(ballast(), Buffer.alloc(2 * 1024 * 1024 - leaveBytes))
}

const free = () => rmSync(ballast())

/** As the outbox does it: what was not written comes again. Makes room after the first refusal. Returns the errors. */
async function writeAll(writer: FileWriter, count: number, mend: () => void): Promise<WriteError[]> {
  const errors: WriteError[] = []
  let written = 0
  while (written < count) {
    const batch = numbered(Math.min(500, count - written), written)
    try {
      await write(writer, ...batch)
      written += batch.length
    } catch (error) {
      if (!(error instanceof WriteError)) throw error
      errors.push(error)
      written += error.entriesWritten
      expect(tally(scratch, logs(), written)).toEqual(perfect(written))
      mend()
    }
  }
  return errors
}

/** Backups in order, the live file last. */
const logs = () => {
  const names = scratch.names().filter((name) => name.startsWith('a') && name.endsWith('.log'))
  return [...names.filter((name) => name !== 'a.log'), 'a.log'].filter((name) => existsSync(scratch.path(name)))
}

test('no torn line, exact counts, and recovery as soon as there is room', async () => {
  fill(100_000)
  const { writer } = scratch.open('a.log')
  const [error, ...more] = await writeAll(writer, 5_000, free)
  expect(more).toEqual([])
  expect(error).toMatchObject({ code: 'ENOSPC', retryable: true })
  expect(error!.entriesWritten).toBeGreaterThan(0)
  expect(tally(scratch, ['a.log'], 5_000)).toEqual(perfect(5_000))
})

test('the same with fsync: always', async () => {
  fill(100_000)
  const { writer } = scratch.open('a.log', { fsync: 'always' })
  expect(await writeAll(writer, 3_000, free)).toMatchObject([{ code: 'ENOSPC', retryable: true }])
  expect(tally(scratch, ['a.log'], 3_000)).toEqual(perfect(3_000))
})

test('the same in the middle of rotations', async () => {
  fill(100_000)
  const rotation = { ...noLimits, maxBytes: 20_000, nowMs: () => startMs }
  const { writer } = scratch.open('a.log', { rotation })
  expect(await writeAll(writer, 5_000, free)).toMatchObject([{ code: 'ENOSPC', retryable: true }])
  expect(tally(scratch, logs(), 5_000)).toEqual(perfect(5_000))
  expect(logs().length).toBeGreaterThan(10)
})

test('a torn line is cut off once it can be kept, and nothing is glued to it before', async () => {
  const torn = 'x'.repeat(40_000)
  scratch.put('a.log', `line 0 \n${torn}`)
  fill(45_056)
  const { writer } = scratch.open('a.log')
  expect(await errorOf(write(writer, ...numbered(1, 1)))).toMatchObject({ code: 'ENOSPC', retryable: true })
  expect(scratch.read('a.log').endsWith(torn)).toBe(true)
  free()
  await write(writer, ...numbered(1, 1))
  expect(tally(scratch, ['a.log'], 2)).toEqual(perfect(2))
})

test('a compression without room is told, and leaves the plain file alone', async () => {
  const backup = 'a-2026-03-01T00-00-00.000.log'
  // Bytes that gzip cannot make less.
  scratch.put(
    backup,
    Buffer.from(Uint8Array.from({ length: 400_000 }, (_, i) => Math.imul(i * i + 1, 2_654_435_761) >>> 24)),
  )
  fill(500_000)
  const { told } = scratch.open('a.log', { rotation: { ...noLimits, compress: true, nowMs: () => startMs } })
  await until('word of it', () => told('trouble').length > 0)
  expect(told('trouble')).toMatchObject([{ code: 'ENOSPC' }])
  expect(scratch.names()).toEqual([backup, 'ballast'])
  expect(statSync(scratch.path(backup)).size).toBe(400_000)
})
