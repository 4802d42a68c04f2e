/** What a replay sends: the capture as it is, and on later rounds without the identifier, as a proxy would. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { frame } from '../../src/captures/frame.ts'
import { planCapture } from '../../src/cli/replay-plan.ts'
import { createKernel } from '../../src/kernel.ts'
import { encodeJsonMessage } from '../../src/schema/json.ts'
import { loadSchema } from '../../src/schema/load.ts'
import { capture, scratch } from './run.ts'

const kernel = createKernel()

function encode(json: object): Uint8Array {
  return encodeJsonMessage(loadSchema(), 'envoy.service.accesslog.v3.StreamAccessLogsMessage', json)
}

function plan(...messages: Uint8Array[]) {
  const file = join(scratch(), 'plan.als')
  writeFileSync(file, Buffer.concat(messages.map(frame)))
  return planCapture(file, kernel)
}

const entries = { httpLogs: { logEntry: [{}, { request: { path: '/' } }] } }

test('the identifier is left out when a message is sent again, whatever its length', async () => {
  for (const id of ['n', 'n'.repeat(300), 'n'.repeat(70_000)]) {
    const message = encode({ identifier: { logName: 'l', node: { id } }, ...entries })
    const [planned] = await plan(message)
    expect(planned!.entries).toBe(2)
    expect(planned!.bytes.equals(message)).toBe(true)
    expect(planned!.again.equals(encode(entries))).toBe(true)
  }
})

test('a message without identifier is sent again as it is', async () => {
  const [planned] = await plan(encode(entries))
  expect(planned!.again).toBe(planned!.bytes)
})

test('an identifier of an odd encoding is sent again rather than guessed at', async () => {
  // identifier, its length of 0 in two bytes
  const [planned] = await plan(Uint8Array.from([0x0a, 0x80, 0x00]))
  expect(planned!.again).toBe(planned!.bytes)
})

test('a recorded stream names its proxy once, and keeps all its entries', async () => {
  const messages = await planCapture(capture, kernel)
  expect(messages.filter(({ bytes, again }) => bytes !== again)).toHaveLength(1)
  expect(messages.reduce((sum, message) => sum + message.entries, 0)).toBe(152)
})
