/** Which files beside a followed one are of its family, and in which order they were written. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lookBeside, newerThan, type Relative } from '../../../src/audit/follow/family.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'als-sink-family-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const kinds: [live: string, name: string, kind: Relative['name'] | 'absent'][] = [
  ['audit.log', 'audit-2024-03-05T17-20-01.000.log', 'rotated'],
  ['audit.log', 'audit.log.1', 'rotated'],
  ['audit.log', 'audit.1.log', 'rotated'],
  ['audit.log', 'audit.log-20240305', 'rotated'],
  ['audit.log', 'audit-20240305.log', 'rotated'],
  ['audit.log', 'audit.log.2024-03-05', 'rotated'],
  ['audit.log', 'audit.log-20240305-1709600000', 'rotated'],
  ['audit', 'audit.1', 'rotated'],
  ['audit', 'audit-2024-03-05T17-20-01.000', 'rotated'],
  ['audit.log', 'audit-2024-03-05T17-20-01.000.log.gz', 'other'],
  ['audit.log', 'audit.log.1.gz', 'other'],
  ['audit.log', 'audit.log.seal', 'other'],
  ['audit.log', 'audit.log.old', 'other'],
  ['audit.log', 'audit-2.log', 'other'],
  ['audit.log', 'audit-prod.log', 'other'],
  ['audit.log', 'access.log.1', 'absent'],
]

test.each(kinds)('%s: %s is %s', async (live, name, kind) => {
  writeFileSync(join(folder, name), '')
  const found = await lookBeside(join(folder, live))
  expect(found.map((each) => each.name)).toEqual(kind === 'absent' ? [] : [kind])
})

test('a folder that is not there has no files', async () => {
  expect(await lookBeside(join(folder, 'none', 'audit.log'))).toEqual([])
})

describe('what was written after a file', () => {
  const newerNames = async (name: string) => {
    const relatives = await lookBeside(join(folder, 'audit.log'))
    const file = relatives.find(({ path }) => basename(path) === name)!
    return newerThan(file, relatives).map(({ path }) => basename(path))
  }
  const write = (name: string, atSeconds: number) => {
    writeFileSync(join(folder, name), name)
    utimesSync(join(folder, name), atSeconds, atSeconds)
  }

  test('goes by the time of their last writing, the live one last', async () => {
    write('audit-2024-03-05T17-20-03.000.log', 100)
    write('audit-2024-03-05T17-20-01.000.log', 300)
    write('audit-2024-03-05T17-20-02.000.log', 200)
    write('audit.log', 50)
    expect(await newerNames('audit-2024-03-05T17-20-03.000.log')).toEqual([
      'audit-2024-03-05T17-20-02.000.log',
      'audit-2024-03-05T17-20-01.000.log',
      'audit.log',
    ])
  })

  test('goes by numbers where times are equal: the larger is older', async () => {
    for (const name of ['audit.log.1', 'audit.log.2', 'audit.log.9', 'audit.log.10', 'audit.log']) write(name, 100)
    expect(await newerNames('audit.log.9')).toEqual(['audit.log.2', 'audit.log.1', 'audit.log'])
  })

  test('goes by the times in their names where the others are equal', async () => {
    for (const second of ['01.005', '01.040', '00.999']) write(`audit-2024-03-05T17-20-${second}.log`, 100)
    write('audit.log', 100)
    expect(await newerNames('audit-2024-03-05T17-20-01.005.log')).toEqual([
      'audit-2024-03-05T17-20-01.040.log',
      'audit.log',
    ])
  })

  test('leaves out what is no rotated file', async () => {
    write('audit.log.1', 100)
    write('audit.log.bak', 200)
    write('audit.log.1.gz', 300)
    expect(await newerNames('audit.log.1')).toEqual([])
  })
})
