/**
 * HTTP/2's error codes (RFC 9113, section 7), and the error that ends a connection. Faults that cost one stream only are not thrown:
 * they become a RST_STREAM where they are found.
 */
import { WireError } from '../errors.ts'

/** By name, with the number as on the wire. */
export const errorCodes = {
  no_error: 0x0,
  protocol_error: 0x1,
  internal_error: 0x2,
  flow_control_error: 0x3,
  settings_timeout: 0x4,
  stream_closed: 0x5,
  frame_size_error: 0x6,
  refused_stream: 0x7,
  cancel: 0x8,
  compression_error: 0x9,
  connect_error: 0xa,
  enhance_your_calm: 0xb,
  inadequate_security: 0xc,
  http_1_1_required: 0xd,
} as const

export type ErrorName = keyof typeof errorCodes

/** The peer broke the rules of the connection, which ends with a GOAWAY that carries `error` by number and `message` as debug data. */
export class Http2Error extends WireError {
  readonly error: ErrorName

  /** `message`: fixed ASCII text, since it travels to the peer. */
  constructor(error: ErrorName, message: string) {
    super(`http2_${error}`, message)
    this.error = error
  }
}
