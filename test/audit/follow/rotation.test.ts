/** Following a file through rotation by renaming: of lumberjack, of logrotate, and several of them between two looks. */
import { appendFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { unwrapFluentBit } from '../../../src/audit/kkp/fluent-bit.ts'
import { until } from '../../support/until.ts'
import { lines, Rig, records } from './rig.ts'

test('a file that is not there yet is waited for, and said so once', async () => {
  const rig = new Rig()
  await rig.open()
  await rig.look()
  expect(rig.events).toEqual([{ kind: 'waiting', path: rig.path }])
  writeFileSync(rig.path, lines(0, 2))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 2))
})

test('a file that came and was rotated while it was waited for is read first, what was there before is not', async () => {
  const rig = new Rig()
  writeFileSync(rig.file('audit.log.1'), lines(900, 901))
  await rig.open()
  renameSync(rig.file('audit.log.1'), rig.file('audit.log.2'))
  await until('time has passed by the clock of the file system', () => {
    writeFileSync(rig.file('audit.log.1'), lines(0, 2))
    return statSync(rig.file('audit.log.1')).mtimeMs > statSync(rig.file('audit.log.2')).mtimeMs
  })
  writeFileSync(rig.path, lines(2, 3))
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 3))
})

test('lines count as soon as they are complete', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, '{"n":0}\n{"n"')
  await rig.open()
  expect(rig.source.kept).toEqual(records(0, 1))
  expect(rig.savedOffset).toBe(8)
  appendFileSync(rig.path, ':1}')
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 1))
  appendFileSync(rig.path, '\n')
  await rig.look()
  expect(rig.source.kept).toEqual(records(0, 2))
  expect(rig.savedOffset).toBe(16)
})

test('a quiet file costs no delivery', async () => {
  const rig = new Rig()
  writeFileSync(rig.path, lines(0, 2))
  await rig.open()
  await rig.look()
  await rig.look()
  expect(rig.source.deliveries).toBe(1)
})

test('lines are unwrapped where that is wished', async () => {
  const rig = new Rig()
  const event = '{"kind":"Event","auditID":"a"}'
  writeFileSync(rig.path, `[0] tail.0: [[1719.000000000, {}], {"log"=>"${event}"}]\n`)
  await rig.open({ unwrap: unwrapFluentBit })
  expect(rig.source.kept).toEqual([event])
})

describe('a rotation', () => {
  test('the old file is read to its end, then the new one from its start', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 3))
    await rig.open()
    appendFileSync(rig.path, lines(3, 5))
    renameSync(rig.path, rig.file('audit-2024-03-05T17-20-01.000.log'))
    writeFileSync(rig.path, lines(5, 7))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 7))
    expect(rig.told('rotated')).toEqual([{ kind: 'rotated', path: rig.path, file: rig.path, bytes: 40 }])
    expect(rig.savedOffset).toBe(16)
  })

  test('as logrotate does it: the writer goes on with the renamed file until it is told', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 1))
    await rig.open()
    renameSync(rig.path, rig.file('audit.log.1'))
    writeFileSync(rig.path, '')
    await rig.look()
    appendFileSync(rig.file('audit.log.1'), lines(1, 2))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 2))
    appendFileSync(rig.file('audit.log.1'), lines(2, 3))
    appendFileSync(rig.path, lines(3, 4))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 4))
  })

  test('the path may be missing for a while, and the old file gone', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 1))
    await rig.open()
    appendFileSync(rig.path, lines(1, 2))
    unlinkSync(rig.path)
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 2))
    writeFileSync(rig.path, lines(2, 3))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 3))
    expect(rig.told('lost')).toEqual([])
  })

  test('half a line at the end of a file that was left is a line', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, `${lines(0, 1)}{"n":1}`)
    await rig.open()
    renameSync(rig.path, rig.file('audit.log.1'))
    writeFileSync(rig.path, lines(2, 3))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 3))
    expect(rig.told('torn')).toEqual([{ kind: 'torn', path: rig.path, bytes: 7 }])
  })

  test('what is torn goes to the quarantine', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, `${lines(0, 1)}{"n":`)
    await rig.open()
    renameSync(rig.path, rig.file('audit.log.1'))
    writeFileSync(rig.path, lines(1, 2))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 2))
    expect(rig.source.quarantined.map(({ text }) => text)).toEqual(['{"n":'])
  })
})

describe('several rotations between two looks', () => {
  test("lumberjack's files are read in order, compressed and foreign ones never", async () => {
    const rig = new Rig()
    writeFileSync(rig.file('audit-2024-03-05T17-20-00.000.log'), lines(900, 901))
    writeFileSync(rig.path, lines(0, 1))
    await rig.open()
    for (let i = 1; i <= 4; i++) {
      renameSync(rig.path, rig.file(`audit-2024-03-05T17-20-0${i}.000.log`))
      writeFileSync(rig.path, lines(i, i + 1))
    }
    writeFileSync(rig.file('audit-2024-03-05T17-20-02.500.log.gz'), gzipSync(lines(800, 801)))
    writeFileSync(rig.file('audit-prod.log'), lines(700, 701))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 5))
  })

  test("logrotate's files are read in order, though their names move on", async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 1))
    await rig.open()
    for (let i = 1; i <= 4; i++) {
      for (let number = i - 1; number >= 1; number--) {
        renameSync(rig.file(`audit.log.${number}`), rig.file(`audit.log.${number + 1}`))
      }
      renameSync(rig.path, rig.file('audit.log.1'))
      writeFileSync(rig.path, lines(i, i + 1))
    }
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 5))
  })

  test('an empty one in between is passed over', async () => {
    const rig = new Rig()
    writeFileSync(rig.path, lines(0, 1))
    await rig.open()
    renameSync(rig.path, rig.file('audit.log.3'))
    writeFileSync(rig.file('audit.log.2'), '')
    writeFileSync(rig.file('audit.log.1'), lines(1, 2))
    writeFileSync(rig.path, '')
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 2))
    appendFileSync(rig.path, lines(2, 3))
    await rig.look()
    expect(rig.source.kept).toEqual(records(0, 3))
  })
})
