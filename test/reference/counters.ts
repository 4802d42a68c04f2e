/** The operators of bytes and counters (operators.md B.2): plain integers, 0 when they are not there. */
import { absent, type Entry, numberValue, type Row, type Rows } from './value.ts'

function counter(count: (entry: Entry) => bigint): Row {
  return { argument: 'none', make: () => (entry) => numberValue(count(entry)) }
}

/** The header counters of tunnelled TCP are not carried; those of HTTP are exact. */
const common = (field: string) => counter(({ common }) => common.big(field))
const request = (field: string) => counter(({ request }) => request.big(field))
const response = (field: string) => counter(({ response }) => response.big(field))

/** HTTP and TCP keep the same thing in different places. */
function either(inHttp: (entry: Entry) => bigint, inTcp: (entry: Entry) => bigint): Row {
  return counter((entry) => (entry.kind === 'http' ? inHttp(entry) : inTcp(entry)))
}

export const counterRows: Rows = {
  BYTES_RECEIVED: either(
    ({ request }) => request.big('request_body_bytes'),
    ({ connection }) => connection.big('received_bytes'),
  ),
  BYTES_SENT: either(
    ({ response }) => response.big('response_body_bytes'),
    ({ connection }) => connection.big('sent_bytes'),
  ),
  REQUEST_HEADERS_BYTES: request('request_headers_bytes'),
  RESPONSE_HEADERS_BYTES: response('response_headers_bytes'),
  RESPONSE_TRAILERS_BYTES: {
    argument: 'none',
    tag: 'number',
    make: () => (entry) => (entry.kind === 'tcp' ? numberValue(0) : absent),
  },
  DOWNSTREAM_WIRE_BYTES_SENT: common('downstream_wire_bytes_sent'),
  DOWNSTREAM_WIRE_BYTES_RECEIVED: common('downstream_wire_bytes_received'),
  UPSTREAM_WIRE_BYTES_SENT: common('upstream_wire_bytes_sent'),
  UPSTREAM_WIRE_BYTES_RECEIVED: common('upstream_wire_bytes_received'),
  DOWNSTREAM_HEADER_BYTES_SENT: response('downstream_header_bytes_sent'),
  DOWNSTREAM_HEADER_BYTES_RECEIVED: request('downstream_header_bytes_received'),
  UPSTREAM_HEADER_BYTES_SENT: request('upstream_header_bytes_sent'),
  UPSTREAM_HEADER_BYTES_RECEIVED: response('upstream_header_bytes_received'),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: counter(({ common }) => BigInt(common.number('upstream_request_attempt_count'))),
}
