/**
 * What gRPC over HTTP/2 asks of a request before its stream may begin, and the answers to those that do not comply. Pure: fields
 * in, verdict out.
 */
import type { ResponseFields } from '../http2/hpack-encoder.ts'
import type { RequestFields } from '../http2/request-fields.ts'
import { acceptEncoding, isMessageEncoding, type MessageEncoding } from './inflate.ts'
import { encodeStatusMessage, type GrpcStatus, grpcStatus } from './status.ts'
import type { UnaryMethod } from './unary.ts'

/** v2 messages are wire-compatible subsets of v3, so both paths lead to one reader. */
const paths: ReadonlySet<string> = new Set([
  '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs',
  '/envoy.service.accesslog.v2.AccessLogService/StreamAccessLogs',
])

/** Methods beside the service's own, by their paths. */
export type UnaryMethods = ReadonlyMap<string, UnaryMethod>

/**
 * Either how the messages of the call are encoded, and whose call it is (null: a stream of access logs); or the fields that refuse it
 * (no body follows).
 */
export type Verdict =
  | { readonly encoding: MessageEncoding; readonly method: UnaryMethod | null }
  | { readonly refusal: ResponseFields }

export function judgeRequest(fields: RequestFields, methods: UnaryMethods): Verdict {
  if (fields.get(':method') !== 'POST') return { refusal: { ':status': '405', allow: 'POST' } }
  if (!isGrpc(fields.get('content-type'))) return { refusal: { ':status': '415' } }
  const path = fields.get(':path') ?? ''
  const method = paths.has(path) ? null : methods.get(path)
  if (method === undefined) return refuse(grpcStatus.unimplemented, `unknown method ${path}`)
  const encoding = fields.get('grpc-encoding') ?? 'identity'
  if (isMessageEncoding(encoding)) return { encoding, method }
  const refusal = refusalFields(grpcStatus.unimplemented, `grpc-encoding ${encoding} is not supported`)
  return { refusal: { ...refusal, 'grpc-accept-encoding': acceptEncoding } }
}

/** The fields of a response without messages ("trailers-only"). */
export function refusalFields(status: GrpcStatus, message: string): ResponseFields {
  return {
    ':status': '200',
    'content-type': 'application/grpc',
    'grpc-status': String(status),
    'grpc-message': encodeStatusMessage(message),
  }
}

function refuse(status: GrpcStatus, message: string): Verdict {
  return { refusal: refusalFields(status, message) }
}

/** `application/grpc` or `application/grpc+proto`; parameters do not matter. */
function isGrpc(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return type === 'application/grpc' || type === 'application/grpc+proto'
}
