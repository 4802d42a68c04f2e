/** Parts of Envoy's configuration that `als-sink envoy` prints: the loggers, their buffer, and the sink's cluster. */
import type { Address } from '../config/config.ts'
import type { CustomTag, LoggerBlock } from '../engine/logger-block.ts'

/** What is said of one logger beside its formats. */
export interface LoggerSettings {
  readonly logName: string
  readonly traffic: Traffic
  /** Ahead of those that the formats need; default none. */
  readonly customTags?: readonly CustomTag[]
}

/** For the HTTP connection manager. */
export function httpLogger(block: LoggerBlock, settings: LoggerSettings) {
  const list = (name: string, names: readonly string[]) => (names.length > 0 ? { [name]: names } : {})
  return {
    name: 'envoy.access_loggers.http_grpc',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
      common_config: commonConfig(block, settings),
      ...list('additional_request_headers_to_log', block.requestHeaders),
      ...list('additional_response_headers_to_log', block.responseHeaders),
      ...list('additional_response_trailers_to_log', block.responseTrailers),
    },
  }
}

/** For tcp_proxy. */
export function tcpLogger(block: LoggerBlock, settings: LoggerSettings) {
  return {
    name: 'envoy.access_loggers.tcp_grpc',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig',
      common_config: commonConfig(block, settings),
    },
  }
}

/** What one proxy sends. */
export interface Traffic {
  readonly entriesPerSecond: number
  /** How long the sink may be away; 0: no thought is given to that. */
  readonly outageMs: number
}

export interface Buffer {
  readonly buffer_size_bytes: number
  readonly buffer_flush_interval: string
  readonly grpc_stream_retry_policy?: { readonly num_retries: number }
  /** In a sentence, for people. */
  readonly why: string
}

/** A large entry with its custom tags. */
const entryBytes = 2_048
const bufferBytesDefault = 16_384
const flushMs = 1_000
/** Envoy waits 25 ms before its first retry and at most ten times that, at random: half of 250 ms on the average. */
const retryMs = 125

/**
 * Envoy flushes when the buffer is full or the interval is over. A flush that finds no sink is lost, unless it may be retried; while it
 * is, the buffer goes on filling. So a buffer holds what comes in during the outage, and the retries last longer than it.
 */
export function bufferFor({ entriesPerSecond, outageMs }: Traffic): Buffer {
  if (outageMs === 0) {
    return {
      buffer_size_bytes: bufferBytesDefault,
      buffer_flush_interval: `${flushMs / 1000}s`,
      why: 'Flushes at 16 KiB or after 1 s; what a flush finds no sink for is lost. --outage makes the buffer ride over a gap.',
    }
  }
  const bytes = Math.ceil((entriesPerSecond * outageMs) / 1000) * entryBytes
  return {
    buffer_size_bytes: Math.max(bufferBytesDefault, bytes),
    buffer_flush_interval: `${flushMs / 1000}s`,
    grpc_stream_retry_policy: { num_retries: Math.ceil((2 * outageMs) / retryMs) },
    why: `Rides over ${outageMs / 1000} s without the sink at ${entriesPerSecond} entries/s (${entryBytes} bytes each), as long as connecting fails at once.`,
  }
}

function commonConfig(block: LoggerBlock, { logName, traffic, customTags = [] }: LoggerSettings) {
  const { why: _, ...buffer } = bufferFor(traffic)
  const tags = [...customTags, ...block.customTags]
  return {
    log_name: logName,
    transport_api_version: 'V3',
    grpc_service: { envoy_grpc: { cluster_name: 'als_sink' } },
    ...buffer,
    ...(block.filterStateKeys.length > 0 ? { filter_state_objects_to_log: block.filterStateKeys } : {}),
    ...(tags.length > 0 ? { custom_tags: tags } : {}),
  }
}

export function sinkCluster(address: Address) {
  const endpoint =
    address.kind === 'unix'
      ? { pipe: { path: address.path } }
      : { socket_address: { address: address.host, port_value: address.port } }
  const isName = address.kind === 'tcp' && /[a-z]/i.test(address.host) && !address.host.includes(':')
  return {
    name: 'als_sink',
    type: isName ? 'STRICT_DNS' : 'STATIC',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: {
      cluster_name: 'als_sink',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: endpoint } }] }],
    },
  }
}
