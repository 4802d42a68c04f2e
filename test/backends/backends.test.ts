/** Backends that come and go while the sink runs: shared destinations, books that go on, what is queued when one goes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type BackendOptions, openBackends } from '../../src/backends/open-backends.ts'
import { Teller } from '../../src/backends/teller.ts'
import { pastLedgersMax } from '../../src/limits.ts'
import { ReadingGate } from '../../src/pipeline/breath.ts'
import { Budget } from '../../src/pipeline/budget.ts'
import type { Outbox } from '../../src/pipeline/outbox.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { Trouble } from '../../src/telemetry/trouble.ts'
import { stream } from '../pipeline/rig.ts'

async function backendsRig() {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-backends-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const said: string[] = []
  const trouble = new Trouble({ windowMs: 1000, nowMs: () => performance.now(), say: (_, detail) => said.push(detail) })
  onTestFinished(() => trouble.close())
  const teller = new Teller({ log: createLog({ level: 'silent' }), trouble })
  const backends = await openBackends([], {
    budget: new Budget(1 << 30),
    reading: new ReadingGate(),
    teller,
    now: () => 0,
    onWriteSettled: () => {},
  })
  onTestFinished(() => backends.close())
  const file = (name: string, path: string): BackendOptions => ({
    name,
    path: name,
    destination: {
      kind: 'file',
      path: join(folder, path),
      mode: 0o640,
      makeDirectory: false,
      fsync: 'never',
      rotation: null,
    },
    queue: { bytesMax: 1 << 20, whenFull: 'block', flushAfterMs: 60_000 },
    spool: null,
    deadLetter: null,
  })
  const text = (path: string) => readFileSync(join(folder, path), 'utf8')
  return { backends, file, text, said }
}

function put(outbox: Outbox, ...lines: string[]): void {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  let end = 0
  const ends = Int32Array.from(lines, (line) => (end += line.length + 1))
  outbox.put(bytes, 0, ends, lines.length, stream)
}

test('a backend that goes writes what it has, and keeps its books', async () => {
  const { backends, file, text } = await backendsRig()
  const access = file('access', 'a.log')
  put(backends.openAtOnce(access), '1', '2')
  await backends.retire(access, 10_000)
  expect(text('a.log')).toBe('1\n2\n')
  expect(backends.outboxes).toEqual([])
  expect(backends.ledgers.map(({ name, ledger }) => [name, ledger.accepted, ledger.written])).toEqual([
    ['access', 2, 2],
  ])
})

test('one that comes back continues its books', async () => {
  const { backends, file, text } = await backendsRig()
  const access = file('access', 'a.log')
  put(backends.openAtOnce(access), '1')
  await backends.retire(access, 10_000)
  put(backends.openAtOnce(access), '2')
  await backends.retire(access, 10_000)
  expect(text('a.log')).toBe('1\n2\n')
  expect(backends.ledgers.map(({ name, ledger }) => [name, ledger.written])).toEqual([['access', 2]])
})

test('backends of one destination share it, whoever goes first', async () => {
  const { backends, file, text } = await backendsRig()
  const [a, b] = [file('a', 'same.log'), file('b', 'same.log')]
  const [first, second] = [backends.openAtOnce(a), backends.openAtOnce(b)]
  expect(backends.writers).toHaveLength(1)
  put(first, 'a1')
  await backends.retire(a, 10_000)
  put(second, 'b1')
  await backends.retire(b, 10_000)
  expect(text('same.log')).toBe('a1\nb1\n')
  expect(backends.writers).toHaveLength(0)
})

test('the books of backends that are gone have a bound', async () => {
  const { backends, file } = await backendsRig()
  for (let i = 0; i <= pastLedgersMax; i++) {
    const backend = file(`b${i}`, 'a.log')
    backends.openAtOnce(backend)
    await backends.retire(backend, 0)
  }
  const names = backends.ledgers.map(({ name }) => name)
  expect(names).toHaveLength(pastLedgersMax)
  expect(names[0]).toBe('b1')
})
