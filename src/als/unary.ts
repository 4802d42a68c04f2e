/**
 * What else may stand at the door: methods with one message in and one out. Such a call is told when it comes who is asking, brings its
 * message, and is answered once. Whose method it is knows nothing of HTTP/2; `unary-call.ts` carries it.
 */
import type { ResponseFields } from '../http2/hpack-encoder.ts'
import type { RequestFields } from '../http2/request-fields.ts'
import type { Peer } from '../net/peer.ts'
import type { GrpcStatus } from './status.ts'

export interface UnaryMethod {
  /** `/package.Service/Method`. */
  readonly path: string
  /** A request has come, its message not yet. Never throws. */
  begin(fields: RequestFields, peer: Peer): UnaryRefusal | UnaryTask
}

/** What is to be done with the message, which is its own from now on. Never rejects. */
export type UnaryTask = (message: Buffer) => Promise<UnaryAnswer>

export type UnaryAnswer = UnaryReply | UnaryRefusal

export interface UnaryReply {
  readonly reply: Uint8Array
}

export interface UnaryRefusal {
  /** Never OK. */
  readonly status: GrpcStatus
  /** For people. */
  readonly message: string
  readonly trailers?: ResponseFields
}
