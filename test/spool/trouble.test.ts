/** A disk that is full, writes in pieces, cannot cut, or cannot sync: nothing is left half-done, and the spool goes on. */
import { expect, test } from 'vitest'
import { recordBytesOf } from '../../src/spool/record.ts'
import { Spool } from '../../src/spool/spool.ts'
import { ForgetfulFiles } from './forgetful-files.ts'
import { batchOf, codeOf, randomOf, readAll } from './kit.ts'

const folder = '/spool'
const recordBytes = recordBytesOf(batchOf(['a0', 'a1']))

function open(files: ForgetfulFiles, options: { segmentBytesMax?: number; damaged?: (entries: number) => void } = {}) {
  return Spool.open({ folder, bytesMax: 1 << 20, files, ...options })
}

async function fill(spool: Spool, names: string): Promise<void> {
  for (const name of names) await spool.append(batchOf([`${name}0`, `${name}1`]))
}

test('a disk that fills at any byte: the batch is refused, cut off, and taken when there is room', async () => {
  for (let room = 0; room < recordBytes; room++) {
    const files = new ForgetfulFiles()
    const spool = await open(files)
    await fill(spool, 'a')
    files.bytesFree = room
    expect(await codeOf(fill(spool, 'b')), `${room} bytes left`).toBe('no_space')
    expect(files.bytesFree, 'what was written in part is given back').toBe(room)
    expect({ entries: spool.entries, bytes: spool.bytes }).toEqual({ entries: 2, bytes: recordBytes })
    files.bytesFree = recordBytes
    await fill(spool, 'c')
    expect(await readAll(spool)).toEqual(['a0', 'a1', 'c0', 'c1'])
  }
})

test('a disk that takes some bytes at a time gets the whole record', async () => {
  const files = new ForgetfulFiles()
  const spool = await open(files)
  for (const most of [1, 7, 40, recordBytes - 1]) {
    files.writeBytesMax = most
    await fill(spool, `${most % 10}`)
  }
  files.writeBytesMax = Number.POSITIVE_INFINITY
  expect(await readAll(spool)).toEqual([
    '10',
    '11',
    '70',
    '71',
    '00',
    '01',
    `${(recordBytes - 1) % 10}0`,
    `${(recordBytes - 1) % 10}1`,
  ])
})

test('what cannot be cut off is written over, and no record at the next start', async () => {
  for (const next of ['c', '']) {
    const files = new ForgetfulFiles()
    const spool = await open(files)
    await fill(spool, 'a')
    files.bytesFree = recordBytes * 2 - 1
    files.failingTruncates = 1
    expect(await codeOf(spool.append(batchOf(['b'.repeat(recordBytes * 2)])))).toBe('no_space')
    files.bytesFree = Number.POSITIVE_INFINITY
    await fill(spool, next)
    const held = ['a0', 'a1', ...(next ? ['c0', 'c1'] : [])]
    expect(await readAll(spool)).toEqual(held)
    files.kill()
    const damaged: number[] = []
    const again = await open(files, { damaged: (entries) => damaged.push(entries) })
    expect(again.recovered.tornBytes).toBeGreaterThan(0)
    expect(await readAll(again)).toEqual(held)
    expect(damaged).toEqual([])
  }
})

test('a position that cannot be written is told; the entries are released all the same, and written down by the next', async () => {
  const files = new ForgetfulFiles()
  const spool = await open(files)
  await fill(spool, 'ab')
  await readAll(spool)
  files.bytesFree = 0
  expect(await codeOf(spool.release(2))).toBe('no_space')
  expect(spool.entries).toBe(2)
  files.bytesFree = 100
  await spool.release(1)
  files.kill()
  expect(await readAll(await open(files))).toEqual(['b1'])
})

test('a failed sync rejects; the next makes everything durable, which the kernel would only have claimed', async () => {
  const files = new ForgetfulFiles()
  const spool = await open(files, { segmentBytesMax: recordBytes * 3 })
  await fill(spool, 'ab')
  await spool.sync()
  await fill(spool, 'cde')
  files.failingSyncs = 1
  expect(await codeOf(spool.sync())).toBe('sync_failed')
  expect(await codeOf(Promise.resolve(spool.entries).then(() => spool.release(1)))).toBe('not_read')
  await fill(spool, 'f')
  await spool.sync()
  files.losePower(() => 0)
  const damaged: number[] = []
  const again = await open(files, { damaged: (entries) => damaged.push(entries) })
  expect(await readAll(again)).toEqual([...'abcdef'].flatMap((name) => [`${name}0`, `${name}1`]))
  expect(damaged).toEqual([])
})

test.each([
  ['none of the rest', 0],
  ['all of the rest', 0.99],
])('what was written anew counts when the old segments cannot be cut or removed; the disk has %s', async (_, luck) => {
  const files = new ForgetfulFiles()
  const spool = await open(files, { segmentBytesMax: recordBytes * 5 })
  await fill(spool, 'ab')
  await spool.sync()
  await fill(spool, 'cdefgh')
  files.failingSyncs = 1
  expect(await codeOf(spool.sync())).toBe('sync_failed')
  files.failingTruncates = 1
  files.failingRemoves = 1
  await spool.sync()
  const all = [...'abcdefgh'].flatMap((name) => [`${name}0`, `${name}1`])
  expect(await readAll(spool)).toEqual(all)
  files.losePower(() => luck)
  const damaged: number[] = []
  const again = await open(files, { damaged: (entries) => damaged.push(entries) })
  expect(await readAll(again)).toEqual(all)
  expect(damaged).toEqual([])
  await again.release(all.length)
  await again.close()
  expect((await files.names(folder)).filter((name) => name.includes('.segment'))).toEqual([])
})

test('what was released before a failed sync is not missed after it', async () => {
  const files = new ForgetfulFiles()
  const spool = await open(files, { segmentBytesMax: recordBytes * 2 })
  await fill(spool, 'abcde')
  await readAll(spool)
  await spool.release(7)
  files.failingSyncs = 1
  expect(await codeOf(spool.sync())).toBe('sync_failed')
  await spool.sync()
  spool.rewind()
  expect(await readAll(spool)).toEqual(['d1', 'e0', 'e1'])
})

test('a segment is not closed or removed while a sync of it is under way', async () => {
  for (let turns = 0; turns < 60; turns++) {
    const spool = await open(new ForgetfulFiles(), { segmentBytesMax: recordBytes })
    await fill(spool, 'abc')
    const synced = spool.sync()
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    expect(await readAll(spool)).toHaveLength(6)
    await spool.release(6)
    await synced
    await spool.close()
  }
})

test('reading goes on across a failed sync, before and after what was written anew', async () => {
  for (let read = 0; read <= 5; read++) {
    const files = new ForgetfulFiles()
    const spool = await open(files, { segmentBytesMax: recordBytes * 2 })
    await fill(spool, 'ab')
    await spool.sync()
    await fill(spool, 'cde')
    for (let i = 0; i < read; i++) await spool.read()
    files.failingSyncs = 1
    expect(await codeOf(spool.sync())).toBe('sync_failed')
    await spool.sync()
    const rest = [...'abcde'].flatMap((name) => [`${name}0`, `${name}1`])
    expect(await readAll(spool), `${read} read before`).toEqual(rest.slice(read * 2))
    spool.rewind()
    await spool.read()
    await spool.release(1)
    spool.rewind()
    expect(await readAll(spool)).toEqual(rest.slice(1))
    await spool.release(9)
    expect(spool.entries).toBe(0)
    await spool.close()
    expect((await files.names(folder)).filter((name) => name.includes('.segment'))).toEqual([])
  }
})

test('no crash during the repair of a failed sync loses what kill -9 leaves', async () => {
  const all = [...'abcdef'].flatMap((name) => [`${name}0`, `${name}1`])
  for (let calls = 1; ; calls++) {
    const files = new ForgetfulFiles()
    const spool = await open(files, { segmentBytesMax: recordBytes * 2 })
    await fill(spool, 'ab')
    await spool.sync()
    await fill(spool, 'cdef')
    files.failingSyncs = 1
    expect(await codeOf(spool.sync())).toBe('sync_failed')
    files.fatalCall = files.calls + calls
    const repaired = await spool.sync().then(
      () => true,
      () => false,
    )
    files.kill()
    const again = await open(files)
    expect(await readAll(again), `${calls} calls`).toEqual(all)
    if (repaired) break
  }
})

test('entries that are gone from the page cache after a failed sync make the next sync reject, and are counted', async () => {
  const files = new ForgetfulFiles()
  const damaged: number[] = []
  const spool = await open(files, { damaged: (entries) => damaged.push(entries) })
  await fill(spool, 'abc')
  files.failingSyncs = 1
  expect(await codeOf(spool.sync())).toBe('sync_failed')
  files.edit('.segment', (bytes) => bytes.fill(0, recordBytes, recordBytes * 2))
  expect(await codeOf(spool.sync())).toBe('sync_failed')
  await spool.sync()
  files.losePower(randomOf(1))
  const again = await open(files, { damaged: (entries) => damaged.push(entries) })
  expect(await readAll(again)).toEqual(['a0', 'a1', 'c0', 'c1'])
  expect(damaged).toEqual([2])
})

test('a loss of power brings back one segment of what was released at most, and takes nothing for damaged', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const files = new ForgetfulFiles()
    const spool = await open(files, { segmentBytesMax: recordBytes * 2 })
    await fill(spool, 'abcdefg')
    await spool.sync()
    await readAll(spool)
    for (let released = 0; released < 5; released++) await spool.release(2)
    files.losePower(randomOf(seed))
    const damaged: number[] = []
    const again = await open(files, { damaged: (entries) => damaged.push(entries) })
    const found = await readAll(again)
    expect(found.slice(-4)).toEqual(['f0', 'f1', 'g0', 'g1'])
    expect(found.length).toBeLessThanOrEqual(6)
    expect(damaged).toEqual([])
  }
})

test('entries that were released before the power went do not make room for doubles of their numbers', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const files = new ForgetfulFiles()
    const spool = await open(files)
    await fill(spool, 'ab')
    await readAll(spool)
    await spool.release(4)
    files.losePower(randomOf(seed))
    const again = await open(files)
    expect(again.entries).toBeGreaterThanOrEqual(0)
    await fill(again, 'c')
    expect((await readAll(again)).slice(-2), `seed ${seed}`).toEqual(['c0', 'c1'])
    expect(again.entries).toBeGreaterThanOrEqual(2)
  }
})
