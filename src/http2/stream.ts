/**
 * One stream of a connection: a request that comes in as DATA, and a short answer.
 *
 *     the peer's half   open ── END_STREAM ──► ended   ┐
 *     our half          open ── END_STREAM ──► ended   ┴► both ended, or RST_STREAM by anybody, or the connection gone: closed
 *
 * The peer may send as much as the stream's window allows. Credit is given back when data has been handed to the consumer, and none
 * while the stream is paused: what a paused stream can still bring is bounded by its window.
 */
import { frameBytesMax, streamWindowBytes } from '../limits.ts'
import type { ErrorName } from './error-codes.ts'
import { ReceiveWindow, SendWindow } from './flow-control.ts'
import { frameOf, frameType, headersFrames, resetStreamFrame, windowUpdateFrame } from './frame.ts'
import type { FrameWriter } from './frame-writer.ts'
import type { ResponseFields } from './hpack-encoder.ts'

/** What a stream tells. `onClose` is the last of it, and never comes from within a call that the consumer made itself. */
export interface StreamConsumer {
  /** Borrowed for the call. Comes even while the stream is paused, for what was on its way. */
  onData(data: Uint8Array): void
  /** The peer has said all. */
  onEnd(): void
  /** All of the answer has been handed to the connection. */
  onAnswered(): void
  /** `reset`: by a RST_STREAM of either side, or with the connection; else both sides have ended. */
  onClose(reset: boolean): void
}

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly writer: FrameWriter
  /** Of the connection. */
  readonly sendWindow: SendWindow
  encode(fields: ResponseFields): Uint8Array
  /** Data of this stream waits for a window; `pump` it when there is one. */
  onBlocked(stream: Http2Stream): void
  onClosed(stream: Http2Stream): void
}

export interface Http2StreamOptions {
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  /** The request has no data: `endPeer` follows when it has been given a consumer. */
  readonly peerEnded: boolean
  readonly sendWindowBytes: number
}

export class Http2Stream {
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly openedAtMs: number
  /** Until there is one, data is taken and dropped. */
  consumer: StreamConsumer | null = null
  readonly #host: StreamHost
  readonly #receiveWindow = new ReceiveWindow(streamWindowBytes)
  readonly #sendWindow: SendWindow
  #peerEnded: boolean
  #ended = false
  #closed = false
  #paused = false
  /** Handed on while paused, so not given back. */
  #withheld = 0
  #unsent: Uint8Array[] = []
  #trailers: ResponseFields | null = null

  constructor(host: StreamHost, { id, nowMs, peerEnded, sendWindowBytes }: Http2StreamOptions) {
    this.#host = host
    this.id = id
    this.openedAtMs = nowMs
    this.#peerEnded = peerEnded
    this.#sendWindow = new SendWindow(sendWindowBytes)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Whether the peer has said all, or has reset the stream. */
  get peerEnded(): boolean {
    return this.#peerEnded
  }

  /** Whether all of the answer has been handed to the connection. */
  get answered(): boolean {
    return this.#ended
  }

  // For the consumer. On a closed stream nothing of this does anything.

  /** The answer's head; with `endStream` it is all of the answer. */
  respond(fields: ResponseFields, options: { readonly endStream: boolean }): void {
    if (this.#closed) return
    this.#host.writer.write(headersFrames(this.id, this.#host.encode(fields), options))
    if (options.endStream) this.#end()
  }

  /** A few bytes of answer, not to be changed any more; they wait here until the peer's windows have room. */
  data(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#unsent.push(bytes)
    this.pump()
  }

  /** Ends the answer, after its data. */
  trailers(fields: ResponseFields): void {
    if (this.#closed) return
    this.#trailers = fields
    this.pump()
  }

  /** `no_error` after the answer asks the peer to stop sending. A stream that has ended on both sides is left alone. */
  reset(error: ErrorName): void {
    if (this.#closed) return
    this.#host.writer.write(resetStreamFrame(this.id, error))
    this.#close({ reset: true, later: true })
  }

  /** No credit is given back from now on. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    const bytes = this.#withheld
    this.#withheld = 0
    this.release(bytes)
  }

  // For the connection.

  /** A DATA frame of so many bytes begins. False when the window does not allow it. */
  admit(bytes: number): boolean {
    return this.#receiveWindow.take(bytes)
  }

  /** The DATA frame has been handed on. */
  release(bytes: number): void {
    if (this.#closed || this.#peerEnded) return
    if (this.#paused) {
      this.#withheld += bytes
      return
    }
    const credit = this.#receiveWindow.release(bytes)
    if (credit > 0) this.#host.writer.write(windowUpdateFrame(this.id, credit))
  }

  /** The peer's END_STREAM. */
  endPeer(): void {
    if (this.#closed) return
    this.#peerEnded = true
    this.consumer?.onEnd()
    if (this.#ended) this.#close({ reset: false, later: false })
  }

  /** The peer's RST_STREAM. */
  resetByPeer(): void {
    this.#peerEnded = true
    this.#close({ reset: true, later: false })
  }

  /** The connection is gone. */
  abandon(): void {
    this.#close({ reset: true, later: true })
  }

  /** False when the window becomes larger than a window may be. */
  widen(bytes: number): boolean {
    return this.#sendWindow.widen(bytes)
  }

  /** Sends what waits, as far as the windows allow. */
  pump(): void {
    while (this.#unsent.length > 0) {
      const bytes = this.#unsent[0]!
      const count = Math.min(bytes.length, this.#sendWindow.bytes, this.#host.sendWindow.bytes, frameBytesMax)
      if (count <= 0 && bytes.length > 0) {
        this.#host.onBlocked(this)
        return
      }
      this.#sendWindow.take(count)
      this.#host.sendWindow.take(count)
      this.#host.writer.write(frameOf(frameType.data, 0, this.id, bytes.subarray(0, count)))
      if (count === bytes.length) this.#unsent.shift()
      else this.#unsent[0] = bytes.subarray(count)
    }
    if (this.#trailers !== null && !this.#ended && !this.#closed) {
      this.#host.writer.write(headersFrames(this.id, this.#host.encode(this.#trailers), { endStream: true }))
      this.#end()
    }
  }

  #end(): void {
    this.#ended = true
    this.consumer?.onAnswered()
    if (this.#peerEnded) this.#close({ reset: false, later: true })
  }

  /** `later`: the consumer may be in the middle of something, its own call perhaps. */
  #close({ reset, later }: { reset: boolean; later: boolean }): void {
    if (this.#closed) return
    this.#closed = true
    this.#unsent = []
    this.#host.onClosed(this)
    if (later) queueMicrotask(() => this.consumer?.onClose(reset))
    else this.consumer?.onClose(reset)
  }
}
