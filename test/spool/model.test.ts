/**
 * The spool under random actions beside a plain list: on real files, where a crash leaves what the page cache has, and on files that
 * forget, where a loss of power leaves less.
 */
import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { Spool } from '../../src/spool/spool.ts'
import { ForgetfulFiles } from './forgetful-files.ts'
import { type Action, bytesMax, Play, segmentBytesMax, type World } from './play.ts'
import { regressions } from './regressions.ts'
import { histories, timeout } from './runs.ts'
import { temporaryFolder } from './temporary-folder.ts'

const size = fc.oneof({ weight: 8, arbitrary: fc.nat(60) }, fc.integer({ min: 400, max: 1500 }))
const part = fc.constantFrom(0, 0.3, 0.6, 1, 1)
const sizes = fc.array(size, { minLength: 1, maxLength: 6 })
const ordinary: fc.WeightedArbitrary<Action>[] = [
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), sizes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('burst' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), part }) },
  { weight: 4, arbitrary: fc.constantFrom<Action>({ do: 'read' }, { do: 'read' }, { do: 'readAll' }) },
  { weight: 3, arbitrary: fc.constantFrom<Action>({ do: 'sync' }, { do: 'rewind' }) },
  { weight: 1, arbitrary: fc.constantFrom<Action>({ do: 'reopen' }, { do: 'kill' }) },
]
const unhappy: fc.WeightedArbitrary<Action>[] = [
  { weight: 2, arbitrary: fc.record({ do: fc.constant('losePower' as const), seed: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant<Action>({ do: 'failSync' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fill' as const), bytesFree: fc.nat(300) }) },
]

function realWorld(): World {
  let folder = temporaryFolder()
  return {
    open: (damaged) => Spool.open({ folder, bytesMax, segmentBytesMax, damaged }),
    kill: async (spool) => {
      const copy = join(temporaryFolder(), 'copy')
      mkdirSync(copy)
      for (const name of readdirSync(folder)) {
        if (statSync(join(folder, name)).isFile()) copyFileSync(join(folder, name), join(copy, name))
      }
      folder = copy
      await spool.close()
    },
  }
}

function forgetfulWorld(): World {
  const files = new ForgetfulFiles()
  return {
    files,
    open: (damaged) => Spool.open({ folder: '/spool', bytesMax, segmentBytesMax, damaged, files }),
    kill: async () => files.kill(),
  }
}

describe('the spool holds what the list holds', () => {
  test('on real files, across starts and kills', { timeout }, async () => {
    const history = fc.array(fc.oneof(...ordinary), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(history, (actions) => new Play(realWorld()).run(actions)),
      { numRuns: Math.ceil(histories / 3) },
    )
  })

  test('on files that forget, across losses of power, failed syncs and full disks', { timeout }, async () => {
    const history = fc.array(fc.oneof(...ordinary, ...unhappy), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(history, (actions) => new Play(forgetfulWorld()).run(actions)),
      { numRuns: histories * 3 },
    )
  })

  test.each(regressions)('as once it did not: $reason', async ({ actions }) => {
    await new Play(forgetfulWorld()).run(actions)
  })
})
