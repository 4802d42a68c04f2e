/** Several outboxes behind one writer: turns, the turn that is kept for a retry, and the last one that closes. */
import { expect, test } from 'vitest'
import type { Batch } from '../../src/batch.ts'
import { WriteError } from '../../src/errors.ts'
import { WriterShare } from '../../src/writers/shared.ts'
import type { Writer } from '../../src/writers/writer.ts'

/** Writes end when the test says so. */
class HeldWriter implements Writer {
  readonly name = 'held'
  readonly calls: string[] = []
  #settle: { resolve: (value: { rejected: number }) => void; reject: (error: Error) => void } | undefined

  write(batch: Batch): Promise<{ rejected: number }> {
    this.calls.push(Buffer.from(batch.bytes).toString())
    return new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
  }

  succeed(): void {
    this.#settle!.resolve({ rejected: 0 })
  }

  fail(retryable: boolean): void {
    this.#settle!.reject(new WriteError({ code: 'x', message: 'x', retryable }))
  }

  async flush(): Promise<void> {
    this.calls.push('flush')
  }

  async reopen(): Promise<void> {
    this.calls.push('reopen')
  }

  async close(): Promise<void> {
    this.calls.push('close')
  }
}

const batch = (text: string): Batch => ({
  bytes: Buffer.from(text),
  entryEnds: Uint32Array.of(text.length),
  groups: [],
})
const never = new AbortController().signal
/** Promise callbacks that are due have run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

function share() {
  const writer = new HeldWriter()
  const shared = new WriterShare(writer)
  const [a, b] = [shared.join(), shared.join()]
  return { writer, a, b }
}

test('who joins later shares as well, and only the last one that closes closes the writer', async () => {
  const writer = new HeldWriter()
  let closing = 0
  const shared = new WriterShare(writer, () => closing++)
  const [a, b] = [shared.join(), shared.join()]
  await a.close()
  const c = shared.join()
  await b.close()
  await b.close()
  expect(writer.calls).toEqual(['flush', 'flush'])
  expect(closing).toBe(0)
  await c.close()
  expect(writer.calls).toEqual(['flush', 'flush', 'close'])
  expect(closing).toBe(1)
})

test('writes take turns', async () => {
  const { writer, a, b } = share()
  const first = a.write(batch('a1'), never)
  const second = b.write(batch('b1'), never)
  await settled()
  expect(writer.calls).toEqual(['a1'])
  writer.succeed()
  expect(await first).toEqual({ rejected: 0 })
  await settled()
  expect(writer.calls).toEqual(['a1', 'b1'])
  writer.succeed()
  await second
})

test('after a failure that may be retried the next turn is the same user again', async () => {
  const { writer, a, b } = share()
  const first = a.write(batch('a1'), never)
  const other = b.write(batch('b1'), never)
  await settled()
  writer.fail(true)
  await expect(first).rejects.toThrow(WriteError)
  await settled()
  expect(writer.calls).toEqual(['a1'])
  const again = a.write(batch('a1'), never)
  await settled()
  writer.succeed()
  await again
  await settled()
  expect(writer.calls).toEqual(['a1', 'a1', 'b1'])
  writer.succeed()
  await other
})

test.each(['fails for good', 'closes'])('a user that %s does not keep its turn', async (how) => {
  const { writer, a, b } = share()
  const first = a.write(batch('a1'), never)
  const other = b.write(batch('b1'), never)
  await settled()
  writer.fail(how === 'closes')
  await expect(first).rejects.toThrow(WriteError)
  if (how === 'closes') await a.close()
  await settled()
  expect(writer.calls.at(-1)).toBe('b1')
  writer.succeed()
  await other
})

test('a wait that is called off is an error to try again, and leaves the queue', async () => {
  const { writer, a, b } = share()
  const first = a.write(batch('a1'), never)
  const abort = new AbortController()
  const waiting = b.write(batch('b1'), abort.signal)
  await settled()
  abort.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'called_off', retryable: true, entriesWritten: 0 })
  writer.succeed()
  await first
  await settled()
  expect(writer.calls).toEqual(['a1'])
})

test('the last one that closes closes the writer; the others flush it', async () => {
  const { writer, a, b } = share()
  await a.close()
  await a.close()
  expect(writer.calls).toEqual(['flush'])
  await b.close()
  expect(writer.calls).toEqual(['flush', 'close'])
})
