import { expect, test } from 'vitest'
import { breathBytes, breathMsMax, settleGraceMs } from '../../src/limits.ts'
import { ReadingGate } from '../../src/pipeline/breath.ts'
import type { OutboxOptions } from '../../src/pipeline/outbox.ts'
import { rigOf, settled, stream } from './rig.ts'
import { runOf } from './runs.ts'

const line = 'x'.repeat(512 * 1024)
/** Just above the bound, in lines of half a MiB. */
const many = Math.ceil(breathBytes / line.length) + 1

function breathing({ reading = new ReadingGate(), ...options }: Partial<OutboxOptions> = {}) {
  const rig = rigOf({ reading, queueBytesMax: 16 * breathBytes, ...options })
  const put = (lines: number) => {
    const { source, at, ends, count } = runOf(new Array(lines).fill(line))
    rig.outbox.put(source, at, ends, count, stream)
  }
  return { ...rig, reading, put }
}

test('nothing is read while a writer has much to catch up with, until it has', async () => {
  const { reading, writer, put } = breathing()
  put(many - 2)
  expect(reading.isShut).toBe(false)
  put(2)
  expect(reading.isShut).toBe(true)
  let goesOn = false
  reading.whenOpen(() => {
    goesOn = true
  })
  while (reading.isShut) {
    expect(goesOn).toBe(false)
    writer.succeed()
    await settled()
  }
  expect(goesOn).toBe(true)
  expect(writer.delivered.length).toBeGreaterThanOrEqual(many / 2)
})

test('a writer that is slow is not waited for, and not again before it has written something', async () => {
  const { reading, writer, clock, put } = breathing()
  put(many)
  clock.advance(breathMsMax - 1)
  expect(reading.isShut).toBe(true)
  clock.advance(1)
  expect(reading.isShut).toBe(false)
  put(many)
  expect(reading.isShut).toBe(false)
  writer.succeed()
  await settled()
  put(1)
  expect(reading.isShut).toBe(true)
})

test('a writer that fails is not waited for: it is tried again later, and the queue is there for that', async () => {
  const { reading, writer, clock, put } = breathing()
  put(1)
  clock.advance(1_000)
  writer.fail({ retryable: true })
  await settled()
  put(many)
  expect(reading.isShut).toBe(false)
})

test('the end of an outbox ends its breath, and leaves that of others', async () => {
  const reading = new ReadingGate()
  reading.hold()
  const { outbox, clock, put } = breathing({ reading })
  put(many)
  const stopped = outbox.stop()
  clock.advance(settleGraceMs)
  await stopped
  expect(reading.isShut).toBe(true)
  reading.release()
  expect(reading.isShut).toBe(false)
})

test('a small queue has no breath: what happens at its bound is said by whenFull', () => {
  const { reading, put } = breathing({ queueBytesMax: 2 * breathBytes - 1 })
  put(many)
  expect(reading.isShut).toBe(false)
})
