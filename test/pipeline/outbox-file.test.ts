/**
 * The outbox with a real file behind it and the real clock: what the parts promise each other, kept from put to disk.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Budget } from '../../src/pipeline/budget.ts'
import { createFileWriter } from '../../src/writers/file.ts'
import { until } from '../support/until.ts'
import { FifoReader, makeFifo } from '../writers/fifo.ts'
import { IntegrityCheckingOutbox } from './integrity-checking-outbox.ts'
import { numbered, stream } from './rig.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'als-sink-outbox-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function outboxTo(path: string) {
  const failures: string[] = []
  const outbox = new IntegrityCheckingOutbox({
    name: 'file',
    writer: createFileWriter({ path }),
    budget: new Budget(1 << 30),
    queueBytesMax: 1 << 20,
    whenFull: 'block',
    flushAfterMs: 5,
    random: () => 0.01,
    observer: { writeFailed: (error) => failures.push(error.code) },
  })
  return { outbox, failures }
}

test('many puts arrive in the file once and in order', async () => {
  const path = join(directory, 'access.log')
  const { outbox } = outboxTo(path)
  for (let i = 0; i < 200; i++) {
    outbox.putEntries(numbered(50, 200, i * 50), stream)
    if (outbox.full) await new Promise<void>((resolve) => outbox.whenWritable(resolve))
  }
  await outbox.drain(10_000)
  await outbox.stop()
  expect(readFileSync(path, 'utf8')).toBe(numbered(10_000, 200).join(''))
  expect(outbox.ledger).toMatchObject({ accepted: 10_000, written: 10_000, droppedTotal: 0, queued: 0 })
})

test('entries wait for a directory that is made later', async () => {
  const path = join(directory, 'later', 'access.log')
  const { outbox, failures } = outboxTo(path)
  outbox.putEntries(['a\n', 'b\n'], stream)
  await until('two tries', () => failures.length >= 2)
  expect(outbox.ledger).toMatchObject({ written: 0, queued: 2 })
  mkdirSync(join(directory, 'later'))
  await until('the entries to be written', () => outbox.ledger.written === 2)
  await outbox.stop()
  expect(new Set(failures)).toEqual(new Set(['ENOENT']))
  expect(readFileSync(path, 'utf8')).toBe('a\nb\n')
})

test('at the end of a drain the books agree with what a stuck reader finds in its pipe', async () => {
  const path = join(directory, 'fifo')
  makeFifo(path)
  const reader = new FifoReader(path)
  const { outbox } = outboxTo(path)
  outbox.putEntries(numbered(2000, 300), stream)
  await outbox.drain(50)
  await outbox.stop()
  const { written, droppedTotal, accepted } = outbox.ledger
  expect(written).toBeGreaterThan(0)
  expect(written + droppedTotal).toBe(accepted)
  expect([...outbox.ledger.dropped.keys()]).toEqual(['shutdown'])
  reader.resume()
  await until('what had been written', () => reader.bytes >= written * 300)
  expect(Math.floor(reader.text.length / 300)).toBe(written)
  expect(numbered(2000, 300).join('').startsWith(reader.text)).toBe(true)
  reader.close()
})
