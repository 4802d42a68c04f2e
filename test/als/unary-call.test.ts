/** Methods with one message in and one out, beside the streams: what a real client and a rough one are told. */
import * as http2 from 'node:http2'
import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { grpcStatus } from '../../src/als/status.ts'
import type { UnaryAnswer, UnaryMethod } from '../../src/als/unary.ts'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'
import { bench, rawCall, rawClient } from './clients.ts'
import { frame, message, openBooks } from './doubles.ts'

const path = '/test.Mirror/Reverse'

/** Says the message backwards; waits for `release` when the message begins with `wait`. */
function mirror() {
  const seen: { peer: unknown; message: string }[] = []
  let release: () => void = () => {}
  const method: UnaryMethod = {
    path,
    begin(fields, peer) {
      if (fields.get('who') === 'stranger') {
        return { status: grpcStatus.permissionDenied, message: 'not you', trailers: { 'x-why': 'a stranger' } }
      }
      return async (bytes): Promise<UnaryAnswer> => {
        const text = bytes.toString()
        seen.push({ peer, message: text })
        if (text.startsWith('wait')) await new Promise<void>((resolve) => (release = resolve))
        return { reply: Buffer.from([...text].reverse().join('')) }
      }
    },
  }
  return { seen, method, release: () => release() }
}

const same = (bytes: Buffer) => bytes

/** The answer as text, or the error's code and words. */
function call(client: Client, text: string, who = 'me'): Promise<string | ServiceError> {
  const metadata = new Metadata()
  metadata.set('who', who)
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, Buffer.from(text), metadata, (error, reply) =>
      resolve(error ?? reply!.toString()),
    )
  })
}

const open = async (options: Parameters<typeof bench>[0] = {}) => {
  const { method, seen, release } = mirror()
  return { ...(await bench({ unaryMethods: [method], ...options })), seen, release }
}

test('a message is answered, and streams go on beside it', async () => {
  const { address, seen, entries, budget, intake } = await open()
  const client = grpcClient(address)
  const { stream, ended } = grpcCall(client)
  stream.write(message({ identifier: 'log n', http: ['a'] }))
  expect(await Promise.all(['abc', '', 'x'.repeat(100_000)].map((text) => call(client, text)))).toEqual([
    'cba',
    '',
    'x'.repeat(100_000),
  ])
  expect(seen[0]).toEqual({ peer: { names: [], plainLoopback: true }, message: 'abc' })
  stream.end(message({ http: ['b'] }))
  expect((await ended).code).toBe(0)
  expect(entries()).toEqual(['http a', 'http b'])
  expect([budget.usedBytes, intake.streamsOpened]).toEqual([0, 1])
})

test('a compressed message is inflated', async () => {
  const { address } = await open()
  expect(await call(grpcClient(address, { 'grpc.default_compression_algorithm': 2 }), 'ab'.repeat(5_000))).toBe(
    'ba'.repeat(5_000),
  )
})

test('a refusal comes with its trailers, before the message does', async () => {
  const { address, seen } = await open()
  const error = (await call(grpcClient(address), 'abc', 'stranger')) as ServiceError
  expect([error.code, error.details, error.metadata.get('x-why')]).toEqual([7, 'not you', ['a stranger']])
  expect(seen).toEqual([])
})

test('a method that nobody has is unknown, as before', async () => {
  const { address } = await bench()
  expect(await call(grpcClient(address), 'abc')).toMatchObject({ code: grpcStatus.unimplemented })
})

test.each<[string, (stream: http2.ClientHttp2Stream) => void, number, string]>([
  ['none', (stream) => stream.end(), 3, 'the stream ended before its message'],
  [
    'half of one',
    (stream) => stream.end(frame(Buffer.from('abc')).subarray(0, 6)),
    3,
    'the stream ended before its message',
  ],
  ['two', (stream) => stream.end(Buffer.concat([frame(Buffer.from('a')), frame(Buffer.from('b'))])), 12, 'one message'],
  [
    'one that is too large',
    (stream) => stream.write(frame(Buffer.alloc(1_001)).subarray(0, 50)),
    8,
    '1001 bytes is above the limit of 1000 bytes',
  ],
  ['a compressed one without a word about it', (stream) => stream.end(frame(Buffer.from('a'), 1)), 13, 'flags 1'],
])('a call with %s as its message is refused', async (_, send, status, words) => {
  const { address, seen, budget } = await open({ messageBytesMax: 1_000 })
  const { stream, closed } = rawCall(rawClient(address), { ':path': path })
  send(stream)
  const { headers } = await closed
  expect(headers['grpc-status']).toBe(String(status))
  expect(decodeURIComponent(String(headers['grpc-message']))).toContain(words)
  expect(seen).toEqual([])
  await until('nothing is held', () => budget.usedBytes === 0)
})

test('a message that inflates too far is refused', async () => {
  const { address } = await open({ messageBytesMax: 1_000 })
  const client = grpcClient(address, { 'grpc.default_compression_algorithm': 2 })
  expect(await call(client, 'a'.repeat(50_000))).toMatchObject({ code: grpcStatus.resourceExhausted })
})

test('calls count as streams where these are bounded', async () => {
  const { address, seen, release } = await open({ streamsMax: 1 })
  const client = grpcClient(address)
  const first = call(client, 'wait')
  await until('the first is at work', () => seen.length === 1)
  expect(await call(client, 'second')).toMatchObject({ code: grpcStatus.resourceExhausted })
  release()
  expect(await first).toBe('tiaw')
  expect(await call(client, 'third')).toBe('driht')
})

test('while the memory is used up no call begins', async () => {
  const books = openBooks({ budgetBytes: 10 })
  const { address } = await open({ books })
  books.budget.take(10)
  expect(await call(grpcClient(address), 'abc')).toMatchObject({ code: grpcStatus.resourceExhausted })
})

test('who hangs up while the call is at work leaves nothing behind', async () => {
  const { address, seen, release, budget } = await open({ streamsMax: 1 })
  const client = rawClient(address)
  const { stream } = rawCall(client, { ':path': path })
  stream.end(frame(Buffer.from('wait')))
  await until('it is at work', () => seen.length === 1)
  stream.close(http2.constants.NGHTTP2_CANCEL)
  await new Promise((resolve) => client.ping(resolve))
  expect(budget.usedBytes).toBe(4)
  release()
  await until('nothing is held', () => budget.usedBytes === 0)
  expect(await call(grpcClient(address), 'next')).toBe('txen')
})

test('a stop waits for what is at work, and for nothing that has not come', async () => {
  const { address, server, seen, release } = await open()
  const [busy, slow] = [grpcClient(address), rawClient(address)]
  const first = call(busy, 'wait')
  const { stream, closed } = rawCall(slow, { ':path': path })
  stream.write(frame(Buffer.from('abc')).subarray(0, 6))
  await until('it is at work', () => seen.length === 1)
  await new Promise((resolve) => slow.ping(resolve))
  const stopped = server.close({ graceMs: 10_000 })
  expect((await closed).headers['grpc-status']).toBe(String(grpcStatus.unavailable))
  release()
  expect(await first).toBe('tiaw')
  await stopped
})
