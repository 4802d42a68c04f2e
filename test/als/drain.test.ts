/** How the door closes: everybody is told, nothing that was received is lost, and nobody can make it wait. */
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'
import { bench, grpcHeaders, rawCall, rawClient } from './clients.ts'
import { frame, message } from './doubles.ts'

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
    onTestFinished(() => client.destroy())
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
    const { stream, ended } = grpcCall(grpcClient(address))
    stream.write(message({ http: ['a'] }))
    await until('the first message is in', () => entries().length === 1)
    await server.close({ graceMs: 5_000 })
    expect((await ended).code).toBe(0)
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
    onTestFinished(() => client.destroy())
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
    onTestFinished(() => client.destroy())
    client.on('error', () => {})
    rawCall(client).stream.write(frame(message({ http: ['a'] })))
    await until('the stream is in', () => entries().length === 1)
    socket.pause()
    await Promise.all([server.close({ graceMs: 100 }), server.close({ graceMs: 60_000 })])
    expect(intake).toMatchObject({ streams: 0, connections: 0 })
  })

  // Node stops reading a connection that has no streams after GOAWAY: it would hear neither an acknowledgement nor a hang-up.
  test.each([
    ['that never had a stream', async (address: string) => connected(rawClient(address))],
    [
      'whose streams have ended',
      async (address: string) => {
        const call = grpcCall(grpcClient(address))
        await call.send(message({ http: ['a'] }))
        expect((await call.end()).code).toBe(0)
      },
    ],
    [
      'that its peer is just hanging up',
      async (address: string) => {
        const client = rawClient(address)
        const { stream, closed } = rawCall(client)
        stream.end(frame(message({ http: ['a'] })))
        stream.once('close', () => client.close())
        await closed
      },
    ],
  ])('an idle connection %s does not cost the grace', async (_name, visit) => {
    const { address, server, intake } = await bench()
    await visit(address)
    const startedAt = performance.now()
    await server.close({ graceMs: 20_000 })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(intake).toMatchObject({ streams: 0, connections: 0 })
  })
})

function connected(client: http2.ClientHttp2Session): Promise<unknown> {
  return new Promise((resolve) => client.once('remoteSettings', resolve))
}
