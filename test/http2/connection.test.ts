/** A connection's life: how it is ended by either side, what a peer cannot make it do, and both ways in which it is read. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { frameOf, frameType, resetStreamFrame, settingsFrame, windowUpdateFrame } from '../../src/http2/frame.ts'
import {
  controlFramesPerSecondMax,
  handshakeMsMax,
  lingerMsMax,
  readBufferBytes,
  streamWindowBytes,
  unsentBytesMax,
  youngResetsPerSecondMax,
} from '../../src/limits.ts'
import { ReadingGate } from '../../src/pipeline/breath.ts'
import { until } from '../support/until.ts'
import { type DoorOptions, data, greet, headers, openDoor, RawPeer, requestFields } from './door.ts'

const { ping, goAway, resetStream } = frameType
const nothing = Buffer.alloc(0)

const gone = (peer: RawPeer) => until('the door has hung up', () => peer.closed)

describe('ended by us', () => {
  test('GOAWAY names the last stream; new ones are refused, open ones go on', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1))
    await peer.heard()
    door.connections[0]!.goAway()
    door.connections[0]!.goAway()
    const { payload } = await peer.frame(goAway)
    expect([payload.readUInt32BE(0), payload.readUInt32BE(4)]).toEqual([1, 0])
    peer.send(headers(3), data(3, 'a'), data(1, 'b', 1))
    expect(await peer.reset(3)).toBe('refused_stream')
    await peer.heard()
    expect(door.visits.map(({ data }) => data.toString())).toEqual(['b'])
    expect(peer.frames.filter(({ type }) => type === goAway)).toHaveLength(1)
  })

  test('ping resolves when the peer has read what went before', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    const [connection] = door.connections
    connection!.goAway()
    let heard = false
    const round = connection!.ping().then(() => (heard = true))
    const { payload, flags } = await peer.frame(ping)
    expect([peer.frames.at(-2)!.type, flags, heard]).toEqual([goAway, 0, false])
    peer.send(frameOf(ping, 1, 0, payload))
    await round
  })

  test('ping resolves when the connection is lost', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    const round = door.connections[0]!.ping()
    peer.socket.destroy()
    await round
  })

  test('close says GOAWAY, tells the streams, and waits for the peer to hang up', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1))
    await peer.heard()
    const [connection] = door.connections
    connection!.close()
    connection!.close()
    expect(await peer.goAway()).toBe('no_error')
    peer.socket.end()
    await connection!.closed
    expect(door.visits[0]!.events).toEqual(['reset'])
  })

  test('destroy does not wait', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1))
    await peer.heard()
    door.connections[0]!.destroy()
    await door.connections[0]!.closed
    await gone(peer)
    expect(door.visits[0]!.events).toEqual(['reset'])
  })
})

describe('ended by the clock', () => {
  const fakeTimers = () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
  }

  test('a peer that says nothing is cut off', async () => {
    fakeTimers()
    const door = await openDoor()
    const peer = new RawPeer(door.where)
    await until('it is greeted', () => peer.frames.length > 0)
    vi.advanceTimersByTime(handshakeMsMax - 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(peer.closed).toBe(false)
    vi.advanceTimersByTime(1)
    await gone(peer)
  })

  test('a peer that has spoken may be quiet', async () => {
    fakeTimers()
    const door = await openDoor()
    const peer = await greet(door)
    vi.advanceTimersByTime(10 * handshakeMsMax)
    await peer.heard()
  })

  test('a peer that is told to go and does not hang up is cut off, however much it sends', async () => {
    fakeTimers()
    const door = await openDoor()
    const peer = new RawPeer(door.where)
    peer.socket.allowHalfOpen = true
    peer.send(Buffer.from('noise'))
    expect(await peer.goAway()).toBe('protocol_error')
    for (let i = 0; i < 100; i++) peer.send(Buffer.alloc(100_000))
    await until('all was taken off the socket', () => peer.socket.writableLength === 0)
    expect(peer.closed).toBe(false)
    vi.advanceTimersByTime(lingerMsMax)
    await door.connections[0]!.closed
  })
})

describe('ended by the peer', () => {
  test.each<[string, (peer: RawPeer) => void]>([
    ['hangs up', (peer) => peer.socket.end()],
    ['is lost', (peer) => peer.socket.destroy()],
    ['resets the connection', (peer) => peer.socket.resetAndDestroy()],
  ])('%s: the streams are told, and data that came before is there', async (_name, end) => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1), data(1, 'abc'))
    await until('the data is there', () => door.visits[0]?.data.toString() === 'abc')
    end(peer)
    await door.connections[0]!.closed
    expect(door.visits[0]!.events).toEqual(['reset'])
  })
})

describe('floods end with enhance_your_calm', () => {
  const many = (count: number, frame: Buffer) => Buffer.concat(Array.from({ length: count }, () => frame))
  const above = controlFramesPerSecondMax + 1

  test.each<[string, Buffer]>([
    ['PING', many(above, frameOf(ping, 0, 0, Buffer.alloc(8)))],
    ['SETTINGS', many(above, settingsFrame([]))],
    ['empty DATA', Buffer.concat([headers(1), many(above, data(1, nothing))])],
    ['DATA that is all padding', Buffer.concat([headers(1), many(above, data(1, Buffer.of(0), 8))])],
    ['WINDOW_UPDATE', Buffer.concat([headers(1), many(above, windowUpdateFrame(1, 1))])],
    ['PRIORITY', many(above, frameOf(frameType.priority, 0, 1, Buffer.alloc(5)))],
    ['unknown frames', many(above, frameOf(99, 0, 0, nothing))],
    [
      'streams that the peer resets',
      Buffer.concat(
        Array.from({ length: youngResetsPerSecondMax + 1 }, (_, i) =>
          Buffer.concat([headers(2 * i + 1), resetStreamFrame(2 * i + 1, 'cancel')]),
        ),
      ),
    ],
    [
      'streams that the peer makes us reset',
      Buffer.concat(
        Array.from({ length: youngResetsPerSecondMax + 1 }, (_, i) =>
          Buffer.concat([headers(2 * i + 1), windowUpdateFrame(2 * i + 1, 0)]),
        ),
      ),
    ],
    [
      'malformed requests',
      Buffer.concat(Array.from({ length: youngResetsPerSecondMax + 1 }, (_, i) => headers(2 * i + 1, { a: 'b' }))),
    ],
  ])('%s', async (_name, bytes) => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(bytes)
    expect(await peer.goAway()).toBe('enhance_your_calm')
    peer.socket.end()
    await door.connections[0]!.closed
    for (const { events } of door.visits) expect(events).toEqual(['reset'])
  })

  test('as many in two seconds are no flood', async () => {
    let nowMs = 1_000_000
    const door = await openDoor({ now: () => nowMs })
    const peer = await greet(door)
    for (let second = 0; second < 3; second++) {
      peer.send(many(controlFramesPerSecondMax - 10, settingsFrame([])))
      await peer.heard()
      nowMs += 1_001
    }
    expect(peer.frames.some(({ type }) => type === goAway)).toBe(false)
  })

  test('streams that were answered, or are older than a second, may be reset', async () => {
    let nowMs = 1_000_000
    const door = await openDoor({
      now: () => nowMs,
      onStream: ({ stream }) => {
        if (stream.id < 800) stream.respond({ ':status': '200' }, { endStream: true })
      },
    })
    const peer = await greet(door)
    for (let id = 1; id < 800; id += 2) peer.send(headers(id), resetStreamFrame(id, 'internal_error'))
    for (let id = 801; id < 1_600; id += 2) peer.send(headers(id))
    await peer.heard()
    nowMs += 1_002
    for (let id = 801; id < 1_600; id += 2) peer.send(resetStreamFrame(id, 'cancel'))
    await peer.heard()
    expect(peer.frames.some(({ type }) => type === goAway)).toBe(false)
  })
})

test('a peer that asks and does not listen is cut off, and what waits for it is bounded', async () => {
  const door = await openDoor({
    onStream: ({ stream }) => {
      stream.respond({ ':status': '200', 'grpc-message': 'x'.repeat(30_000) }, { endStream: true })
    },
  })
  const peer = await greet(door)
  peer.socket.pause()
  // The system takes some megabytes on its way.
  for (let id = 1; id < 2_000; id += 2) peer.send(headers(id, requestFields, 0x5))
  await door.connections[0]!.closed
  expect(door.visits.length * 30_000).toBeGreaterThan(unsentBytesMax)
  expect(door.visits.length).toBeLessThan(1_000)
})

describe('read by', () => {
  test.each<[string, DoorOptions]>([
    ['the shared buffer', {}],
    ['events', { byEvents: true }],
    ['the shared buffer, over a Unix socket', { path: 'als.sock' }],
    ['events, over a Unix socket', { path: 'als.sock', byEvents: true }],
  ])('%s: several peers at once, each gets its own', async (_name, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'http2-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const door = await openDoor({ ...options, ...(options.path ? { path: join(folder, options.path) } : {}) })
    const peers = await Promise.all([0, 1, 2, 3].map(() => greet(door)))
    const text = (n: number) => Buffer.alloc(streamWindowBytes, `${n} and its own text. `)
    peers.forEach((peer, n) => {
      peer.send(headers(1, { ...requestFields, 'x-n': `${n}` }))
      for (let at = 0; at < streamWindowBytes; at += 10_000) peer.send(data(1, text(n).subarray(at, at + 10_000)))
      peer.send(data(1, 'end', 1))
    })
    await until(
      'all have ended',
      () => door.visits.length === 4 && door.visits.every(({ events }) => events.length > 0),
    )
    for (const { fields, data } of door.visits) {
      expect(data.equals(Buffer.concat([text(Number(fields.get('x-n'))), Buffer.from('end')]))).toBe(true)
    }
    const origins = new Set(door.visits.flatMap((visit) => [...visit.origins]))
    if (options.byEvents) expect(origins.size).toBeGreaterThan(1)
    else expect([...origins].map(({ byteLength }) => byteLength)).toEqual([readBufferBytes])
    for (const peer of peers) peer.socket.end()
    await Promise.all(door.connections.map(({ closed }) => closed))
    expect(peers.flatMap(({ frames }) => frames.filter(({ type }) => type === resetStream))).toEqual([])
  })

  test.each<[string, DoorOptions]>([
    ['the shared buffer', {}],
    ['events', { byEvents: true }],
  ])('%s: nothing while the gate is shut, and everything when it is open again', async (_name, options) => {
    const reading = new ReadingGate()
    const door = await openDoor({ ...options, reading })
    const peer = await greet(door)
    peer.send(headers(1))
    await peer.heard()
    const [visit] = door.visits
    reading.hold()
    // What has been asked for before the gate was shut may still come.
    peer.send(data(1, 'first'))
    await setTimeout(50)
    const before = visit!.data.length
    peer.send(data(1, 'second'))
    await setTimeout(50)
    expect(visit!.data.length).toBe(before)
    reading.release()
    await peer.heard()
    expect(visit!.data.toString()).toBe('firstsecond')
  })
})
