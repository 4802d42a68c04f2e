/**
 * Bytes in, frames out. Reads may cut a frame anywhere: a head is collected in nine bytes, a control frame in a buffer of its length,
 * and DATA is handed on in the pieces in which it comes, without being copied. Between two frames nothing is held.
 *
 * Padding of DATA is taken off here, for it may be cut like the rest; HEADERS are unpadded in `header-block.ts`.
 *
 *     DATA payload := [pad length (1 byte), if PADDED]  data  padding (pad length bytes)
 */
import { Http2Error } from './error-codes.ts'
import { frameFlag, frameHeadBytes, frameType, preface } from './frame.ts'

/** The head of the current frame. */
export interface FrameHead {
  /** Of the payload, in bytes; padding included. */
  readonly length: number
  readonly type: number
  readonly flags: number
  readonly streamId: number
}

/** What is told of a connection's frames, in order. Whatever it throws comes out of `read`. */
export interface FrameHandler {
  /** Before any payload. Throws when the frame may not be here or has a length that its type cannot have. */
  onHead(head: FrameHead): void
  /** Data of the current DATA frame; borrowed for the call. There may be many of these, or none. */
  onData(data: Uint8Array): void
  /** The current DATA frame is over. */
  onDataEnd(head: FrameHead): void
  /** Any other frame that HTTP/2 defines, with its whole payload; borrowed for the call. Unknown types are skipped. */
  onFrame(head: FrameHead, payload: Buffer): void
}

const nothing = Buffer.alloc(0)

export class FrameReader implements FrameHead {
  length = 0
  type = 0
  flags = 0
  streamId = 0
  readonly #handler: FrameHandler
  #prefaceSeen = 0
  /** Bytes of the head so far; `#inPayload` once it is whole. */
  #headSeen = 0
  /** A head that was cut; made when first needed. */
  #head: Buffer | null = null
  #inPayload = false
  /** Payload bytes to come. */
  #left = 0
  /** Padding at the end of what is left, known when `#padLengthDue` is false. */
  #padding = 0
  #padLengthDue = false
  /** The begin of a control frame whose end has not come yet. */
  #collected: Buffer | null = null
  #stopped = false

  constructor(handler: FrameHandler) {
    this.#handler = handler
  }

  /** Nothing is read after this, not even the rest of the bytes at hand. */
  stop(): void {
    this.#stopped = true
    this.#collected = null
  }

  /** Reads `bytes` up to `end`; they are borrowed for the call. Throws Http2Error when they are not HTTP/2. */
  read(bytes: Buffer, end: number): void {
    let at = this.#prefaceSeen < preface.length ? this.#readPreface(bytes, end) : 0
    while (at < end && !this.#stopped) {
      if (this.#inPayload) at = this.#readPayload(bytes, at, end)
      else {
        at = this.#readHead(bytes, at, end)
        if (this.#inPayload) this.#begin()
      }
    }
  }

  #readPreface(bytes: Buffer, end: number): number {
    let at = 0
    while (at < end && this.#prefaceSeen < preface.length) {
      if (bytes[at++] !== preface[this.#prefaceSeen++]) throw new Http2Error('protocol_error', 'this is not HTTP/2')
    }
    return at
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    if (this.#headSeen === 0 && end - at >= frameHeadBytes) {
      this.#take(bytes, at)
      return at + frameHeadBytes
    }
    this.#head ??= Buffer.alloc(frameHeadBytes)
    while (at < end && this.#headSeen < frameHeadBytes) this.#head[this.#headSeen++] = bytes[at++]!
    if (this.#headSeen === frameHeadBytes) this.#take(this.#head, 0)
    return at
  }

  #take(head: Buffer, at: number): void {
    this.length = (head[at]! << 16) | (head[at + 1]! << 8) | head[at + 2]!
    this.type = head[at + 3]!
    this.flags = head[at + 4]!
    this.streamId = ((head[at + 5]! & 0x7f) << 24) | (head[at + 6]! << 16) | (head[at + 7]! << 8) | head[at + 8]!
    this.#headSeen = 0
    this.#inPayload = true
  }

  #begin(): void {
    this.#left = this.length
    this.#padding = 0
    this.#padLengthDue = this.type === frameType.data && (this.flags & frameFlag.padded) !== 0
    this.#handler.onHead(this)
    if (this.#stopped) return
    if (this.#padLengthDue && this.length === 0)
      throw new Http2Error('frame_size_error', 'padded DATA without a length')
    if (this.#left > 0) return
    if (this.type === frameType.data) this.#end()
    else this.#endWith(nothing)
  }

  #readPayload(bytes: Buffer, at: number, end: number): number {
    if (this.type === frameType.data) return this.#readData(bytes, at, end)
    const count = Math.min(this.#left, end - at)
    this.#left -= count
    if (this.type > frameType.continuation) {
      if (this.#left === 0) this.#inPayload = false
    } else if (this.#left === 0 && this.#collected === null) this.#endWith(bytes.subarray(at, at + count))
    else {
      this.#collected ??= Buffer.allocUnsafe(this.length)
      bytes.copy(this.#collected, this.length - this.#left - count, at, at + count)
      if (this.#left === 0) this.#endWith(this.#collected)
    }
    return at + count
  }

  #readData(bytes: Buffer, at: number, end: number): number {
    if (this.#padLengthDue) {
      this.#padLengthDue = false
      this.#padding = bytes[at++]!
      if (this.#padding >= this.length) throw new Http2Error('protocol_error', 'more padding than there is payload')
      this.#left--
    }
    const count = Math.min(this.#left - this.#padding, end - at)
    if (count > 0) {
      this.#left -= count
      this.#handler.onData(new Uint8Array(bytes.buffer, bytes.byteOffset + at, count))
      at += count
    }
    // Only padding is left.
    if (this.#left === this.#padding) {
      const skipped = Math.min(this.#left, end - at)
      this.#left -= skipped
      this.#padding -= skipped
      at += skipped
      if (this.#left === 0) this.#end()
    }
    return at
  }

  #end(): void {
    this.#inPayload = false
    this.#handler.onDataEnd(this)
  }

  #endWith(payload: Buffer): void {
    this.#inPayload = false
    this.#collected = null
    if (this.type <= frameType.continuation) this.#handler.onFrame(this, payload)
  }
}
