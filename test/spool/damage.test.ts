/** Segments that were cut short or have wrong bytes in them: what is whole is kept, the rest is counted, and the spool goes on. */
import { expect, test } from 'vitest'
import { draftRecord, recordBytesOf, sealRecord } from '../../src/spool/record.ts'
import { Spool } from '../../src/spool/spool.ts'
import { ForgetfulFiles } from './forgetful-files.ts'
import { batchOf, readAll } from './kit.ts'

const folder = '/spool'
const pairs = ['a', 'b', 'c'].map((name) => [`${name}0`, `${name}1`])
const recordBytes = recordBytesOf(batchOf(pairs[0]!))

interface Found {
  readonly spool: Spool
  readonly damaged: number[]
}

async function open(files: ForgetfulFiles, segmentBytesMax = 1 << 20): Promise<Found> {
  const damaged: number[] = []
  const spool = await Spool.open({ folder, bytesMax: 1 << 24, segmentBytesMax, files, damaged: (n) => damaged.push(n) })
  return { spool, damaged }
}

/** A folder as an earlier run has left it. */
async function left(batches: readonly string[][], segmentBytesMax?: number): Promise<ForgetfulFiles> {
  const files = new ForgetfulFiles()
  const { spool } = await open(files, segmentBytesMax)
  for (const entries of batches) await spool.append(batchOf(entries))
  await spool.close()
  return files
}

async function segmentsOf(files: ForgetfulFiles): Promise<string[]> {
  return (await files.names(folder)).filter((name) => name.endsWith('.segment')).sort()
}

async function damage(files: ForgetfulFiles, segment: number, change: (bytes: Buffer) => void): Promise<void> {
  const names = await segmentsOf(files)
  files.edit(names[segment]!, (bytes) => {
    change(bytes)
    return bytes
  })
}

test('a last segment that is cut at any byte keeps the whole records before it', async () => {
  const length = recordBytes * pairs.length
  for (let cut = 0; cut < length; cut++) {
    const files = await left(pairs)
    files.edit((await segmentsOf(files))[0]!, (bytes) => bytes.subarray(0, cut))
    const { spool, damaged } = await open(files)
    const whole = Math.floor(cut / recordBytes)
    expect(spool.recovered, `cut at ${cut}`).toEqual({
      entries: whole * 2,
      bytes: whole * recordBytes,
      tornBytes: cut - whole * recordBytes,
    })
    await spool.append(batchOf(['new']))
    expect(await readAll(spool)).toEqual([...pairs.slice(0, whole).flat(), 'new'])
    expect(damaged).toEqual([])
    await spool.close()
    expect((await open(files)).spool.recovered.tornBytes, 'the tail is gone').toBe(0)
  }
})

test('a wrong byte anywhere costs its record alone, and that is counted', async () => {
  for (let at = 0; at < recordBytes * 2; at++) {
    const files = await left(pairs)
    await damage(files, 0, (bytes) => bytes.writeUInt8(bytes[at]! ^ 0xff, at))
    const { spool, damaged } = await open(files)
    expect(spool.recovered.entries).toBe(6)
    const kept = pairs.filter((_, i) => i !== Math.floor(at / recordBytes))
    expect(await readAll(spool), `byte ${at}`).toEqual(kept.flat())
    expect(damaged).toEqual([2])
    expect(spool.entries).toBe(4)
    await spool.release(4)
    expect(spool.entries).toBe(0)
    await spool.close()
    expect(await segmentsOf(files)).toEqual([])
  }
})

test('a last record with a wrong head is a torn tail; with a wrong body it is damaged and counted', async () => {
  const inHead = await left(pairs)
  await damage(inHead, 0, (bytes) => bytes.fill(0, recordBytes * 2, recordBytes * 2 + 8))
  const torn = await open(inHead)
  expect(torn.spool.recovered).toEqual({ entries: 4, bytes: recordBytes * 2, tornBytes: recordBytes })

  const inBody = await left(pairs)
  await damage(inBody, 0, (bytes) => bytes.fill(0, bytes.length - 1))
  const { spool, damaged } = await open(inBody)
  expect(await readAll(spool)).toEqual(pairs.slice(0, 2).flat())
  expect(damaged).toEqual([2])
  expect(spool.entries).toBe(4)
})

test('damage is told once, however often it is met', async () => {
  const files = await left(pairs)
  await damage(files, 0, (bytes) => bytes.fill(0, recordBytes + 4, recordBytes + 50))
  const { spool, damaged } = await open(files)
  for (let round = 0; round < 3; round++) {
    expect(await readAll(spool)).toEqual(['a0', 'a1', 'c0', 'c1'])
    spool.rewind()
  }
  await spool.read()
  await spool.release(1)
  spool.rewind()
  expect(await readAll(spool)).toEqual(['a1', 'c0', 'c1'])
  expect(damaged).toEqual([2])
  expect(spool.entries).toBe(3)
})

test('a record that goes bad between two readings is counted then, and one that was told as lost stays lost', async () => {
  const files = await left(pairs)
  const { spool, damaged } = await open(files)
  await readAll(spool)
  const flip = (bytes: Buffer) => bytes.writeUInt8(bytes[recordBytes * 2 - 1]! ^ 1, recordBytes * 2 - 1)
  await damage(files, 0, flip)
  // The window of the reader holds what was read before; a large record leaves it.
  await spool.append(batchOf(['x'.repeat(100_000)]))
  await readAll(spool)
  spool.rewind()
  expect((await readAll(spool)).slice(0, 4)).toEqual(['a0', 'a1', 'c0', 'c1'])
  expect(damaged).toEqual([2])
  await damage(files, 0, flip)
  spool.rewind()
  expect((await readAll(spool)).slice(0, 4)).toEqual(['a0', 'a1', 'c0', 'c1'])
  expect(damaged).toEqual([2])
  expect(spool.entries).toBe(5)
})

test('a segment that is gone, or nothing but noise, costs its entries', async () => {
  const files = await left(pairs, recordBytes)
  const names = await segmentsOf(files)
  await files.remove(`${folder}/${names[0]}`)
  await damage(files, 0, (bytes) => bytes.fill(0x8a))
  const { spool, damaged } = await open(files)
  expect(await readAll(spool)).toEqual(pairs[2])
  expect(damaged.reduce((sum, count) => sum + count, 0)).toBe(spool.recovered.entries - 2)
  expect(spool.entries).toBe(2)
})

test('the next record is found behind damage of any length', async () => {
  const long = 'x'.repeat(200_000)
  const files = await left([['a'], [long], ['b']])
  const second = recordBytesOf(batchOf(['a']))
  await damage(files, 0, (bytes) => bytes.fill(0xff, second, second + recordBytesOf(batchOf([long])) - 1))
  const { spool, damaged } = await open(files)
  expect(await readAll(spool)).toEqual(['a', 'b'])
  expect(damaged).toEqual([1])
})

test('a log line that holds a record of another segment is not taken for one, even behind damage', async () => {
  const forged = Buffer.concat(sealRecord(draftRecord(batchOf(['forged'])), 1, 0x12345678)).toString('latin1')
  const batch = { ...batchOf(['']), bytes: Buffer.from(forged, 'latin1'), entryEnds: Uint32Array.of(forged.length) }
  const files = new ForgetfulFiles()
  const before = await open(files)
  await before.spool.append(batchOf(['a']))
  await before.spool.append(batch)
  await before.spool.append(batchOf(['b']))
  await before.spool.close()
  await damage(files, 0, (bytes) => bytes.fill(0, recordBytesOf(batchOf(['a'])), recordBytesOf(batchOf(['a'])) + 10))
  const { spool, damaged } = await open(files)
  expect(await readAll(spool)).toEqual(['a', 'b'])
  expect(damaged).toEqual([1])
})

test('a position that is not sound costs nothing but that entries come twice', async () => {
  const files = new ForgetfulFiles()
  const before = (await open(files, recordBytes)).spool
  for (const entries of pairs) await before.append(batchOf(entries))
  await before.read()
  await before.read()
  await before.release(3)
  await before.close()
  files.edit('position', (bytes) => bytes.fill(0, 3, 4).fill(1, 9, 10))
  const { spool, damaged } = await open(files)
  expect(await readAll(spool)).toEqual(['b0', 'b1', 'c0', 'c1'])
  expect(damaged).toEqual([])
})

test('damage that was passed is not told by the next run', async () => {
  const files = await left(pairs, recordBytes)
  const before = (await open(files)).spool
  await before.read()
  await before.release(2)
  await before.close()
  await damage(files, 0, (bytes) => bytes.fill(0))
  const first = await open(files)
  expect(await readAll(first.spool)).toEqual(pairs[2])
  expect(first.damaged).toEqual([2])
  await first.spool.close()
  const { spool, damaged } = await open(files)
  expect(spool.recovered.entries).toBe(2)
  expect(await readAll(spool)).toEqual(pairs[2])
  expect(damaged).toEqual([])
})

test('the name of a last segment with nothing in it tells what is missing before it', async () => {
  const files = await left(pairs, recordBytes)
  const names = await segmentsOf(files)
  files.edit(names[1]!, () => Buffer.alloc(0))
  files.edit(names[2]!, () => Buffer.alloc(0))
  const { spool, damaged } = await open(files)
  await spool.append(batchOf(['new']))
  expect(await readAll(spool)).toEqual([...pairs[0]!, 'new'])
  expect(damaged).toEqual([2])
})
