/**
 * The server's end of an HTTP/2 connection (RFC 9113), of clients that speak it without being asked. It knows streams, fields and
 * bytes, and nothing of what they are about.
 *
 *     socket ─► socket-reader ─► frame-reader ─► incoming ─► streams, stream ─► frame-writer ─► socket
 *
 * A connection ends in one of three ways. `close`: GOAWAY, and a short time for the peer to hang up. The peer breaks a rule: the same,
 * and GOAWAY says which. The peer hangs up, is lost, or `destroy`: at once. Its streams are told in all cases.
 */
import type { Duplex } from 'node:stream'
import {
  handshakeMsMax,
  headerListBytesMax,
  lingerMsMax,
  sessionWindowBytes,
  streamsPerConnectionMax,
  streamWindowBytes,
} from '../limits.ts'
import { type ErrorName, Http2Error } from './error-codes.ts'
import { goAwayFrame, pingFrame, settingId, settingsFrame, windowUpdateFrame } from './frame.ts'
import { FrameReader } from './frame-reader.ts'
import { FrameWriter } from './frame-writer.ts'
import { Incoming } from './incoming.ts'
import type { RequestFields } from './request-fields.ts'
import { type ReadingGate, readSocket } from './socket-reader.ts'
import type { Http2Stream } from './stream.ts'
import { Streams } from './streams.ts'

export interface Http2ConnectionOptions {
  /** A request has come. Its consumer is set on the stream now; without one its data is dropped. */
  readonly onStream: (stream: Http2Stream, fields: RequestFields) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** All connections may share one. */
  readonly reading?: ReadingGate
}

/** The connection's window cannot be set, only widened from this. */
const connectionWindowBytesDefault = 65_535

/** What every connection says first; shared. */
const greeting = Buffer.concat([
  settingsFrame([
    [settingId.maxConcurrentStreams, streamsPerConnectionMax],
    [settingId.initialWindowSize, streamWindowBytes],
    [settingId.maxHeaderListSize, headerListBytesMax],
  ]),
  windowUpdateFrame(0, sessionWindowBytes - connectionWindowBytesDefault),
])

export class Http2Connection {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>
  readonly #socket: Duplex
  readonly #reader: FrameReader
  readonly #writer: FrameWriter
  readonly #streams: Streams
  readonly #incoming: Incoming
  /** Until the peer has spoken HTTP/2, then while it is given time to hang up. */
  #timer: NodeJS.Timeout | undefined
  /** Nothing is read any more. */
  #over = false
  #pings = 0
  readonly #onPong = new Map<number, () => void>()

  /** Takes over the socket. See `readSocket` for those that are read at the least cost. */
  constructor(socket: Duplex, { onStream, now, reading }: Http2ConnectionOptions) {
    this.#socket = readSocket(socket, (bytes, length) => this.#read(bytes, length), reading)
    this.#writer = new FrameWriter(this.#socket, () => this.destroy())
    this.#streams = new Streams(this.#writer)
    this.#incoming = new Incoming({
      streams: this.#streams,
      now,
      onStream,
      onSettled: () => clearTimeout(this.#timer),
      onPong: (payload) => this.#onPong.get(payload.readUInt32BE(4))?.(),
    })
    this.#reader = new FrameReader(this.#incoming)
    this.#timer = setTimeout(() => this.destroy(), handshakeMsMax)
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#end()
        clearTimeout(this.#timer)
        resolve()
      })
    })
    // A lost connection shows as the end of its streams and by `closed`; there is nobody else to tell.
    this.#socket.on('error', () => this.destroy())
    this.#socket.once('end', () => this.#hangUp())
    this.#writer.write(greeting)
  }

  /** Asks the peer to open no more streams; those that it opens nevertheless are refused, and may be tried elsewhere. */
  goAway(): void {
    this.#sayGoAway('no_error', '')
  }

  /** Resolves when the peer has acknowledged that it has read all that we said before, or the connection is gone. */
  ping(): Promise<void> {
    const number = ++this.#pings
    const payload = Buffer.alloc(8)
    payload.writeUInt32BE(number, 4)
    const acknowledged = new Promise<void>((resolve) => {
      this.#onPong.set(number, resolve)
    })
    this.#writer.write(pingFrame(0, payload))
    return Promise.race([acknowledged, this.closed]).finally(() => this.#onPong.delete(number))
  }

  /** Ends it: what waits is written, streams that are open are lost, and the peer has `lingerMsMax` to hang up. */
  close(): void {
    if (this.#over) return
    this.goAway()
    this.#hangUp()
  }

  /** Ends it at once. */
  destroy(): void {
    this.#end()
    this.#writer.close()
    this.#socket.destroy()
  }

  #read(bytes: Buffer, length: number): void {
    // After the end the rest is only taken off the socket: closing it over unread bytes would take our last words from the peer.
    if (this.#over) return
    try {
      this.#reader.read(bytes, length)
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error
      this.#sayGoAway(error.error, error.message)
      this.#hangUp()
    }
  }

  #sayGoAway(error: ErrorName, debug: string): void {
    if (this.#incoming.closing && error === 'no_error') return
    this.#incoming.closing = true
    this.#writer.write(goAwayFrame(this.#streams.lastId, error, debug))
  }

  #hangUp(): void {
    this.#end()
    this.#writer.flush()
    this.#writer.close()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.destroy(), lingerMsMax)
    // When the peer has hung up as well, Node closes the socket.
    this.#socket.end()
  }

  /** No more is read, and the streams are told. */
  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#reader.stop()
    this.#streams.abandon()
  }
}
