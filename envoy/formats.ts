/**
 * The formats that a real Envoy and the sink both write, as data. `parityFormats` are the ones people use (the defaults of Envoy
 * and Kuma, a typed JSON log, a nested one); `goldenFormats` adds every operator of the first release in text and JSON, plain and
 * with omit_empty_values. Which fields a format reads is found by `operators.ts`.
 */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export interface Format {
  readonly name: string
  /** As Envoy's `log_format` spells it: `text` is verbatim, with its newline; `json` gets one. */
  readonly format: { readonly text: string } | { readonly json: { readonly [key: string]: JsonValue } }
  readonly omitEmptyValues: boolean
  /** The same format in the words of Kuma, for the sink only; `kumaValues` fills it. Envoy gets `format`. */
  readonly sinkText?: string
}

/** What stands in for Kuma's control plane: constants in Envoy's formats, `kuma.values` in the sink's configuration. */
export const kumaValues = {
  mesh: 'default',
  sourceAddress: '10.0.0.3',
  sourceService: 'web',
  destinationService: 'backend',
} as const

/** Which connection and which request of it wrote a line: what the driver finds its items by. */
export const whoFormat: Format = text('who', '%DOWNSTREAM_LOCAL_PORT% %DOWNSTREAM_DIRECT_REMOTE_PORT% %REQ(X-ITEM)%\n')

const envoyDefault =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n'

const kumaHttp =
  '[%START_TIME%] %KUMA_MESH% "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% ' +
  '%RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% ' +
  '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-B3-TRACEID?X-DATADOG-TRACEID)%" "%REQ(X-REQUEST-ID)%" ' +
  '"%REQ(:AUTHORITY)%" "%KUMA_SOURCE_SERVICE%" "%KUMA_DESTINATION_SERVICE%" "%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%" ' +
  '"%UPSTREAM_HOST%"\n'

const kumaTcp =
  '[%START_TIME%] %RESPONSE_FLAGS% %KUMA_MESH% %KUMA_SOURCE_ADDRESS_WITHOUT_PORT%(%KUMA_SOURCE_SERVICE%)->' +
  '%UPSTREAM_HOST%(%KUMA_DESTINATION_SERVICE%) took %DURATION%ms, sent %BYTES_SENT% bytes, received: %BYTES_RECEIVED% bytes\n'

/** 25 keys, one operator each, so every value keeps its type. */
const typedJson = {
  start_time: '%START_TIME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(:PATH)%',
  authority: '%REQ(:AUTHORITY)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  response_flags: '%RESPONSE_FLAGS%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  request_duration: '%REQUEST_DURATION%',
  response_duration: '%RESPONSE_DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  request_value: '%REQ(X-VALUE)%',
  response_value: '%RESP(X-VALUE)%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  route_name: '%ROUTE_NAME%',
}

const nestedJson = {
  request: {
    line: '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%',
    headers: {
      value: '%REQ(X-VALUE)%',
      first_ten: '%REQ(X-VALUE):10%',
      referer: '%REQ(REFERER)%',
      missing: '%REQ(X-MISSING)%',
    },
    nothing: { at: { all: '%REQ(X-MISSING)%' } },
    times: ['%REQUEST_DURATION%', '%REQUEST_TX_DURATION%', '%REQ(X-MISSING)%'],
  },
  response: {
    code: '%RESPONSE_CODE%',
    flags: ['%RESPONSE_FLAGS%', '%RESPONSE_FLAGS_LONG%'],
    headers: { type: '%RESP(CONTENT-TYPE)%', trailer: '%TRAILER(X-TRAILER)%' },
    took: '%DURATION%ms',
  },
  upstream: {
    host: '%UPSTREAM_HOST%',
    cluster_name: '%UPSTREAM_CLUSTER%',
    attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  },
  'quoted "key"': 'literal \\ "quotes"\tand 100%%',
  constants: { number: 100000, fraction: 0.5, yes: true, nothing: null },
}

/** The formats of the parity test, for HTTP and TCP traffic alike. */
export const parityFormats: readonly Format[] = [
  whoFormat,
  text('envoy-default', envoyDefault),
  kuma('kuma-http', kumaHttp),
  kuma('kuma-tcp', kumaTcp),
  json('typed-json', typedJson),
  json('nested-json-omit', nestedJson, { omitEmptyValues: true }),
]

/** Operators by what they read; each group becomes four formats. */
const operatorGroups: Readonly<Record<string, readonly string[]>> = {
  time: ['START_TIME', 'START_TIME(%Y/%m/%dT%H:%M:%S%z %s)', 'START_TIME(%s.%3f)', 'START_TIME(%FT%T.%6f)'],
  bytes: [
    'BYTES_RECEIVED BYTES_SENT REQUEST_HEADERS_BYTES RESPONSE_HEADERS_BYTES DOWNSTREAM_WIRE_BYTES_SENT',
    'DOWNSTREAM_WIRE_BYTES_RECEIVED UPSTREAM_WIRE_BYTES_SENT UPSTREAM_WIRE_BYTES_RECEIVED DOWNSTREAM_HEADER_BYTES_SENT',
    'DOWNSTREAM_HEADER_BYTES_RECEIVED UPSTREAM_HEADER_BYTES_SENT UPSTREAM_HEADER_BYTES_RECEIVED',
    'UPSTREAM_REQUEST_ATTEMPT_COUNT',
  ].flatMap((line) => line.split(' ')),
  durations: [
    ...'DURATION REQUEST_DURATION REQUEST_TX_DURATION RESPONSE_DURATION RESPONSE_TX_DURATION'.split(' '),
    'COMMON_DURATION(DS_RX_BEG:DS_RX_END:us)',
    'COMMON_DURATION(US_TX_BEG:US_RX_BEG:ns)',
    'COMMON_DURATION(DS_RX_BEG:DS_TX_END)',
  ],
  headers: [
    ...[
      'REQ(:METHOD)',
      'REQ(:PATH)',
      'REQ(:PATH):6',
      'REQ(:AUTHORITY)',
      'REQ(:SCHEME)',
      'REQ(USER-AGENT)',
      'REQ(REFERER)',
    ],
    ...['REQ(X-FORWARDED-FOR)', 'REQ(X-REQUEST-ID)', 'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)', 'REQ(X-MISSING?X-VALUE)'],
    ...['REQ(X-VALUE)', 'REQUEST_HEADER(X-VALUE):10', 'REQ(X-MISSING)'],
  ],
  response: [
    ...['RESP(:STATUS)', 'RESP(X-VALUE)', 'RESPONSE_HEADER(CONTENT-TYPE):4', 'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)'],
    ...[
      'TRAILER(X-TRAILER)',
      'RESPONSE_TRAILER(X-MISSING?X-TRAILER)',
      'PROTOCOL',
      'RESPONSE_CODE',
      'RESPONSE_CODE_DETAILS',
    ],
    ...['RESPONSE_FLAGS', 'RESPONSE_FLAGS_LONG', 'UPSTREAM_CLUSTER', 'ROUTE_NAME'],
  ],
  addresses: ['DOWNSTREAM_REMOTE', 'DOWNSTREAM_DIRECT_REMOTE', 'DOWNSTREAM_LOCAL', 'UPSTREAM_REMOTE', 'UPSTREAM_LOCAL']
    .flatMap((side) => [`${side}_ADDRESS`, `${side}_ADDRESS_WITHOUT_PORT`, `${side}_PORT`])
    .concat('UPSTREAM_HOST'),
}

/** What `record.ts` records: the parity formats and every operator of the first release. */
export const goldenFormats: readonly Format[] = [
  ...parityFormats,
  ...Object.entries(operatorGroups).flatMap(([group, operators]) => {
    const line = `${operators.map((operator) => `%${operator}%`).join('|')}\n`
    const object = Object.fromEntries(operators.map((operator, i) => [`${group}_${i}`, `%${operator}%`]))
    return [false, true].flatMap((omitEmptyValues) => [
      text(`${group}-text${omitEmptyValues ? '-omit' : ''}`, line, { omitEmptyValues }),
      json(`${group}-json${omitEmptyValues ? '-omit' : ''}`, object, { omitEmptyValues }),
    ])
  }),
]

function text(name: string, format: string, { omitEmptyValues = false } = {}): Format {
  return { name, format: { text: format }, omitEmptyValues }
}

function json(name: string, format: { readonly [key: string]: JsonValue }, { omitEmptyValues = false } = {}): Format {
  return { name, format: { json: format }, omitEmptyValues }
}

function kuma(name: string, format: string): Format {
  const values: Readonly<Record<string, string>> = {
    KUMA_MESH: kumaValues.mesh,
    KUMA_SOURCE_ADDRESS_WITHOUT_PORT: kumaValues.sourceAddress,
    KUMA_SOURCE_SERVICE: kumaValues.sourceService,
    KUMA_DESTINATION_SERVICE: kumaValues.destinationService,
  }
  const filled = format.replaceAll(/%(KUMA_\w+)%/g, (_, operator: string) => values[operator]!)
  return { ...text(name, filled), sinkText: format }
}
