/**
 * Durability, proven on files that forget: the power goes at every single call of a history that has all kinds of calls in it, and at
 * each of them in many ways.
 */
import { expect, test } from 'vitest'
import { Spool } from '../../src/spool/spool.ts'
import { ForgetfulFiles, type Random } from './forgetful-files.ts'
import { batchOf, randomOf, readAll, textsOf } from './kit.ts'
import { timeout } from './runs.ts'

const waysForEachCall = 12

/** What the history was told before the power went. */
interface Told {
  /** Names of batches whose append began, in order. */
  readonly begun: string[]
  readonly durable: Set<string>
  /** Batches whose release was asked for, in part or as a whole: they may be there or not. */
  readonly released: Set<string>
}

function entriesOf(name: string): string[] {
  // Longer than a sector, so that parts of a record may survive.
  return [0, 1, 2].map((i) => `${name}.${i} ${name.repeat(150)}`)
}

async function live(files: ForgetfulFiles, told: Told): Promise<void> {
  const spool = await open(files)
  const appended: string[] = []
  const append = async (name: string) => {
    told.begun.push(name)
    await spool.append(batchOf(entriesOf(name)))
    appended.push(name)
  }
  const sync = async () => {
    const before = [...appended]
    await spool.sync()
    for (const name of before) told.durable.add(name)
  }
  const release = async (entries: number) => {
    const batch = await spool.read()
    told.released.add(nameOf(textsOf(batch!)[0]!))
    await spool.release(entries)
  }
  for (const name of 'abc') await append(name)
  await sync()
  await release(3)
  await append('d')
  await Promise.all([append('e'), sync(), append('f'), sync()])
  await release(3)
  await append('g')
  await release(2)
  await append('h')
  await sync()
  for (const name of 'ij') await append(name)
  files.failingSyncs = 1
  await sync().catch(() => {})
  await append('k')
  await sync()
  await release(1)
  await spool.close()
  for (const name of appended) told.durable.add(name)
}

function open(files: ForgetfulFiles, damaged?: (entries: number) => void): Promise<Spool> {
  const options = { folder: '/spool', bytesMax: 1 << 20, segmentBytesMax: 3_500, files }
  return Spool.open(damaged ? { ...options, damaged } : options)
}

function nameOf(entry: string): string {
  return entry.split('.')[0]!
}

async function judge(files: ForgetfulFiles, told: Told): Promise<void> {
  let damaged = 0
  const spool = await open(files, (entries) => {
    damaged += entries
  })
  const found = await readAll(spool)
  expect(found.length + damaged, 'to the unit').toBe(spool.recovered.entries)
  const names = [...new Set(found.map(nameOf))]
  expect(
    names.filter((name) => told.begun.includes(name)),
    'in order',
  ).toEqual(told.begun.filter((name) => names.includes(name)))
  expect(found, 'whole, and once').toEqual(
    names.flatMap((name) => entriesOf(name).slice(-found.filter((entry) => nameOf(entry) === name).length)),
  )
  for (const name of names) {
    if (!told.released.has(name)) expect(found).toEqual(expect.arrayContaining(entriesOf(name)))
  }
  for (const name of told.durable) {
    if (!told.released.has(name)) expect(names, `${name} was durable`).toContain(name)
  }
  // And it lives on.
  await spool.append(batchOf(['new']))
  await spool.sync()
  files.losePower(() => 0.99)
  expect((await readAll(await open(files))).at(-1)).toBe('new')
}

/** Returns whether the history came to its end before the power went. */
async function blackout(call: number, random: Random): Promise<boolean> {
  const files = new ForgetfulFiles()
  const told: Told = { begun: [], durable: new Set(), released: new Set() }
  files.fatalCall = call
  files.fatalCallIsDone = random() < 0.5
  const ended = await live(files, told).then(
    () => true,
    (error: Error) => {
      if (!files.isDead) throw error
      return false
    },
  )
  files.losePower(random)
  await judge(files, told)
  return ended
}

test('whenever the power goes, what was synced is there, and the rest is whole and in order or not there', {
  timeout,
}, async () => {
  for (let call = 1, ended = false; !ended; call++) {
    for (let way = 0; way < waysForEachCall; way++) {
      const seed = call * 1000 + way
      ended = await blackout(call, randomOf(seed)).catch((error: Error) => {
        throw new Error(`call ${call}, seed ${seed}: ${error.message}`, { cause: error })
      })
    }
  }
})
