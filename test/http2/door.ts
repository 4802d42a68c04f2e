/**
 * Both ends of a connection for the tests of this room: a door that notes what its streams tell, and a client that speaks bytes, so
 * that it can say what no real client says. Everything is closed when the test ends.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { Http2Connection } from '../../src/http2/connection.ts'
import { errorCodes } from '../../src/http2/error-codes.ts'
import { frameFlag, frameHeadBytes, frameOf, frameType, preface, settingsFrame } from '../../src/http2/frame.ts'
import { encodeFields } from '../../src/http2/hpack-encoder.ts'
import type { RequestFields } from '../../src/http2/request-fields.ts'
import type { ReadingGate } from '../../src/http2/socket-reader.ts'
import type { Http2Stream, StreamConsumer } from '../../src/http2/stream.ts'
import { until } from '../support/until.ts'

/** A stream's life as its consumer saw it. */
export class Visit implements StreamConsumer {
  readonly stream: Http2Stream
  readonly fields: RequestFields
  data = Buffer.alloc(0)
  /** Where the data lay when it was handed on. */
  readonly origins = new Set<ArrayBufferLike>()
  /** `end`, `answered`, `closed`, `reset`, in the order in which they came. */
  readonly events: string[] = []

  constructor(stream: Http2Stream, fields: RequestFields) {
    this.stream = stream
    this.fields = fields
    stream.consumer = this
  }

  onData(data: Uint8Array): void {
    this.data = Buffer.concat([this.data, data])
    this.origins.add(data.buffer)
  }

  onEnd(): void {
    this.events.push('end')
  }

  onAnswered(): void {
    this.events.push('answered')
  }

  onClose(reset: boolean): void {
    this.events.push(reset ? 'reset' : 'closed')
  }
}

export interface DoorOptions {
  /** Read by 'data' events, as sockets that are not plain ones are. */
  readonly byEvents?: boolean
  /** A Unix socket; else a free port of 127.0.0.1. */
  readonly path?: string
  readonly onStream?: (visit: Visit) => void
  readonly now?: () => number
  readonly reading?: ReadingGate
}

export interface Door {
  readonly visits: Visit[]
  readonly connections: Http2Connection[]
  readonly where: { readonly port: number } | { readonly path: string }
}

export async function openDoor(options: DoorOptions = {}): Promise<Door> {
  const { byEvents = false, path, onStream = () => {}, now = () => 0, reading } = options
  const visits: Visit[] = []
  const connections: Http2Connection[] = []
  const server = createServer({ noDelay: true, pauseOnConnect: !byEvents }, (socket) => {
    const connection = new Http2Connection(socket, {
      now,
      ...(reading ? { reading } : {}),
      onStream: (stream, fields) => {
        const visit = new Visit(stream, fields)
        visits.push(visit)
        onStream(visit)
      },
    })
    connections.push(connection)
  })
  await new Promise<void>((resolve) =>
    server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path }, resolve),
  )
  onTestFinished(async () => {
    server.close()
    for (const connection of connections) connection.destroy()
    await Promise.all(connections.map((connection) => connection.closed))
  })
  const where = path === undefined ? { port: (server.address() as AddressInfo).port } : { path }
  return { visits, connections, where }
}

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly streamId: number
  readonly payload: Buffer
}

export const requestFields = { ':method': 'POST', ':scheme': 'http', ':path': '/', ':authority': 'a' }
export const endStream = { endStream: true }

/** HEADERS with a block that is plain HPACK, or with the bytes given. */
export function headers(
  streamId: number,
  fields: Record<string, string> | Uint8Array = requestFields,
  flags = 0x4,
): Buffer {
  const block = fields instanceof Uint8Array ? fields : encodeFields(fields)
  return frameOf(frameType.headers, flags, streamId, block)
}

export function data(streamId: number, payload: string | Uint8Array, flags = 0): Buffer {
  return frameOf(frameType.data, flags, streamId, typeof payload === 'string' ? Buffer.from(payload) : payload)
}

export class RawPeer {
  /** Everything that the door has said. */
  readonly frames: Frame[] = []
  readonly socket: Socket
  closed = false
  #rest: Buffer = Buffer.alloc(0)

  constructor(where: Door['where']) {
    this.socket = connect(where)
    onTestFinished(() => void this.socket.destroy())
    this.socket.on('error', () => {})
    this.socket.on('close', () => (this.closed = true))
    this.socket.on('data', (bytes: Buffer) => this.#read(bytes))
  }

  send(...pieces: Uint8Array[]): void {
    this.socket.write(Buffer.concat(pieces))
  }

  /** The first frame of this type, on this stream when one is named. */
  frame(type: number, streamId?: number): Promise<Frame> {
    const wanted = (frame: Frame) => frame.type === type && (streamId === undefined || frame.streamId === streamId)
    return until(`a frame of type ${type} on stream ${streamId ?? 'any'}`, () => this.frames.find(wanted))
  }

  /** The door has read all that was sent. */
  async heard(): Promise<void> {
    const payload = Buffer.from(`${this.frames.length}`.padEnd(8))
    this.send(frameOf(frameType.ping, 0, 0, payload))
    await until('the PING is answered', () => this.frames.some((frame) => frame.payload.equals(payload)))
  }

  /** How the connection ended: the error's name, as GOAWAY told it. */
  async goAway(): Promise<string> {
    const { payload } = await this.frame(frameType.goAway)
    return errorName(payload.readUInt32BE(4))
  }

  async reset(streamId: number): Promise<string> {
    const { payload } = await this.frame(frameType.resetStream, streamId)
    return errorName(payload.readUInt32BE(0))
  }

  #read(bytes: Buffer): void {
    let rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const end = rest.length < frameHeadBytes ? Number.POSITIVE_INFINITY : frameHeadBytes + rest.readUIntBE(0, 3)
      if (rest.length < end) break
      const payload = rest.subarray(frameHeadBytes, end)
      this.frames.push({ type: rest[3]!, flags: rest[4]!, streamId: rest.readUInt32BE(5), payload })
      rest = rest.subarray(end)
    }
    this.#rest = rest
  }
}

/** A client that has shaken hands. */
export async function greet(door: Door, settings: readonly (readonly [number, number])[] = []): Promise<RawPeer> {
  const peer = new RawPeer(door.where)
  peer.send(preface, settingsFrame(settings))
  await until('SETTINGS are acknowledged', () =>
    peer.frames.some(({ type, flags }) => type === frameType.settings && flags === frameFlag.acknowledged),
  )
  return peer
}

function errorName(code: number): string {
  return Object.entries(errorCodes).find(([, number]) => number === code)![0]
}
