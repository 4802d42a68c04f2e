/** kill -9 at random points of a process that appends, syncs and releases: what it was told is kept, and next to nothing comes twice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { Spool } from '../../src/spool/spool.ts'
import { codeOf, randomOf, readAll } from './kit.ts'
import { kills, timeout } from './runs.ts'
import { temporaryFolder } from './temporary-folder.ts'

const script = fileURLToPath(new URL('appending.child.ts', import.meta.url))

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

interface Said {
  durable: number
  releasing: number
  released: number
}

/** Runs the child until it has said so many lines, and then kills it. */
async function runAndKill(folder: string, next: number, said: Said, lines: number): Promise<void> {
  const running = spawn(process.execPath, ['--import', 'tsx', script, folder, `${next}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child = running
  let complaint = ''
  running.stderr.on('data', (bytes: Buffer) => {
    complaint += bytes.toString()
  })
  const ended = once(running, 'close')
  let count = 0
  for await (const line of createInterface({ input: running.stdout })) {
    const [what, number] = line.split(' ') as [keyof Said, string]
    said[what] = Number(number)
    if (++count === lines) running.kill('SIGKILL')
  }
  await ended
  expect(complaint).toBe('')
  expect(count).toBeGreaterThanOrEqual(lines)
}

test(`${kills} times kill -9: all that was durable is there, whole and in order`, { timeout }, async () => {
  const folder = temporaryFolder()
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomOf(seed)
  const said: Said = { durable: 0, releasing: 0, released: 0 }
  for (let round = 0, next = 0; round < kills; round++) {
    await runAndKill(folder, next, said, 1 + Math.floor(random() * 200))
    const spool = await Spool.open({ folder, bytesMax: 256 << 10, damaged: (entries) => expect(entries).toBe(0) })
    const numbers = (await readAll(spool)).map((entry) => Number.parseInt(entry, 10))
    const told = `round ${round}, seed ${seed}: ${JSON.stringify(said)}, found ${numbers[0]} to ${numbers.at(-1)}`
    expect(numbers, told).toEqual(numbers.map((_, i) => numbers[0]! + i))
    const [first, end] = numbers.length > 0 ? [numbers[0]!, numbers.at(-1)! + 1] : [said.releasing, said.releasing]
    expect(end, told).toBeGreaterThanOrEqual(said.durable)
    expect(first, `not lost: ${told}`).toBeLessThanOrEqual(said.releasing)
    expect(first, `not twice: ${told}`).toBeGreaterThanOrEqual(said.released)
    next = end
    await spool.close()
    said.released = first
    said.releasing = first
  }
})

test('a folder is held by the process that has it, and free when that is killed', { timeout }, async () => {
  const folder = temporaryFolder()
  const running = spawn(process.execPath, ['--import', 'tsx', script, folder, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = running
  const ended = once(running, 'close')
  await Promise.race([once(running.stdout, 'data'), ended])
  expect(running.exitCode, 'it runs').toBeNull()
  running.stdout.resume()
  const refused = Spool.open({ folder, bytesMax: 1 << 20 })
  expect(await codeOf(refused)).toBe('locked')
  await expect(refused).rejects.toThrow(`in use by process ${running.pid}`)
  running.kill('SIGKILL')
  await ended
  await (await Spool.open({ folder, bytesMax: 1 << 20 })).close()
})
