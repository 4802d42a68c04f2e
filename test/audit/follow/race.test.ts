/** A writer that rotates while the follower looks: names move on between any two of its calls. */
import { closeSync, existsSync, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FollowEvent } from '../../../src/audit/follow/follow-events.ts'
import { openFollower } from '../../../src/audit/follow/follower.ts'
import { until } from '../../support/until.ts'
import { KeepingSource, lines, records } from './rig.ts'

const count = 20_000
const rotations = 100

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-race-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As lumberjack names them, and as logrotate does. */
const styles: Record<string, (path: string, rotated: number) => void> = {
  'by their times': (path, rotated) => {
    const stamp = new Date(1_700_000_000_000 + rotated * 1_000).toISOString().slice(0, -1).replaceAll(':', '-')
    renameSync(path, path.replace('.log', `-${stamp}.log`))
  },
  'by numbers': (path, rotated) => {
    for (let number = rotated; number >= 1; number--) {
      if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`)
    }
    renameSync(path, `${path}.1`)
  },
}

async function write(path: string, rotate: (path: string, rotated: number) => void): Promise<void> {
  let random = 11
  const draw = (below: number) => {
    random = (random * 48_271) % 2_147_483_647
    return random % below
  }
  let output = openSync(path, 'a')
  for (let from = 0, rotated = 0; from < count; ) {
    const to = Math.min(count, from + 1 + draw(150))
    const text = lines(from, to)
    const cut = draw(text.length)
    writeSync(output, text.slice(0, cut))
    if (draw(3) === 0) await setImmediate()
    writeSync(output, text.slice(cut))
    from = to
    if (rotated < rotations && draw(4) === 0) {
      closeSync(output)
      rotate(path, rotated++)
      if (draw(3) === 0) await setImmediate()
      output = openSync(path, 'a')
    }
    await setImmediate()
  }
  closeSync(output)
}

test.each(Object.keys(styles))('nothing is lost or doubled when files are told apart %s', async (style) => {
  const path = join(folder, 'audit.log')
  const source = new KeepingSource()
  const events: FollowEvent[] = []
  const open = () =>
    openFollower({
      ...{ path, source, positionFile: join(folder, 'position.json'), pollMs: 1, random: () => 0 },
      onEvent: (event) => events.push(event),
    })
  let follower = open()
  await until('the follower waits', () => events.length > 0)
  const writing = write(path, styles[style]!)
  for (let restarts = 1; source.kept.length < count; restarts++) {
    const begin = source.kept.length
    await until('some more lines', () => source.kept.length > begin)
    await follower.close()
    if (restarts % 3 === 0) source.fates.push('lost')
    for (let turns = 0; turns < 5; turns++) await setImmediate()
    follower = open()
  }
  await writing
  await follower.close()
  expect(source.kept).toEqual(records(0, count))
  expect(events.filter(({ kind }) => ['lost', 'truncated', 'replaced', 'torn'].includes(kind))).toEqual([])
})
