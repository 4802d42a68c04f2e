/**
 * Run by `kill.test.ts`, and killed: appends batches to a spool, makes them durable, reads and releases some, and says so. Entries are
 * numbered on from the last one found. Arguments: folder, number of the next entry. A line is one of
 *
 *      durable N      entries below N were appended before a sync that resolved
 *      releasing N    entries below N are about to be released
 *      released N     and are
 */
import { writeSync } from 'node:fs'
import { Spool } from '../../src/spool/spool.ts'
import { batchOf } from './kit.ts'

const [folder = '', begin = ''] = process.argv.slice(2)
const spool = await Spool.open({ folder, bytesMax: 256 << 10, segmentBytesMax: 16 << 10 })
let next = Number(begin)
let released = next - spool.entries
// Straight to the pipe: a line that was said is not lost with us.
const say = (what: string, number: number) => writeSync(1, `${what} ${number}\n`)

async function appendSome(): Promise<void> {
  for (let batches = 0; batches < 5; batches++) {
    // Sizes up to several pages: a kill may end a write in the middle of one.
    const entries = Array.from({ length: 1 + (next % 7) }, (_, i) =>
      `${next + i} `.padEnd(((next + i) * 37) % 3000, '.'),
    )
    await spool.append(batchOf(entries))
    next += entries.length
  }
}

async function makeDurable(): Promise<void> {
  const before = next
  await spool.sync()
  say('durable', before)
}

async function releaseSome(): Promise<void> {
  const batch = await spool.read()
  if (batch === undefined) return
  const count = batch.entryEnds.length
  say('releasing', released + count)
  await spool.release(count)
  released += count
  say('released', released)
}

for (;;) {
  if (spool.hasRoom(100 << 10)) await Promise.all([appendSome(), makeDurable()])
  for (let batches = 0; batches < 5; batches++) await releaseSome()
}
