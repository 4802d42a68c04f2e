/**
 * A field block from the HEADERS frame that begins it and the CONTINUATION frames that go on with it. Between them no other frame may
 * come, and what they may hold together is bounded. A block in one frame is not copied.
 *
 *     HEADERS payload := [pad length (1 byte), if PADDED]  [priority (5 bytes), if PRIORITY]  block  padding
 */
import { continuationFramesMax, headerBlockBytesMax } from '../limits.ts'
import { Http2Error } from './error-codes.ts'
import { frameFlag, frameType } from './frame.ts'
import type { FrameHead } from './frame-reader.ts'

const priorityBytes = 5

export class HeaderBlock {
  /** Of the block that is open, or of the last one. */
  streamId = 0
  endStream = false
  #open = false
  #pieces: Buffer[] = []
  #bytes = 0

  /** Whether CONTINUATION frames must follow. */
  get open(): boolean {
    return this.#open
  }

  /** Takes a HEADERS or CONTINUATION frame. Returns the block when it is whole; `payload` is borrowed, and so may be the block. */
  take({ type, flags, streamId }: FrameHead, payload: Buffer): Buffer | null {
    const ends = (flags & frameFlag.endHeaders) !== 0
    let piece = payload
    if (type === frameType.headers) {
      this.streamId = streamId
      this.endStream = (flags & frameFlag.endStream) !== 0
      piece = unwrap(flags, payload)
      if (ends) return piece
      this.#open = true
    }
    this.#bytes += piece.length
    if (this.#bytes > headerBlockBytesMax || this.#pieces.length > continuationFramesMax) {
      throw new Http2Error('enhance_your_calm', 'a field block that does not end')
    }
    this.#pieces.push(Buffer.from(piece))
    return ends ? this.#close() : null
  }

  #close(): Buffer {
    const block = Buffer.concat(this.#pieces)
    this.#open = false
    this.#pieces = []
    this.#bytes = 0
    return block
  }
}

/** Without padding and priority, which nobody here asks for. */
function unwrap(flags: number, payload: Buffer): Buffer {
  const padded = (flags & frameFlag.padded) !== 0
  const from = (padded ? 1 : 0) + ((flags & frameFlag.priority) !== 0 ? priorityBytes : 0)
  if (payload.length < from) throw new Http2Error('frame_size_error', 'HEADERS too short for its flags')
  const padding = padded ? payload[0]! : 0
  if (padding > payload.length - from) throw new Http2Error('protocol_error', 'more padding than there is payload')
  return payload.subarray(from, payload.length - padding)
}
