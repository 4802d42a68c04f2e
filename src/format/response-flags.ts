/**
 * The response flags in Envoy's order, by the fields of `ResponseFlags`. `unauthorized_details` counts when its reason is
 * EXTERNAL_SERVICE. Envoy has further flags (DO, UDO, those of extensions) for which the message has no field.
 */
export interface ResponseFlag {
  /** Field of `envoy.data.accesslog.v3.ResponseFlags`. */
  readonly field: string
  readonly short: string
  readonly long: string
}

const flag = (field: string, short: string, long: string): ResponseFlag => ({ field, short, long })

export const responseFlags: readonly ResponseFlag[] = [
  flag('failed_local_healthcheck', 'LH', 'FailedLocalHealthCheck'),
  flag('no_healthy_upstream', 'UH', 'NoHealthyUpstream'),
  flag('upstream_request_timeout', 'UT', 'UpstreamRequestTimeout'),
  flag('local_reset', 'LR', 'LocalReset'),
  flag('upstream_remote_reset', 'UR', 'UpstreamRemoteReset'),
  flag('upstream_connection_failure', 'UF', 'UpstreamConnectionFailure'),
  flag('upstream_connection_termination', 'UC', 'UpstreamConnectionTermination'),
  flag('upstream_overflow', 'UO', 'UpstreamOverflow'),
  flag('no_route_found', 'NR', 'NoRouteFound'),
  flag('delay_injected', 'DI', 'DelayInjected'),
  flag('fault_injected', 'FI', 'FaultInjected'),
  flag('rate_limited', 'RL', 'RateLimited'),
  flag('unauthorized_details', 'UAEX', 'UnauthorizedExternalService'),
  flag('rate_limit_service_error', 'RLSE', 'RateLimitServiceError'),
  flag('downstream_connection_termination', 'DC', 'DownstreamConnectionTermination'),
  flag('upstream_retry_limit_exceeded', 'URX', 'UpstreamRetryLimitExceeded'),
  flag('stream_idle_timeout', 'SI', 'StreamIdleTimeout'),
  flag('invalid_envoy_request_headers', 'IH', 'InvalidEnvoyRequestHeaders'),
  flag('downstream_protocol_error', 'DPE', 'DownstreamProtocolError'),
  flag('upstream_max_stream_duration_reached', 'UMSDR', 'UpstreamMaxStreamDurationReached'),
  flag('response_from_cache_filter', 'RFCF', 'ResponseFromCacheFilter'),
  flag('no_filter_config_found', 'NFCF', 'NoFilterConfigFound'),
  flag('duration_timeout', 'DT', 'DurationTimeout'),
  flag('upstream_protocol_error', 'UPE', 'UpstreamProtocolError'),
  flag('no_cluster_found', 'NC', 'NoClusterFound'),
  flag('overload_manager', 'OM', 'OverloadManagerTerminated'),
  flag('dns_resolution_failure', 'DF', 'DnsResolutionFailed'),
  flag('downstream_remote_reset', 'DR', 'DownstreamRemoteReset'),
]

/** The flag that Envoy raises, and so prints, before all others when an HTTP request used up its retries. */
export const retryLimitFlag = responseFlags.findIndex((flag) => flag.short === 'URX')
