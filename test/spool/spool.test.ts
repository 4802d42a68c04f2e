/** The spool on real files: what its calls promise, one by one. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeFiles, type SpoolFiles } from '../../src/spool/files.ts'
import { recordBytesOf } from '../../src/spool/record.ts'
import { Spool, type SpoolOptions } from '../../src/spool/spool.ts'
import { batchOf, codeOf, readAll, stream, textsOf } from './kit.ts'
import { temporaryFolder } from './temporary-folder.ts'

function open(folder: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  return Spool.open({ folder, bytesMax: 1 << 20, ...options })
}

function segmentsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.segment'))
}

/** Batches of two entries each, `a0 a1`, `b0 b1` … */
async function fill(spool: Spool, names: string): Promise<void> {
  for (const name of names) await spool.append(batchOf([`${name}0`, `${name}1`]))
}

const recordBytes = recordBytesOf(batchOf(['a0', 'a1']))

test('batches come back whole, in order, with their streams', async () => {
  const spool = await open(temporaryFolder())
  const other = { logName: 'tcp', nodeId: 'n', nodeCluster: 'c' }
  await spool.append(
    batchOf(
      ['one', 'two', 'three'],
      [
        { firstEntry: 0, stream },
        { firstEntry: 2, stream: other },
      ],
    ),
  )
  await spool.append(batchOf(['four']))
  const first = (await spool.read())!
  expect(textsOf(first)).toEqual(['one', 'two', 'three'])
  expect(first.groups).toEqual([
    { firstEntry: 0, stream },
    { firstEntry: 2, stream: other },
  ])
  expect(textsOf((await spool.read())!)).toEqual(['four'])
  expect(await spool.read()).toBeUndefined()
  await spool.close()
})

test('what was appended while all was read is read next', async () => {
  const spool = await open(temporaryFolder())
  expect(await spool.read()).toBeUndefined()
  await fill(spool, 'a')
  expect(await readAll(spool)).toEqual(['a0', 'a1'])
  await fill(spool, 'b')
  expect(await readAll(spool)).toEqual(['b0', 'b1'])
  await spool.close()
})

test('a batch read is the caller’s: later calls leave it alone', async () => {
  const spool = await open(temporaryFolder())
  await fill(spool, 'abc')
  const first = (await spool.read())!
  await readAll(spool)
  await fill(spool, 'd')
  expect(textsOf(first)).toEqual(['a0', 'a1'])
  await spool.close()
})

test('a batch without entries is nothing', async () => {
  const spool = await open(temporaryFolder())
  await spool.append(batchOf([], []))
  expect(spool.bytes).toBe(0)
  expect(await spool.read()).toBeUndefined()
  await spool.close()
})

test('what is not released is there after the next start, and read before anything new', async () => {
  const folder = temporaryFolder()
  const before = await open(folder)
  await fill(before, 'abc')
  await before.read()
  await before.release(2)
  await before.close()
  const spool = await open(folder)
  expect(spool.recovered).toMatchObject({ entries: 4, tornBytes: 0 })
  await fill(spool, 'd')
  expect(spool.entries).toBe(6)
  expect(await readAll(spool)).toEqual(['b0', 'b1', 'c0', 'c1', 'd0', 'd1'])
  await spool.close()
})

test('a record released in part comes back without that part', async () => {
  const folder = temporaryFolder()
  const before = await open(folder)
  await before.append(batchOf(['a', 'b', 'c', 'd']))
  await before.read()
  await before.release(1)
  await before.release(2)
  expect(before.entries).toBe(1)
  await before.close()
  const spool = await open(folder)
  expect(spool.recovered.entries).toBe(1)
  expect(await readAll(spool)).toEqual(['d'])
  await spool.close()
})

test('a rewind brings back what was read and not released', async () => {
  const spool = await open(temporaryFolder(), { segmentBytesMax: recordBytes * 2 })
  await fill(spool, 'abcde')
  await readAll(spool)
  await spool.release(3)
  spool.rewind()
  expect(await readAll(spool)).toEqual(['b1', 'c0', 'c1', 'd0', 'd1', 'e0', 'e1'])
  spool.rewind()
  await spool.read()
  await spool.release(1)
  expect(await readAll(spool)).toEqual(['c0', 'c1', 'd0', 'd1', 'e0', 'e1'])
  expect(spool.entries).toBe(6)
  await spool.close()
})

test('segments go when all of their entries are released, and only whole ones', async () => {
  const folder = temporaryFolder()
  const spool = await open(folder, { segmentBytesMax: recordBytes * 2 })
  await fill(spool, 'abcdef')
  const full = segmentsIn(folder)
  expect(full).toHaveLength(3)
  await readAll(spool)
  await spool.release(3)
  expect(segmentsIn(folder)).toEqual(full)
  await spool.release(1)
  expect(segmentsIn(folder)).toEqual(full.slice(1))
  expect(spool.bytes).toBe(recordBytes * 4)
  await spool.release(8)
  expect(segmentsIn(folder)).toEqual([])
  expect(spool.bytes).toBe(0)
  await spool.close()
})

test('a destination that keeps up does not cost a file for each batch', async () => {
  const folder = temporaryFolder()
  const spool = await open(folder, { segmentBytesMax: recordBytes * 40 })
  const seen = new Set<string>()
  for (const name of 'abcdefghijklmnopqrstuvwxyz') {
    await fill(spool, name)
    await readAll(spool)
    await spool.release(2)
    for (const segment of segmentsIn(folder)) seen.add(segment)
  }
  expect(seen.size).toBe(3)
  await spool.close()
  expect(segmentsIn(folder)).toEqual([])
})

test('a full spool refuses, changes nothing, and takes more when there is room', async () => {
  const spool = await open(temporaryFolder(), { bytesMax: recordBytes * 4, segmentBytesMax: recordBytes * 2 })
  await fill(spool, 'abc')
  expect(spool.hasRoom(recordBytes)).toBe(true)
  await fill(spool, 'd')
  expect(spool.hasRoom(recordBytes)).toBe(false)
  expect(await codeOf(fill(spool, 'e'))).toBe('full')
  expect(spool.entries).toBe(8)
  await spool.read()
  await spool.release(2)
  expect(spool.hasRoom(recordBytes)).toBe(false)
  await spool.read()
  await spool.release(2)
  expect(spool.hasRoom(recordBytes * 2)).toBe(true)
  await fill(spool, 'e')
  expect(await readAll(spool)).toEqual(['c0', 'c1', 'd0', 'd1', 'e0', 'e1'])
  await spool.close()
})

test('released entries in the segment being written do not count against room', async () => {
  const spool = await open(temporaryFolder(), { bytesMax: recordBytes * 2, segmentBytesMax: recordBytes * 100 })
  await fill(spool, 'ab')
  await readAll(spool)
  await spool.release(4)
  expect(spool.bytes).toBe(recordBytes * 2)
  expect(spool.hasRoom(recordBytes)).toBe(true)
  await fill(spool, 'c')
  expect(spool.bytes).toBe(recordBytes)
  await spool.close()
})

test('a batch that can never fit is told from one that has to wait', async () => {
  const spool = await open(temporaryFolder(), { bytesMax: 1000 })
  const huge = batchOf(['x'.repeat(1000)])
  expect(spool.hasRoom(recordBytesOf(huge))).toBe(true)
  expect(await codeOf(spool.append(huge))).toBe('too_large')
  await spool.close()
})

test('a record that is larger than a segment gets one of its own', async () => {
  const folder = temporaryFolder()
  const spool = await open(folder, { segmentBytesMax: 200 })
  const texts = ['small', 'x'.repeat(100_000), 'small again']
  for (const text of texts) await spool.append(batchOf([text]))
  expect(segmentsIn(folder)).toHaveLength(3)
  expect(await readAll(spool)).toEqual(texts)
  await spool.close()
})

test('a second spool on the folder is refused with words that help, also in one process', async () => {
  const folder = temporaryFolder()
  const spool = await open(folder)
  await expect(open(folder)).rejects.toMatchObject({
    code: 'locked',
    folder,
    message: `spool ${folder}: in use by process ${process.pid}. Stop it, or give each process and each backend a folder of its own.`,
  })
  await fill(spool, 'a')
  await spool.close()
  await (await open(folder)).close()
})

test('mistakes of the caller are told', async () => {
  const spool = await open(temporaryFolder())
  await fill(spool, 'a')
  expect(await codeOf(spool.release(1))).toBe('not_read')
  await spool.read()
  expect(await codeOf(spool.release(3))).toBe('not_read')
  expect(spool.entries).toBe(2)
  const closed = spool.close()
  for (const call of [fill(spool, 'b'), spool.read(), spool.release(2), spool.sync()])
    expect(await codeOf(call)).toBe('closed')
  await closed
  await spool.close()
})

test('a folder that is missing is created for us and our group alone', async () => {
  const folder = join(temporaryFolder(), 'a', 'b')
  const spool = await open(folder)
  await fill(spool, 'a')
  expect(statSync(folder).mode & 0o007).toBe(0)
  for (const name of [...segmentsIn(folder), 'position']) expect(statSync(join(folder, name)).mode & 0o137).toBe(0)
  await spool.close()
})

test.each([
  ['a file in its place', (path: string) => writeFileSync(path, ''), 'io'],
  [
    'segments of another version',
    (path: string) => {
      mkdirSync(path)
      writeFileSync(join(path, '7.segment2'), '')
    },
    'foreign',
  ],
])('%s: refused, and nothing is touched', async (_, prepare, code) => {
  const path = join(temporaryFolder(), 'spool')
  prepare(path)
  await expect(open(path)).rejects.toMatchObject({ name: 'SpoolError', code, folder: path })
  if (code === 'foreign') expect(readdirSync(path)).toEqual(['7.segment2'])
})

test('calls made together take effect in their order', async () => {
  const spool = await open(temporaryFolder())
  const results = await Promise.all([
    spool.append(batchOf(['a'])),
    spool.read(),
    spool.append(batchOf(['b'])),
    spool.release(1),
    spool.sync(),
    spool.read(),
    spool.read(),
  ])
  expect([results[1], results[5], results[6]].map((batch) => batch && textsOf(batch))).toEqual([
    ['a'],
    ['b'],
    undefined,
  ])
  expect(spool.entries).toBe(1)
  await spool.close()
})

test('syncs asked for while one is under way share the next one', async () => {
  let running = 0
  let begun = 0
  const held: (() => void)[] = []
  const files: SpoolFiles = {
    ...nodeFiles,
    create: async (path) => {
      const file = await nodeFiles.create(path)
      return Object.assign(Object.create(file) as typeof file, {
        write: file.write.bind(file),
        read: file.read.bind(file),
        close: file.close.bind(file),
        sync: async () => {
          begun++
          expect(++running).toBe(1)
          await new Promise<void>((resolve) => held.push(resolve))
          running--
        },
      })
    },
  }
  const spool = await open(temporaryFolder(), { files })
  await fill(spool, 'a')
  const first = spool.sync()
  await expect.poll(() => held.length).toBe(1)
  await fill(spool, 'b')
  const later = Array.from({ length: 20 }, () => spool.sync())
  await fill(spool, 'cde')
  expect(begun, 'they wait').toBe(1)
  held[0]!()
  await first
  await expect.poll(() => held.length).toBe(2)
  held[1]!()
  await Promise.all(later)
  expect(begun).toBe(2)
  const closed = spool.close()
  await expect.poll(() => held.length).toBe(3)
  held[2]!()
  await closed
})
