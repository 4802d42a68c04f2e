/**
 * kill -9 at random moments under load, with the spool on: what had a receipt is in the file, no line is torn, and what comes twice was
 * counted as recovered. `KILLS=1000` for the long run.
 */
import { spawn } from 'node:child_process'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scratch } from '../cli/run.ts'
import { until } from '../support/until.ts'

const kills = Number(process.env['KILLS'] ?? 50)
const child = fileURLToPath(new URL('kill.child.js', import.meta.url))
/** Numbers of one run; none puts as many. */
const runLength = 10_000_000

/** One life; what it said, and how it ended. */
async function live(folder: string, what: string, killAfterMs?: number): Promise<string[]> {
  const process_ = spawn(process.execPath, [child, folder, what], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [said, complaints] = ['', '']
  process_.stdout.on('data', (data) => (said += data))
  process_.stderr.on('data', (data) => (complaints += data))
  const ended = new Promise<string | number | null>((resolve) =>
    process_.on('close', (code, signal) => resolve(signal ?? code)),
  )
  if (killAfterMs !== undefined) {
    await until('the child has begun', () => said.includes('safe') || complaints !== '')
    await setTimeout(killAfterMs)
    process_.kill('SIGKILL')
  }
  const end = await ended
  expect([end, complaints]).toEqual([killAfterMs === undefined ? 0 : 'SIGKILL', ''])
  // The last line may be cut.
  return said.split('\n').slice(0, -1)
}

const numbersOf = (said: readonly string[], word: string): number[] =>
  said.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)))

test(
  `after ${kills} kills nothing that had a receipt is missing`,
  async () => {
    const folder = scratch()
    const file = join(folder, 'out.log')
    /** By run: the last number that was safe. */
    const safe: number[] = []
    let recovered = 0
    for (let run = 0; run < kills; run++) {
      const said = await live(folder, String(run * runLength), Math.random() * 150)
      expect(numbersOf(said, 'lost')).toEqual([])
      recovered += numbersOf(said, 'recovered')[0]!
      safe.push(Math.max(...numbersOf(said, 'safe')))
    }
    recovered += numbersOf(await live(folder, 'drain'), 'recovered')[0]!

    // By run: the number of its first entry that was not seen yet. What is new comes in order, whatever was repeated before it.
    const next = safe.map(() => 0)
    let twice = 0
    let bytes = 0
    for await (const line of createInterface(createReadStream(file, 'latin1'))) {
      bytes += line.length + 1
      const number = Number(/^(\d+) (\.*) \1$/.exec(line)?.[1] ?? Number.NaN)
      if (line.length !== 2 * `${number}`.length + 2 + (number % 500)) throw new Error(`a torn line: ${line}`)
      const [run, place] = [Math.floor(number / runLength), number % runLength]
      if (place > next[run]!) throw new Error(`of run ${run}, ${place} came after ${next[run]}: some are missing`)
      else if (place < next[run]!) twice++
      else next[run] = place + 1
    }
    // The last line has its end, or it would have been one byte longer than was counted.
    expect(bytes).toBe(statSync(file).size)
    for (const [run, last] of safe.entries()) expect(next[run]).toBeGreaterThan(last % runLength)
    expect(twice).toBeLessThanOrEqual(recovered)
    expect(existsSync(join(folder, 'spool'))).toBe(true)
    const entries = next.reduce((sum, count) => sum + count, 0)
    console.log(`${kills} kills: ${entries} entries, ${recovered} recovered, ${twice} twice`)
  },
  120_000 + kills * 5_000,
)
