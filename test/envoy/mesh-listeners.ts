/** The listeners of the shop's proxy and of the gateway, as Kuma would make them, and how Envoy's configuration writes them. */
import { certificate } from '../../envoy/certify/certificates.ts'
import { type Json, socket } from '../../envoy/clusters.ts'
import { type Places, ports } from './mesh-shop.ts'

/** A listener as Kuma would make it: where, before what, and what is particular to it. */
export interface Listener {
  /** As Kuma names it. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly kind: 'http' | 'tcp'
  readonly cluster: string
  /** Takes TLS with a client's certificate beside plain connections, as Kuma's permissive mTLS does. */
  readonly secure?: boolean
  /** The kernel's redirection is played by the PROXY protocol, which tells where the client wanted to go. */
  readonly redirected?: boolean
  /** Logs plainly in any case. */
  readonly plain?: boolean
}

export function shopListeners({ shop, local }: Places): Listener[] {
  const outbound = (port: number, kind: 'http' | 'tcp', cluster: string): Listener => {
    return { name: `outbound:${local}:${port}`, host: local, port, kind, cluster }
  }
  const { inbound: port, passthrough } = ports
  return [
    { name: `inbound:${shop}:${port}`, host: shop, port, kind: 'http', cluster: 'localhost:80', secure: true },
    outbound(ports.payments, 'http', 'payments'),
    outbound(ports.mysql, 'tcp', 'mysql'),
    outbound(ports.ledger, 'http', 'default_ledger___msvc_80'),
    outbound(ports.cache, 'tcp', 'cache'),
    {
      name: 'outbound:passthrough:ipv4',
      host: local,
      port: passthrough,
      kind: 'tcp',
      cluster: 'outbound:passthrough:ipv4',
      redirected: true,
    },
  ]
}

export function edgeListeners({ edge }: Places): Listener[] {
  const at = (port: number) =>
    ({ name: `edge:HTTP:${port}`, host: edge, port, kind: 'http', cluster: shopOfEdge }) as const
  return [at(ports.edge), { ...at(ports.edgeByAddress), plain: true }]
}

/** As Kuma names a gateway's clusters. */
const shopOfEdge = 'shop-8bbcf1a20f3c4d5e'

const type = 'type.googleapis.com/envoy.extensions'

/** As Envoy's configuration has it. */
export function listenerOf(listener: Listener, access_log: readonly Json[]): Json {
  const { name, host, port, secure, redirected, kind } = listener
  const filters = [
    kind === 'http' ? connectionManager(listener.cluster, access_log) : tcpProxy(listener.cluster, access_log),
  ]
  return {
    name: `${name}:${port}`,
    address: socket(port, host),
    listener_filters: [...(secure ? [tlsInspector] : []), ...(redirected ? [proxyProtocol] : [])],
    filter_chains: secure
      ? [{ filter_chain_match: { transport_protocol: 'tls' }, filters, transport_socket: tls }, { filters }]
      : [{ filters }],
  }
}

const tlsInspector = {
  name: 'tls_inspector',
  typed_config: { '@type': `${type}.filters.listener.tls_inspector.v3.TlsInspector` },
}

const proxyProtocol = {
  name: 'proxy_protocol',
  typed_config: { '@type': `${type}.filters.listener.proxy_protocol.v3.ProxyProtocol` },
}

const tls = {
  name: 'tls',
  typed_config: {
    '@type': `${type}.transport_sockets.tls.v3.DownstreamTlsContext`,
    require_client_certificate: true,
    common_tls_context: {
      tls_certificates: [certificate('one')],
      validation_context: { trusted_ca: { filename: 'certs/root.pem' } },
    },
  },
}

function connectionManager(cluster: string, access_log: readonly Json[]): Json {
  const routes = [{ match: { prefix: '/' }, route: { cluster } }]
  return {
    name: 'http',
    typed_config: {
      '@type': `${type}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'http',
      preserve_external_request_id: true,
      delayed_close_timeout: '0.02s',
      access_log,
      route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
      http_filters: [{ name: 'router', typed_config: { '@type': `${type}.filters.http.router.v3.Router` } }],
    },
  }
}

function tcpProxy(cluster: string, access_log: readonly Json[]): Json {
  return {
    name: 'tcp',
    typed_config: { '@type': `${type}.filters.network.tcp_proxy.v3.TcpProxy`, stat_prefix: 'tcp', cluster, access_log },
  }
}
