import { expect, test } from 'vitest'
import { type Backup, readBackupName } from '../../../src/writers/file/backup-name.ts'
import { planCleaning } from '../../../src/writers/file/retention.ts'

const nowMs = Date.parse('2021-06-30T12:00:00.000Z')

/** `3`: June 3 at noon; `3.gz`: the same, compressed. A whole stamp is taken as it is. */
function backupsOf(days: readonly string[]): Backup[] {
  return days.map((day) => {
    const [, number, gz = ''] = /^(\d{1,2})(\.gz)?$/.exec(day) ?? []
    const name = number ? `audit-2021-06-${number.padStart(2, '0')}T12-00-00.000.log${gz}` : `audit-${day}.log`
    return readBackupName('audit.log', name)!
  })
}

const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`)

interface Case {
  readonly what: string
  readonly keep?: number
  readonly age?: number
  readonly compress?: boolean
  readonly found: readonly string[]
  readonly removed: readonly string[]
  readonly compressed?: readonly string[]
  readonly future?: readonly string[]
}

const cases: Case[] = [
  { what: 'the newest so many stay', keep: 2, found: ['1', '2', '3'], removed: ['1'] },
  { what: 'both forms of one backup count once', keep: 2, found: ['1', '2', '2.gz', '3'], removed: ['1'] },
  {
    what: 'exactly the age stays, a millisecond more goes',
    age: 10,
    found: ['19', '2021-06-20T11-59-59.999', '20', '21'],
    removed: ['19', '2021-06-20T11-59-59.999'],
  },
  { what: 'count first, then age', keep: 3, age: 10, found: ['1', '2', '25', '29'], removed: ['1', '2'] },
  { what: 'zero means no limit', found: ['1', '2', '3'], removed: [] },
  {
    what: 'a name in the future neither counts nor goes, and is reported',
    keep: 1,
    age: 1,
    found: ['29', '30', '2030-01-01T00-00-00.000'],
    removed: ['29'],
    future: ['2030-01-01T00-00-00.000'],
  },
  {
    what: 'a name moved on by a collision is not in the future',
    keep: 1,
    found: ['30', '2021-06-30T12-00-00.002'],
    removed: ['30'],
  },
  {
    what: 'what stays is compressed, also beside a compressed form of it',
    keep: 2,
    compress: true,
    found: ['1', '2', '3', '3.gz'],
    removed: ['1'],
    compressed: ['2', '3'],
  },
  { what: 'ten of twenty-nine daily ones', keep: 10, age: 30, found: days(1, 29), removed: days(1, 19) },
]

test.each(cases)('$what', ({ keep = 0, age = 0, compress = false, found, removed, compressed = [], future = [] }) => {
  const limits = { maxRetainedFiles: keep, maxAgeDays: age, compress }
  const plan = planCleaning(backupsOf(found), limits, nowMs)
  const names = (backups: readonly Backup[]) => backups.map(({ name }) => name).sort()
  expect(names(plan.remove)).toEqual(names(backupsOf(removed)))
  expect(names(plan.compress)).toEqual(names(backupsOf(compressed)))
  expect(names(plan.future)).toEqual(names(backupsOf(future)))
})

test('what a broken compression left goes, whatever the limits', () => {
  const left = readBackupName('audit.log', 'audit-2021-06-30T12-00-00.000.log.gz.tmp')!
  const limits = { maxRetainedFiles: 0, maxAgeDays: 0, compress: true }
  expect(planCleaning([left], limits, nowMs).remove).toEqual([left])
})
