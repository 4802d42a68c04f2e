/** One stream's life over a carrier that only takes notes: framing, identifiers, back-pressure, and what is counted. */
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Desk } from '../../src/als/desk.ts'
import type { MessageEncoding } from '../../src/als/inflate.ts'
import { MessageParts } from '../../src/als/message.ts'
import { Session, type SessionShared, type Transport } from '../../src/als/session.ts'
import { partialBytesAlways } from '../../src/limits.ts'
import { type Books, decodeIdentifier, frame, message, openBooks, RecordingRoute, tags } from './doubles.ts'

class NotingTransport implements Transport {
  paused = false
  readonly finishes: [number, string][] = []

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  finish(status: number, text: string): void {
    if (this.finishes.length === 0) this.finishes.push([status, text])
  }
}

function share(books: Books, messageBytesMax = books.memory.inputBytesMax): SessionShared {
  return {
    desk: new Desk(books.memory),
    parts: new MessageParts(),
    tags,
    intake: books.intake,
    budget: books.budget,
    messageBytesMax,
    attach: (identifier) => {
      const route = new RecordingRoute(identifier, books.memory)
      books.routes.push(route)
      return route
    },
    decodeIdentifier,
  }
}

function open({ books = openBooks(), encoding = 'identity' as MessageEncoding, messageBytesMax = 2 ** 20 } = {}) {
  const shared = share(books, messageBytesMax)
  const transport = new NotingTransport()
  let closes = 0
  const session = new Session(shared, transport, encoding, () => closes++)
  return { ...books, shared, transport, session, closes: () => closes }
}

const http = (...entries: string[]) => frame(message({ http: entries }))
const hello = (id: string, ...entries: string[]) => frame(message({ identifier: id, http: entries }))

test('each stream has its own account, however they take turns', () => {
  const one = open()
  const other = { session: new Session(one.shared, new NotingTransport(), 'identity', () => {}) }
  expect(one.session.identifier).toBe(null)
  const half = hello('one', 'a', 'b')
  one.session.receive(half.subarray(0, 10), 1)
  other.session.receive(hello('other', 'c'), 1)
  other.session.receive(frame(Buffer.from([0xff, 0xff])), 1)
  one.session.receive(half.subarray(10), 1)
  one.session.end()
  other.session.receive(frame(Buffer.alloc(0)).subarray(0, 3), 1)
  other.session.end()
  expect(one.session.counts).toMatchObject({
    messages: 1,
    entries: 2,
    matched: 2,
    malformed: 0,
    receivedBytes: half.length,
  })
  // A damaged message, and a stream that ended inside one.
  expect(other.session.counts).toMatchObject({ messages: 2, entries: 1, matched: 1, malformed: 2 })
  expect([one.session.identifier!.logName, other.session.identifier!.logName]).toEqual(['one', 'other'])
})

describe('framing', () => {
  const piecesOf = (bytes: Buffer, cuts: number[]) => {
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
    return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
  }
  const anyEntries = fc.array(
    fc.array(fc.string({ maxLength: 40, unit: 'binary-ascii' }), { minLength: 1, maxLength: 4 }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  const anyCuts = fc.array(fc.nat(), { maxLength: 30 })

  test('any splitting of the bytes gives the same entries', () => {
    fc.assert(
      fc.property(anyEntries, anyCuts, (messages, cuts) => {
        const { session, entries, budget, transport } = open()
        const bytes = Buffer.concat([hello('log node'), ...messages.map((texts) => http(...texts))])
        for (const piece of piecesOf(bytes, cuts)) session.receive(piece, 1)
        session.end()
        expect(entries()).toEqual(messages.flat().map((text) => `http ${text}`))
        expect(budget.usedBytes).toBe(0)
        expect(transport.finishes).toEqual([[0, '']])
      }),
    )
  })

  test('streams that take turns in the middle of messages do not mix', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyEntries, anyCuts), { minLength: 2, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        (streams, turns) => {
          const books = openBooks()
          const shared = share(books)
          const queues = streams.map(([messages, cuts], i) => {
            const bytes = Buffer.concat([hello(`log node${i}`), ...messages.map((texts) => http(...texts))])
            return {
              session: new Session(shared, new NotingTransport(), 'identity', () => {}),
              pieces: piecesOf(bytes, cuts),
            }
          })
          for (const turn of turns) {
            const { session, pieces } = queues[turn % queues.length]!
            if (pieces.length > 0) session.receive(pieces.shift()!, 1)
          }
          for (const { session, pieces } of queues) for (const piece of pieces) session.receive(piece, 1)
          for (const [i, [messages]] of streams.entries()) {
            const route = books.routes.find(({ identifier }) => identifier.nodeId === `node${i}`)!
            expect(route.entries).toEqual(messages.flat().map((text) => `http ${text}`))
          }
          expect(books.budget.usedBytes).toBe(0)
        },
      ),
    )
  })

  test('a large message that comes byte by byte while another stream is busy', () => {
    const books = openBooks()
    const shared = share(books)
    const slow = new Session(shared, new NotingTransport(), 'identity', () => {})
    const busy = new Session(shared, new NotingTransport(), 'identity', () => {})
    const text = 'x'.repeat(3_000)
    const bytes = hello('slow n', text)
    for (const byte of bytes) {
      slow.receive(Uint8Array.of(byte), 1)
      busy.receive(hello('busy n', 'short'), 1)
      expect(books.budget.usedBytes).toBeLessThanOrEqual(bytes.length)
    }
    expect(books.routes.find(({ identifier }) => identifier.logName === 'slow')!.entries).toEqual([`http ${text}`])
    expect(books.budget.usedBytes).toBe(0)
  })

  test('a partial message is in the budget when it had to leave the desk, and is given back when the stream is lost', () => {
    const books = openBooks()
    const shared = share(books)
    const [a, b] = [1, 2].map(() => new Session(shared, new NotingTransport(), 'identity', () => {}))
    a!.receive(http('x'.repeat(500)).subarray(0, 305), 1)
    b!.receive(http('y'), 1)
    expect(books.budget.usedBytes).toBe(300)
    a!.end()
    expect(books.budget.usedBytes).toBe(0)
    expect(Object.fromEntries(books.intake.malformed)).toEqual({ truncated: 1 })
  })

  test('an empty message is counted and the stream goes on', () => {
    const { session, intake, entries } = open()
    session.receive(Buffer.concat([frame(Buffer.alloc(0)), http('a')]), 1)
    expect(intake.emptyMessages).toBe(1)
    expect(entries()).toEqual(['http a'])
  })

  test.each([[1], [4], [5], [8]])('a stream that ends %d bytes into a message is told so', (count) => {
    const { session, intake, transport, routes, closes } = open()
    session.receive(http('a'), 1)
    session.receive(http('bcdef').subarray(0, count), 1)
    session.end()
    expect(transport.finishes).toEqual([[3, 'the stream ended inside a message']])
    expect(Object.fromEntries(intake.malformed)).toEqual({ truncated: 1 })
    expect(routes[0]!.closed).toBe(true)
    expect(closes()).toBe(1)
  })

  test('a message above the limit ends the stream and names both sizes; one at the limit passes', () => {
    const exact = message({ http: ['x'.repeat(96)] })
    const { session, transport, entries, intake } = open({ messageBytesMax: exact.length })
    session.receive(frame(exact), 1)
    expect(entries()).toHaveLength(1)
    session.receive(frame(message({ http: ['x'.repeat(97)] })), 1)
    expect(transport.finishes).toEqual([[8, 'a message of 101 bytes is above the limit of 100 bytes']])
    session.receive(http('late'), 1)
    session.end()
    expect(entries()).toHaveLength(1)
    expect(Object.fromEntries(intake.malformed)).toEqual({ message_too_large: 1 })
  })

  test('with the budget exhausted an ordinary partial message is kept, a large one ends its stream', () => {
    const books = openBooks({ budgetBytes: 10 })
    books.budget.take(10)
    const shared = share(books)
    const [small, large, other] = [1, 2, 3].map(() => new NotingTransport())
    const sessions = [small!, large!, other!].map((transport) => new Session(shared, transport, 'identity', () => {}))
    const text = 'x'.repeat(partialBytesAlways * 2)
    sessions[0]!.receive(http('small').subarray(0, 9), 1)
    sessions[1]!.receive(http(text).subarray(0, partialBytesAlways + 10), 1)
    sessions[2]!.receive(http('other'), 1)
    sessions[0]!.receive(http('small').subarray(9), 1)
    sessions[1]!.receive(http(text).subarray(partialBytesAlways + 10), 1)
    expect(books.entries()).toEqual(['http other', 'http small'])
    expect(large!.finishes).toEqual([[8, 'the 10 bytes of memory for waiting data are used up']])
    expect(books.budget.usedBytes).toBe(10)
  })
})

describe('identifiers', () => {
  test('the first message names the stream, entries of that message included', () => {
    const { session, routes } = open()
    session.receive(Buffer.concat([hello('log node', 'a'), http('b')]), 1)
    expect(routes.map(({ identifier, entries }) => [identifier.logName, identifier.nodeId, entries])).toEqual([
      ['log', 'node', ['http a', 'http b']],
    ])
  })

  test('a stream that names nobody is unidentified; a late or changed name takes a new route', () => {
    const { session, routes } = open()
    session.receive(Buffer.concat([http('a'), hello('one n', 'b'), hello('one n', 'c'), hello('two n', 'd')]), 1)
    expect(routes.map(({ identifier, entries, closed }) => [identifier.logName, entries, closed])).toEqual([
      ['', ['http a'], true],
      ['one', ['http b', 'http c'], true],
      ['two', ['http d'], false],
    ])
  })

  test('a damaged identifier is counted and the last good one stays', () => {
    const { session, routes, intake } = open()
    session.receive(Buffer.concat([hello('!', 'a'), hello('one n', 'b'), hello('!', 'c')]), 1)
    expect(routes.map(({ identifier, entries }) => [identifier.logName, entries])).toEqual([
      ['', ['http a']],
      ['one', ['http b', 'http c']],
    ])
    expect(Object.fromEntries(intake.malformed)).toEqual({ identifier: 2 })
  })

  test('an identifier that is split on the wire is put together', () => {
    const { session, routes } = open()
    session.receive(
      frame(Buffer.concat([message({ identifier: 'lo' }), message({ http: ['a'] }), message({ identifier: 'g n' })])),
      1,
    )
    expect(routes[0]!.identifier.logName).toBe('log')
  })
})

describe('counting', () => {
  test('messages, bytes and entries by kind, with the time of arrival', () => {
    const { session, intake, routes } = open()
    const bytes = Buffer.concat([
      hello('log n', 'a', 'b'),
      frame(message({ tcp: ['c'] })),
      frame(message({ identifier: 'log n' })),
    ])
    session.receive(bytes, 1_234)
    expect(intake).toMatchObject({
      messages: 3,
      receivedBytes: bytes.length,
      httpEntries: 2,
      tcpEntries: 1,
      emptyMessages: 1,
    })
    expect(routes[0]!.times).toEqual([1_234, 1_234])
    expect(routes[0]!.entries).toEqual(['http a', 'http b', 'tcp c'])
  })

  test('a damaged message costs its damaged part alone', () => {
    const { session, intake, entries } = open()
    session.receive(
      Buffer.concat([frame(Buffer.concat([message({ http: ['a'] }), Buffer.from([0x3f])])), http('b')]),
      1,
    )
    expect(entries()).toEqual(['http a', 'http b'])
    expect(Object.fromEntries(intake.malformed)).toEqual({ wire_type: 1 })
  })
})

describe('compression', () => {
  const plain = message({ http: ['a'.repeat(300)] })

  test.each([
    ['gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
  ] as const)('%s messages are inflated, plain ones may stand between', (encoding, packed) => {
    const { session, entries } = open({ encoding })
    session.receive(Buffer.concat([frame(packed, 1), http('b'), frame(packed, 1)]), 1)
    expect(entries()).toEqual([`http ${'a'.repeat(300)}`, 'http b', `http ${'a'.repeat(300)}`])
  })

  test('a message that does not inflate costs itself alone', () => {
    const { session, entries, intake } = open({ encoding: 'gzip' })
    session.receive(Buffer.concat([frame(Buffer.from('no gzip'), 1), frame(gzipSync(plain), 1)]), 1)
    expect(entries()).toHaveLength(1)
    expect(Object.fromEntries(intake.malformed)).toEqual({ compression: 1 })
  })

  test('a message that inflates above the limit ends the stream', () => {
    const bomb = gzipSync(message({ http: ['a'.repeat(100_000)] }))
    const { session, transport } = open({ encoding: 'gzip', messageBytesMax: 1_000 })
    session.receive(frame(bomb, 1), 1)
    expect(transport.finishes).toEqual([
      [8, `a message of ${bomb.length} bytes inflates above the limit of 1000 bytes`],
    ])
  })

  test.each([
    ['compressed without an encoding', 'identity', 1],
    ['unknown flag bits', 'gzip', 3],
  ] as const)('%s is a fault of the call', (_name, encoding, flags) => {
    const { session, transport, intake } = open({ encoding })
    session.receive(frame(gzipSync(plain), flags), 1)
    expect(transport.finishes[0]![0]).toBe(13)
    expect(Object.fromEntries(intake.malformed)).toEqual({ frame_flags: 1 })
  })
})

describe('back-pressure', () => {
  test('a blocked route pauses the carrier; what has come waits in the budget and keeps its order', () => {
    const { session, routes, transport, budget, entries } = open()
    session.receive(hello('log n'), 1)
    routes[0]!.block()
    const waiting = Buffer.concat([http('b'), http('c').subarray(0, 6)])
    session.receive(Buffer.concat([http('a'), waiting]), 1)
    session.receive(http('c').subarray(6), 2)
    expect(transport.paused).toBe(true)
    expect(entries()).toEqual(['http a'])
    expect(budget.usedBytes).toBe(waiting.length + http('c').length - 6)
    routes[0]!.unblock()
    expect(entries()).toEqual(['http a', 'http b', 'http c'])
    expect(routes[0]!.times).toEqual([1, 1, 2])
    expect(transport.paused).toBe(false)
    expect(budget.usedBytes).toBe(0)
  })

  test('a peer that leaves while its route is blocked loses nothing', () => {
    const { session, routes, entries, closes, budget } = open()
    session.receive(hello('log n'), 1)
    routes[0]!.block()
    session.receive(Buffer.concat([http('a'), http('b')]), 1)
    session.receive(http('c'), 1)
    session.end()
    expect(closes()).toBe(0)
    routes[0]!.unblock()
    expect(entries()).toEqual(['http a', 'http b', 'http c'])
    expect(closes()).toBe(1)
    expect(routes[0]!.closed).toBe(true)
    expect(budget.usedBytes).toBe(0)
  })

  test('a route that blocks again after each message is heard each time', () => {
    const { session, routes, entries, transport } = open()
    session.receive(hello('log n'), 1)
    routes[0]!.blocksAlways = true
    session.receive(Buffer.concat(['a', 'b', 'c'].map((text) => http(text))), 1)
    for (const count of [1, 2, 3]) {
      expect(entries()).toHaveLength(count)
      expect(transport.paused).toBe(true)
      routes[0]!.unblock()
    }
    expect(transport.paused).toBe(false)
    expect(entries()).toEqual(['http a', 'http b', 'http c'])
  })

  test('drain answers at once when nothing waits, and after the last entry otherwise', () => {
    const idle = open()
    idle.session.drain()
    expect(idle.transport.finishes).toEqual([[0, '']])
    const busy = open()
    busy.session.receive(hello('log n'), 1)
    busy.routes[0]!.block()
    busy.session.receive(Buffer.concat([http('a'), http('b')]), 1)
    busy.session.drain()
    expect(busy.transport.finishes).toEqual([])
    busy.routes[0]!.unblock()
    expect(busy.entries()).toEqual(['http a', 'http b'])
    expect(busy.transport.finishes).toEqual([[0, '']])
  })

  test('data that comes after the answer of a drain is still taken', () => {
    const { session, entries } = open()
    session.receive(hello('log n', 'a'), 1)
    session.drain()
    session.receive(http('b'), 1)
    session.end()
    expect(entries()).toEqual(['http a', 'http b'])
  })

  test('flush hands on what waits although the route is blocked', () => {
    const { session, routes, entries, closes, budget } = open()
    session.receive(hello('log n'), 1)
    routes[0]!.block()
    session.receive(Buffer.concat([http('a'), http('b'), http('c')]), 1)
    session.flush()
    expect(entries()).toEqual(['http a', 'http b', 'http c'])
    expect(closes()).toBe(1)
    expect(budget.usedBytes).toBe(0)
  })
})
