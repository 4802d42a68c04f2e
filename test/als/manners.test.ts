/**
 * gRPC's manners: what the door answers to those who keep them, and to those who do not. First as grpc-js is told, where need be
 * with a proxy that spoils what it sends; then on the wire, for what a real client hides or never sends.
 */
import * as net from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type GrpcEnd, grpcCall, grpcClient } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'
import { bench, rawCall, rawClient } from './clients.ts'
import { frame, message } from './doubles.ts'
import { startTamperingProxy, type Tampering } from './tampering-proxy.ts'

const tampered = async (tampering: Tampering) => {
  const opened = await bench()
  const call = grpcCall(grpcClient(await startTamperingProxy(opened.address, tampering)))
  await call.send(message({ identifier: 'log node', http: ['a'] }))
  await call.send(message({ http: ['b'] }))
  return { ...opened, end: await call.end() }
}

describe('what a real client is told', () => {
  test('half-close: an empty response and OK', async () => {
    const { end, entries } = await tampered({})
    expect(end).toMatchObject({ code: 0, response: Buffer.alloc(0) })
    expect(entries()).toEqual(['http a', 'http b'])
  })

  test('an unknown method is UNIMPLEMENTED', async () => {
    const { address, intake } = await bench()
    const { stream, ended } = grpcCall(grpcClient(address), {
      path: '/envoy.service.accesslog.v3.AccessLogService/Nope',
    })
    stream.write(Buffer.alloc(10))
    expect(await ended).toMatchObject({
      code: 12,
      details: 'unknown method /envoy.service.accesslog.v3.AccessLogService/Nope',
    })
    expect(intake.streamsOpened).toBe(0)
  })

  test.each<[string, Tampering, number, RegExp]>([
    ['another content type: HTTP 415', { headers: { 'content-type': 'application/json' } }, 2, /415/],
    ['an unknown encoding: UNIMPLEMENTED', { headers: { 'grpc-encoding': 'snappy' } }, 12, /snappy is not supported/],
    ['the end inside a message: INVALID_ARGUMENT', { body: (bytes) => bytes.subarray(0, -1) }, 3, /inside a message/],
    ['compressed without an encoding: INTERNAL', { body: (bytes) => marked(bytes) }, 13, /without a grpc-encoding/],
  ])('%s', async (_name, tampering, code, details) => {
    const { end, intake } = await tampered(tampering)
    expect(end).toMatchObject({ code, details: expect.stringMatching(details) })
    await until('the stream is off the books', () => intake.streams === 0)
    expect(intake.malformedTotal).toBe('body' in tampering ? 1 : 0)
  })

  test('an unknown encoding: which ones are taken', async () => {
    const { end } = await tampered({ headers: { 'grpc-encoding': 'snappy' } })
    expect(end.metadata.get('grpc-accept-encoding')).toEqual(['identity,deflate,gzip'])
  })

  test('a message above the limit is RESOURCE_EXHAUSTED and names both sizes', async () => {
    const { address, intake } = await bench({ messageBytesMax: 1_000 })
    const { stream, ended } = grpcCall(grpcClient(address))
    stream.write(message({ http: ['a'] }))
    stream.write(message({ http: ['x'.repeat(2_000)] }))
    expect(await ended).toMatchObject({ code: 8, details: 'a message of 2006 bytes is above the limit of 1000 bytes' })
    await until('the stream is off the books', () => intake.streams === 0)
    expect(intake.malformed.get('message_too_large')).toBe(1)
  })

  test.each([
    ['deflate', 1],
    ['gzip', 2],
  ])('%s is taken', async (_name, algorithm) => {
    const { address, entries } = await bench()
    const call = grpcCall(grpcClient(address, { 'grpc.default_compression_algorithm': algorithm }))
    await call.send(message({ http: ['a'.repeat(5_000)] }))
    expect((await call.end()).code).toBe(0)
    expect(entries()).toEqual([`http ${'a'.repeat(5_000)}`])
  })

  test('an identifier that is missing at first, comes late, and is replaced', async () => {
    const { address, routes } = await bench()
    const call = grpcCall(grpcClient(address))
    await call.send(message({ http: ['a'] }))
    await call.send(message({ identifier: 'late n', http: ['b'] }))
    await call.send(message({ http: ['c'] }))
    await call.send(message({ identifier: 'new n', http: ['d'] }))
    expect((await call.end()).code).toBe(0)
    expect(routes.map(({ identifier, entries, closed }) => [identifier.logName, entries, closed])).toEqual([
      ['', ['http a'], true],
      ['late', ['http b', 'http c'], true],
      ['new', ['http d'], true],
    ])
  })

  test.each<[string, (call: ReturnType<typeof grpcCall>, close: () => void) => void, number]>([
    ['cancel', (call) => call.stream.cancel(), 1],
    ['connection loss', (_call, close) => close(), 14],
  ])('%s leaves nothing behind', async (_name, breakOff, code) => {
    const { address, routes, intake, budget, entries } = await bench()
    const relay = await startRelay(address)
    const call = grpcCall(grpcClient(relay.address))
    await call.send(message({ http: ['a'] }))
    await until('the message is in', () => entries().length === 1)
    breakOff(call, relay.close)
    const end: GrpcEnd = await call.ended
    expect(end.code).toBe(code)
    await until('the stream is off the books', () => intake.streams === 0)
    expect(routes.map(({ closed }) => closed)).toEqual([true])
    expect(budget.usedBytes).toBe(0)
    expect(intake.malformedTotal).toBe(0)
  })

  test('keepalive pings are answered, so that a quiet stream lives', async () => {
    const { address, entries } = await bench()
    const relay = await startRelay(address)
    const call = grpcCall(
      grpcClient(relay.address, { 'grpc.keepalive_time_ms': 20, 'grpc.keepalive_timeout_ms': 5_000 }),
    )
    await call.send(message({ http: ['a'] }))
    await until('five pings are acknowledged', () => relay.pingAnswers() >= 5)
    await call.send(message({ http: ['b'] }))
    expect((await call.end()).code).toBe(0)
    expect(entries()).toEqual(['http a', 'http b'])
  })
})

describe('requests that no real client sends', () => {
  test.each([
    [
      'an unknown method',
      { ':path': '/a/b' },
      { ':status': 200, 'grpc-status': '12', 'content-type': 'application/grpc' },
    ],
    ['not POST', { ':method': 'PUT' }, { ':status': 405, allow: 'POST' }],
    ['another content type', { 'content-type': 'application/json' }, { ':status': 415 }],
    ['another gRPC codec', { 'content-type': 'application/grpc+json' }, { ':status': 415 }],
    ['gRPC-Web', { 'content-type': 'application/grpc-web' }, { ':status': 415 }],
    [
      'an unknown encoding',
      { 'grpc-encoding': 'snappy' },
      { ':status': 200, 'grpc-status': '12', 'grpc-accept-encoding': 'identity,deflate,gzip' },
    ],
  ])('%s is refused by headers alone, and the connection goes on', async (_name, headers, expected) => {
    const { address, entries } = await bench()
    const client = rawClient(address)
    const refused = rawCall(client, headers)
    refused.stream.write(frame(message({ http: ['lost'] })))
    const answer = await refused.closed
    expect(answer.headers).toMatchObject(expected)
    expect([answer.body.length, answer.reset]).toEqual([0, undefined])
    const { stream, closed } = rawCall(client)
    stream.end(frame(message({ http: ['a'] })))
    expect((await closed).trailers['grpc-status']).toBe('0')
    expect(entries()).toEqual(['http a'])
  })

  test.each(['application/grpc', 'application/grpc+proto', 'application/grpc;charset=utf-8', 'Application/GRPC'])(
    'content type %s is taken; the response is one empty message',
    async (contentType) => {
      const { address } = await bench()
      const { stream, closed } = rawCall(rawClient(address), { 'content-type': contentType })
      stream.end()
      const { headers, trailers, body, reset } = await closed
      expect(headers).toMatchObject({ ':status': 200, 'content-type': 'application/grpc' })
      expect([body.toString('hex'), trailers['grpc-status'], reset]).toEqual(['0000000000', '0', undefined])
    },
  )

  test('a status message travels percent-encoded', async () => {
    const { address } = await bench()
    const { closed, stream } = rawCall(rawClient(address), { ':path': '/100%/path' })
    stream.write('x')
    expect((await closed).headers['grpc-message']).toBe('unknown method /100%25/path')
  })

  test('a message above the limit stops a client that goes on sending', async () => {
    const { address } = await bench({ messageBytesMax: 1_000 })
    const { stream, closed } = rawCall(rawClient(address))
    stream.write(Buffer.concat([Buffer.from([0, 0, 15, 0, 0]), Buffer.alloc(900_000)]))
    expect((await closed).headers['grpc-status']).toBe('8')
  })

  test.each([
    ['compressed without an encoding', {}, frame(gzipSync('x'), 1), '13'],
    ['cut off inside a message', {}, frame(message({ http: ['abc'] })).subarray(0, 9), '3'],
    ['cut off inside a message header', {}, Buffer.from([0, 0]), '3'],
  ])('a stream that is %s', async (_name, headers, bytes, code) => {
    const { address, intake } = await bench()
    const { stream, closed } = rawCall(rawClient(address), headers)
    stream.end(bytes)
    const answer = await closed
    expect([answer.headers[':status'], answer.headers['grpc-status']]).toEqual([200, code])
    expect(intake.malformedTotal).toBe(1)
  })

  test('PINGs are answered', async () => {
    const { address } = await bench()
    const client = rawClient(address)
    await new Promise((resolve) => client.once('remoteSettings', resolve))
    await new Promise((resolve, reject) => client.ping((error) => (error ? reject(error) : resolve(null))))
  })
})

/** Sets the compressed flag of the first message. */
function marked(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(1), bytes.subarray(1)])
}

/** The beginning of a PING frame with the ACK flag: 8 bytes long, type 6, flag 1, stream 0. */
const pingAnswer = Buffer.from([0, 0, 8, 6, 1, 0, 0, 0, 0])

interface Relay {
  readonly address: string
  /** How many PINGs the door has answered. */
  pingAnswers(): number
  /** Cuts all connections. */
  close(): void
}

/** Passes bytes on in both directions, counts answers to PINGs, and can pull the plug. */
async function startRelay(target: string): Promise<Relay> {
  const [host, port] = target.split(':')
  const sockets: net.Socket[] = []
  let answers = 0
  const server = net.createServer((client) => {
    const door = net.connect(Number(port), host)
    sockets.push(client, door)
    for (const socket of [client, door]) socket.on('error', () => {})
    client.pipe(door).pipe(client)
    // Every frame of a quiet connection is a piece of its own.
    door.on('data', (data: Buffer) => {
      if (data.includes(pingAnswer)) answers++
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  onTestFinished(close)
  return { address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`, pingAnswers: () => answers, close }
}
