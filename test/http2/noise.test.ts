/** Peers that send anything: damaged frames and noise cost their own connection, and never the process or a neighbour. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameOf, preface, settingsFrame, windowUpdateFrame } from '../../src/http2/frame.ts'
import { until } from '../support/until.ts'
import { data, greet, headers, openDoor, RawPeer } from './door.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
/** Frames of every type, most of them on streams that may be there, with any flags and payload. */
const anyFrame = fc
  .tuple(fc.integer({ min: 0, max: 11 }), fc.nat(255), fc.oneof(fc.nat(9), fc.nat()), bytes(40))
  .map(([type, flags, streamId, payload]) => frameOf(type, flags, streamId, payload))
const soundFrame = fc.oneof(
  fc.integer({ min: 0, max: 8 }).map((n) => headers(2 * n + 1)),
  fc
    .tuple(fc.integer({ min: 0, max: 8 }), bytes(100), fc.constantFrom(0, 1))
    .map(([n, payload, flags]) => data(2 * n + 1, payload, flags)),
  fc.nat(9).map((id) => windowUpdateFrame(id, 1_000)),
)
const conversation = fc.tuple(
  fc.constantFrom(Buffer.concat([preface, settingsFrame([])]), preface, Buffer.alloc(0)),
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: soundFrame },
      { weight: 1, arbitrary: anyFrame },
      { weight: 1, arbitrary: bytes(60) },
    ),
    { maxLength: 12 },
  ),
)

test('noise costs its own connection alone', async () => {
  const door = await openDoor({
    onStream: (visit) => {
      const { stream } = visit
      if (stream.id % 4 === 1) stream.respond({ ':status': '200' }, { endStream: true })
      if (stream.id === 7) stream.pause()
    },
  })
  const neighbour = await greet(door)
  neighbour.send(headers(1))
  await neighbour.heard()
  await fc.assert(
    fc.asyncProperty(conversation, async ([hello, frames]) => {
      const before = door.connections.length
      const peer = new RawPeer(door.where)
      peer.send(hello, ...frames)
      peer.socket.end()
      await until('the connection is accepted', () => door.connections.length > before)
      await door.connections[before]!.closed
    }),
    { numRuns: 400 },
  )
  neighbour.send(data(1, 'still here', 1))
  await neighbour.heard()
  expect(door.visits[0]!.data.toString()).toBe('still here')
  // Every stream was told of its end, and once.
  for (const { events } of door.visits.slice(1)) {
    expect(events.filter((event) => event === 'reset' || event === 'closed')).toHaveLength(1)
  }
})
