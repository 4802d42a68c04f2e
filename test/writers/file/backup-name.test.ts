import { describe, expect, test } from 'vitest'
import { backupName, readBackupName } from '../../../src/writers/file/backup-name.ts'

const atMs = Date.parse('2021-06-07T09:15:18.265Z')

describe('the name of a backup', () => {
  test.each([
    ['audit.log', 'audit-2021-06-07T09-15-18.265.log'],
    ['audit.logs', 'audit-2021-06-07T09-15-18.265.logs'],
    ['audit', 'audit-2021-06-07T09-15-18.265'],
    ['audit.tar.gz', 'audit.tar-2021-06-07T09-15-18.265.gz'],
    ['a.b.log', 'a.b-2021-06-07T09-15-18.265.log'],
    ['.audit', '-2021-06-07T09-15-18.265.audit'],
    ['/var/log/x.d/audit', 'audit-2021-06-07T09-15-18.265'],
  ])('of %s is %s, and is read back', (path, name) => {
    expect(backupName(path, atMs)).toBe(name)
    expect(readBackupName(path, name)).toEqual({ name, plainName: name, atMs, form: 'plain' })
    expect(readBackupName(path, `${name}.gz`)).toEqual({ name: `${name}.gz`, plainName: name, atMs, form: 'gzip' })
  })

  test('is in UTC, whatever offset the instant was given with', () => {
    expect(backupName('audit.log', Date.parse('2021-06-07T11:15:18.265+02:00'))).toBe(
      'audit-2021-06-07T09-15-18.265.log',
    )
  })

  test('is cut to the millisecond, not rounded', () => {
    expect(backupName('audit.log', atMs + 0.999)).toBe('audit-2021-06-07T09-15-18.265.log')
  })
})

test('what a broken compression left is known', () => {
  const name = 'audit-2021-06-07T09-15-18.265.log.gz.tmp'
  expect(readBackupName('audit.log', name)).toMatchObject({ form: 'unfinished', atMs })
})

test.each([
  'audit.log',
  'audit-2021-06-07T09-15-18.log',
  'audit-2021-06-07T09-15-18.2651.log',
  'audit-2021-06-07T09:15:18.265.log',
  'audit-2021-02-30T09-15-18.265.log',
  'audit-2021-06-07T24-00-00.000.log',
  'audit-2021-06-07T09-15-60.265.log',
  'audit-2021-06-07T9-15-18.265.log',
  'audit-2021-06-07T09-15-18,265.log',
  'audit-foo.log',
  'audit-access-2021-06-07T09-15-18.265.log',
  'audit-2021-06-07T09-15-18.265.log.1',
  'audit-2021-06-07T09-15-18.265.log.bak',
  'audit-2021-06-07T09-15-18.265.logs',
  'audit-20210607.log',
])('%s is no backup of audit.log', (name) => {
  expect(readBackupName('audit.log', name)).toBeUndefined()
})
