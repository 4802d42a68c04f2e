/**
 * Clusters and routes of the certificate, beside those of the rig: TLS with certificates on both ends, metadata on clusters, hosts
 * and routes, named hosts, several attempts, and endpoints inside Envoy.
 */
import { cluster, type Json, socket } from '../clusters.ts'
import { certificate, type IdentityName } from './certificates.ts'
import { metadata } from './metadata.ts'
import { http3Names } from './quic.ts'
import type { Address, MoreUpstreams } from './upstreams.ts'

const type = 'type.googleapis.com/envoy.extensions'

interface Tls {
  readonly sni?: string
  readonly identity?: IdentityName
  readonly trusts?: 'root' | 'mallory'
  readonly params?: Json
}

/** `webPort`: the plain web server. Certificates are read from `certs/` in Envoy's working directory. */
export function moreClusters({ addresses }: MoreUpstreams, webPort: number): Json[] {
  const { red, green, blue, grey, http2 } = addresses
  const old = { tls_minimum_protocol_version: 'TLSv1_0', tls_maximum_protocol_version: 'TLSv1_1' }
  const web = socket(webPort)
  return [
    colour('red', red, 1, {
      sni: 'red.test',
      identity: 'alice',
      params: { ...newest('TLSv1_2'), ecdh_curves: ['X25519', 'P-256'] },
    }),
    colour('green', green, 2, {
      sni: 'green.test',
      identity: 'bob',
      params: { ...newest('TLSv1_2'), ecdh_curves: ['P-256'] },
    }),
    colour('blue', blue, 3, {
      sni: 'www.blue.test',
      identity: 'carol',
      params: { ...newest('TLSv1_3'), ecdh_curves: ['P-384'] },
    }),
    cluster('grey', at(grey), {
      ...tls({ params: { ...old, cipher_suites: ['ECDHE-ECDSA-AES128-SHA'] } }),
      ...from('127.0.2.4'),
    }),
    cluster('untrusted', at(red), tls({ trusts: 'mallory' })),
    cluster(
      'unspoken',
      at(green),
      tls({ sni: 'green.test', params: { ...newest('TLSv1_3'), tls_minimum_protocol_version: 'TLSv1_3' } }),
    ),
    cluster('tls-to-plain', web, tls({ sni: 'plain.test' })),
    cluster('http2', at(http2), protocol({ explicit_http_config: { http2_protocol_options: {} } })),
    // The web server there does not speak HTTP/2.
    cluster('http2-to-plain', web, protocol({ explicit_http_config: { http2_protocol_options: {} } })),
    hosts('named-a', [{ address: web, hostname: 'a.hosts.test' }]),
    hosts('named-b', [{ address: web, hostname: 'b.hosts.test:8080' }], { alt_stat_name: 'other-name-of-b' }),
    hosts('named-c', [{ address: web, hostname: 'c.hosts.test' }], { alt_stat_name: 'other-name-of-c' }),
    hosts(
      'attempts',
      [
        { address: socket(1, '127.0.0.2'), hostname: 'nobody.hosts.test' },
        { address: socket(1, '127.0.0.3') },
        { address: web, hostname: 'a.hosts.test' },
      ],
      { circuit_breakers: { thresholds: [{ max_retries: 100 }] } },
    ),
    // Here a retry is one too many: two flags, of which the one raised first stands last in the table.
    cluster('no-retries', socket(1), { circuit_breakers: { thresholds: [{ max_retries: 0 }] } }),
    cluster('by-name', undefined, {
      type: 'LOGICAL_DNS',
      dns_lookup_family: 'V4_ONLY',
      load_assignment: assignment('by-name', [{ address: socket(webPort, 'localhost') }]),
    }),
    ...['a', 'b', 'c'].map((id) => {
      const address = { envoy_internal_address: { server_listener_name: 'inside', endpoint_id: `endpoint-${id}` } }
      return cluster(`inside-${id}`, address)
    }),
  ]
}

/** They come before the rig's own. */
export function moreRoutes(): Json[] {
  const route = (name: string, action: Json = {}, more: Json = {}) => ({
    name: `to-${name}`,
    match: { prefix: `/${name}` },
    route: { cluster: name, ...action },
    ...more,
  })
  const attempts = (count: number) => ({
    retry_policy: {
      retry_on: 'connect-failure',
      num_retries: count,
      retry_back_off: { base_interval: '0.001s', max_interval: '0.002s' },
      retry_host_predicate: [
        {
          name: 'other-hosts',
          typed_config: { '@type': `${type}.retry.host.previous_hosts.v3.PreviousHostsPredicate` },
        },
      ],
      host_selection_retry_max_attempts: 5,
    },
  })
  return [
    route('red', {}, metadata('route', 1)),
    route('green', {}, metadata('route', 2)),
    route('blue', {}, metadata('route', 3)),
    ...[
      'grey',
      'untrusted',
      'unspoken',
      'tls-to-plain',
      'http2-to-plain',
      'http2',
      'named-a',
      'named-b',
      'named-c',
      'by-name',
    ].map((name) => route(name)),
    // They lead back into Envoy, where the same routes stand, so the path has to become another.
    ...['inside-a', 'inside-b', 'inside-c', ...http3Names].map((name) => route(name, { prefix_rewrite: '/web' })),
    route('attempts-1', { cluster: 'attempts' }),
    route('attempts', attempts(4)),
    route('no-retries', attempts(1)),
    route('other-host', { cluster: 'frontend', prefix_rewrite: '/web', host_rewrite_literal: 'rewritten.test' }),
  ]
}

function colour(name: string, address: Address, number: 1 | 2 | 3, secure: Tls): Json {
  const endpoint = { endpoint: { address: at(address) }, ...metadata(`host ${name}`, number) }
  return cluster(name, undefined, {
    ...metadata(`cluster ${name}`, number),
    ...tls(secure),
    ...from(`127.${number}.2.${number}`),
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] },
  })
}

function hosts(name: string, endpoints: readonly Json[], more: Json = {}): Json {
  return cluster(name, undefined, { load_assignment: assignment(name, endpoints), ...more })
}

function assignment(cluster_name: string, endpoints: readonly Json[]): Json {
  return { cluster_name, endpoints: [{ lb_endpoints: endpoints.map((endpoint) => ({ endpoint })) }] }
}

function tls({ sni, identity, trusts = 'root', params }: Tls): Json {
  return {
    transport_socket: {
      name: 'tls',
      typed_config: {
        '@type': `${type}.transport_sockets.tls.v3.UpstreamTlsContext`,
        ...(sni === undefined ? {} : { sni }),
        common_tls_context: {
          ...(identity === undefined ? {} : { tls_certificates: [certificate(identity)] }),
          ...(params === undefined ? {} : { tls_params: params }),
          validation_context: { trusted_ca: { filename: `certs/${trusts}.pem` } },
        },
      },
    },
  }
}

function newest(version: string): Json {
  return { tls_maximum_protocol_version: version }
}

function from(address: string): Json {
  return { upstream_bind_config: { source_address: { address, port_value: 0 } } }
}

function protocol(options: Json): Json {
  const name = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  return { typed_extension_protocol_options: { [name]: { '@type': `type.googleapis.com/${name}`, ...options } } }
}

function at({ host, port }: Address): Json {
  return socket(port, host)
}
