/**
 * One gRPC call on `node:http2`: the carrier of a `Session`. It listens to 'data' itself, because async iteration and pipes cost
 * more than the parsing that follows.
 *
 * A call ends in one of three ways. The peer half-closes: an empty `StreamAccessLogsResponse` and OK. The session fails, or there
 * is no room: a trailers-only status, then RST_STREAM(NO_ERROR), which asks the peer to stop sending. The stream is lost: nothing
 * to say. Envoy answers a clean end with a reset, which Node reports as an error of the stream; by then nothing is at stake.
 */
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { MessageEncoding } from './inflate.ts'
import { refusalHeaders } from './manners.ts'
import { Session, type SessionShared, type Transport } from './session.ts'
import { type GrpcStatus, grpcStatus } from './status.ts'

/** `StreamAccessLogsResponse` has no fields: flags 0, length 0. */
const emptyResponse = Buffer.alloc(5)
const responseHeaders = { ':status': 200, 'content-type': 'application/grpc' }
const okTrailers = { 'grpc-status': '0' }

export interface CallOptions {
  readonly stream: ServerHttp2Stream
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

export class Call implements Transport {
  readonly session: Session
  readonly openedAtMs: number
  /** Resolves when the answer has been handed to HTTP/2 to its last byte, or the stream is gone. */
  readonly answered: Promise<void>
  #finished = false
  #onAnswered: () => void = ignore
  readonly #stream: ServerHttp2Stream
  readonly #now: () => number
  readonly #tap: ((data: Uint8Array) => void) | undefined

  constructor({ stream, encoding, shared, now, tap, onGone, onClose }: CallOptions) {
    this.#stream = stream
    this.#now = now
    this.#tap = tap
    this.openedAtMs = now()
    this.session = new Session(shared, this, encoding, onClose)
    this.answered = new Promise((resolve) => {
      this.#onAnswered = resolve
    })
    stream.on('data', (data: Buffer) => this.#receive(data))
    stream.on('end', () => this.session.end())
    stream.on('error', ignore)
    stream.on('close', () => {
      this.#receiveHeld()
      this.session.end()
      this.#onAnswered()
      onGone(this)
    })
  }

  /** Whether an answer has been given. */
  get finished(): boolean {
    return this.#finished
  }

  get heldBytes(): number {
    return this.#stream.readableLength
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  finish(status: GrpcStatus, message: string): void {
    const stream = this.#stream
    if (this.#finished || stream.destroyed || stream.closed) return
    this.#finished = true
    if (status === grpcStatus.ok) {
      // From here to the trailers the stream must not be closed by us: Node then waits for them in a loop that does not end.
      stream.respond(responseHeaders, { waitForTrailers: true })
      stream.once('wantTrailers', () => {
        stream.sendTrailers(okTrailers)
        this.#onAnswered()
      })
      stream.end(emptyResponse)
    } else {
      stream.respond(refusalHeaders(status, message), { endStream: true })
      stream.close(constants.NGHTTP2_NO_ERROR)
      this.#onAnswered()
    }
  }

  /** Time is up: everything received goes to the route, blocked or not. */
  flush(): void {
    this.#receiveHeld()
    this.session.flush()
  }

  #receive(data: Uint8Array): void {
    this.#tap?.(data)
    this.session.receive(data, this.#now())
  }

  /** Takes what Node received for a paused stream; it stays readable after the stream has gone. */
  #receiveHeld(): void {
    // `read` returns the data and also emits it, which would count it twice.
    this.#stream.removeAllListeners('data')
    for (let data: Buffer | null; (data = this.#stream.read()) !== null; ) this.#receive(data)
  }
}

/** The peer's resets arrive here, and 'close' follows, where the call is cleaned up. */
function ignore(): void {}
