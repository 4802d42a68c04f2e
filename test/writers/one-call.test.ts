/** One call at a time, and what calls it off. */
import { expect, test } from 'vitest'
import { OneCall } from '../../src/writers/one-call.ts'

const never = new AbortController().signal

/** A call that lasts until it is called off. */
function silent(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('called off')
    signal.addEventListener('abort', () => resolve('called off'))
  })
}

test('close calls off the write in progress, refuses those that wait, and releases behind them', async () => {
  const calls = new OneCall({ name: 'tcp there:1' })
  const log: string[] = []
  let begun = () => {}
  const beginning = new Promise<void>((resolve) => {
    begun = resolve
  })
  const first = calls.write(never, (signal) => {
    begun()
    return silent(signal)
  })
  const second = calls.write(never, async () => log.push('written'))
  await beginning
  const closed = calls.close(async () => void log.push('released'))
  expect(calls.isClosed).toBe(true)
  expect(await first).toBe('called off')
  await expect(second).rejects.toMatchObject({
    name: 'WriteError',
    code: 'closed',
    retryable: false,
    message: 'tcp there:1: closed already.',
  })
  await closed
  expect(log).toEqual(['released'])
})

test('the signal of the caller calls off its own write only, also one that waits', async () => {
  const calls = new OneCall({ name: 'one' })
  const [mine, other] = [new AbortController(), new AbortController()]
  const first = calls.write(mine.signal, silent)
  const second = calls.write(other.signal, async (signal) => signal.aborted)
  const third = calls.write(never, async (signal) => signal.aborted)
  other.abort()
  mine.abort()
  expect(await first).toBe('called off')
  expect(await second).toBe(true)
  expect(await third).toBe(false)
})

test('what runs between two writes waits for the first and holds up the second', async () => {
  const calls = new OneCall({ name: 'one' })
  const log: string[] = []
  const first = new AbortController()
  const writing = calls.write(first.signal, async (signal) => log.push(await silent(signal)))
  const reopening = calls.between(async () => log.push('reopened'))
  const next = calls.write(never, async () => log.push('written'))
  first.abort()
  await Promise.all([writing, reopening, next, calls.over()])
  expect(log).toEqual(['called off', 'reopened', 'written'])
})
