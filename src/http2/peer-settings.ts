/** The payload of the peer's SETTINGS (RFC 9113, section 6.5.2): pairs of identifier (16 bits) and value (32 bits), judged as it says. */
import { frameBytesMax } from '../limits.ts'
import { Http2Error } from './error-codes.ts'
import { windowBytesMax } from './flow-control.ts'
import { settingId } from './frame.ts'

/**
 * Those that matter to a server that pushes nothing and whose frames are never longer than every peer takes. Undefined: not set by
 * this frame. The last of several values counts, as there is nothing between them.
 */
export interface PeerSettings {
  readonly headerTableSize: number | undefined
  readonly initialWindowSize: number | undefined
}

const longestFrame = 2 ** 24 - 1

/** Throws Http2Error when a value is not allowed. */
export function readSettings(payload: Buffer): PeerSettings {
  let headerTableSize: number | undefined
  let initialWindowSize: number | undefined
  for (let at = 0; at < payload.length; at += 6) {
    const value = payload.readUInt32BE(at + 2)
    switch (payload.readUInt16BE(at)) {
      case settingId.headerTableSize:
        // The smallest counts: our encoder has to tell once that it went so low.
        headerTableSize = Math.min(value, headerTableSize ?? value)
        break
      case settingId.enablePush:
        if (value > 1) throw new Http2Error('protocol_error', 'ENABLE_PUSH is neither 0 nor 1')
        break
      case settingId.initialWindowSize:
        if (value > windowBytesMax) throw new Http2Error('flow_control_error', 'INITIAL_WINDOW_SIZE is too large')
        initialWindowSize = value
        break
      case settingId.maxFrameSize:
        if (value < frameBytesMax || value > longestFrame) {
          throw new Http2Error('protocol_error', 'MAX_FRAME_SIZE is out of range')
        }
    }
  }
  return { headerTableSize, initialWindowSize }
}
