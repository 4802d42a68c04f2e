/** Which frames may come on which stream, and how long they must be (RFC 9113, section 6). Lengths of HEADERS and DATA depend on more. */
import { frameBytesMax } from '../limits.ts'
import { Http2Error } from './error-codes.ts'
import { frameFlag, frameType } from './frame.ts'
import type { FrameHead } from './frame-reader.ts'

interface FrameRule {
  /** Stream 0 stands for the connection. */
  readonly about: 'connection' | 'stream' | 'either'
  readonly fits: (length: number) => boolean
}

const anyLength = (): boolean => true
const exactly = (bytes: number) => (length: number) => length === bytes

const rules: Readonly<Record<number, FrameRule>> = {
  [frameType.data]: { about: 'stream', fits: anyLength },
  [frameType.headers]: { about: 'stream', fits: anyLength },
  [frameType.priority]: { about: 'stream', fits: exactly(5) },
  [frameType.resetStream]: { about: 'stream', fits: exactly(4) },
  [frameType.settings]: { about: 'connection', fits: (length) => length % 6 === 0 },
  [frameType.ping]: { about: 'connection', fits: exactly(8) },
  [frameType.goAway]: { about: 'connection', fits: (length) => length >= 8 },
  [frameType.windowUpdate]: { about: 'either', fits: exactly(4) },
  [frameType.continuation]: { about: 'stream', fits: anyLength },
}

/** Throws Http2Error when a frame breaks the rules of its type. Frames of unknown types only have to be short enough. */
export function judgeHead({ type, flags, streamId, length }: FrameHead): void {
  if (length > frameBytesMax) throw new Http2Error('frame_size_error', 'a frame longer than MAX_FRAME_SIZE')
  if (type === frameType.pushPromise) throw new Http2Error('protocol_error', 'a client does not push')
  const rule = rules[type]
  if (rule === undefined) return
  if (rule.about === (streamId === 0 ? 'stream' : 'connection')) {
    throw new Http2Error('protocol_error', 'a frame on a stream where it may not be')
  }
  const acknowledges = type === frameType.settings && (flags & frameFlag.acknowledged) !== 0
  if (!rule.fits(length) || (acknowledges && length > 0)) {
    throw new Http2Error('frame_size_error', 'a frame of the wrong length')
  }
}
