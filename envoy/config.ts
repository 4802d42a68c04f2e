/**
 * The bootstrap of the driven Envoy. A case is one kind of traffic: its listeners, its gRPC logger with a log name of its own, and
 * beside that one file logger for each format. With one worker thread all loggers of a case see the entries in the same order,
 * so line i of every file belongs to entry i of the stream. Ports are the kernel's choice; `run.ts` asks Envoy which they are.
 */
import { join } from 'node:path'
import {
  type AlsAddress,
  clusters,
  httpFilters,
  type Json,
  routes,
  socket,
  type UpstreamAddresses,
} from './clusters.ts'
import type { Format } from './formats.ts'
import { headersOf } from './operators.ts'

export type CaseName = 'http1' | 'http2' | 'tcp' | 'tcp-http-grpc'
export const caseNames: readonly CaseName[] = ['http1', 'http2', 'tcp', 'tcp-http-grpc']

export interface BootstrapOptions {
  readonly cases: readonly CaseName[]
  readonly formats: readonly Format[]
  /** Envoy's own files: `<logDir>/<case>/<format>.log`. The directories must exist. */
  readonly logDir: string
  readonly als: AlsAddress
  readonly upstreams: UpstreamAddresses
  /** `buffer_flush_interval`, in milliseconds. Short, because Envoy throws away what it still holds when it ends. Default 50. */
  readonly flushIntervalMs?: number
}

export function buildBootstrap(options: BootstrapOptions): Json {
  return {
    node: { id: 'driven-envoy', cluster: 'als-sink-envoy' },
    admin: { address: socket(0) },
    static_resources: {
      listeners: options.cases.flatMap((name) => listeners(name, options)),
      clusters: clusters(options.upstreams, options.als),
    },
  }
}

export function envoyLogPath(logDir: string, caseName: CaseName, format: Format): string {
  return join(logDir, caseName, `${format.name}.log`)
}

/**
 * Header names beyond those that the formats read: all for which the stream has a field of its own. Listed, they come in the map
 * too, and only the map tells an empty header from a missing one and keeps a verb that the enum does not know.
 */
const dedicated = [
  ...[':method', ':scheme', ':authority', ':path', 'user-agent', 'referer', 'x-forwarded-for', 'x-request-id'],
  'x-envoy-original-path',
]

/** TCP listeners: what the proxied connection meets. */
export const tcpRoutes: readonly { readonly to: string; readonly proxy: Json }[] = [
  { to: 'echo', proxy: { cluster: 'echo' } },
  { to: 'pipe', proxy: { cluster: 'echo-by-pipe' } },
  { to: 'talker', proxy: { cluster: 'talker' } },
  { to: 'resetter', proxy: { cluster: 'resetter' } },
  { to: 'refused', proxy: { cluster: 'refusing' } },
  { to: 'refused-by-pipe', proxy: { cluster: 'refusing-by-pipe' } },
  { to: 'refused-thrice', proxy: { cluster: 'refusing', max_connect_attempts: 3 } },
  { to: 'no-hosts', proxy: { cluster: 'without-hosts' } },
  { to: 'no-cluster', proxy: { cluster: 'nowhere-defined' } },
  { to: 'idle', proxy: { cluster: 'echo', idle_timeout: '0.06s' } },
  { to: 'longest', proxy: { cluster: 'echo', max_downstream_connection_duration: '0.06s' } },
]

function listeners(caseName: CaseName, options: BootstrapOptions): Json[] {
  const access_log = loggers(caseName, options)
  if (caseName === 'http1' || caseName === 'http2') return [listener(caseName, connectionManager(access_log))]
  return tcpRoutes.map(({ to, proxy }) => listener(`${caseName}/${to}`, tcpProxy({ ...proxy, access_log })))
}

function listener(name: string, filter: Json): Json {
  return { name, address: socket(0), filter_chains: [{ filters: [filter] }] }
}

function connectionManager(access_log: Json[]): Json {
  return {
    name: 'http',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: 'http',
      codec_type: 'AUTO',
      use_remote_address: false,
      generate_request_id: true,
      preserve_external_request_id: true,
      http_protocol_options: { accept_http_10: true, enable_trailers: true },
      http2_protocol_options: { allow_connect: true },
      // How long Envoy lets a client read an early answer before it closes; the default of a second only costs time here.
      delayed_close_timeout: '0.02s',
      max_request_headers_kb: 256,
      common_http_protocol_options: { max_headers_count: 300 },
      access_log,
      route_config: {
        name: 'routes',
        validate_clusters: false,
        virtual_hosts: [{ name: 'all', domains: ['*'], routes: routes() }],
      },
      http_filters: httpFilters(),
    },
  }
}

function tcpProxy(settings: Json): Json {
  return {
    name: 'tcp',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
      stat_prefix: 'tcp',
      ...settings,
    },
  }
}

function loggers(caseName: CaseName, options: BootstrapOptions): Json[] {
  const files = options.formats.map((format) => ({
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path: envoyLogPath(options.logDir, caseName, format),
      log_format: logFormat(format),
    },
  }))
  return [grpcLogger(caseName, options), ...files]
}

/** Envoy's `log_format` for a format; the sink takes the same words. */
export function logFormat({ format, omitEmptyValues }: Format): Json {
  const body = 'text' in format ? { text_format_source: { inline_string: format.text } } : { json_format: format.json }
  return { ...body, omit_empty_values: omitEmptyValues }
}

function grpcLogger(caseName: CaseName, { formats, flushIntervalMs = 50 }: BootstrapOptions): Json {
  const kind = caseName === 'tcp' ? 'Tcp' : 'Http'
  const headers = headersOf(formats)
  const additional = {
    additional_request_headers_to_log: [...new Set([...dedicated, ...headers.req])],
    additional_response_headers_to_log: [...new Set([':status', ...headers.resp])],
    additional_response_trailers_to_log: headers.trailer,
  }
  return {
    name: `envoy.access_loggers.${kind.toLowerCase()}_grpc`,
    typed_config: {
      '@type': `type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.${kind}GrpcAccessLogConfig`,
      common_config: {
        log_name: caseName,
        grpc_service: { envoy_grpc: { cluster_name: 'als' } },
        transport_api_version: 'V3',
        buffer_flush_interval: `${flushIntervalMs / 1000}s`,
      },
      ...(kind === 'Http' ? additional : {}),
    },
  }
}
