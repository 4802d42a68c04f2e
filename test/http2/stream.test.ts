/** Streams as their consumer has them: data and its credit, answers and the peer's windows, and how they end. */
import { describe, expect, test } from 'vitest'
import { frameType, resetStreamFrame, settingId, settingsFrame, windowUpdateFrame } from '../../src/http2/frame.ts'
import { streamWindowBytes } from '../../src/limits.ts'
import { until } from '../support/until.ts'
import { data, type Frame, greet, headers, openDoor, type RawPeer, requestFields, type Visit } from './door.ts'

const { data: dataType, headers: headersType, continuation, resetStream, windowUpdate } = frameType
const ok = { ':status': '200' }
const answer = ({ stream }: Visit, body = '12345') => {
  stream.respond(ok, { endStream: false })
  stream.data(Buffer.from(body))
  stream.trailers({ 'grpc-status': '0' })
}
const on = (peer: RawPeer, streamId: number): Frame[] => peer.frames.filter((frame) => frame.streamId === streamId)
const shown = (peer: RawPeer, streamId: number) =>
  on(peer, streamId).map(
    ({ type, flags, payload }) => `${type} ${flags} ${type === dataType ? payload : payload.length}`,
  )
const creditOf = (peer: RawPeer, streamId: number) =>
  on(peer, streamId)
    .filter(({ type }) => type === windowUpdate)
    .map(({ payload }) => payload.readUInt32BE(0))

describe('credit', () => {
  const fill = (peer: RawPeer, bytes: number) => {
    for (let left = bytes; left > 0; left -= 16_384) peer.send(data(1, Buffer.alloc(Math.min(left, 16_384))))
  }

  test('is given back by halves of the window, padding included', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1))
    fill(peer, streamWindowBytes / 2 - 11)
    await peer.heard()
    expect(creditOf(peer, 1)).toEqual([])
    peer.send(data(1, Buffer.concat([Buffer.of(9), Buffer.alloc(10)]), 8))
    await peer.heard()
    expect(creditOf(peer, 1)).toEqual([streamWindowBytes / 2])
    expect(door.visits[0]!.data.length).toBe(streamWindowBytes / 2 - 10)
  })

  test('a paused stream gets none, and takes its window and no more; resumed, it gets all', async () => {
    const door = await openDoor({ onStream: ({ stream }) => stream.pause() })
    const peer = await greet(door)
    peer.send(headers(1))
    fill(peer, streamWindowBytes)
    await peer.heard()
    expect(creditOf(peer, 1)).toEqual([])
    expect(door.visits[0]!.data.length).toBe(streamWindowBytes)
    door.visits[0]!.stream.resume()
    await until('credit comes', () => creditOf(peer, 1).length > 0)
    expect(creditOf(peer, 1)).toEqual([streamWindowBytes])
    fill(peer, streamWindowBytes)
    await peer.heard()
    expect(door.visits[0]!.data.length).toBe(2 * streamWindowBytes)
  })

  test('more than the window is a fault of the stream', async () => {
    const door = await openDoor({ onStream: ({ stream }) => stream.pause() })
    const peer = await greet(door)
    peer.send(headers(1))
    fill(peer, streamWindowBytes + 1)
    expect(await peer.reset(1)).toBe('flow_control_error')
    expect(door.visits[0]!.data.length).toBe(streamWindowBytes)
  })

  test('none for a stream that the peer has ended', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1))
    fill(peer, streamWindowBytes / 2 - 1)
    peer.send(data(1, 'last', 1))
    await peer.heard()
    expect([creditOf(peer, 1), door.visits[0]!.events]).toEqual([[streamWindowBytes / 2 + 3], ['end']])
    door.visits[0]!.stream.resume()
    await peer.heard()
    expect(creditOf(peer, 1)).toHaveLength(1)
  })
})

describe('answers', () => {
  test('head, data and trailers, in one write', async () => {
    const door = await openDoor({ onStream: (visit) => answer(visit) })
    const peer = await greet(door)
    peer.send(headers(1, requestFields, 0x5))
    await until('the stream is closed', () => door.visits[0]?.events.includes('closed'))
    await peer.heard()
    expect(shown(peer, 1)).toEqual(['1 4 1', '0 0 12345', `1 5 ${'grpc-status'.length + 4}`])
    expect(door.visits[0]!.events).toEqual(['answered', 'closed'])
  })

  test('before the peer has ended: the stream takes data until it does', async () => {
    const door = await openDoor({ onStream: (visit) => answer(visit) })
    const peer = await greet(door)
    peer.send(headers(1), data(1, 'a'), data(1, 'b', 1))
    await peer.heard()
    expect([door.visits[0]!.data.toString(), door.visits[0]!.events]).toEqual(['ab', ['answered', 'end', 'closed']])
  })

  test('a head that ends it, and the wish that the peer stops', async () => {
    const door = await openDoor({
      onStream: ({ stream }) => {
        stream.respond(ok, { endStream: true })
        stream.reset('no_error')
      },
    })
    const peer = await greet(door)
    peer.send(headers(1), headers(3, requestFields, 0x5))
    await peer.heard()
    expect(shown(peer, 1)).toEqual(['1 5 1', '3 0 4'])
    expect(shown(peer, 3)).toEqual(['1 5 1'])
    expect(door.visits.map(({ events }) => events)).toEqual([
      ['answered', 'reset'],
      ['answered', 'closed'],
    ])
  })

  test('a head longer than a frame goes on in CONTINUATION', async () => {
    const long = 'x'.repeat(40_000)
    const door = await openDoor({
      onStream: ({ stream }) => stream.respond({ ...ok, 'grpc-message': long }, { endStream: true }),
    })
    const peer = await greet(door)
    peer.send(headers(1))
    await peer.heard()
    const frames = on(peer, 1)
    expect(frames.map(({ type, flags, payload }) => [type, flags, payload.length])).toEqual([
      [headersType, 1, 16_384],
      [continuation, 0, 16_384],
      [continuation, 4, expect.any(Number)],
    ])
    expect(Buffer.concat(frames.map(({ payload }) => payload)).toString('latin1')).toContain(long)
  })

  test('wait for the window of their stream, which SETTINGS may open or close', async () => {
    const door = await openDoor({ onStream: (visit) => answer(visit) })
    const peer = await greet(door, [[settingId.initialWindowSize, 2]])
    peer.send(headers(1, requestFields, 0x5))
    await peer.heard()
    expect(shown(peer, 1)).toEqual(['1 4 1', '0 0 12'])
    expect(door.visits[0]!.events).toEqual(['end'])
    // 2 bytes were sent: the window is now 1 below zero.
    peer.send(settingsFrame([[settingId.initialWindowSize, 1]]), windowUpdateFrame(1, 1))
    await peer.heard()
    expect(shown(peer, 1)).toHaveLength(2)
    peer.send(windowUpdateFrame(1, 1))
    await peer.heard()
    expect(shown(peer, 1).slice(2)).toEqual(['0 0 3'])
    peer.send(settingsFrame([[settingId.initialWindowSize, 100]]))
    await peer.heard()
    expect(shown(peer, 1).slice(3)).toEqual(['0 0 45', expect.stringMatching(/^1 5 /)])
    expect(door.visits[0]!.events).toEqual(['end', 'answered', 'closed'])
  })

  test('wait for the window of the connection, in frames that are not too long', async () => {
    const door = await openDoor({ onStream: (visit) => answer(visit, 'x'.repeat(40_000)) })
    const peer = await greet(door, [[settingId.initialWindowSize, 100_000]])
    peer.send(headers(1), headers(3))
    await peer.heard()
    const sent = (id: number) =>
      on(peer, id)
        .filter(({ type }) => type === dataType)
        .map(({ payload }) => payload.length)
    expect([sent(1), sent(3)]).toEqual([
      [16_384, 16_384, 7_232],
      [16_384, 65_535 - 40_000 - 16_384],
    ])
    peer.send(windowUpdateFrame(0, 1_000_000))
    await until('both are answered', () => door.visits.every(({ events }) => events.includes('answered')))
    await peer.heard()
    expect(sent(3).reduce((sum, bytes) => sum + bytes, 0)).toBe(40_000)
  })

  test('a peer that allows a smaller table is told that we use none, once', async () => {
    const door = await openDoor({ onStream: ({ stream }) => stream.respond(ok, { endStream: true }) })
    const peer = await greet(door, [
      [settingId.headerTableSize, 100],
      [settingId.headerTableSize, 4_096],
    ])
    peer.send(headers(1), settingsFrame([[settingId.headerTableSize, 0]]), headers(3))
    await peer.heard()
    expect([1, 3].map((id) => on(peer, id)[0]!.payload.toString('hex'))).toEqual(['2088', '88'])
  })
})

describe('ends', () => {
  test.each<[string, (visit: Visit) => void]>([
    ['reset', ({ stream }) => stream.reset('cancel')],
    ['a head that ends it', ({ stream }) => stream.respond(ok, { endStream: true })],
  ])('a consumer is never told of the close from within its own call: %s', async (_name, end) => {
    const seen: string[][] = []
    const door = await openDoor({
      onStream: (visit) => {
        end(visit)
        seen.push([...visit.events])
      },
    })
    const peer = await greet(door)
    peer.send(headers(1, requestFields, 0x5))
    await until('it is told', () => /reset|closed/.test(door.visits[0]?.events.join() ?? ''))
    expect(seen.flat()).not.toContain('closed')
    expect(seen.flat()).not.toContain('reset')
  })

  test('nothing is said on a stream that is closed', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1), resetStreamFrame(1, 'cancel'))
    await peer.heard()
    const [visit] = door.visits
    answer(visit!)
    visit!.stream.reset('cancel')
    visit!.stream.pause()
    visit!.stream.resume()
    await peer.heard()
    expect([on(peer, 1), visit!.events]).toEqual([[], ['reset']])
  })

  test('data of a stream without a consumer is dropped and gets its credit', async () => {
    const door = await openDoor({ onStream: ({ stream }) => (stream.consumer = null) })
    const peer = await greet(door)
    peer.send(headers(1))
    for (let sent = 0; sent < streamWindowBytes; sent += 16_384) peer.send(data(1, Buffer.alloc(16_384)))
    peer.send(resetStreamFrame(1, 'cancel'))
    await peer.heard()
    expect(creditOf(peer, 1)).toEqual([streamWindowBytes / 2, streamWindowBytes / 2])
    expect(on(peer, 1).some(({ type }) => type === resetStream)).toBe(false)
  })

  test('with the connection, all are told', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(headers(1), headers(3, requestFields, 0x5))
    await peer.heard()
    peer.socket.destroy()
    await door.connections[0]!.closed
    expect(door.visits.map(({ events }) => events)).toEqual([['reset'], ['end', 'reset']])
  })
})
