/**
 * One ALS stream, whatever carries it: DATA bytes in, whole messages out to the stream's route. It knows nothing of HTTP/2;
 * `call.ts` is the carrier we ship. What a message means is in `message-reader.ts`.
 *
 *     flowing ⇄ paused (the route is blocked) ─► closed
 *
 * What has arrived is not lost by a pause: it waits here, counted in the budget, even after the peer has gone.
 */
import type { Identifier } from '../identifier.ts'
import type { Budget } from '../pipeline/budget.ts'
import { Account, type StreamCounts } from './account.ts'
import { Deframer } from './deframer.ts'
import type { MessageEncoding } from './inflate.ts'
import { type Failure, MessageReader, type ReaderShared } from './message-reader.ts'
import { type GrpcStatus, grpcStatus } from './status.ts'

/** What a session needs of its carrier. */
export interface Transport {
  /** Stop reading, so that the peer's flow control takes effect; data that still comes is kept by the session. */
  pause(): void
  resume(): void
  /** Ends the call with this status. Only the first call counts; a lost stream ignores it. `message` is plain text. */
  finish(status: GrpcStatus, message: string): void
}

/** What all sessions of a process share. */
export interface SessionShared extends ReaderShared {
  readonly budget: Budget
}

/** DATA that arrived while the stream was paused. */
interface Waiting {
  readonly bytes: Uint8Array
  readonly receivedAtMs: number
}

export class Session {
  readonly #shared: SessionShared
  readonly #transport: Transport
  readonly #deframer: Deframer
  readonly #reader: MessageReader
  readonly #account: Account
  readonly #onClose: (session: Session) => void
  #waiting: Waiting[] = []
  #paused = false
  /** No more data will come. */
  #over = false
  #draining = false
  /** Blocked routes no longer count: time is up. */
  #flushing = false
  #closed = false

  /** `onClose` is called once, when the session holds nothing any more. */
  constructor(
    shared: SessionShared,
    transport: Transport,
    encoding: MessageEncoding,
    onClose: (session: Session) => void,
  ) {
    this.#shared = shared
    this.#transport = transport
    this.#deframer = new Deframer(shared.desk, shared.budget, shared.messageBytesMax)
    this.#reader = new MessageReader(shared, encoding)
    this.#account = new Account(shared.intake)
    this.#onClose = onClose
  }

  /** Whether data waits because the route is blocked. */
  get paused(): boolean {
    return this.#paused
  }

  /** Null before the first message. */
  get identifier(): Identifier | null {
    return this.#reader.identifier
  }

  get counts(): StreamCounts {
    return this.#account
  }

  /** DATA has arrived; `data` is borrowed for the call. `receivedAtMs`: milliseconds since the epoch. */
  receive(data: Uint8Array, receivedAtMs: number): void {
    if (this.#closed) return
    this.#shared.intake.receivedBytes += data.length
    this.#account.receivedBytes += data.length
    if (this.#paused) this.#waiting.push(this.#copyOf(data, 0, receivedAtMs))
    else this.#consume(data, receivedAtMs)
  }

  /**
   * No more data: the peer has half-closed the stream, or the stream is gone (reset, cancelled, connection lost). What waits is
   * still handed on; then the session ends the call, if there is still one, and closes.
   */
  end(): void {
    this.#over = true
    if (!this.#paused) this.#settle()
  }

  /** Ends the call with OK as soon as nothing waits. Data already on its way is taken until `end`. */
  drain(): void {
    this.#draining = true
    if (!this.#paused && !this.#closed) this.#transport.finish(grpcStatus.ok, '')
  }

  /** Hands on everything that waits, blocked or not, and closes. */
  flush(): void {
    if (this.#closed) return
    this.#flushing = true
    this.#over = true
    this.#handOnWaiting()
  }

  #consume(data: Uint8Array, receivedAtMs: number): void {
    const deframer = this.#deframer
    let at = 0
    while (at < data.length) {
      at = deframer.take(data, at)
      if (deframer.complete) {
        this.#account.begin()
        const failure = this.#reader.read(deframer.flags, deframer.length, receivedAtMs)
        this.#account.end()
        if (failure !== null) this.#fail(failure)
        else if (this.#reader.route!.blocked && !this.#flushing) this.#pause(data, at, receivedAtMs)
        if (this.#paused || this.#closed) return
      } else if (deframer.fault !== null) {
        this.#fail(this.#frameFailure())
        return
      }
    }
  }

  #pause(data: Uint8Array, at: number, receivedAtMs: number): void {
    this.#paused = true
    if (at < data.length) this.#waiting.unshift(this.#copyOf(data, at, receivedAtMs))
    this.#transport.pause()
    this.#reader.route!.whenUnblocked(() => {
      if (!this.#closed && this.#paused) this.#handOnWaiting()
    })
  }

  /** An exact copy: a view would keep a whole read of the socket alive, other streams' bytes included. */
  #copyOf(data: Uint8Array, at: number, receivedAtMs: number): Waiting {
    const bytes = new Uint8Array(data.length - at)
    bytes.set(data.subarray(at))
    this.#shared.budget.take(bytes.length)
    return { bytes, receivedAtMs }
  }

  #handOnWaiting(): void {
    this.#paused = false
    while (this.#waiting.length > 0) {
      const { bytes, receivedAtMs } = this.#waiting.shift()!
      this.#shared.budget.give(bytes.length)
      this.#consume(bytes, receivedAtMs)
      if (this.#paused || this.#closed) return
    }
    if (this.#over) this.#settle()
    else {
      this.#transport.resume()
      if (this.#draining) this.#transport.finish(grpcStatus.ok, '')
    }
  }

  /** The last byte has been looked at. */
  #settle(): void {
    if (this.#closed) return
    if (this.#deframer.fault !== null) this.#fail(this.#frameFailure())
    else if (this.#deframer.partial) {
      const message = 'the stream ended inside a message'
      this.#fail({ reason: 'truncated', status: grpcStatus.invalidArgument, message })
    } else {
      this.#transport.finish(grpcStatus.ok, '')
      this.#close()
    }
  }

  #frameFailure(): Failure {
    const { length, fault } = this.#deframer
    const { messageBytesMax, budget } = this.#shared
    const message =
      fault === 'message_too_large'
        ? `a message of ${length} bytes is above the limit of ${messageBytesMax} bytes`
        : `the ${budget.bytesMax} bytes of memory for waiting data are used up`
    return { reason: fault!, status: grpcStatus.resourceExhausted, message }
  }

  #fail({ reason, status, message }: Failure): void {
    this.#account.begin()
    this.#shared.intake.addMalformed(reason)
    this.#account.end()
    this.#transport.finish(status, message)
    this.#close()
  }

  #close(): void {
    this.#closed = true
    this.#deframer.drop()
    for (const { bytes } of this.#waiting) this.#shared.budget.give(bytes.length)
    this.#waiting = []
    this.#reader.close()
    this.#onClose(this)
  }
}
