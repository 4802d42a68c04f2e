/**
 * Frames of HTTP/2 (RFC 9113, sections 4 and 6), and how ours are written. Reading them is `frame-reader.ts`.
 *
 *     0          3       4        5              9
 *     | length   | type  | flags  | stream id    | payload (length bytes)
 *       24 bits    8       8        1 bit reserved, 31 bits, big-endian
 */
import { frameBytesMax } from '../limits.ts'
import { type ErrorName, errorCodes } from './error-codes.ts'

export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

/** A bit may mean different things in different types. */
export const frameFlag = { endStream: 0x1, acknowledged: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const

export const settingId = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const

/** What a client says first; its SETTINGS follow. */
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export const frameHeadBytes = 9

/** The payload is copied. */
export function frameOf(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const frame = headOf(type, flags, streamId, payload.length)
  frame.set(payload, frameHeadBytes)
  return frame
}

/** `settings`: pairs of identifier (16 bits) and value (32 bits). */
export function settingsFrame(settings: readonly (readonly [number, number])[]): Buffer {
  const frame = headOf(frameType.settings, 0, 0, settings.length * 6)
  for (const [i, [id, value]] of settings.entries()) {
    frame.writeUInt16BE(id, frameHeadBytes + i * 6)
    frame.writeUInt32BE(value, frameHeadBytes + i * 6 + 2)
  }
  return frame
}

/** The acknowledgement of SETTINGS; shared, so it must not be changed. */
export const settingsAcknowledged = frameOf(frameType.settings, frameFlag.acknowledged, 0, new Uint8Array())

/** `payload`: 8 bytes. */
export function pingFrame(flags: number, payload: Uint8Array): Buffer {
  return frameOf(frameType.ping, flags, 0, payload)
}

/** Stream 0 stands for the connection. */
export function windowUpdateFrame(streamId: number, increment: number): Buffer {
  const frame = headOf(frameType.windowUpdate, 0, streamId, 4)
  frame.writeUInt32BE(increment, frameHeadBytes)
  return frame
}

export function resetStreamFrame(streamId: number, error: ErrorName): Buffer {
  const frame = headOf(frameType.resetStream, 0, streamId, 4)
  frame.writeUInt32BE(errorCodes[error], frameHeadBytes)
  return frame
}

/** `lastStreamId`: the peer may be sure that nothing was done for streams above it. `debug`: ASCII, for people. */
export function goAwayFrame(lastStreamId: number, error: ErrorName, debug: string): Buffer {
  const frame = headOf(frameType.goAway, 0, 0, 8 + debug.length)
  frame.writeUInt32BE(lastStreamId, frameHeadBytes)
  frame.writeUInt32BE(errorCodes[error], frameHeadBytes + 4)
  frame.write(debug, frameHeadBytes + 8, 'latin1')
  return frame
}

/** A field block as HEADERS and, where it is longer than every peer takes, CONTINUATION frames side by side. */
export function headersFrames(streamId: number, block: Uint8Array, options: { readonly endStream: boolean }): Buffer {
  const frames: Buffer[] = []
  for (let at = 0; at === 0 || at < block.length; at += frameBytesMax) {
    const piece = block.subarray(at, at + frameBytesMax)
    const first = at === 0
    const flags =
      (first && options.endStream ? frameFlag.endStream : 0) |
      (at + piece.length === block.length ? frameFlag.endHeaders : 0)
    frames.push(frameOf(first ? frameType.headers : frameType.continuation, flags, streamId, piece))
  }
  return frames.length === 1 ? frames[0]! : Buffer.concat(frames)
}

function headOf(type: number, flags: number, streamId: number, payloadBytes: number): Buffer {
  const frame = Buffer.allocUnsafe(frameHeadBytes + payloadBytes)
  frame.writeUIntBE(payloadBytes, 0, 3)
  frame[3] = type
  frame[4] = flags
  frame.writeUInt32BE(streamId, 5)
  return frame
}
