import { expect, test, vi } from 'vitest'
import { LostError, Receipts } from '../../src/pipeline/receipts.ts'
import { rigOf, settled, stream } from './rig.ts'
import { ScriptedWriter } from './scripted-writer.ts'

/** Receipts over a flush that ends when the test says so. */
function rig() {
  const flushes: { end: (error?: Error) => void }[] = []
  const receipts = new Receipts(
    () =>
      new Promise((resolve, reject) => {
        flushes.push({ end: (error) => (error ? reject(error) : resolve()) })
      }),
  )
  const said: string[] = []
  const ask = (name: string) =>
    void receipts.next().then(
      () => said.push(`${name} safe`),
      (error: LostError) => said.push(`${name} ${error.message}`),
    )
  return { receipts, flushes, said, ask }
}

test('a receipt waits for its entries and for a flush that began behind them', async () => {
  const { receipts, flushes, said, ask } = rig()
  receipts.came(3)
  ask('a')
  receipts.wentWell(2)
  await settled()
  expect(flushes).toHaveLength(0)
  receipts.wentWell(1)
  await settled()
  expect(flushes).toHaveLength(1)
  expect(said).toEqual([])
  flushes[0]!.end()
  await settled()
  expect(said).toEqual(['a safe'])
})

test('one flush serves all who wait; those who come meanwhile are served by the next', async () => {
  const { receipts, flushes, said, ask } = rig()
  receipts.came(2)
  ask('a')
  ask('b')
  receipts.wentWell(2)
  await settled()
  receipts.came(1)
  ask('c')
  receipts.wentWell(1)
  await settled()
  expect(flushes).toHaveLength(1)
  flushes[0]!.end()
  await settled()
  expect(said).toEqual(['a safe', 'b safe'])
  await settled()
  expect(flushes).toHaveLength(2)
  flushes[1]!.end(new Error('EIO'))
  await settled()
  expect(said.at(-1)).toMatch(/^c .*EIO/)
})

test('lost entries cost the receipts of those who had put some of them, and no others', async () => {
  const { receipts, flushes, said, ask } = rig()
  receipts.came(2)
  ask('a')
  receipts.came(2)
  ask('b')
  receipts.wentWell(1)
  receipts.wentWell(1)
  receipts.wentLost(1, 'the queue was full')
  receipts.wentWell(1)
  await settled()
  flushes[0]!.end()
  await settled()
  expect(said.sort()).toEqual(['a safe', 'b the queue was full'])
})

test('where a write is durable when it settles, a receipt waits for nothing else', async () => {
  const receipts = new Receipts(null)
  const said: string[] = []
  const ask = (name: string) => void receipts.next().then(() => said.push(name))
  receipts.came(2)
  ask('a')
  receipts.came(1)
  ask('b')
  receipts.wentWell(2)
  await Promise.resolve()
  expect(said).toEqual(['a'])
  receipts.wentWell(1)
  ask('c')
  await Promise.resolve()
  expect(said).toEqual(['a', 'b', 'c'])
})

test('an outbox asks no writer to flush whose writes settle durable', async () => {
  const writer = new ScriptedWriter()
  const flush = vi.fn(writer.flush)
  const { outbox } = rigOf({ writer: Object.assign(writer, { settlesDurable: true, flush }) })
  outbox.putEntries(['a'], stream)
  const receipt = outbox.receipt()
  outbox.hurry()
  writer.succeed()
  await receipt
  expect(flush).not.toHaveBeenCalled()
})

test('an outbox gives a receipt when the destination has all, and whoever waits hurries it', async () => {
  const { outbox, writer } = rigOf({ flushAfterMs: 60_000 })
  outbox.putEntries(['a', 'b'], stream)
  let safe = false
  void outbox.receipt().then(() => {
    safe = true
  })
  expect(writer.pending).toBeUndefined()
  outbox.hurry()
  expect(writer.pending).toEqual(['a', 'b'])
  await settled()
  expect(safe).toBe(false)
  writer.succeed()
  await settled()
  await settled()
  expect(safe).toBe(true)
})

test('a receipt is refused when the entries are dropped, and after the end', async () => {
  const { outbox, writer } = rigOf()
  outbox.putEntries(['a'], stream)
  const receipt = outbox.receipt()
  outbox.hurry()
  writer.fail({ retryable: false })
  await expect(receipt).rejects.toThrow(LostError)
  await outbox.stop()
  outbox.putEntries(['b'], stream)
  await expect(outbox.receipt()).rejects.toThrow('stopped')
})
