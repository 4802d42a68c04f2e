/** What the peer may do and may not, in the order of RFC 9113: each fault costs its stream or its connection, as the RFC says. */
import { describe, expect, test } from 'vitest'
import {
  frameOf,
  frameType,
  preface,
  resetStreamFrame,
  settingId,
  settingsFrame,
  windowUpdateFrame,
} from '../../src/http2/frame.ts'
import { encodeFields } from '../../src/http2/hpack-encoder.ts'
import {
  headerBlockBytesMax,
  headerListBytesMax,
  sessionWindowBytes,
  streamsPerConnectionMax,
  streamWindowBytes,
} from '../../src/limits.ts'
import { until } from '../support/until.ts'
import { data, greet, headers, openDoor, RawPeer, requestFields } from './door.ts'

const nothing = Buffer.alloc(0)
const {
  data: _data,
  headers: headersType,
  priority,
  resetStream,
  settings,
  pushPromise,
  ping,
  goAway,
  windowUpdate,
  continuation,
} = frameType
const setting = (id: number, value: number) => settingsFrame([[id, value]])
const block = encodeFields(requestFields)
const trailers = (streamId: number, flags = 0x5) => headers(streamId, { 'grpc-status': '0' }, flags)

describe('shaking hands', () => {
  test('our SETTINGS and the wider window come first, unasked', async () => {
    const door = await openDoor()
    const peer = new RawPeer(door.where)
    await peer.frame(windowUpdate, 0)
    const [first, second] = peer.frames
    const values = [0, 6, 12].map((at) => [first!.payload.readUInt16BE(at), first!.payload.readUInt32BE(at + 2)])
    expect(Object.fromEntries(values)).toEqual({
      [settingId.maxConcurrentStreams]: streamsPerConnectionMax,
      [settingId.initialWindowSize]: streamWindowBytes,
      [settingId.maxHeaderListSize]: headerListBytesMax,
    })
    expect(second!.payload.readUInt32BE(0)).toBe(sessionWindowBytes - 65_535)
  })

  test.each<[string, Buffer]>([
    ['no HTTP/2', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame before SETTINGS', Buffer.concat([preface, headers(1)])],
    ['an acknowledgement before SETTINGS', Buffer.concat([preface, frameOf(settings, 1, 0, nothing)])],
  ])('%s is a protocol error', async (_name, bytes) => {
    const door = await openDoor()
    const peer = new RawPeer(door.where)
    peer.send(bytes)
    expect(await peer.goAway()).toBe('protocol_error')
    peer.socket.end()
    await door.connections[0]!.closed
  })
})

describe('faults that cost the connection', () => {
  test.each<[string, string, Buffer[]]>([
    ['a frame longer than 16 KiB', 'frame_size_error', [frameOf(frameType.data, 0, 1, Buffer.alloc(16_385))]],
    ['an unknown one, too', 'frame_size_error', [frameOf(99, 0, 1, Buffer.alloc(16_385))]],
    ['DATA on stream 0', 'protocol_error', [data(0, 'a')]],
    ['DATA on an idle stream', 'protocol_error', [data(1, 'a')]],
    ['DATA on an even stream', 'protocol_error', [headers(5), data(2, 'a')]],
    ['DATA with nothing but padding that is too long', 'protocol_error', [headers(1), data(1, Buffer.of(5, 0), 8)]],
    ['HEADERS on stream 0', 'protocol_error', [headers(0)]],
    ['HEADERS on an even stream', 'protocol_error', [headers(2)]],
    ['HEADERS on a lower stream', 'protocol_error', [headers(5), headers(3)]],
    ['HEADERS padded beyond their end', 'protocol_error', [headers(1, Buffer.concat([Buffer.of(200), block]), 0xc)]],
    ['HEADERS too short for their priority', 'frame_size_error', [headers(1, Buffer.alloc(4), 0x24)]],
    ['HEADERS too short for their pad length', 'frame_size_error', [headers(1, nothing, 0xc)]],
    ['HEADERS with damaged HPACK', 'compression_error', [headers(1, Buffer.of(0x80))]],
    [
      'HEADERS with damaged HPACK after the request',
      'compression_error',
      [headers(1), headers(1, Buffer.of(0xff), 0x5)],
    ],
    ['HEADERS with damaged HPACK, not from a field on', 'compression_error', [headers(1, Buffer.of(0x82, 0x20))]],
    ['PRIORITY on stream 0', 'protocol_error', [frameOf(priority, 0, 0, Buffer.alloc(5))]],
    ['PRIORITY of the wrong length', 'frame_size_error', [frameOf(priority, 0, 1, Buffer.alloc(4))]],
    ['RST_STREAM on stream 0', 'protocol_error', [frameOf(resetStream, 0, 0, Buffer.alloc(4))]],
    ['RST_STREAM on an idle stream', 'protocol_error', [frameOf(resetStream, 0, 1, Buffer.alloc(4))]],
    ['RST_STREAM of the wrong length', 'frame_size_error', [headers(1), frameOf(resetStream, 0, 1, Buffer.alloc(3))]],
    ['SETTINGS on a stream', 'protocol_error', [frameOf(settings, 0, 1, nothing)]],
    ['SETTINGS of the wrong length', 'frame_size_error', [frameOf(settings, 0, 0, Buffer.alloc(5))]],
    ['an acknowledgement of SETTINGS that holds some', 'frame_size_error', [frameOf(settings, 1, 0, Buffer.alloc(6))]],
    ['ENABLE_PUSH 2', 'protocol_error', [setting(settingId.enablePush, 2)]],
    ['INITIAL_WINDOW_SIZE 2^31', 'flow_control_error', [setting(settingId.initialWindowSize, 2 ** 31)]],
    ['MAX_FRAME_SIZE 16,383', 'protocol_error', [setting(settingId.maxFrameSize, 16_383)]],
    ['MAX_FRAME_SIZE 2^24', 'protocol_error', [setting(settingId.maxFrameSize, 2 ** 24)]],
    ['PUSH_PROMISE', 'protocol_error', [headers(1), frameOf(pushPromise, 4, 1, Buffer.alloc(4))]],
    ['PING on a stream', 'protocol_error', [frameOf(ping, 0, 1, Buffer.alloc(8))]],
    ['PING of the wrong length', 'frame_size_error', [frameOf(ping, 0, 0, Buffer.alloc(7))]],
    ['GOAWAY on a stream', 'protocol_error', [frameOf(goAway, 0, 1, Buffer.alloc(8))]],
    ['GOAWAY of the wrong length', 'frame_size_error', [frameOf(goAway, 0, 0, Buffer.alloc(7))]],
    ['WINDOW_UPDATE of the wrong length', 'frame_size_error', [frameOf(windowUpdate, 0, 0, Buffer.alloc(5))]],
    ['WINDOW_UPDATE by 0', 'protocol_error', [windowUpdateFrame(0, 0)]],
    ['WINDOW_UPDATE on an idle stream', 'protocol_error', [windowUpdateFrame(1, 1)]],
    ['WINDOW_UPDATE above 2^31 - 1', 'flow_control_error', [windowUpdateFrame(0, 2 ** 31 - 1)]],
    [
      'SETTINGS that make a window too large',
      'flow_control_error',
      [headers(1), windowUpdateFrame(1, 1_000_000), setting(settingId.initialWindowSize, 2 ** 31 - 1)],
    ],
    ['CONTINUATION of nothing', 'protocol_error', [frameOf(continuation, 4, 1, nothing)]],
    ['CONTINUATION after the end of the block', 'protocol_error', [headers(1), frameOf(continuation, 4, 1, nothing)]],
    ['CONTINUATION on another stream', 'protocol_error', [headers(1, block, 0), frameOf(continuation, 4, 3, nothing)]],
    ['DATA inside a block', 'protocol_error', [headers(1, block, 0), data(1, 'a')]],
    ['a PING inside a block', 'protocol_error', [headers(1, block, 0), frameOf(ping, 0, 0, Buffer.alloc(8))]],
    ['an unknown frame inside a block', 'protocol_error', [headers(1, block, 0), frameOf(99, 0, 1, nothing)]],
    ['other HEADERS inside a block', 'protocol_error', [headers(1, block, 0), headers(3)]],
    [
      'DATA after both sides ended',
      'stream_closed',
      [headers(1, { ...requestFields, 'x-do': 'answer' }, 0x5), data(1, 'a')],
    ],
    [
      'HEADERS after both sides ended',
      'stream_closed',
      [headers(1, { ...requestFields, 'x-do': 'answer' }, 0x5), headers(1)],
    ],
    ['DATA after the peer itself reset', 'stream_closed', [headers(1), resetStreamFrame(1, 'cancel'), data(1, 'a')]],
    ['HEADERS after the peer itself reset', 'stream_closed', [headers(1), resetStreamFrame(1, 'cancel'), headers(1)]],
    ['DATA after a malformed request that ended', 'stream_closed', [headers(1, {}, 0x5), data(1, 'a')]],
    ['DATA after the end of a stream that we reset', 'stream_closed', [headers(1, {}), data(1, 'a', 1), data(1, 'b')]],
    ['DATA after the trailers of a stream that we reset', 'stream_closed', [headers(1, {}), trailers(1), data(1, 'b')]],
    [
      'HEADERS after the reset of a stream that we reset',
      'stream_closed',
      [headers(1, {}), resetStreamFrame(1, 'cancel'), trailers(1)],
    ],
    [
      'a block that is too long',
      'enhance_your_calm',
      [
        headers(1, Buffer.alloc(16_000), 0),
        ...Array.from({ length: headerBlockBytesMax / 16_000 }, () =>
          frameOf(continuation, 0, 1, Buffer.alloc(16_000)),
        ),
      ],
    ],
    [
      'a block of endless empty frames',
      'enhance_your_calm',
      [headers(1, block, 0), ...Array.from({ length: 40 }, () => frameOf(continuation, 0, 1, nothing))],
    ],
  ])('%s: %s', async (_name, error, frames) => {
    const door = await openDoor({
      onStream: ({ stream, fields }) => {
        if (fields.get('x-do') === 'answer') stream.respond({ ':status': '200' }, { endStream: true })
      },
    })
    const peer = await greet(door)
    peer.send(...frames)
    expect(await peer.goAway()).toBe(error)
    peer.socket.end()
    await door.connections[0]!.closed
    for (const { events } of door.visits) expect(events.at(-1)).toMatch(/^(reset|closed)$/)
  })
})

describe('faults that cost their stream', () => {
  const bad = (fields: Record<string, string>) => headers(1, { ...requestFields, ...fields })
  const raw = (...fields: [string, string][]) =>
    headers(1, Buffer.concat(fields.map(([name, value]) => encodeFields({ [name]: value }))))
  const pseudo = Object.entries(requestFields)

  test.each<[string, string, Buffer[]]>([
    ['an upper-case name', 'protocol_error', [bad({ 'X-A': 'b' })]],
    ['an empty name', 'protocol_error', [bad({ '': 'b' })]],
    ['a name with a space', 'protocol_error', [bad({ 'x a': 'b' })]],
    ['a value with a line break', 'protocol_error', [bad({ a: 'b\nc' })]],
    ['a value with NUL', 'protocol_error', [bad({ a: 'b\0' })]],
    ['a value that begins with a space', 'protocol_error', [bad({ a: ' b' })]],
    ['a value that ends with a tab', 'protocol_error', [bad({ a: 'b\t' })]],
    ['an unknown pseudo-field', 'protocol_error', [raw(...pseudo, [':nope', 'a'])]],
    ['a pseudo-field of answers', 'protocol_error', [raw(...pseudo, [':status', '200'])]],
    ['a pseudo-field after others', 'protocol_error', [raw(['a', 'b'], ...pseudo)]],
    ['a pseudo-field twice', 'protocol_error', [raw(...pseudo, [':path', '/'])]],
    ['no method', 'protocol_error', [raw(...pseudo.slice(1))]],
    ['no scheme', 'protocol_error', [raw(pseudo[0]!, pseudo[2]!)]],
    ['no path', 'protocol_error', [raw(pseudo[0]!, pseudo[1]!)]],
    ['an empty path', 'protocol_error', [bad({ ':path': '' })]],
    ['CONNECT with a path', 'protocol_error', [bad({ ':method': 'CONNECT' })]],
    ['connection', 'protocol_error', [bad({ connection: 'close' })]],
    ['keep-alive', 'protocol_error', [bad({ 'keep-alive': '1' })]],
    ['transfer-encoding', 'protocol_error', [bad({ 'transfer-encoding': 'chunked' })]],
    ['upgrade', 'protocol_error', [bad({ upgrade: 'h2c' })]],
    ['te other than trailers', 'protocol_error', [bad({ te: 'gzip' })]],
    ['trailers without END_STREAM', 'protocol_error', [headers(1), trailers(1, 0x4)]],
    ['trailers with pseudo-fields', 'protocol_error', [headers(1), headers(1, { ':path': '/' }, 0x5)]],
    ['WINDOW_UPDATE by 0', 'protocol_error', [headers(1), windowUpdateFrame(1, 0)]],
    ['WINDOW_UPDATE above 2^31 - 1', 'flow_control_error', [headers(1), windowUpdateFrame(1, 2 ** 31 - 1)]],
    ['DATA after END_STREAM', 'stream_closed', [headers(1), data(1, 'a', 1), data(1, 'b')]],
    ['HEADERS after END_STREAM', 'stream_closed', [headers(1, requestFields, 0x5), headers(1)]],
  ])('%s: %s', async (_name, error, frames) => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(...frames)
    expect(await peer.reset(1)).toBe(error)
    peer.send(headers(3), data(3, 'sound', 1))
    await until('the next stream is served', () => door.visits.at(-1)?.data.toString() === 'sound')
    expect(door.visits.filter(({ stream }) => stream.id === 1).map(({ events }) => events.at(-1))).toEqual(
      door.visits.length === 2 ? ['reset'] : [],
    )
  })

  test('a header list above the bound is answered with 431, and the table stays in step', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    // A literal that goes into the table, behind more than the list may hold.
    const kept = Buffer.from([0x40, 1, ...Buffer.from('k'), 1, ...Buffer.from('v')])
    const long = Buffer.concat([block, encodeFields({ a: 'x'.repeat(headerListBytesMax) }), kept])
    peer.send(headers(1, long.subarray(0, 16_384), 0), frameOf(continuation, 4, 1, long.subarray(16_384)))
    expect(await peer.reset(1)).toBe('no_error')
    expect((await peer.frame(headersType, 1)).payload.toString('latin1')).toContain('431')
    peer.send(headers(3, Buffer.concat([block, Buffer.of(0x80 | 62)])))
    await until('the next stream is there', () => door.visits.length === 1)
    expect(door.visits[0]!.fields.get('k')).toBe('v')
  })

  test('a stream above the promised number is refused, and one that ends makes room', async () => {
    const door = await openDoor()
    const peer = await greet(door)
    for (let i = 0; i <= streamsPerConnectionMax; i++) peer.send(headers(2 * i + 1))
    expect(await peer.reset(2 * streamsPerConnectionMax + 1)).toBe('refused_stream')
    peer.send(resetStreamFrame(1, 'cancel'), headers(2 * streamsPerConnectionMax + 3))
    await until('the next is taken', () => door.visits.length === streamsPerConnectionMax + 1)
  })
})

describe('what is taken', () => {
  const served = async (...frames: Buffer[]) => {
    const door = await openDoor()
    const peer = await greet(door)
    peer.send(...frames)
    await peer.heard()
    return { door, peer, visits: door.visits }
  }

  test('a request with all that HEADERS may have: padding, priority, CONTINUATION', async () => {
    const payload = Buffer.concat([Buffer.of(3), Buffer.alloc(5), block.subarray(0, 2), Buffer.alloc(3)])
    const { visits } = await served(
      headers(1, payload, 0x29),
      frameOf(continuation, 0, 1, block.subarray(2, 3)),
      frameOf(continuation, 0, 1, nothing),
      frameOf(continuation, 4, 1, block.subarray(3)),
    )
    expect([Object.fromEntries(visits[0]!.fields), visits[0]!.events]).toEqual([requestFields, ['end']])
  })

  test('data, padded and not, and trailers', async () => {
    const { visits } = await served(headers(1), data(1, 'ab'), data(1, Buffer.from('\x02cd\0\0'), 8), trailers(1))
    expect([visits[0]!.data.toString(), visits[0]!.events]).toEqual(['abcd', ['end']])
  })

  test('fields that come twice are joined', async () => {
    const twice = Buffer.concat([block, encodeFields({ a: 'b' }), encodeFields({ a: 'c' })])
    const { visits } = await served(headers(1, twice))
    expect(visits[0]!.fields.get('a')).toBe('b, c')
  })

  test('CONNECT, and te: trailers', async () => {
    const { visits } = await served(headers(1, { ':method': 'CONNECT', ':authority': 'a', te: 'trailers' }))
    expect(visits[0]!.fields.get(':method')).toBe('CONNECT')
  })

  test('PING is answered with its payload; an answer to a PING we did not send is not', async () => {
    const { peer } = await served(
      frameOf(ping, 0, 0, Buffer.from('abcdefgh')),
      frameOf(ping, 1, 0, Buffer.from('nobody??')),
    )
    const answers = peer.frames.filter(({ type }) => type === ping)
    expect(answers[0]).toMatchObject({ flags: 1, streamId: 0, payload: Buffer.from('abcdefgh') })
    expect(answers).toHaveLength(2)
  })

  test('what HTTP/2 does not know, and advice that is not taken', async () => {
    const { visits, peer } = await served(
      frameOf(99, 255, 0, Buffer.from('unknown')),
      frameOf(priority, 0, 7, Buffer.alloc(5)),
      setting(99, 1),
      setting(settingId.enablePush, 1),
      setting(settingId.maxFrameSize, 2 ** 24 - 1),
      setting(settingId.maxHeaderListSize, 0),
      frameOf(goAway, 0, 0, Buffer.alloc(20)),
      headers(1),
      frameOf(priority, 0, 1, Buffer.alloc(5)),
      frameOf(99, 255, 1, nothing),
      data(1, 'a', 1),
    )
    expect(visits[0]!.events).toEqual(['end'])
    expect(peer.frames.filter(({ type, flags }) => type === settings && flags === 1)).toHaveLength(5)
  })

  test('late frames on a stream that we closed are dropped, and their data counts for the connection', async () => {
    const door = await openDoor({
      onStream: ({ stream }) => {
        stream.respond({ ':status': '200' }, { endStream: true })
        stream.reset('no_error')
      },
    })
    const peer = await greet(door)
    peer.send(headers(1), windowUpdateFrame(1, 5))
    for (let sent = 0; sent < sessionWindowBytes; sent += 16_384) peer.send(data(1, Buffer.alloc(16_384)))
    peer.send(trailers(1), resetStreamFrame(1, 'cancel'), resetStreamFrame(1, 'cancel'))
    await peer.heard()
    const credit = peer.frames
      .filter(({ type, streamId }) => type === windowUpdate && streamId === 0)
      .map(({ payload }) => payload.readUInt32BE(0))
    expect(credit.slice(1).reduce((sum, bytes) => sum + bytes, 0)).toBe(sessionWindowBytes)
    expect([door.visits[0]!.data.length, door.visits[0]!.events]).toEqual([0, ['answered', 'reset']])
  })

  test('a reset by the peer is told once', async () => {
    const { visits } = await served(
      headers(1),
      data(1, 'a'),
      resetStreamFrame(1, 'cancel'),
      resetStreamFrame(1, 'cancel'),
    )
    expect([visits[0]!.data.toString(), visits[0]!.events]).toEqual(['a', ['reset']])
  })
})
