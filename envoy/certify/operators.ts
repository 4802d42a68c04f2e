/**
 * What the parity certificate judges: uses of every operator, by family, with the arguments that matter. Whether a version of
 * Envoy takes a use is not said here: `accepted.ts` asks Envoy.
 */

/** One operator as an operator stands in a format, without its percent signs: `REQ(X-A):5`. */
export type Use = string

/** A family is a chapter of the certificate. */
export const families: Readonly<Record<string, readonly Use[]>> = {
  Time: [
    'START_TIME',
    'START_TIME(%Y/%m/%dT%H:%M:%S%z %s %1f)',
    'START_TIME(%s.%3f)',
    'START_TIME(%FT%T.%6f)',
    'START_TIME(%E*S %9f %a %b %j)',
    'START_TIME_LOCAL',
    'START_TIME_LOCAL(%F %T.%3f %Z)',
    'EMIT_TIME',
    'EMIT_TIME(%s.%6f)',
    'EMIT_TIME_LOCAL',
    'EMIT_TIME_LOCAL(%F %T.%3f %Z)',
    ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) =>
      ['START', 'END'].flatMap((edge) => [
        `${side}_PEER_CERT_V_${edge}`,
        `${side}_PEER_CERT_V_${edge}(%b %e %H:%M:%S %Y %Z)`,
      ]),
    ),
  ],
  'Bytes and counters': [
    ...words('BYTES_RECEIVED BYTES_SENT REQUEST_HEADERS_BYTES RESPONSE_HEADERS_BYTES RESPONSE_TRAILERS_BYTES'),
    ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) =>
      ['WIRE_BYTES', 'HEADER_BYTES', 'DECOMPRESSED_HEADER_BYTES'].flatMap((what) => [
        `${side}_${what}_SENT`,
        `${side}_${what}_RECEIVED`,
      ]),
    ),
    ...words('BYTES_RETRANSMITTED PACKETS_RETRANSMITTED DOWNSTREAM_CX_RTT UPSTREAM_REQUEST_ATTEMPT_COUNT'),
  ],
  Durations: [
    ...words('DURATION REQUEST_DURATION REQUEST_TX_DURATION RESPONSE_DURATION RESPONSE_TX_DURATION'),
    ...words('ROUNDTRIP_DURATION DOWNSTREAM_HANDSHAKE_DURATION UPSTREAM_CONNECTION_POOL_READY_DURATION'),
    ...words(
      'DS_RX_BEG:DS_RX_END DS_RX_BEG:DS_RX_END:us DS_RX_BEG:DS_RX_END:ns DS_RX_END:US_TX_BEG:us US_TX_BEG:US_TX_END:us ' +
        'US_TX_END:US_RX_BEG:us US_RX_BEG:US_RX_END:us US_RX_END:DS_TX_BEG:us DS_TX_BEG:DS_TX_END:us DS_RX_BEG:DS_TX_END:ns ' +
        'DS_TX_END:DS_RX_BEG DS_RX_BEG:NO_SUCH_POINT US_CX_BEG:US_CX_END:us DS_RX_BEG:US_CX_BEG:us US_CX_END:US_HS_END:us ' +
        'US_RX_BEG:US_RX_BODY_BEG:us DS_CX_BEG:DS_CX_END:us',
    ).map((points) => `COMMON_DURATION(${points})`),
  ],
  'Request and response': [
    ...words(
      ':METHOD :PATH :PATH):6 :AUTHORITY HOST :SCHEME USER-AGENT REFERER X-FORWARDED-FOR X-REQUEST-ID X-ENVOY-ORIGINAL-PATH?:PATH',
    ).map(request),
    ...words('X-VALUE X-VALUE):10 X-VALUE):0 X-MISSING X-MISSING?X-VALUE USER-AGENT?X-VALUE):3').map(request),
    ...words('REQUEST_HEADER(X-VALUE):10 STREAM_INFO_REQ(X-VALUE)'),
    ...words(
      'RESP(:STATUS) RESP(X-VALUE) RESP(X-VALUE):3 RESP(X-MISSING?CONTENT-TYPE) RESPONSE_HEADER(CONTENT-TYPE):4',
    ),
    ...words('RESP(X-ENVOY-UPSTREAM-SERVICE-TIME) TRAILER(X-TRAILER) TRAILER(X-TRAILER):3'),
    ...words('RESPONSE_TRAILER(X-MISSING?X-TRAILER) TRAILER(GRPC-STATUS)'),
    ...words('PATH PATH(WQ) PATH(NQ) PATH(WQ:ORIG) PATH(NQ:ORIG) PATH(WQ:PATH) PATH(NQ:PATH):5 PATH(:ORIG_OR_PATH)'),
    ...words(
      'QUERY_PARAM(q) QUERY_PARAM(q):3 QUERY_PARAM(none) QUERY_PARAMS QUERY_PARAMS(ORIG):9 QUERY_PARAMS(DECODED)',
    ),
    ...words('PROTOCOL UPSTREAM_PROTOCOL RESPONSE_CODE RESPONSE_CODE_DETAILS RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)'),
    ...words('CONNECTION_TERMINATION_DETAILS GRPC_STATUS GRPC_STATUS(CAMEL_STRING) GRPC_STATUS(SNAKE_STRING)'),
    ...words('GRPC_STATUS(NUMBER) GRPC_STATUS_NUMBER LOCAL_REPLY_BODY ROUTE_NAME VIRTUAL_CLUSTER_NAME'),
    ...words('TRACE_ID SPAN_ID STREAM_ID RESPONSE_FLAGS RESPONSE_FLAGS_LONG CUSTOM_FLAGS'),
  ],
  Addresses: [
    ...words(
      'DOWNSTREAM_REMOTE DOWNSTREAM_DIRECT_REMOTE DOWNSTREAM_LOCAL DOWNSTREAM_DIRECT_LOCAL UPSTREAM_REMOTE',
    ).concat('UPSTREAM_LOCAL'),
  ].flatMap((side) => [
    ...['', '_WITHOUT_PORT', '_WITHOUT_PORT(16)', '_WITHOUT_PORT(64)', '_WITHOUT_PORT(x)', '_WITHOUT_PORT(-1)'].map(
      (form) => `${side}_ADDRESS${form}`,
    ),
    `${side}_PORT`,
  ]),
  'Upstream hosts': [
    ...words('UPSTREAM_HOST UPSTREAM_HOST_NAME UPSTREAM_HOST_NAME_WITHOUT_PORT UPSTREAM_HOSTS_ATTEMPTED'),
    ...words(
      'UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT UPSTREAM_HOST_NAMES_ATTEMPTED UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT',
    ),
    ...words(
      'UPSTREAM_CONNECTION_IDS_ATTEMPTED UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID',
    ),
    ...words('DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID UPSTREAM_CLUSTER UPSTREAM_CLUSTER_RAW'),
  ],
  TLS: [
    ...[
      '',
      ...words('SNI_ONLY SNI_FIRST HOST_FIRST SNI_FIRST:ORIG SNI_FIRST:HOST HOST_FIRST:ORIG HOST_FIRST:HOST :HOST'),
    ].map((form) => `REQUESTED_SERVER_NAME${form && `(${form})`}`),
    ...words('VERSION CIPHER SESSION_ID GROUP').flatMap((what) => [`DOWNSTREAM_TLS_${what}`, `UPSTREAM_TLS_${what}`]),
    ...['PEER', 'LOCAL'].flatMap((end) => [
      ...words('URI DNS IP EMAIL OTHERNAME').map((kind) => `DOWNSTREAM_${end}_${kind}_SAN`),
      ...words('URI DNS IP').map((kind) => `UPSTREAM_${end}_${kind}_SAN`),
    ]),
    ...words('DOWNSTREAM_PEER_SUBJECT DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_PEER_ISSUER DOWNSTREAM_PEER_FINGERPRINT_256'),
    ...words('DOWNSTREAM_PEER_FINGERPRINT_1 DOWNSTREAM_PEER_SERIAL DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256'),
    ...words(
      'DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1 DOWNSTREAM_PEER_CHAIN_SERIALS DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256',
    ),
    ...words('DOWNSTREAM_PEER_ISSUER_SERIAL DOWNSTREAM_PEER_CERT TLS_JA3_FINGERPRINT TLS_JA4_FINGERPRINT'),
    ...words('UPSTREAM_SERVER_NAME UPSTREAM_PEER_SUBJECT UPSTREAM_PEER_ISSUER UPSTREAM_PEER_CERT'),
    ...words('UPSTREAM_TRANSPORT_FAILURE_REASON DOWNSTREAM_TRANSPORT_FAILURE_REASON'),
  ],
  Metadata: [
    ...words('s s):2 n n):1 f b o o):4 o:deep o:list l e none nul')
      .map((key) => `DYNAMIC_METADATA(cert.ns:${key}`)
      .map(closed),
    ...words('cert.ns cert.none').map((namespace) => `DYNAMIC_METADATA(${namespace})`),
    ...words('s n b o l').map((key) => `METADATA(DYNAMIC:cert.ns:${key})`),
    ...words('CLUSTER ROUTE UPSTREAM_HOST LISTENER LISTENER_FILTER_CHAIN VIRTUAL_HOST').flatMap((kind) =>
      ['', ...words(':s :s):2 :n :b :o :o:deep :l :e :none')].map((path) => closed(`METADATA(${kind}:cert.ns${path}`)),
    ),
    ...words('CLUSTER UPSTREAM').flatMap((kind) =>
      ['', ...words(':s :n :b :o :o:deep :l')].map((path) => `${kind}_METADATA(cert.ns${path})`),
    ),
  ],
  'Filter state': [
    ...words(
      'fs.text fs.text:PLAIN fs.text:TYPED fs.text:PLAIN):3 fs.text:TYPED):3 fs.text:FIELD:x fs.shared fs.shared:PLAIN',
    ),
    ...words('fs.none envoy.ratelimit.hits_addend envoy.ratelimit.hits_addend:PLAIN envoy.upstream.dynamic_port'),
    ...words(
      'envoy.upstream.dynamic_host:PLAIN envoy.network.upstream_server_name envoy.network.upstream_server_name:PLAIN',
    ),
    ...words(
      'envoy.network.transport_socket.original_dst_address:PLAIN envoy.network.transport_socket.original_dst_address',
    ),
    ...words('ip port').map((field) => `envoy.network.transport_socket.original_dst_address:FIELD:${field}`),
  ]
    .map((key) => closed(`FILTER_STATE(${key}`))
    .concat(words('fs.shared fs.shared:PLAIN fs.text:PLAIN').map((key) => `UPSTREAM_FILTER_STATE(${key})`)),
  'Identity and the rest': [
    ...words('CONNECTION_ID UPSTREAM_CONNECTION_ID ACCESS_LOG_TYPE UNIQUE_ID HOSTNAME ENVIRONMENT(CERTIFY_A)'),
    ...words(
      'ENVIRONMENT(CERTIFY_B) ENVIRONMENT(CERTIFY_C):3 ENVIRONMENT(CERTIFY_MISSING) LISTENER_NAME FILTER_CHAIN_NAME',
    ),
    ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) => [`${side}_LOCAL_CLOSE_REASON`, `${side}_DETECTED_CLOSE_TYPE`]),
  ],
  'Expressions and choices': [
    ...words('CEL(request.path) CEL(request.path):5 CEL(response.code) CEL(connection.mtls)'),
    "CEL(request.headers['x-value'])",
    'CEL(response.code >= 400)',
    ...words('TYPED_CEL(request.path) TYPED_CEL(response.code) TYPED_CEL(connection.mtls)'),
    "TYPED_CEL(request.headers['x-value'])",
    "TYPED_CEL(request.headers['x-value']):2",
    "TYPED_CEL(metadata.filter_metadata['cert.ns']['o'])",
    "TYPED_CEL(metadata.filter_metadata['cert.ns'])",
    ...words('TYPED_CEL(metadata) TYPED_CEL(connection.id) TYPED_CEL(request.time) TYPED_CEL(request.headers)'),
    "TYPED_CEL([response.code, request.headers['x-value'], null, 0.5])",
    'TYPED_CEL(request.path // the path)',
    coalesce(['REQ', 'X-VALUE'], ['REQ', ':PATH']),
    coalesce(['REQ', 'X-VALUE', 4], ['TRAILER', 'X-TRAILER']),
    coalesce(['TRAILER', 'X-TRAILER'], ['RESP', 'X-VALUE'], ['REQ', 'X-MISSING']),
    coalesce(['UPSTREAM_PROTOCOL'], ['PROTOCOL']),
    coalesce(['UPSTREAM_REMOTE_PORT'], ['DOWNSTREAM_TLS_VERSION']),
    coalesce(['DYNAMIC_METADATA', 'cert.ns:o'], ['RESPONSE_CODE']),
    `${coalesce(['REQ', 'X-VALUE'], ['PROTOCOL'])}:4`,
  ],
}

/** All uses, in the order of the certificate. */
export const uses: readonly Use[] = Object.values(families).flat()

function words(text: string): string[] {
  return text.split(' ')
}

/** The lists above write a length as `x):5`, so that only those without one lack their parenthesis. */
function closed(use: string): Use {
  return /\):\d+$/.test(use) ? use : `${use})`
}

function request(argument: string): Use {
  return closed(`REQ(${argument}`)
}

function coalesce(...members: readonly [command: string, param?: string, maxLength?: number][]): Use {
  const operators = members.map(([command, param, max_length]) => ({
    command,
    ...(param === undefined ? {} : { param }),
    ...(max_length === undefined ? {} : { max_length }),
  }))
  return `COALESCE(${JSON.stringify({ operators })})`
}
