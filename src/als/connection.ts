/**
 * One HTTP/2 connection and its calls: admits streams, and drains.
 *
 * Draining without loss: GOAWAY (no new streams); each call is answered with OK as soon as nothing of it waits; then a PING goes
 * out. Its acknowledgement tells that the peer has seen the end of its streams, but it may overtake data that was handed to the peer's
 * HTTP/2 before; a second one comes behind that. OK and not UNAVAILABLE, because what arrived is taken care of: a client that retries
 * on failure would send it twice.
 */
import type { Duplex } from 'node:stream'
import { Http2Connection } from '../http2/connection.ts'
import type { ResponseFields } from '../http2/hpack-encoder.ts'
import type { RequestFields } from '../http2/request-fields.ts'
import type { Http2Stream } from '../http2/stream.ts'
import type { Peer } from '../net/peer.ts'
import type { ReadingGate } from '../pipeline/breath.ts'
import { Call } from './call.ts'
import type { MessageEncoding } from './inflate.ts'
import { judgeRequest, refusalFields, type UnaryMethods } from './manners.ts'
import type { Session, SessionShared } from './session.ts'
import { grpcStatus } from './status.ts'
import type { UnaryTask } from './unary.ts'
import { refuse, UnaryCall } from './unary-call.ts'

/** What the connections of a server share. */
export interface ConnectionShared {
  readonly session: SessionShared
  /** Every session that still holds something, or whose call is not gone; `streamsMax` bounds it. */
  readonly sessions: Set<Session>
  /** Calls of other methods that are not gone, or at work; `streamsMax` bounds both together. */
  readonly unaryCalls: Set<UnaryCall>
  readonly unaryMethods: UnaryMethods
  readonly streamsMax: number
  readonly onSessionClosed: () => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Nothing is read while it is shut. */
  readonly reading: ReadingGate
  /** See `AlsServerOptions`. */
  readonly tap: ((streamId: number, data: Uint8Array) => void) | undefined
  readonly onStreamEnd: ((streamId: number) => void) | undefined
}

export class Connection {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>
  readonly #shared: ConnectionShared
  readonly #http2: Http2Connection
  readonly #calls = new Set<Call>()
  readonly #unaryCalls = new Set<UnaryCall>()
  readonly #peer: Peer

  /** Takes over the socket. */
  constructor(socket: Duplex, peer: Peer, shared: ConnectionShared) {
    this.#peer = peer
    this.#shared = shared
    const onStream = (stream: Http2Stream, fields: RequestFields) => this.#admit(stream, fields)
    this.#http2 = new Http2Connection(socket, { onStream, now: shared.now, reading: shared.reading })
    this.closed = this.#http2.closed
  }

  /** Ends all calls and closes; resolves when the connection is gone. May take as long as a route stays blocked. */
  async drain(): Promise<void> {
    this.#http2.goAway()
    for (const call of this.#calls) call.session.drain()
    for (const call of this.#unaryCalls) call.drain()
    await Promise.all([...this.#calls, ...this.#unaryCalls].map((call) => call.answered))
    // Of a connection that never had a stream, or has none any more, nothing is left to come.
    for (let round = 0; round < 2 && this.#calls.size > 0; round++) await this.#http2.ping()
    this.#http2.close()
    await this.closed
  }

  /** Hands on what has been received, blocked or not, and closes at once. */
  destroy(): void {
    for (const call of this.#calls) call.session.flush()
    this.#http2.destroy()
  }

  #admit(stream: Http2Stream, fields: RequestFields): void {
    const verdict = judgeRequest(fields, this.#shared.unaryMethods)
    const why = this.#noRoom()
    if ('refusal' in verdict) turnAway(stream, verdict.refusal)
    else if (why !== null) turnAway(stream, refusalFields(grpcStatus.resourceExhausted, why))
    else if (verdict.method === null) this.#open(stream, verdict.encoding)
    else {
      const task = verdict.method.begin(fields, this.#peer)
      if (typeof task === 'function') this.#openUnary(stream, verdict.encoding, task)
      else refuse(stream, task)
    }
  }

  #noRoom(): string | null {
    const { session, sessions, unaryCalls, streamsMax } = this.#shared
    if (sessions.size + unaryCalls.size >= streamsMax) return `all ${streamsMax} streams are in use`
    return session.budget.exhausted ? `the ${session.budget.bytesMax} bytes for waiting data are used up` : null
  }

  #open(stream: Http2Stream, encoding: MessageEncoding): void {
    const { session: shared, sessions, now, tap, onStreamEnd, onSessionClosed } = this.#shared
    const streamId = ++shared.intake.streamsOpened
    let holders = 2
    // Either may outlive the other: a session while its route is blocked, a call while its peer does not take the answer.
    const leave = (session: Session) => {
      if (--holders > 0) return
      sessions.delete(session)
      shared.intake.streams--
      onSessionClosed()
    }
    const call = new Call({
      stream,
      encoding,
      shared,
      now,
      tap: tap && ((data) => tap(streamId, data)),
      onGone: () => {
        this.#calls.delete(call)
        onStreamEnd?.(streamId)
        leave(call.session)
      },
      onClose: leave,
    })
    this.#calls.add(call)
    sessions.add(call.session)
    shared.intake.streams++
  }

  #openUnary(stream: Http2Stream, encoding: MessageEncoding, task: UnaryTask): void {
    const { session: shared, unaryCalls } = this.#shared
    const onClose = (call: UnaryCall) => {
      this.#unaryCalls.delete(call)
      unaryCalls.delete(call)
    }
    const call = new UnaryCall({ stream, encoding, task, shared, onClose })
    this.#unaryCalls.add(call)
    unaryCalls.add(call)
  }
}

function turnAway(stream: Http2Stream, fields: ResponseFields): void {
  stream.respond(fields, { endStream: true })
  stream.reset('no_error')
}
