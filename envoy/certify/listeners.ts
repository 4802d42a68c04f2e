/**
 * The listeners of the certificate. Each brings something to print that the others have not: certificates by SNI, metadata, names,
 * addresses from the PROXY protocol, a tracer, entries before the end, entries of the listener itself, entries inside Envoy. The
 * TCP listeners of the rig come too.
 */
import { type Json, routes, socket } from '../clusters.ts'
import { tcpRoutes } from '../config.ts'
import { certificate, type IdentityName } from './certificates.ts'
import { moreRoutes } from './clusters.ts'
import { certifiedFilters, networkFilterState } from './filters.ts'
import type { Loggers } from './loggers.ts'
import { metadata, metadataNamespace } from './metadata.ts'
import { http3Listener } from './quic.ts'

/** Not where the others are, so that local addresses differ in more than the port. */
export const secureListenerHost = '127.3.1.1'

/** Loopback addresses of clients that `tcp/guarded` turns away. */
export const guardedAgainst = ['127.0.5.1', '127.5.6.1', '127.6.7.1'] as const

const type = 'type.googleapis.com/envoy.extensions'

export function listeners(loggers: Loggers): Json[] {
  const traced = connectionManager(loggers, {
    tracing: { random_sampling: { value: 100 }, provider: { name: 'otel', typed_config: tracer } },
    access_log_options: { flush_access_log_on_new_request: true, access_log_flush_interval: '1s' },
    http_filters: certifiedFilters({ upstreamLog: loggers.http }),
  })
  const plain = connectionManager(loggers)
  return [
    listener('plain', [{ filters: [plain] }]),
    listener('traced', [{ name: 'chain-traced', filters: [traced] }], metadata('listener', 1)),
    listener('proxied', [{ name: 'chain-proxied', filters: [plain] }], {
      ...metadata('listener', 2),
      listener_filters: [proxyProtocol],
    }),
    listener('tls', secureChains(plain, tcpProxy({ cluster: 'echo', access_log: loggers.tcp })), {
      ...metadata('listener', 3),
      address: socket(0, secureListenerHost),
      listener_filters: [tlsInspector],
      access_log: loggers.tcp,
    }),
    { name: 'inside', internal_listener: {}, filter_chains: [{ name: 'chain-inside', filters: [plain] }] },
    http3Listener(connectionManager(loggers, { codec_type: 'HTTP3', http3_protocol_options: {} })),
    listener('tcp/guarded', [{ filters: [guard, tcpProxy({ cluster: 'echo', access_log: loggers.tcp })] }]),
    listener('tcp/watched', [{ filters: [networkFilterState(), watchedTcp(loggers)] }]),
    listener('tcp/proxied', [{ filters: [tcpProxy({ cluster: 'echo', access_log: loggers.tcp })] }], {
      listener_filters: [proxyProtocol],
    }),
    listener('tcp/last', [{ filters: [tcpProxy({ cluster: 'echo', access_log: loggers.tcp })] }]),
    ...tcpRoutes.map(({ to, proxy }) =>
      listener(`tcp/${to}`, [{ filters: [networkFilterState(), tcpProxy({ ...proxy, access_log: loggers.tcp })] }]),
    ),
  ]
}

function listener(name: string, filter_chains: Json[], more: Json = {}): Json {
  return { name, address: socket(0), filter_chains, ...more }
}

function connectionManager(loggers: Loggers, more: Json = {}): Json {
  return {
    name: 'http',
    typed_config: {
      '@type': `${type}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'http',
      codec_type: 'AUTO',
      use_remote_address: false,
      generate_request_id: true,
      preserve_external_request_id: true,
      http_protocol_options: { accept_http_10: true, enable_trailers: true },
      http2_protocol_options: { allow_connect: true },
      delayed_close_timeout: '0.02s',
      max_request_headers_kb: 256,
      common_http_protocol_options: { max_headers_count: 300 },
      access_log: loggers.http,
      route_config: { name: 'routes', validate_clusters: false, virtual_hosts: virtualHosts() },
      http_filters: certifiedFilters({}),
      ...more,
    },
  }
}

function virtualHosts(): Json[] {
  const web = [{ match: { prefix: '/web' }, route: { cluster: 'frontend' } }]
  const reads = (name: string) => ({ name, headers: [{ name: ':path', string_match: { prefix: `/web/${name}` } }] })
  return [
    ...([1, 2, 3] as const).map((number) => ({
      name: `host-${number}`,
      domains: [`v${number}.test`],
      routes: web,
      ...metadata('virtual host', number),
    })),
    {
      name: 'clustered',
      domains: ['clustered.test'],
      routes: web,
      virtual_clusters: ['reads', 'writes', 'other-things'].map(reads),
    },
    { name: 'all', domains: ['*'], routes: [...moreRoutes(), ...routes()] },
  ]
}

/** By SNI: `one.test` to `four.test` with that certificate; `tcp.test` goes to tcp_proxy. Without one: the chain `four`. */
function secureChains(http: Json, tcp: Json): Json[] {
  const named = (name: string) => ({ name: `chain-${name}`, filter_chain_match: { server_names: [`${name}.test`] } })
  return [
    { ...named('one'), ...metadata('chain', 1), filters: [http], ...secure('one') },
    { ...named('two'), ...metadata('chain', 2), filters: [http], ...secure('two') },
    {
      ...named('three'),
      ...metadata('chain', 3),
      filters: [http],
      ...secure('three', { require_client_certificate: true }),
    },
    { ...named('tcp'), filters: [networkFilterState(), tcp], ...secure('two') },
    { filters: [http], ...secure('four') },
  ]
}

function secure(name: IdentityName, more: Json = {}): Json {
  return {
    transport_socket: {
      name: 'tls',
      typed_config: {
        '@type': `${type}.transport_sockets.tls.v3.DownstreamTlsContext`,
        // Sessions have ids only where Envoy keeps them.
        disable_stateless_session_resumption: true,
        common_tls_context: {
          alpn_protocols: ['h2', 'http/1.1'],
          tls_certificates: [certificate(name)],
          tls_params: {
            tls_minimum_protocol_version: 'TLSv1_0',
            tls_maximum_protocol_version: 'TLSv1_3',
            ecdh_curves: ['X25519', 'P-256', 'P-384'],
            cipher_suites: ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-SHA'],
          },
          validation_context: { trusted_ca: { filename: 'certs/root.pem' } },
        },
        ...more,
      },
    },
  }
}

function tcpProxy(settings: Json): Json {
  return {
    name: 'tcp',
    typed_config: { '@type': `${type}.filters.network.tcp_proxy.v3.TcpProxy`, stat_prefix: 'tcp', ...settings },
  }
}

/** Entries when the upstream is connected and every fiftieth of a second, beside that of the end. */
function watchedTcp({ tcp }: Loggers): Json {
  const access_log_options = { flush_access_log_on_connected: true, access_log_flush_interval: '0.02s' }
  return tcpProxy({ cluster: 'echo', access_log: tcp, access_log_options })
}

/** Whom a policy turns away is told by its name in the details of the connection's end. */
const guard: Json = {
  name: 'guard',
  typed_config: {
    '@type': `${type}.filters.network.rbac.v3.RBAC`,
    stat_prefix: 'guard',
    rules: {
      action: 'DENY',
      policies: Object.fromEntries(
        guardedAgainst.map((address_prefix) => {
          const principal = { direct_remote_ip: { address_prefix, prefix_len: 32 } }
          return [`not ${address_prefix}`, { permissions: [{ any: true }], principals: [principal] }]
        }),
      ),
    },
  },
}

const tracer: Json = {
  '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
  // Nobody listens there: spans get their ids all the same.
  grpc_service: { envoy_grpc: { cluster_name: 'refusing' } },
  service_name: 'certified',
}

const tlsInspector: Json = {
  name: 'tls',
  typed_config: {
    '@type': `${type}.filters.listener.tls_inspector.v3.TlsInspector`,
    enable_ja3_fingerprinting: true,
    enable_ja4_fingerprinting: true,
  },
}

/** TLVs become dynamic metadata, which is how a TCP connection gets some. */
const proxyProtocol: Json = {
  name: 'proxy',
  typed_config: {
    '@type': `${type}.filters.listener.proxy_protocol.v3.ProxyProtocol`,
    rules: [{ tlv_type: 0xe0, on_tlv_present: { metadata_namespace: metadataNamespace, key: 's' } }],
  },
}
