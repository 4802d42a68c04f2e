/**
 * One gRPC call on a stream of HTTP/2: the carrier of a `Session`.
 *
 * A call ends in one of three ways. The peer half-closes: an empty `StreamAccessLogsResponse` and OK. The session fails, or there
 * is no room: a trailers-only status, then RST_STREAM(NO_ERROR), which asks the peer to stop sending. The stream is lost: nothing
 * to say. Envoy answers a clean end with a reset; by then nothing is at stake.
 */
import type { Http2Stream, StreamConsumer } from '../http2/stream.ts'
import type { MessageEncoding } from './inflate.ts'
import { refusalFields } from './manners.ts'
import { Session, type SessionShared, type Transport } from './session.ts'
import { type GrpcStatus, grpcStatus } from './status.ts'

/** `StreamAccessLogsResponse` has no fields: flags 0, length 0. */
const emptyResponse = new Uint8Array(5)
const responseFields = { ':status': '200', 'content-type': 'application/grpc' }
const okTrailers = { 'grpc-status': '0' }

export interface CallOptions {
  readonly stream: Http2Stream
  readonly encoding: MessageEncoding
  readonly shared: SessionShared
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Sees the DATA bytes as they come; borrowed for the call. */
  readonly tap: ((data: Uint8Array) => void) | undefined
  /** The HTTP/2 stream is gone; the session may still have entries that wait. */
  readonly onGone: (call: Call) => void
  /** The session holds nothing any more. */
  readonly onClose: (session: Session) => void
}

export class Call implements Transport, StreamConsumer {
  /** It keeps what comes while it is paused; nothing waits in between. */
  readonly session: Session
  /** Resolves when the answer has been handed to HTTP/2 to its last byte, or the stream is gone. */
  readonly answered: Promise<void>
  #finished = false
  #onAnswered: () => void = () => {}
  readonly #stream: Http2Stream
  readonly #now: () => number
  readonly #tap: ((data: Uint8Array) => void) | undefined
  readonly #onGone: (call: Call) => void

  constructor({ stream, encoding, shared, now, tap, onGone, onClose }: CallOptions) {
    this.#stream = stream
    this.#now = now
    this.#tap = tap
    this.#onGone = onGone
    this.session = new Session(shared, this, encoding, onClose)
    this.answered = new Promise((resolve) => {
      this.#onAnswered = resolve
    })
    stream.consumer = this
  }

  onData(data: Uint8Array): void {
    this.#tap?.(data)
    this.session.receive(data, this.#now())
  }

  onEnd(): void {
    this.session.end()
  }

  onAnswered(): void {
    this.#onAnswered()
  }

  onClose(): void {
    this.session.end()
    this.#onAnswered()
    this.#onGone(this)
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  finish(status: GrpcStatus, message: string): void {
    if (this.#finished) return
    this.#finished = true
    const stream = this.#stream
    if (status === grpcStatus.ok) {
      stream.respond(responseFields, { endStream: false })
      stream.data(emptyResponse)
      stream.trailers(okTrailers)
    } else {
      stream.respond(refusalFields(status, message), { endStream: true })
      stream.reset('no_error')
    }
  }
}
