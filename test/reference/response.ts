/** Response code, its details, flags (operators.md B.4, B.6). */
import { absent, type Entry, numberValue, type Rows, stringOrAbsent, stringValue } from './value.ts'

/** Field of ResponseFlags, short, long; in the order of the table in B.6. */
const flags: readonly (readonly [string, string, string])[] = [
  ['failed_local_healthcheck', 'LH', 'FailedLocalHealthCheck'],
  ['no_healthy_upstream', 'UH', 'NoHealthyUpstream'],
  ['upstream_request_timeout', 'UT', 'UpstreamRequestTimeout'],
  ['local_reset', 'LR', 'LocalReset'],
  ['upstream_remote_reset', 'UR', 'UpstreamRemoteReset'],
  ['upstream_connection_failure', 'UF', 'UpstreamConnectionFailure'],
  ['upstream_connection_termination', 'UC', 'UpstreamConnectionTermination'],
  ['upstream_overflow', 'UO', 'UpstreamOverflow'],
  ['no_route_found', 'NR', 'NoRouteFound'],
  ['delay_injected', 'DI', 'DelayInjected'],
  ['fault_injected', 'FI', 'FaultInjected'],
  ['rate_limited', 'RL', 'RateLimited'],
  ['unauthorized_details', 'UAEX', 'UnauthorizedExternalService'],
  ['rate_limit_service_error', 'RLSE', 'RateLimitServiceError'],
  ['downstream_connection_termination', 'DC', 'DownstreamConnectionTermination'],
  ['upstream_retry_limit_exceeded', 'URX', 'UpstreamRetryLimitExceeded'],
  ['stream_idle_timeout', 'SI', 'StreamIdleTimeout'],
  ['invalid_envoy_request_headers', 'IH', 'InvalidEnvoyRequestHeaders'],
  ['downstream_protocol_error', 'DPE', 'DownstreamProtocolError'],
  ['upstream_max_stream_duration_reached', 'UMSDR', 'UpstreamMaxStreamDurationReached'],
  ['response_from_cache_filter', 'RFCF', 'ResponseFromCacheFilter'],
  ['no_filter_config_found', 'NFCF', 'NoFilterConfigFound'],
  ['duration_timeout', 'DT', 'DurationTimeout'],
  ['upstream_protocol_error', 'UPE', 'UpstreamProtocolError'],
  ['no_cluster_found', 'NC', 'NoClusterFound'],
  ['overload_manager', 'OM', 'OverloadManagerTerminated'],
  ['dns_resolution_failure', 'DF', 'DnsResolutionFailed'],
  ['downstream_remote_reset', 'DR', 'DownstreamRemoteReset'],
]

function raised({ common }: Entry, field: string): boolean {
  const set = common.message('response_flags')
  if (set === undefined) return false
  if (field === 'unauthorized_details') return set.message(field)?.number('reason') === 1
  return set.flag(field)
}

/** Never absent: `-` says that there was none. HTTP puts URX first, a tcp_proxy does not, in whatever entry it comes. */
function responseFlags(name: (flag: readonly [string, string, string]) => string) {
  return (entry: Entry) => {
    const found = flags.filter(([field]) => raised(entry, field))
    const isHttp = entry.kind === 'http' && entry.protocolVersion !== 0
    const isFirst = ([, short]: readonly [string, string, string]) => isHttp && short === 'URX'
    const ordered = [...found.filter(isFirst), ...found.filter((flag) => !isFirst(flag))]
    return stringValue(ordered.map(name).join(',') || '-')
  }
}

export const responseRows: Rows = {
  PROTOCOL: {
    argument: 'none',
    tag: 'string',
    make: () => (entry) => (entry.protocolName === undefined ? absent : stringValue(entry.protocolName)),
  },
  RESPONSE_CODE: {
    argument: 'none',
    make:
      () =>
      ({ response }) =>
        numberValue(response.message('response_code')?.number('value') ?? 0),
  },
  RESPONSE_CODE_DETAILS: {
    argument: 'optional',
    make:
      (argument) =>
      ({ response }) => {
        const details = response.bytes('response_code_details')
        const spaces = argument === 'ALLOW_WHITESPACES' ? details : details.replace(/[ \t\f\v\n\r]/g, '_')
        return stringOrAbsent(spaces)
      },
  },
  CONNECTION_TERMINATION_DETAILS: {
    argument: 'none',
    make:
      () =>
      ({ common }) =>
        stringOrAbsent(common.bytes('connection_termination_details')),
  },
  RESPONSE_FLAGS: { argument: 'none', tag: 'string', make: () => responseFlags(([, short]) => short) },
  RESPONSE_FLAGS_LONG: { argument: 'none', tag: 'string', make: () => responseFlags(([, , long]) => long) },
}
