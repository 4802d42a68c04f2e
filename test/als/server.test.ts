/** The gRPC door as real clients see it: grpc-js for those who behave, `node:http2` for those who cannot be made to misbehave there. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Client, type ClientWritableStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { afterEach, describe, expect, test } from 'vitest'

import { ConfigError } from '../../src/errors.ts'
import { youngResetsPerSecondMax } from '../../src/limits.ts'
import { type Bench, frame, message, openBooks, startBench, until, v2Path, v3Path } from './doubles.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function bench(options: Parameters<typeof startBench>[0] = {}): Promise<Bench> {
  const opened = await startBench(options)
  cleanUps.push(() => opened.server.close({ graceMs: 0 }))
  return opened
}

interface GrpcCall {
  readonly stream: ClientWritableStream<Buffer>
  /** Settles with the status of the call; 0 when a response message came. */
  readonly status: Promise<{ code: number; details: string; metadata: Metadata }>
}

function grpcClient(address: string, options = {}): Client {
  const client = new Client(address, credentials.createInsecure(), options)
  cleanUps.push(() => client.close())
  return client
}

function grpcCall(client: Client, path = v3Path, metadata = new Metadata()): GrpcCall {
  let response: Buffer | undefined
  let settle: (status: { code: number; details: string; metadata: Metadata }) => void
  const status = new Promise<{ code: number; details: string; metadata: Metadata }>((resolve) => (settle = resolve))
  const done = (error: ServiceError | null, value?: Buffer) => {
    response = value
    if (error) settle({ code: error.code, details: error.details, metadata: error.metadata })
  }
  const stream = client.makeClientStreamRequest(
    path,
    (bytes: Buffer) => bytes,
    (bytes) => bytes,
    metadata,
    done,
  )
  stream.on('status', ({ code, details, metadata: trailers }) => {
    if (code !== 0 || response?.length === 0) settle({ code, details, metadata: trailers })
  })
  return { stream, status }
}

const grpcHeaders = { ':method': 'POST', ':path': v3Path, 'content-type': 'application/grpc', te: 'trailers' }

function rawClient(address: string): http2.ClientHttp2Session {
  const client = address.startsWith('unix:')
    ? http2.connect('http://localhost', { createConnection: () => net.connect(address.slice('unix:'.length)) })
    : http2.connect(`http://${address}`)
  client.on('error', () => {})
  cleanUps.push(() => client.destroy())
  return client
}

interface Answer {
  headers: http2.IncomingHttpHeaders
  trailers: http2.IncomingHttpHeaders
  body: Buffer
  /** RST_STREAM code; undefined when there was none. */
  reset: number | undefined
}

/** Sends a request, writes, and leaves it open unless told to end. */
function rawCall(client: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders = {}) {
  const stream = client.request({ ...grpcHeaders, ...headers })
  const answer: Answer = { headers: {}, trailers: {}, body: Buffer.alloc(0), reset: undefined }
  stream.on('response', (received) => (answer.headers = received))
  stream.on('trailers', (received) => (answer.trailers = received))
  stream.on('data', (data: Buffer) => (answer.body = Buffer.concat([answer.body, data])))
  stream.on('error', () => {})
  const closed = new Promise<Answer>((resolve) => {
    stream.on('close', () => resolve({ ...answer, reset: stream.rstCode || undefined }))
  })
  return { stream, answer, closed }
}

describe('a stream from first to last message', () => {
  test.each([
    ['v3', v3Path],
    ['v2', v2Path],
  ])('%s: entries reach the route, half-close is answered with an empty response and OK', async (_name, path) => {
    const { address, entries, routes, intake, budget } = await bench()
    const { stream, status } = grpcCall(grpcClient(address), path)
    stream.write(message({ identifier: 'log node', http: ['a', 'b'] }))
    stream.write(message({ tcp: ['c'] }))
    stream.end()
    expect((await status).code).toBe(0)
    expect(entries()).toEqual(['http a', 'http b', 'tcp c'])
    expect(routes.map(({ identifier, closed }) => [identifier.logName, closed])).toEqual([['log', true]])
    expect(intake).toMatchObject({ streamsOpened: 1, messages: 2, httpEntries: 2, tcpEntries: 1 })
    await until('the stream is off the books', () => intake.streams === 0)
    expect(budget.usedBytes).toBe(0)
  })

  test('a first message of 61 KB, as Envoy sends it', async () => {
    const { address, entries, routes } = await bench()
    const { stream, status } = grpcCall(grpcClient(address))
    stream.write(message({ identifier: `log node${' extension'.repeat(6_100)}`, http: ['a'] }))
    stream.end(message({ http: ['b'] }))
    expect((await status).code).toBe(0)
    expect(entries()).toEqual(['http a', 'http b'])
    expect(routes[0]!.identifier.logName).toBe('log')
  })

  test('many messages, several streams and connections at once: each route has its own, in order', async () => {
    const { address, routes } = await bench()
    const texts = (stream: number) => Array.from({ length: 200 }, (_, i) => `${stream}/${i} `.padEnd(i * 40, 'x'))
    const clients = [1, 2].map(() => grpcClient(address, { 'grpc.use_local_subchannel_pool': 1 }))
    const calls = [0, 1, 2, 3].map((n) => ({ n, ...grpcCall(clients[n % 2]!) }))
    for (const { n, stream } of calls) {
      stream.write(message({ identifier: `log node${n}` }))
      for (const text of texts(n)) stream.write(message({ http: [text] }))
      stream.end()
    }
    for (const { status } of calls) expect((await status).code).toBe(0)
    for (const { n } of calls) {
      const route = routes.find(({ identifier }) => identifier.nodeId === `node${n}`)!
      expect(route.entries).toEqual(texts(n).map((text) => `http ${text}`))
    }
  })

  test('gzip from a real client', async () => {
    const { address, entries } = await bench()
    const { stream, status } = grpcCall(grpcClient(address, { 'grpc.default_compression_algorithm': 2 }))
    stream.end(message({ http: ['a'.repeat(5_000)] }))
    expect((await status).code).toBe(0)
    expect(entries()).toEqual([`http ${'a'.repeat(5_000)}`])
  })

  test('DATA frames that cut messages anywhere', async () => {
    const { address, entries } = await bench()
    const { stream, closed } = rawCall(rawClient(address))
    const texts = Array.from({ length: 50 }, (_, i) => 'x'.repeat(i * 7))
    const bytes = Buffer.concat(texts.map((text) => frame(message({ http: [text] }))))
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 5 + 3) % 97 || 1)
      stream.write(bytes.subarray(at, at + size))
    stream.end()
    expect((await closed).trailers['grpc-status']).toBe('0')
    expect(entries()).toEqual(texts.map((text) => `http ${text}`))
  })

  test('the tap sees the DATA bytes as sent, and the end', async () => {
    const seen = new Map<number, Buffer>()
    const ended: number[] = []
    const { address } = await bench({
      tap: (id, data) => seen.set(id, Buffer.concat([seen.get(id) ?? Buffer.alloc(0), data])),
      onStreamEnd: (id) => ended.push(id),
    })
    const bytes = Buffer.concat([frame(message({ identifier: 'log n', http: ['a'] })), frame(message({ http: ['b'] }))])
    const [first, second] = [rawCall(rawClient(address)), rawCall(rawClient(address))]
    first.stream.end(bytes)
    await first.closed
    second.stream.end(bytes.subarray(0, 30))
    await second.closed
    await until('both ends are told', () => ended.length === 2)
    expect([...seen.values()]).toEqual([bytes, bytes.subarray(0, 30)])
    expect(ended).toEqual([...seen.keys()])
  })
})

describe('manners', () => {
  test('an unknown method is UNIMPLEMENTED', async () => {
    const { address, intake } = await bench()
    const { status, stream } = grpcCall(grpcClient(address), '/envoy.service.accesslog.v3.AccessLogService/Nope')
    stream.write(Buffer.alloc(10))
    expect(await status).toMatchObject({
      code: 12,
      details: 'unknown method /envoy.service.accesslog.v3.AccessLogService/Nope',
    })
    expect(intake.streamsOpened).toBe(0)
  })

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

  test('a message above the limit is RESOURCE_EXHAUSTED and names both sizes', async () => {
    const { address, intake } = await bench({ messageBytesMax: 1_000 })
    const { stream, status } = grpcCall(grpcClient(address))
    stream.write(message({ http: ['a'] }))
    stream.write(message({ http: ['x'.repeat(2_000)] }))
    expect(await status).toMatchObject({ code: 8, details: 'a message of 2006 bytes is above the limit of 1000 bytes' })
    await until('the stream is off the books', () => intake.streams === 0)
    expect(intake.malformed.get('message_too_large')).toBe(1)
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

describe('streams that break off', () => {
  const open = async (options = {}) => {
    const opened = await bench(options)
    const client = rawClient(opened.address)
    const call = rawCall(client)
    call.stream.write(frame(message({ identifier: 'log n', http: ['a'] })))
    await until('the first message is in', () => opened.entries().length === 1)
    return { ...opened, client, ...call }
  }

  test.each(['cancel', 'internal error', 'connection loss'])(
    '%s closes the route and clears the books',
    async (how) => {
      const { client, stream, intake, routes, budget } = await open()
      stream.write(frame(message({ http: ['abcdef'] })).subarray(0, 8))
      await until('the rest is in', () => intake.receivedBytes > 20)
      if (how === 'cancel') stream.close(http2.constants.NGHTTP2_CANCEL)
      else if (how === 'internal error') stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
      else client.destroy()
      await until('the stream is off the books', () => intake.streams === 0)
      expect(routes[0]!.closed).toBe(true)
      expect(budget.usedBytes).toBe(0)
      expect(Object.fromEntries(intake.malformed)).toEqual({ truncated: 1 })
      if (how === 'connection loss') await until('the connection is off the books', () => intake.connections === 0)
    },
  )

  test.each([
    ['cancel', http2.constants.NGHTTP2_CANCEL],
    ['internal error', http2.constants.NGHTTP2_INTERNAL_ERROR],
  ])('%s while the route is blocked: all that arrived is handed on later', async (_name, code) => {
    const { client, stream, intake, routes, entries, budget } = await open()
    routes[0]!.block()
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(5_000, 'x'))
    stream.write(Buffer.concat(texts.map((text) => frame(message({ http: [text] })))))
    await new Promise((resolve) => client.ping(resolve))
    stream.close(code)
    await new Promise((resolve) => client.ping(resolve))
    expect(entries()).toHaveLength(2)
    expect(intake.streams).toBe(1)
    expect(budget.usedBytes).toBeGreaterThan(80_000)
    routes[0]!.unblock()
    expect(entries()).toEqual(['http a', ...texts.map((text) => `http ${text}`)])
    expect(intake.streams).toBe(0)
    expect(budget.usedBytes).toBe(0)
  })

  test('a peer that resets after our clean end, as Envoy does, is no error', async () => {
    const { client, stream, server, intake } = await open()
    stream.on('response', () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR))
    await server.close({ graceMs: 5_000 })
    expect(intake.streams).toBe(0)
    expect(client.closed || client.destroyed).toBe(true)
  })

  test('noise instead of HTTP/2 closes that connection alone', async () => {
    const { address, intake, entries, stream } = await open()
    const [host, port] = address.split(':')
    const socket = net.connect(Number(port), host)
    const gone = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    socket.resume()
    await gone
    await until('it is off the books', () => intake.connections === 1)
    stream.write(frame(message({ http: ['b'] })))
    await until('the other goes on', () => entries().length === 2)
  })

  test('a reset flood closes its connection with ENHANCE_YOUR_CALM', async () => {
    const { address, intake } = await bench()
    const client = rawClient(address)
    const goaway = new Promise((resolve) => client.on('goaway', resolve))
    for (let i = 0; i < youngResetsPerSecondMax + 20; i++) {
      const { stream } = rawCall(client)
      stream.write(frame(message({ http: ['a'] })))
      stream.once('ready', () => stream.close(http2.constants.NGHTTP2_CANCEL))
    }
    expect(await goaway).toBe(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)
    await until('all is off the books', () => intake.streams === 0 && intake.connections === 0)
  })
})

describe('back-pressure', () => {
  test('a blocked route stalls the client; unblocked, everything arrives in order', async () => {
    const { address, entries, routes, intake } = await bench()
    const { stream, closed } = rawCall(rawClient(address))
    stream.write(frame(message({ identifier: 'log n', http: ['first'] })))
    await until('the first message is in', () => routes.length === 1)
    routes[0]!.block()
    const texts = Array.from({ length: 200 }, (_, i) => `${i}`.padEnd(10_000, 'x'))
    let written = 0
    for (const text of texts) stream.write(frame(message({ http: [text] })), () => written++)
    stream.end()
    const window = stream.session!
    await until(
      'the window is used up',
      () => stream.state.localWindowSize !== undefined && written > 0 && written < 40,
    )
    await new Promise((resolve) => window.ping(resolve))
    await new Promise((resolve) => window.ping(resolve))
    expect(written).toBeLessThan(40)
    expect(entries()).toHaveLength(2)
    routes[0]!.unblock()
    expect((await closed).trailers['grpc-status']).toBe('0')
    expect(entries()).toEqual(['http first', ...texts.map((text) => `http ${text}`)])
    expect(intake.messages).toBe(201)
  })

  test('one blocked stream does not stop its neighbours on the connection', async () => {
    const { address, routes, entries } = await bench()
    const client = rawClient(address)
    const blocked = rawCall(client)
    blocked.stream.write(frame(message({ identifier: 'slow n', http: ['a'] })))
    await until('the first message is in', () => routes.length === 1)
    routes[0]!.block()
    blocked.stream.write(
      Buffer.concat(Array.from({ length: 100 }, () => frame(message({ http: ['x'.repeat(30_000)] })))),
    )
    const free = rawCall(client)
    for (let i = 0; i < 100; i++) free.stream.write(frame(message({ http: ['y'.repeat(30_000)] })))
    free.stream.end()
    expect((await free.closed).trailers['grpc-status']).toBe('0')
    expect(routes[1]!.entries).toHaveLength(100)
    expect(routes[0]!.entries).toHaveLength(2)
    expect(entries()).toHaveLength(102)
  })

  test('what paused streams hold is in the budget when a new one knocks', async () => {
    const { address, routes } = await bench({ books: openBooks({ budgetBytes: 50_000 }) })
    const client = rawClient(address)
    const { stream } = rawCall(client)
    stream.write(frame(message({ identifier: 'log n', http: ['a'] })))
    await until('the first message is in', () => routes.length === 1)
    routes[0]!.block()
    stream.write(frame(message({ http: ['b'] })))
    await until('the stream is paused', () => routes[0]!.entries.length === 2)
    stream.write(frame(message({ http: ['c'.repeat(100_000)] })))
    await new Promise((resolve) => client.ping(resolve))
    const refused = await rawCall(client).closed
    expect(refused.headers).toMatchObject({
      'grpc-status': '8',
      'grpc-message': 'the 50000 bytes for waiting data are used up',
    })
    routes[0]!.unblock()
    await until('the waiting message is in', () => routes[0]!.entries.length === 3)
    const { stream: second, closed } = rawCall(client)
    second.end()
    expect((await closed).trailers['grpc-status']).toBe('0')
  })
})

describe('caps', () => {
  test('a stream above the cap is RESOURCE_EXHAUSTED; a place that falls free is given', async () => {
    const { address, intake } = await bench({ streamsMax: 2 })
    const client = grpcClient(address)
    const calls = [grpcCall(client), grpcCall(client)]
    await until('two streams are open', () => intake.streams === 2)
    expect(await grpcCall(client).status).toMatchObject({ code: 8, details: 'all 2 streams are in use' })
    calls[0]!.stream.end()
    await calls[0]!.status
    await until('one has left', () => intake.streams === 1)
    const next = grpcCall(client)
    next.stream.end()
    expect((await next.status).code).toBe(0)
  })

  test('a connection above the cap is closed before HTTP/2 begins', async () => {
    const { address, intake } = await bench({ connectionsMax: 1 })
    rawClient(address)
    await until('one connection is open', () => intake.connections === 1)
    const [host, port] = address.split(':')
    const socket = net.connect(Number(port), host)
    socket.on('error', () => {})
    let received = 0
    socket.on('data', (data) => (received += data.length))
    await new Promise((resolve) => socket.on('close', resolve))
    expect(received).toBe(0)
    expect(intake.connections).toBe(1)
  })
})

describe('draining', () => {
  test('GOAWAY, OK on every stream, and all that was sent has been handed on', async () => {
    const { address, server, entries, intake } = await bench()
    const client = rawClient(address)
    const goaway = new Promise((resolve) => client.on('goaway', resolve))
    const calls = [rawCall(client), rawCall(client)]
    for (const { stream } of calls) stream.write(frame(message({ identifier: 'log n', http: ['a'] })))
    await until('both streams are in', () => entries().length === 2)
    const texts = Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(2_000, 'x'))
    for (const text of texts) calls[0]!.stream.write(frame(message({ http: [text] })))
    const closed = server.close({ graceMs: 5_000 })
    expect(await goaway).toBe(0)
    for (const call of calls) {
      const { trailers, body } = await call.closed
      expect([trailers['grpc-status'], body.toString('hex')]).toEqual(['0', '0000000000'])
    }
    await closed
    expect(entries()).toHaveLength(102)
    expect(intake).toMatchObject({ streams: 0, connections: 0, malformedTotal: 0 })
  })

  test('a peer that does not read its answer or hang up does not cost the grace', async () => {
    const { address, server, entries, intake } = await bench()
    const client = http2.connect(`http://${address}`)
    cleanUps.push(() => client.destroy())
    client.on('error', () => {})
    client.request(grpcHeaders).write(frame(message({ http: ['a'] })))
    await until('the stream is in', () => entries().length === 1)
    const startedAt = performance.now()
    await server.close({ graceMs: 20_000 })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(intake).toMatchObject({ streams: 0, connections: 0 })
  })

  test('a grpc-js client sees OK', async () => {
    const { address, server, entries } = await bench()
    const { stream, status } = grpcCall(grpcClient(address))
    stream.write(message({ http: ['a'] }))
    await until('the first message is in', () => entries().length === 1)
    await server.close({ graceMs: 5_000 })
    expect((await status).code).toBe(0)
  })

  test('new connections are refused, new streams on old connections too', async () => {
    const { address, server, routes } = await bench()
    const client = rawClient(address)
    const { stream } = rawCall(client)
    stream.write(frame(message({ http: ['a'] })))
    await until('the stream is in', () => routes.length === 1)
    routes[0]!.block()
    stream.write(frame(message({ http: ['b'] })))
    await until('it is paused', () => routes[0]!.entries.length === 2)
    const goaway = new Promise((resolve) => client.on('goaway', resolve))
    const closed = server.close({ graceMs: 5_000 })
    await goaway
    const [host, port] = address.split(':')
    const refused = await new Promise<NodeJS.ErrnoException>((resolve) =>
      net.connect(Number(port), host).on('error', resolve),
    )
    expect(refused.code).toBe('ECONNREFUSED')
    routes[0]!.unblock()
    await closed
  })

  test('a route that stays blocked gets everything when the grace is over', async () => {
    const { address, server, routes, entries, budget, intake } = await bench()
    const client = rawClient(address)
    const { stream } = rawCall(client)
    stream.write(frame(message({ identifier: 'log n', http: ['a'] })))
    await until('the stream is in', () => routes.length === 1)
    routes[0]!.block()
    const texts = Array.from({ length: 30 }, (_, i) => `${i}`.padEnd(5_000, 'x'))
    stream.write(Buffer.concat(texts.map((text) => frame(message({ http: [text] })))))
    await until('it is paused', () => entries().length === 2)
    await new Promise((resolve) => client.ping(resolve))
    await server.close({ graceMs: 50 })
    expect(entries()).toEqual(['http a', ...texts.map((text) => `http ${text}`)])
    expect(budget.usedBytes).toBe(0)
    expect(intake).toMatchObject({ streams: 0, connections: 0 })
  })

  test('a peer that leaves no window for the answer costs the grace and no more', async () => {
    const { address, server, entries, intake } = await bench()
    const client = http2.connect(`http://${address}`, { settings: { initialWindowSize: 0 } })
    cleanUps.push(() => client.destroy())
    client.on('error', () => {})
    const [open, half] = [rawCall(client), rawCall(client)]
    open.stream.write(frame(message({ http: ['a'] })))
    half.stream.end(frame(message({ http: ['b'] })))
    await until('both streams are in', () => entries().length === 2)
    await server.close({ graceMs: 100 })
    expect(intake).toMatchObject({ streams: 0, connections: 0 })
  })

  test('a peer that does not answer costs the grace and no more; closing twice is one close', async () => {
    const { address, server, entries, intake } = await bench()
    const [host, port] = address.split(':')
    const socket = net.connect(Number(port), host)
    const client = http2.connect(`http://${address}`, { createConnection: () => socket })
    cleanUps.push(() => client.destroy())
    client.on('error', () => {})
    rawCall(client).stream.write(frame(message({ http: ['a'] })))
    await until('the stream is in', () => entries().length === 1)
    socket.pause()
    await Promise.all([server.close({ graceMs: 100 }), server.close({ graceMs: 60_000 })])
    expect(intake).toMatchObject({ streams: 0, connections: 0 })
  })
})

describe('addresses', () => {
  const directory = () => {
    const path = mkdtempSync(join(tmpdir(), 'als-'))
    cleanUps.push(() => rmSync(path, { recursive: true }))
    return path
  }

  const send = async (address: string) => {
    const { stream, closed } = rawCall(rawClient(address))
    stream.end(frame(message({ http: [`by ${address}`] })))
    return (await closed).trailers['grpc-status']
  }

  test('several at once: IPv4, IPv6 and a Unix socket, which is removed at the end', async () => {
    const path = join(directory(), 'als.sock')
    const { server, entries } = await bench({ addresses: ['127.0.0.1:0', '[::1]:0', `unix:${path}`] })
    expect(server.addresses).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^\[::1\]:\d+$/),
      `unix:${path}`,
    ])
    for (const address of server.addresses) expect(await send(address)).toBe('0')
    expect(entries()).toEqual(server.addresses.map((address) => `http by ${address}`))
    await server.close({ graceMs: 1_000 })
    expect(existsSync(path)).toBe(false)
  })

  test('grpc-js over a Unix socket', async () => {
    const path = join(directory(), 'als.sock')
    const { entries } = await bench({ addresses: [`unix:${path}`] })
    const { stream, status } = grpcCall(grpcClient(`unix:${path}`))
    stream.end(message({ http: ['a'] }))
    expect((await status).code).toBe(0)
    expect(entries()).toEqual(['http a'])
  })

  test('a socket file that nobody listens on is replaced', async () => {
    const path = join(directory(), 'als.sock')
    const dead = net.createServer().listen(path)
    await until('it listens', () => dead.listening)
    // Renamed away and back, the file outlives its listener as it would outlive a killed process.
    const { renameSync } = await import('node:fs')
    renameSync(path, `${path}.kept`)
    await new Promise((resolve) => dead.close(resolve))
    renameSync(`${path}.kept`, path)
    const { server } = await bench({ addresses: [`unix:${path}`] })
    expect(await send(server.addresses[0]!)).toBe('0')
  })

  const refusal = async (addresses: string[]) => {
    const error = await bench({ addresses }).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).faults[0]
  }

  test('a socket that is in use, a file that is none, a port that is taken', async () => {
    const path = directory()
    const { server } = await bench({ addresses: [`unix:${path}/used`, '127.0.0.1:0'] })
    writeFileSync(`${path}/file`, 'precious')
    const port = server.addresses[1]!
    expect(await refusal([`unix:${path}/used`])).toMatchObject({
      code: 'listen',
      message: expect.stringMatching(/in use/),
    })
    expect(await refusal([`unix:${path}/file`])).toMatchObject({ message: expect.stringMatching(/not a socket/) })
    expect(await refusal([port])).toMatchObject({ message: expect.stringMatching(/in use/) })
    expect(existsSync(`${path}/file`)).toBe(true)
    expect(await send(`unix:${path}/used`)).toBe('0')
  })

  test.each(['nonsense', 'unix:', '127.0.0.1', '127.0.0.1:70000', '::1:9001', ':9001'])(
    '%s is not an address',
    async (address) => {
      expect(await refusal([address])).toMatchObject({ message: expect.stringMatching(/is not an address/) })
    },
  )

  test('all addresses or none: the first is closed again when the second fails', async () => {
    const path = join(directory(), 'als.sock')
    await refusal([`unix:${path}`, 'nonsense'])
    expect(existsSync(path)).toBe(false)
  })
})
