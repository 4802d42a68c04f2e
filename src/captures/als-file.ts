/**
 * Reads `.als` captures: the frames of one gRPC stream (see `frame.ts`), recorded as sent.
 */
import { unzipSync } from 'node:zlib'
import { WireError } from '../errors.ts'
import { messageBytesMaxDefault } from '../limits.ts'
import { FileReader } from './file-reader.ts'
import { frameHeaderBytes, readFrameHeader } from './frame.ts'

export interface CaptureOptions {
  /** Largest message taken, in bytes, before and after inflation. Default: `limits.messageBytesMaxDefault`. */
  readonly messageBytesMax?: number
}

/**
 * The messages of the capture at `path`, in order; each is the caller's own. The file is open while the iteration lasts.
 *
 * A compressed message is inflated; a capture does not tell the encoding of its stream, but gzip and deflate tell themselves.
 * Throws WireError naming the file and the offset of the frame: `capture_torn` (the file ends inside a frame), `message_too_large`,
 * `capture_flag` (not a capture, or damaged), `capture_compression`. What came before was given already. File errors pass through.
 */
export function* readAlsFile(path: string, options: CaptureOptions = {}): Generator<Uint8Array, void, undefined> {
  const messageBytesMax = options.messageBytesMax ?? messageBytesMaxDefault
  const file = new FileReader(path)
  try {
    for (;;) {
      const place: FramePlace = { path, offset: file.offset }
      const header = file.take(frameHeaderBytes)
      if (header.length === 0) return
      if (header.length < frameHeaderBytes) throw torn(place, frameHeaderBytes, header.length, 'header')
      const { flag, length } = readFrameHeader(header)
      if (flag > 1)
        throw fault(place, 'capture_flag', `the flag byte is ${flag}; gRPC knows 0 and 1. Is this a capture?`)
      if (length > messageBytesMax) throw tooLarge(place, `of ${length} bytes`, messageBytesMax)
      const message = file.take(length)
      if (message.length < length) throw torn(place, length, message.length, 'message')
      yield flag === 1 ? inflate(message, place, messageBytesMax) : message
    }
  } finally {
    file.close()
  }
}

interface FramePlace {
  readonly path: string
  /** Of the frame's first byte. */
  readonly offset: number
}

function inflate(message: Uint8Array, place: FramePlace, bytesMax: number): Uint8Array {
  try {
    return unzipSync(message, { maxOutputLength: bytesMax })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(place, 'that inflates', bytesMax)
    const what = `the message is compressed, but neither as gzip nor as deflate (${(cause as Error).message}).`
    throw fault(place, 'capture_compression', `${what} Record the stream without compression.`, { cause })
  }
}

function torn(place: FramePlace, wanted: number, found: number, part: 'header' | 'message'): WireError {
  const what = `the file ends inside a frame: its ${part} should have ${wanted} bytes and has ${found}.`
  return fault(place, 'capture_torn', `${what} All before this offset is whole.`)
}

function tooLarge(place: FramePlace, size: string, bytesMax: number): WireError {
  return fault(place, 'message_too_large', `a message ${size} is above the limit of ${bytesMax} bytes.`)
}

function fault(place: FramePlace, code: string, what: string, options?: ErrorOptions): WireError {
  return new WireError(code, `${place.path}, offset ${place.offset}: ${what}`, options)
}
