/** Formats that systems use when nobody says one. Texts verbatim, line ends included. */

/** Envoy's file logger without a `log_format`. */
export const envoyDefaultFormat =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% ' +
  '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" ' +
  '"%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n'

const kumaHttp = (traceIds: string) =>
  '[%START_TIME%] %KUMA_MESH% "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" ' +
  `${traceIds}"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%KUMA_SOURCE_SERVICE%" "%KUMA_DESTINATION_SERVICE%" ` +
  '"%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%" "%UPSTREAM_HOST%"\n'

/** Kuma's default for HTTP traffic: as its control plane generates it, and as its documentation prints it (without the trace ids). */
export const kumaHttpFormat = kumaHttp('"%REQ(X-B3-TRACEID?X-DATADOG-TRACEID)%" ')
const kumaHttpFormatDocumented = kumaHttp('')

/** Kuma's default for everything else. */
export const kumaTcpFormat =
  '[%START_TIME%] %RESPONSE_FLAGS% %KUMA_MESH% %KUMA_SOURCE_ADDRESS_WITHOUT_PORT%(%KUMA_SOURCE_SERVICE%)->%UPSTREAM_HOST%' +
  '(%KUMA_DESTINATION_SERVICE%) took %DURATION%ms, sent %BYTES_SENT% bytes, received: %BYTES_RECEIVED% bytes\n'

/** By the name that configurations give them, for each kind of entry. */
export const presets = {
  envoy: { http: envoyDefaultFormat, tcp: envoyDefaultFormat },
  kuma: { http: kumaHttpFormat, tcp: kumaTcpFormat },
  'kuma-documented': { http: kumaHttpFormatDocumented, tcp: kumaTcpFormat },
} as const
