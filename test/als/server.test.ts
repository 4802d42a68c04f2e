/** Streams at the gRPC door from their first message to their last, and how they break off. */
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { describe, expect, test } from 'vitest'
import { youngResetsPerSecondMax } from '../../src/limits.ts'
import { grpcCall, grpcClient, v2Path, v3Path } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'
import { bench, rawCall, rawClient } from './clients.ts'
import { frame, message } from './doubles.ts'

describe('a stream from first to last message', () => {
  test.each([
    ['v3', v3Path],
    ['v2', v2Path],
  ])('%s: entries reach the route, half-close is answered with an empty response and OK', async (_name, path) => {
    const { address, entries, routes, intake, budget } = await bench()
    const { stream, ended } = grpcCall(grpcClient(address), { path })
    stream.write(message({ identifier: 'log node', http: ['a', 'b'] }))
    stream.write(message({ tcp: ['c'] }))
    stream.end()
    expect((await ended).code).toBe(0)
    expect(entries()).toEqual(['http a', 'http b', 'tcp c'])
    expect(routes.map(({ identifier, closed }) => [identifier.logName, closed])).toEqual([['log', true]])
    expect(intake).toMatchObject({ streamsOpened: 1, messages: 2, httpEntries: 2, tcpEntries: 1 })
    await until('the stream is off the books', () => intake.streams === 0)
    expect(budget.usedBytes).toBe(0)
  })

  test('a first message of 61 KB, as Envoy sends it', async () => {
    const { address, entries, routes } = await bench()
    const { stream, ended } = grpcCall(grpcClient(address))
    stream.write(message({ identifier: `log node${' extension'.repeat(6_100)}`, http: ['a'] }))
    stream.end(message({ http: ['b'] }))
    expect((await ended).code).toBe(0)
    expect(entries()).toEqual(['http a', 'http b'])
    expect(routes[0]!.identifier.logName).toBe('log')
  })

  test('many messages, several streams and connections at once: each route has its own, in order', async () => {
    const { address, routes } = await bench()
    const texts = (stream: number) => Array.from({ length: 200 }, (_, i) => `${stream}/${i} `.padEnd(i * 40, 'x'))
    const clients = [1, 2].map(() => grpcClient(address))
    const calls = [0, 1, 2, 3].map((n) => ({ n, ...grpcCall(clients[n % 2]!) }))
    for (const { n, stream } of calls) {
      stream.write(message({ identifier: `log node${n}` }))
      for (const text of texts(n)) stream.write(message({ http: [text] }))
      stream.end()
    }
    for (const { ended } of calls) expect((await ended).code).toBe(0)
    for (const { n } of calls) {
      const route = routes.find(({ identifier }) => identifier.nodeId === `node${n}`)!
      expect(route.entries).toEqual(texts(n).map((text) => `http ${text}`))
    }
  })

  test('gzip from a real client', async () => {
    const { address, entries } = await bench()
    const { stream, ended } = grpcCall(grpcClient(address, { 'grpc.default_compression_algorithm': 2 }))
    stream.end(message({ http: ['a'.repeat(5_000)] }))
    expect((await ended).code).toBe(0)
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
