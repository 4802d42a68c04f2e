/**
 * What the frames of a peer do: the judge of a connection. Faults of the connection are thrown; a fault of one stream resets that
 * stream. Everything here happens while bytes are being read.
 */
import { sessionWindowBytes, streamsPerConnectionMax } from '../limits.ts'
import { type ErrorName, Http2Error } from './error-codes.ts'
import { FloodGuard } from './flood-guard.ts'
import { Credit } from './flow-control.ts'
import { frameFlag, frameType, pingFrame, resetStreamFrame, settingsAcknowledged, windowUpdateFrame } from './frame.ts'
import type { FrameHandler, FrameHead } from './frame-reader.ts'
import { judgeHead } from './frame-rules.ts'
import { HeaderBlock } from './header-block.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { readSettings } from './peer-settings.ts'
import { FieldCollector, type RequestFields } from './request-fields.ts'
import type { Http2Stream } from './stream.ts'
import type { Streams } from './streams.ts'

export interface IncomingOptions {
  readonly streams: Streams
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A request has come; its data follows, to the consumer that is given to the stream now. */
  readonly onStream: (stream: Http2Stream, fields: RequestFields) => void
  /** The peer's first SETTINGS: it speaks HTTP/2. */
  readonly onSettled: () => void
  /** The peer has acknowledged a PING; borrowed for the call. */
  readonly onPong: (payload: Buffer) => void
}

export class Incoming implements FrameHandler {
  /** No stream is opened any more; set when we say GOAWAY. */
  closing = false
  readonly #options: IncomingOptions
  readonly #streams: Streams
  readonly #guard: FloodGuard
  readonly #credit = new Credit(sessionWindowBytes)
  readonly #block = new HeaderBlock()
  readonly #decoder = new HpackDecoder()
  #settled = false
  /** Where the current DATA frame goes; null: it is dropped. */
  #receiver: Http2Stream | null = null
  #dataSeen = false

  constructor(options: IncomingOptions) {
    this.#options = options
    this.#streams = options.streams
    this.#guard = new FloodGuard(options.now)
  }

  onHead(head: FrameHead): void {
    const { type, flags, streamId } = head
    judgeHead(head)
    if (!this.#settled && (type !== frameType.settings || (flags & frameFlag.acknowledged) !== 0)) {
      throw new Http2Error('protocol_error', 'the first frame is not SETTINGS')
    }
    const continues = type === frameType.continuation
    if (this.#block.open !== continues || (continues && this.#block.streamId !== streamId)) {
      throw new Http2Error('protocol_error', 'a field block is not continued, or what is continued is none')
    }
    if (type === frameType.data) this.#beginData(head)
    else if (type !== frameType.headers) this.#guard.countControlFrame()
  }

  onData(data: Uint8Array): void {
    this.#dataSeen = true
    const receiver = this.#receiver
    if (receiver !== null && !receiver.closed) receiver.consumer?.onData(data)
  }

  onDataEnd({ flags, length }: FrameHead): void {
    const ends = (flags & frameFlag.endStream) !== 0
    if (!this.#dataSeen && !ends) this.#guard.countControlFrame()
    const receiver = this.#receiver
    this.#receiver = null
    if (receiver === null || receiver.closed) return
    receiver.release(length)
    if (ends) receiver.endPeer()
  }

  onFrame(head: FrameHead, payload: Buffer): void {
    switch (head.type) {
      case frameType.headers:
      case frameType.continuation: {
        const block = this.#block.take(head, payload)
        if (block !== null) this.#readBlock(block)
        return
      }
      case frameType.resetStream:
        this.#resetByPeer(head.streamId)
        return
      case frameType.settings:
        if ((head.flags & frameFlag.acknowledged) === 0) this.#readSettings(payload)
        return
      case frameType.ping:
        if ((head.flags & frameFlag.acknowledged) !== 0) this.#options.onPong(payload)
        else this.#streams.writer.write(pingFrame(frameFlag.acknowledged, payload))
        return
      case frameType.windowUpdate:
        this.#widen(head.streamId, payload.readUInt32BE(0) & 0x7fffffff)
        return
      default:
      // PRIORITY is advice that we do not take. GOAWAY: the peer wants no streams of ours, and we open none.
    }
  }

  /**
   * Padding counts as well. The connection's credit is given back at once, for a paused stream is held by its own window; so the
   * connection's window never runs out, and there is nothing to judge.
   */
  #beginData({ flags, streamId, length }: FrameHead): void {
    this.#dataSeen = false
    const credit = this.#credit.add(length)
    if (credit > 0) this.#streams.writer.write(windowUpdateFrame(0, credit))
    const stream = this.#streams.get(streamId)
    if (stream === undefined) {
      this.#streams.judgeOpened(streamId)
      this.#streams.judgeLate(streamId)
      if ((flags & frameFlag.endStream) !== 0) this.#streams.endLate(streamId)
    } else if (stream.peerEnded) this.#fault(stream, 'stream_closed')
    else if (!stream.admit(length)) this.#fault(stream, 'flow_control_error')
    else this.#receiver = stream
  }

  /** Every block is decoded, for the sake of the table, whatever becomes of its stream. */
  #readBlock(block: Buffer): void {
    const { streamId, endStream } = this.#block
    const collector = new FieldCollector()
    this.#decoder.decode(block, collector.add)
    const stream = this.#streams.get(streamId)
    if (stream !== undefined) this.#readTrailers(stream, collector)
    else if (streamId % 2 === 1 && streamId <= this.#streams.lastId) this.#dropTrailers(streamId)
    else this.#open(streamId, endStream, collector)
  }

  #open(id: number, endStream: boolean, collector: FieldCollector): void {
    this.#streams.begin(id)
    const { now, onStream } = this.#options
    const verdict = collector.request
    const room = !this.closing && this.#streams.size < streamsPerConnectionMax
    if (verdict === 'malformed' || !room) {
      this.#streams.remember(id, endStream ? 'ended' : 'dropped')
      this.#streams.writer.write(resetStreamFrame(id, room ? 'protocol_error' : 'refused_stream'))
      if (room) this.#guard.countReset(now())
      else this.#guard.countControlFrame()
      return
    }
    const stream = this.#streams.open(id, { nowMs: now(), peerEnded: endStream })
    if (verdict === 'good') onStream(stream, collector.fields)
    else stream.respond({ ':status': '431' }, { endStream: true })
    if (verdict !== 'good') stream.reset('no_error')
    if (endStream) stream.endPeer()
  }

  #readTrailers(stream: Http2Stream, collector: FieldCollector): void {
    if (stream.peerEnded) this.#fault(stream, 'stream_closed')
    else if (!this.#block.endStream || collector.trailers === 'malformed') this.#fault(stream, 'protocol_error')
    else stream.endPeer()
  }

  #dropTrailers(id: number): void {
    this.#streams.judgeLate(id)
    if (!this.#streams.wasDropped(id)) throw new Http2Error('protocol_error', 'stream numbers must be odd and rise')
    if (this.#block.endStream) this.#streams.endLate(id)
  }

  #resetByPeer(id: number): void {
    const stream = this.#streams.get(id)
    if (stream === undefined) {
      this.#streams.judgeOpened(id)
      this.#streams.endLate(id)
      return
    }
    stream.resetByPeer()
    if (!stream.answered) this.#guard.countReset(stream.openedAtMs)
  }

  #readSettings(payload: Buffer): void {
    const settings = readSettings(payload)
    // Data that a wider window sets free comes behind it.
    this.#streams.writer.write(settingsAcknowledged)
    this.#streams.apply(settings)
    if (this.#settled) return
    this.#settled = true
    this.#options.onSettled()
  }

  #widen(id: number, bytes: number): void {
    const stream = this.#streams.get(id)
    if (id === 0 && bytes > 0) this.#streams.widen(bytes)
    else if (id === 0) throw new Http2Error('protocol_error', 'a WINDOW_UPDATE by nothing')
    else if (stream === undefined) this.#streams.judgeOpened(id)
    else if (bytes === 0) this.#fault(stream, 'protocol_error')
    else if (!stream.widen(bytes)) this.#fault(stream, 'flow_control_error')
    else stream.pump()
  }

  /** The peer broke a rule on a stream: this costs the stream alone. */
  #fault(stream: Http2Stream, error: ErrorName): void {
    stream.reset(error)
    if (!stream.answered) this.#guard.countReset(stream.openedAtMs)
  }
}
