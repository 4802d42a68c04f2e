/**
 * The streams of a connection: those that are open, what is remembered of those that are not, and what they share for answering.
 *
 * A client gives its streams odd numbers that rise. What comes for a stream that is not open any more depends on how it closed: when
 * the peer had ended it, the peer breaks a rule; when we did, it was on its way, and is dropped. Both are remembered for the last
 * `closedStreamsMax` streams; of older ones, DATA is dropped and HEADERS are a fault.
 */
import { closedStreamsMax } from '../limits.ts'
import { Http2Error } from './error-codes.ts'
import { SendWindow } from './flow-control.ts'
import type { FrameWriter } from './frame-writer.ts'
import { encodeFields, noTable, type ResponseFields } from './hpack-encoder.ts'
import type { PeerSettings } from './peer-settings.ts'
import { Http2Stream, type StreamHost } from './stream.ts'

/** RFC 9113: what a peer takes until it says otherwise. */
const sendWindowBytesDefault = 65_535
const headerTableBytesDefault = 4_096

/** `ended`: by the peer, so nothing more may come. `dropped`: by us. */
type Memory = 'ended' | 'dropped'

export class Streams implements StreamHost {
  readonly writer: FrameWriter
  readonly sendWindow = new SendWindow(sendWindowBytesDefault)
  readonly #open = new Map<number, Http2Stream>()
  /** Those whose data waits for a window. */
  readonly #blocked = new Set<Http2Stream>()
  /** Oldest first. */
  readonly #closed = new Map<number, Memory>()
  #lastId = 0
  #initialWindowBytes = sendWindowBytesDefault
  #noTable: 'needless' | 'due' | 'told' = 'needless'

  constructor(writer: FrameWriter) {
    this.writer = writer
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size
  }

  /** The highest number that the peer has used; 0: none. */
  get lastId(): number {
    return this.#lastId
  }

  /** Undefined when it is not open. */
  get(id: number): Http2Stream | undefined {
    return this.#open.get(id)
  }

  /** Throws Http2Error when the peer has not opened this stream yet, and could not or should not have. */
  judgeOpened(id: number): void {
    if (id % 2 === 0 || id > this.#lastId) throw new Http2Error('protocol_error', 'a frame on a stream that is idle')
  }

  /** For a frame on a stream that is not open, but was. Throws Http2Error when the peer had ended it. */
  judgeLate(id: number): void {
    if (this.#closed.get(id) === 'ended') throw new Http2Error('stream_closed', 'a frame on a stream that has ended')
  }

  /** Whether we closed it, a short while ago, and the peer has not ended it since. */
  wasDropped(id: number): boolean {
    return this.#closed.get(id) === 'dropped'
  }

  /** The peer ends a stream that we closed before. */
  endLate(id: number): void {
    if (this.wasDropped(id)) this.#closed.set(id, 'ended')
  }

  /** The peer begins stream `id`. Throws Http2Error when the number is not above the last. */
  begin(id: number): void {
    if (id % 2 === 0 || id <= this.#lastId)
      throw new Http2Error('protocol_error', 'stream numbers must be odd and rise')
    this.#lastId = id
  }

  open(id: number, request: { readonly nowMs: number; readonly peerEnded: boolean }): Http2Stream {
    const stream = new Http2Stream(this, { id, ...request, sendWindowBytes: this.#initialWindowBytes })
    this.#open.set(id, stream)
    return stream
  }

  /** A stream that closed, or did not open at all. */
  remember(id: number, how: Memory): void {
    this.#closed.set(id, how)
    if (this.#closed.size <= closedStreamsMax) return
    for (const oldest of this.#closed.keys()) {
      this.#closed.delete(oldest)
      return
    }
  }

  onClosed(stream: Http2Stream): void {
    this.#open.delete(stream.id)
    this.#blocked.delete(stream)
    this.remember(stream.id, stream.peerEnded ? 'ended' : 'dropped')
  }

  onBlocked(stream: Http2Stream): void {
    this.#blocked.add(stream)
  }

  encode(fields: ResponseFields): Uint8Array {
    const block = encodeFields(fields)
    if (this.#noTable !== 'due') return block
    this.#noTable = 'told'
    return Buffer.concat([noTable, block])
  }

  /** Throws Http2Error when a window becomes too large. */
  apply({ headerTableSize, initialWindowSize }: PeerSettings): void {
    const smaller = headerTableSize !== undefined && headerTableSize < headerTableBytesDefault
    if (smaller && this.#noTable === 'needless') this.#noTable = 'due'
    if (initialWindowSize === undefined) return
    const difference = initialWindowSize - this.#initialWindowBytes
    this.#initialWindowBytes = initialWindowSize
    for (const stream of this.#open.values()) {
      if (!stream.widen(difference)) throw new Http2Error('flow_control_error', 'a window that is too large')
    }
    this.#pump()
  }

  /** The connection's own window for sending is wider. Throws Http2Error when it becomes too large. */
  widen(bytes: number): void {
    if (!this.sendWindow.widen(bytes)) throw new Http2Error('flow_control_error', 'a window that is too large')
    this.#pump()
  }

  /** The connection is gone. */
  abandon(): void {
    for (const stream of [...this.#open.values()]) stream.abandon()
  }

  #pump(): void {
    const waiting = [...this.#blocked]
    this.#blocked.clear()
    for (const stream of waiting) stream.pump()
  }
}
