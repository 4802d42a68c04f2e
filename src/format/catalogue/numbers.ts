/** Catalogue rows for counters of bytes and attempts: numbers that are never absent. */
import {
  both,
  httpOnly,
  inNoEntry,
  notCarried,
  type Operator,
  type OperatorSources,
  plainOperator,
} from '../operator.ts'
import type { FieldPath, Source } from '../source.ts'

const zero: Source = { kind: 'constant', text: '0', type: 'number' }

const uint = (field: FieldPath): Source => ({ kind: 'uint', field })
/** TCP entries have no such count; Envoy prints 0. */
const httpCount = (field: FieldPath): OperatorSources => ({ ...httpOnly(uint(field)), tcp: zero })

/** A number that Envoy has and no entry: absent here, never a made-up 0. */
const elsewhere = (name: string, meaning: string, gives: string): Operator =>
  plainOperator(name, meaning, gives, notCarried('number'), inNoEntry)

export const numberOperators: readonly Operator[] = [
  plainOperator(
    'BYTES_RECEIVED',
    'Bytes of the request body, or received from the downstream on a TCP connection',
    '234',
    {
      http: uint('request.request_body_bytes'),
      tcp: uint('connection_properties.received_bytes'),
    },
  ),
  plainOperator('BYTES_SENT', 'Bytes of the response body, or sent to the downstream on a TCP connection', '567', {
    http: uint('response.response_body_bytes'),
    tcp: uint('connection_properties.sent_bytes'),
  }),
  plainOperator(
    'REQUEST_HEADERS_BYTES',
    'Uncompressed bytes of the request headers',
    '310',
    httpCount('request.request_headers_bytes'),
  ),
  plainOperator(
    'RESPONSE_HEADERS_BYTES',
    'Uncompressed bytes of the response headers',
    '180',
    httpCount('response.response_headers_bytes'),
  ),
  plainOperator(
    'DOWNSTREAM_WIRE_BYTES_SENT',
    'Bytes on the wire to the downstream, protocol overhead included',
    '812',
    both(uint('common_properties.downstream_wire_bytes_sent')),
  ),
  plainOperator(
    'DOWNSTREAM_WIRE_BYTES_RECEIVED',
    'Bytes on the wire from the downstream, protocol overhead included',
    '640',
    both(uint('common_properties.downstream_wire_bytes_received')),
  ),
  plainOperator(
    'UPSTREAM_WIRE_BYTES_SENT',
    'Bytes on the wire to the upstream, protocol overhead included',
    '655',
    both(uint('common_properties.upstream_wire_bytes_sent')),
  ),
  plainOperator(
    'UPSTREAM_WIRE_BYTES_RECEIVED',
    'Bytes on the wire from the upstream, protocol overhead included',
    '830',
    both(uint('common_properties.upstream_wire_bytes_received')),
  ),
  plainOperator(
    'DOWNSTREAM_HEADER_BYTES_SENT',
    'Header bytes on the wire to the downstream',
    '190',
    httpCount('response.downstream_header_bytes_sent'),
  ),
  plainOperator(
    'DOWNSTREAM_HEADER_BYTES_RECEIVED',
    'Header bytes on the wire from the downstream',
    '330',
    httpCount('request.downstream_header_bytes_received'),
  ),
  plainOperator(
    'UPSTREAM_HEADER_BYTES_SENT',
    'Header bytes on the wire to the upstream',
    '345',
    httpCount('request.upstream_header_bytes_sent'),
  ),
  plainOperator(
    'UPSTREAM_HEADER_BYTES_RECEIVED',
    'Header bytes on the wire from the upstream',
    '200',
    httpCount('response.upstream_header_bytes_received'),
  ),
  plainOperator(
    'UPSTREAM_REQUEST_ATTEMPT_COUNT',
    'Attempts to reach the upstream, the first included',
    '1',
    both(uint('common_properties.upstream_request_attempt_count')),
  ),
  plainOperator(
    'RESPONSE_TRAILERS_BYTES',
    'Uncompressed bytes of the response trailers',
    '24',
    { ...notCarried('number'), tcp: zero },
    inNoEntry,
  ),
  ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) =>
    ['SENT', 'RECEIVED'].map((way) =>
      elsewhere(
        `${side}_DECOMPRESSED_HEADER_BYTES_${way}`,
        `Header bytes ${way.toLowerCase()} on the ${side.toLowerCase()} side, before compression`,
        '310',
      ),
    ),
  ),
  elsewhere('BYTES_RETRANSMITTED', 'Bytes sent again on a QUIC connection', '0'),
  elsewhere('PACKETS_RETRANSMITTED', 'Packets sent again on a QUIC connection', '0'),
  { ...elsewhere('DOWNSTREAM_CX_RTT', 'Round-trip time of a QUIC connection', '0'), since: '1.40' },
  elsewhere('CONNECTION_ID', "The proxy's number of the downstream connection", '17'),
  elsewhere('UPSTREAM_CONNECTION_ID', "The proxy's number of the upstream connection", '23'),
]
