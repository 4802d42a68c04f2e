/**
 * One HTTP/2 connection and its calls: admits streams, bounds what a peer can do to us, and drains. Node answers PINGs itself.
 *
 * Draining without loss: GOAWAY (no new streams); each call is answered with OK as soon as nothing of it waits; then
 * SETTINGS go out. Their acknowledgement tells that the peer has seen the end of its streams, so all data sent before has arrived.
 * (A PING would do, but Node sends none once the peer has said GOAWAY too.) It does not come when the peer has ended its streams
 * meanwhile: after GOAWAY, Node stops reading a connection without streams. But then there is nothing left to come. OK and not
 * UNAVAILABLE, because what arrived is taken care of: a client that retries on failure would send it twice.
 */
import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import { WireError } from '../errors.ts'
import {
  handshakeMsMax,
  sessionWindowBytes,
  streamsPerConnectionMax,
  streamWindowBytes,
  youngResetsPerSecondMax,
} from '../limits.ts'
import { Call } from './call.ts'
import type { MessageEncoding } from './inflate.ts'
import { judgeRequest, refusalHeaders } from './manners.ts'
import type { Session, SessionShared } from './session.ts'
import { grpcStatus } from './status.ts'

/** What the connections of a server share. */
export interface ConnectionShared {
  readonly session: SessionShared
  /** Every session that still holds something; `streamsMax` bounds it. */
  readonly sessions: Set<Session>
  readonly streamsMax: number
  readonly onSessionClosed: () => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** See `AlsServerOptions`. */
  readonly tap: ((streamId: number, data: Uint8Array) => void) | undefined
  readonly onStreamEnd: ((streamId: number) => void) | undefined
}

const settings = {
  enablePush: false,
  initialWindowSize: streamWindowBytes,
  maxConcurrentStreams: streamsPerConnectionMax,
}

const secondMs = 1_000

export class Connection {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>
  readonly #shared: ConnectionShared
  readonly #http2: ServerHttp2Session
  readonly #socket: Duplex
  readonly #calls = new Set<Call>()
  #onDeserted: () => void = () => {}
  #resetsSinceMs = 0
  #youngResets = 0

  /** Takes over the socket. */
  constructor(socket: Duplex, shared: ConnectionShared) {
    this.#shared = shared
    this.#socket = socket
    const http2 = performServerHandshake(socket, { settings })
    this.#http2 = http2
    http2.setLocalWindowSize(sessionWindowBytes)
    const handshake = setTimeout(() => http2.destroy(), handshakeMsMax)
    http2.once('remoteSettings', () => clearTimeout(handshake))
    this.closed = new Promise((resolve) => {
      http2.once('close', () => {
        clearTimeout(handshake)
        resolve()
      })
    })
    http2.on('stream', (stream, headers) => this.#admit(stream, headers))
    // A broken connection shows as the 'close' of the session and of each stream; there is nobody to tell.
    http2.on('error', () => http2.destroy())
  }

  /** Ends all calls and closes; resolves when the connection is gone. May take as long as a route stays blocked. */
  async drain(): Promise<void> {
    if (!this.#http2.destroyed) this.#http2.goaway()
    for (const call of this.#calls) call.session.drain()
    await Promise.all([...this.#calls].map((call) => call.answered))
    // The first may overtake the last trailers inside Node; the second cannot.
    const heard = this.#roundTrip().then(() => this.#roundTrip())
    await Promise.race([heard, this.#deserted()])
    this.#hangUp()
    await this.closed
  }

  /** Hands on what has been received, blocked or not, and closes at once. */
  destroy(): void {
    for (const call of this.#calls) call.flush()
    this.#hangUp()
  }

  /** Node would end the socket politely and wait; a peer that does not hang up on its side could keep us here. */
  #hangUp(): void {
    this.#http2.destroy()
    this.#socket.destroy()
  }

  #admit(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const verdict = judgeRequest(headers)
    const why = this.#noRoom()
    if ('refusal' in verdict) refuse(stream, verdict.refusal)
    else if (why !== null) refuse(stream, refusalHeaders(grpcStatus.resourceExhausted, why))
    else this.#open(stream, verdict.encoding)
  }

  #noRoom(): string | null {
    const { session, sessions, streamsMax } = this.#shared
    if (sessions.size >= streamsMax) return `all ${streamsMax} streams are in use`
    for (const paused of session.paused) paused.recount()
    return session.budget.exhausted ? `the ${session.budget.bytesMax} bytes for waiting data are used up` : null
  }

  #open(stream: ServerHttp2Stream, encoding: MessageEncoding): void {
    const { session: shared, sessions, now, tap, onStreamEnd, onSessionClosed } = this.#shared
    const streamId = ++shared.intake.streamsOpened
    const call = new Call({
      stream,
      encoding,
      shared,
      now,
      tap: tap && ((data) => tap(streamId, data)),
      onGone: () => {
        this.#calls.delete(call)
        if (this.#calls.size === 0) this.#onDeserted()
        if (!call.finished) this.#countReset(call.openedAtMs)
        onStreamEnd?.(streamId)
      },
      onClose: (session) => {
        sessions.delete(session)
        shared.intake.streams--
        onSessionClosed()
      },
    })
    this.#calls.add(call)
    sessions.add(call.session)
    shared.intake.streams++
  }

  /** Streams that are opened only to be reset cost us more than the peer. */
  #countReset(openedAtMs: number): void {
    const nowMs = this.#shared.now()
    if (nowMs - openedAtMs > secondMs || this.#http2.destroyed) return
    if (nowMs - this.#resetsSinceMs > secondMs) {
      this.#resetsSinceMs = nowMs
      this.#youngResets = 0
    }
    if (++this.#youngResets <= youngResetsPerSecondMax) return
    const flood = new WireError('reset_flood', 'the peer opens streams only to reset them')
    this.#http2.destroy(flood, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  /** Resolves when the connection has no streams. */
  #deserted(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDeserted = resolve
      if (this.#calls.size === 0) resolve()
    })
  }

  /** Resolves when the peer has acknowledged a SETTINGS frame, or the connection is gone. */
  #roundTrip(): Promise<void> {
    const acknowledged = new Promise<void>((resolve) => {
      if (!this.#http2.destroyed) this.#http2.settings({}, (error) => error ?? resolve())
    })
    return Promise.race([acknowledged, this.closed])
  }
}

function refuse(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  // Resets and broken connections: the stream has nothing that could be lost.
  stream.on('error', () => {})
  stream.respond(headers, { endStream: true })
  stream.close(constants.NGHTTP2_NO_ERROR)
}
