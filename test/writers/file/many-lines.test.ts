/**
 * Numbered lines through many rotations, ours and other people's: none lost, none doubled, none torn, all in order. The long run of a
 * million lines is made with ALS_SINK_LONG set.
 */
import { execFile } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileWriter } from '../../../src/writers/file.ts'
import { until } from '../../support/until.ts'
import { skipUnless } from './needs.ts'
import { noLimits, Scratch, write } from './scratch.ts'
import { numbered, perfect, tally } from './tally.ts'

const run = promisify(execFile)
const long = process.env['ALS_SINK_LONG'] !== undefined
const total = long ? 1_000_000 : 20_000
const rotations = long ? 200 : 50

let scratch: Scratch

beforeEach(() => {
  scratch = new Scratch()
})

afterEach(() => scratch.close())

/** Writes lines `[first, last)` in batches of different sizes. */
async function pour(writer: FileWriter, first: number, last: number): Promise<void> {
  for (let next = first; next < last; ) {
    const batch = numbered(Math.min(1 + ((next * 7) % 211), last - next), next)
    await write(writer, ...batch)
    next += batch.length
  }
}

/** Does something to the file so many times, evenly spread, while `atLeast` lines or more are written; returns how many. */
async function pourDuring(
  writer: FileWriter,
  { times, atLeast, disturb }: { times: number; atLeast: number; disturb: (time: number) => Promise<void> },
): Promise<number> {
  let [written, over] = [0, false]
  const pouring = (async () => {
    while (written < atLeast || !over) {
      await pour(writer, written, written + 100)
      written += 100
    }
  })()
  try {
    for (let time = 1; time <= times; time++) {
      await until('more lines', () => written > ((time - 1) * atLeast) / times, 60_000)
      await disturb(time)
    }
  } finally {
    over = true
    await pouring
  }
  return written
}

/** Oldest first: numbered files (`a.log.2` is older than `a.log.1`) or dated ones, then the live one. */
function inOrder(): string[] {
  const age = (name: string) => Number(/^a\.log\.(\d+)/.exec(name)?.[1] ?? 0)
  const backups = scratch.names().filter((name) => name !== 'a.log' && name.startsWith('a'))
  return [...backups.sort((a, b) => age(b) - age(a) || (a < b ? -1 : 1)), 'a.log']
}

test(`${total} lines through ${rotations} rotations of our own, with compression`, async () => {
  // A line has 60 bytes on average; a few files more than asked for do no harm.
  const maxBytes = Math.floor((total * 55) / rotations)
  const rotation = { ...noLimits, maxBytes, compress: true, nowMs: () => Date.now() }
  const { writer, told } = scratch.open('a.log', { rotation })
  await pour(writer, 0, total)
  await writer.flush()
  expect(told('rotated').length).toBeGreaterThanOrEqual(rotations)
  const packed = () => inOrder().every((name) => name === 'a.log' || name.endsWith('.gz'))
  await until('compression', packed, 60_000)
  expect(inOrder()).toHaveLength(told('rotated').length + 1)
  expect(told('trouble')).toEqual([])
  expect(tally(scratch, inOrder(), total)).toEqual(perfect(total))
}, 300_000)

describe('mv', () => {
  test.each(['with', 'without'])(
    `under load, ${rotations} times, %s reopen`,
    async (how) => {
      const { writer, told } = scratch.open('a.log')
      const count = await pourDuring(writer, {
        times: rotations,
        atLeast: long ? total : 5_000,
        disturb: async (time) => {
          const before = told('reopened').length
          renameSync(scratch.path('a.log'), scratch.path(`a.log.${1_000 - time}`))
          if (how === 'with') await writer.reopen()
          else writeFileSync(scratch.path('a.log'), '', { flag: 'wx' })
          await until('the new file', () => told('reopened').length > before)
        },
      })
      await writer.flush()
      expect(tally(scratch, inOrder(), count)).toEqual(perfect(count))
    },
    300_000,
  )
})

describe('logrotate', () => {
  beforeEach(async ({ skip }) => {
    const found = await run('logrotate', ['--version']).then(
      () => true,
      () => false,
    )
    skipUnless(found ? undefined : 'logrotate is not installed; apt-get install logrotate', skip)
  })

  async function logrotate(...directives: string[]): Promise<void> {
    const [config, state] = [scratch.path('logrotate.conf'), scratch.path('logrotate.state')]
    const lines = ['rotate 1000', 'nodateext', 'missingok', ...directives]
    scratch.put('logrotate.conf', `${scratch.path('a.log')} {\n${lines.join('\n')}\n}\n`, 0o644)
    await run('logrotate', ['--force', '--state', state, config])
  }

  test.each(['with', 'without'])(
    'create, under load, %s a signal',
    async (how) => {
      const { writer, told } = scratch.open('a.log')
      const count = await pourDuring(writer, {
        times: long ? rotations : 20,
        atLeast: long ? total : 2_000,
        disturb: async () => {
          const before = told('reopened').length
          await logrotate('create 0640')
          if (how === 'with') await writer.reopen()
          await until('the new file', () => told('reopened').length > before)
        },
      })
      await writer.flush()
      expect(told('trouble')).toEqual([])
      expect(scratch.names().filter((name) => /^a\.log\.\d+$/.test(name))).toHaveLength(long ? rotations : 20)
      expect(scratch.names().filter((name) => name.endsWith('.backup'))).toEqual([])
      expect(tally(scratch, inOrder(), count)).toEqual(perfect(count))
    },
    300_000,
  )

  test('copytruncate is detected and reported each time; between batches it loses nothing', async () => {
    const { writer, told } = scratch.open('a.log')
    let count = 0
    const sizes: number[] = []
    for (let i = 0; i < 10; i++) {
      await pour(writer, count, count + 200)
      count += 200
      sizes.push(scratch.read('a.log').length)
      await logrotate('copytruncate')
    }
    await pour(writer, count, count + 200)
    count += 200
    expect(told('truncatedByOthers').map(({ bytes }) => bytes)).toEqual(sizes)
    expect(tally(scratch, inOrder(), count)).toEqual(perfect(count))
  })

  test('copytruncate under load leaves no torn line and no hole, and what it lost it lost aloud', async () => {
    const { writer, told } = scratch.open('a.log')
    const count = await pourDuring(writer, {
      times: 5,
      atLeast: 500,
      disturb: async () => {
        const before = told('truncatedByOthers').length
        await logrotate('copytruncate')
        await until('word of it', () => told('truncatedByOthers').length > before)
      },
    })
    const { torn, late, doubled } = tally(scratch, ['a.log'], count)
    expect({ torn, late, doubled }).toEqual({ torn: [], late: 0, doubled: 0 })
  })
})
