/** Blocked routes stall their own clients alone, and the door counts whom it lets in. */
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'
import { bench, rawCall, rawClient } from './clients.ts'
import { frame, message, openBooks } from './doubles.ts'

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
    expect(await grpcCall(client).ended).toMatchObject({ code: 8, details: 'all 2 streams are in use' })
    await calls[0]!.end()
    await until('one has left', () => intake.streams === 1)
    const next = grpcCall(client)
    expect((await next.end()).code).toBe(0)
  })

  test('a stream whose peer does not take the answer keeps its place', async () => {
    const { address, entries, intake } = await bench({ streamsMax: 2 })
    const client = http2.connect(`http://${address}`, { settings: { initialWindowSize: 0 } })
    onTestFinished(() => client.destroy())
    client.on('error', () => {})
    const calls = [rawCall(client), rawCall(client)]
    for (const { stream } of calls) stream.end(frame(message({ http: ['a'] })))
    await until('both have been read to the end', () => entries().length === 2)
    expect(await grpcCall(grpcClient(address)).ended).toMatchObject({ code: 8, details: 'all 2 streams are in use' })
    client.destroy()
    await until('the places are free', () => intake.streams === 0)
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
