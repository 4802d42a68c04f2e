/**
 * Half a sink, to be killed: an outbox with a spool before a file. It fills the outbox as fast as it may and says on stdout what is safe.
 * Runs on `dist/`, since a process that lives for a fraction of a second should not spend it on being compiled.
 *
 *     kill.child.js FOLDER FIRST    puts entries FIRST, FIRST + 1, … until it is killed; "recovered N", then a line "safe N" for receipts
 *     kill.child.js FOLDER drain    delivers what is in the spool, and ends
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Budget } from '../../dist/pipeline/budget.js'
import { Outbox } from '../../dist/pipeline/outbox.js'
import { Spool } from '../../dist/spool/spool.js'
import { createFileWriter } from '../../dist/writers/file.js'

const [folder, what] = process.argv.slice(2)
const stream = { logName: 'log', nodeId: 'web', nodeCluster: 'cluster' }
const MiB = 1024 * 1024
const say = (text) => writeSync(1, `${text}\n`)

const spool = await Spool.open({ folder: join(folder, 'spool'), bytesMax: 32 * MiB })
say(`recovered ${spool.recovered.entries}`)
const outbox = new Outbox({
  name: 'kill',
  writer: createFileWriter({ path: join(folder, 'out.log') }),
  budget: new Budget(256 * MiB),
  queueBytesMax: 4 * MiB,
  whenFull: 'block',
  flushAfterMs: 1,
  spool,
})

if (what === 'drain') {
  await outbox.drain(60_000)
  await outbox.stop()
} else {
  for (let next = Number(what); ; await setImmediate()) {
    if (outbox.full) continue
    next = put(next)
    const last = next - 1
    outbox.receipt().then(
      () => say(`safe ${last}`),
      (error) => say(`lost ${error.message}`),
    )
  }
}

/** A run of entries of some sizes; returns the number after the last. */
function put(first) {
  const count = 1 + (first % 200)
  const lines = Array.from({ length: count }, (_, i) => `${first + i} ${'.'.repeat((first + i) % 500)} ${first + i}\n`)
  let end = 0
  const ends = Int32Array.from(lines, (line) => (end += line.length))
  outbox.put(Buffer.from(lines.join('')), 0, ends, count, stream)
  return first + count
}
