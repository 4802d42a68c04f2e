/** Frames from bytes that are cut anywhere: what is told, and in which pieces. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frameOf, frameType, preface } from '../../src/http2/frame.ts'
import { type FrameHandler, type FrameHead, FrameReader } from '../../src/http2/frame-reader.ts'

/** Writes down what it is told: `head type flags stream length`, `data text` (joined), `end`, `frame type text`. */
class NotingHandler implements FrameHandler {
  readonly notes: string[] = []
  #data = ''

  onHead({ type, flags, streamId, length }: FrameHead): void {
    this.notes.push(`head ${type} ${flags} ${streamId} ${length}`)
  }

  onData(data: Uint8Array): void {
    expect(data.length).toBeGreaterThan(0)
    this.#data += Buffer.from(data).toString('latin1')
  }

  onDataEnd(head: FrameHead): void {
    this.notes.push(`data ${this.#data}`, `end ${head.length}`)
    this.#data = ''
  }

  onFrame({ type }: FrameHead, payload: Buffer): void {
    this.notes.push(`frame ${type} ${payload.toString('latin1')}`)
  }
}

function read(pieces: readonly Buffer[]): string[] {
  const handler = new NotingHandler()
  const reader = new FrameReader(handler)
  // From the middle of a buffer that is used again, as the socket reader's is.
  const shared = Buffer.alloc(100_000)
  for (const piece of pieces) {
    piece.copy(shared)
    reader.read(shared, piece.length)
    shared.fill('?', 0, piece.length)
  }
  return handler.notes
}

const text = (value: string) => Buffer.from(value, 'latin1')
const padded = (padding: number, data: string) => Buffer.concat([Buffer.of(padding), text(data), Buffer.alloc(padding)])

const stream = Buffer.concat([
  preface,
  frameOf(frameType.settings, 0, 0, Buffer.alloc(0)),
  frameOf(frameType.headers, 4, 1, text('block')),
  frameOf(frameType.data, 0, 1, text('abc')),
  frameOf(frameType.data, 8, 1, padded(3, 'def')),
  frameOf(frameType.data, 8, 1, padded(0, 'g')),
  frameOf(frameType.data, 8, 1, padded(2, '')),
  frameOf(0xbe, 0xff, 0x7fffffff, text('unknown')),
  frameOf(0xff, 0, 0, Buffer.alloc(0)),
  frameOf(frameType.ping, 0, 0, text('12345678')),
  frameOf(frameType.data, 1, 3, Buffer.alloc(0)),
])
const told = [
  'head 4 0 0 0',
  'frame 4 ',
  'head 1 4 1 5',
  'frame 1 block',
  'head 0 0 1 3',
  'data abc',
  'end 3',
  'head 0 8 1 7',
  'data def',
  'end 7',
  'head 0 8 1 2',
  'data g',
  'end 2',
  'head 0 8 1 3',
  'data ',
  'end 3',
  'head 190 255 2147483647 7',
  'head 255 0 0 0',
  'head 6 0 0 8',
  'frame 6 12345678',
  'head 0 1 3 0',
  'data ',
  'end 0',
]

test('whole', () => expect(read([stream])).toEqual(told))

test('cut in two at every byte', () => {
  for (let at = 0; at <= stream.length; at++) {
    expect(read([stream.subarray(0, at), stream.subarray(at)]), `cut at ${at}`).toEqual(told)
  }
})

test('byte by byte', () => expect(read([...stream].map((byte) => Buffer.of(byte)))).toEqual(told))

test('cut anywhere, many times', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length]
      expect(read(places.slice(1).map((end, i) => stream.subarray(places[i], end)))).toEqual(told)
    }),
  )
})

test('data is handed on where it lies, not copied', () => {
  const pieces: Uint8Array[] = []
  const handler = {
    onHead: () => {},
    onData: (data: Uint8Array) => pieces.push(data),
    onDataEnd: () => {},
    onFrame: () => {},
  }
  const bytes = Buffer.concat([preface, frameOf(frameType.data, 0, 1, text('abc'))])
  new FrameReader(handler).read(bytes, bytes.length)
  expect(pieces.map(({ buffer, byteOffset, length }) => [buffer === bytes.buffer, byteOffset, length])).toEqual([
    [true, bytes.byteOffset + bytes.length - 3, 3],
  ])
})

test('the reserved bit of a stream number is ignored', () => {
  const bytes = Buffer.concat([preface, frameOf(0xbe, 0, 5, Buffer.alloc(0))])
  bytes[preface.length + 5] = 0x80
  expect(read([bytes])).toEqual(['head 190 0 5 0'])
})

test('nothing is read after stop', () => {
  const handler = new NotingHandler()
  const reader = new FrameReader(handler)
  const stopping = Object.assign(handler, { onDataEnd: () => reader.stop() })
  reader.read(stream, stream.length)
  reader.read(stream, stream.length)
  expect(stopping.notes.at(-1)).toBe('head 0 0 1 3')
})

describe('refused', () => {
  test.each<[string, Buffer, string]>([
    ['HTTP/1.1', text('GET / HTTP/1.1\r\n'), 'protocol_error'],
    ['a preface that goes wrong at its end', Buffer.concat([preface.subarray(0, 23), text('x')]), 'protocol_error'],
    ['as much padding as payload', Buffer.concat([preface, frameOf(0, 8, 1, Buffer.of(3, 0, 0))]), 'protocol_error'],
    ['only a pad length, and it is 1', Buffer.concat([preface, frameOf(0, 8, 1, Buffer.of(1))]), 'protocol_error'],
    ['padded DATA without a pad length', Buffer.concat([preface, frameOf(0, 8, 1, Buffer.of())]), 'frame_size_error'],
  ])('%s', (_name, bytes, error) => {
    expect(() => read([bytes])).toThrow(expect.objectContaining({ error }))
    expect(() => read([...bytes].map((byte) => Buffer.of(byte)))).toThrow(expect.objectContaining({ error }))
  })
})
