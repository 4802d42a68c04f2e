/**
 * The clusters and routes of the driven Envoy: one for each way in which an exchange can go well or badly. A route's path is the
 * word that the corpus uses; everything that changes how an entry looks (flags, codes, rewrites, retries) is decided here.
 */

/**
 * Addresses of the real servers behind Envoy, as `upstream.ts` opened them. Paths are relative to Envoy's working directory, so that
 * a recording does not tell where it was made.
 */
export interface UpstreamAddresses {
  readonly webPort: number
  readonly webPipe: string
  /** A path where no socket is. */
  readonly noPipe: string
  readonly echoPort: number
  readonly echoPipe: string
  readonly talkerPort: number
  readonly resetterPort: number
}

/** Where the gRPC loggers send to. */
export type AlsAddress = { readonly port: number } | { readonly path: string }

export type Json = { readonly [key: string]: unknown }

/** Nothing listens on the first port of all (tcpmux), and an unprivileged program cannot begin to. */
const refusedPort = 1

export function clusters(upstreams: UpstreamAddresses, als: AlsAddress): Json[] {
  const http2 = {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  }
  const trailers = {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http_protocol_options: { enable_trailers: true } },
    },
  }
  const web = socket(upstreams.webPort)
  return [
    cluster('als', 'path' in als ? pipe(als.path) : socket(als.port), { typed_extension_protocol_options: http2 }),
    cluster('frontend', web, { typed_extension_protocol_options: trailers }),
    cluster('web-by-pipe', pipe(upstreams.webPipe)),
    cluster('web-overflowing', web, { circuit_breakers: { thresholds: [{ max_requests: 0 }] } }),
    cluster('web-dropping', web, {
      load_assignment: {
        cluster_name: 'web-dropping',
        endpoints: endpoints(web),
        policy: { drop_overloads: [{ category: 'all', drop_percentage: { numerator: 100 } }] },
      },
    }),
    cluster('refusing', socket(refusedPort)),
    cluster('refusing-by-pipe', pipe(upstreams.noPipe)),
    cluster('without-hosts', undefined),
    cluster('echo', socket(upstreams.echoPort)),
    cluster('echo-by-pipe', pipe(upstreams.echoPipe)),
    cluster('talker', socket(upstreams.talkerPort)),
    cluster('resetter', socket(upstreams.resetterPort)),
  ]
}

export function routes(): Json[] {
  const route = (name: string, action: Json, more: Json = {}) => ({
    name: `to-${name}`,
    match: { prefix: `/${name}` },
    route: action,
    ...more,
  })
  const toWeb = (rewrite: string, more: Json = {}) => ({ cluster: 'frontend', prefix_rewrite: rewrite, ...more })
  const once = (retryOn: string, more: Json = {}) => ({ retry_policy: { retry_on: retryOn, num_retries: 1, ...more } })
  return [
    route('refused-twice', { cluster: 'refusing', ...once('connect-failure') }),
    route('refused-by-pipe', { cluster: 'refusing-by-pipe' }),
    route('refused', { cluster: 'refusing' }),
    route('no-hosts', { cluster: 'without-hosts' }),
    route('no-cluster', { cluster: 'nowhere-defined' }),
    route('overflow', { cluster: 'web-overflowing' }),
    route('dropped', { cluster: 'web-dropping' }),
    route('pipe', { cluster: 'web-by-pipe', prefix_rewrite: '/web' }),
    route('rewritten', toWeb('/web/other')),
    route('retried', toWeb('/web/status/503', once('5xx'))),
    route('timeout', toWeb('/web/hang', { timeout: '0.06s' })),
    route('each-try', toWeb('/web/hang', { timeout: '1s', ...once('5xx', { per_try_timeout: '0.04s' }) })),
    route('idle', toWeb('/web/hang', { timeout: '0s', idle_timeout: '0.06s' })),
    route('longest', toWeb('/web/hang', { timeout: '0s', max_stream_duration: { max_stream_duration: '0.06s' } })),
    route('limited', { cluster: 'frontend' }, { typed_per_filter_config: { limit: rateLimit({ numerator: 100 }) } }),
    route('web', { cluster: 'frontend', timeout: '5s' }),
    { name: 'moved', match: { prefix: '/moved' }, redirect: { path_redirect: '/elsewhere' } },
    {
      name: 'direct',
      match: { prefix: '/direct' },
      direct_response: { status: 418, body: { inline_string: 'short and stout\n' } },
    },
  ]
}

/** Faults on request of a header, and a rate limit for one route. */
export function httpFilters(): Json[] {
  return [
    {
      name: 'fault',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
        delay: { header_delay: {}, percentage: { numerator: 100 } },
        abort: { header_abort: {}, percentage: { numerator: 100 } },
      },
    },
    { name: 'limit', typed_config: rateLimit({ numerator: 0 }) },
    { name: 'router', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } },
  ]
}

function rateLimit(share: Json): Json {
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
    stat_prefix: 'limit',
    token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: '3600s' },
    filter_enabled: { default_value: share },
    filter_enforced: { default_value: share },
  }
}

export function cluster(name: string, address: Json | undefined, more: Json = {}): Json {
  const load_assignment = { cluster_name: name, endpoints: address ? endpoints(address) : [] }
  return { name, type: 'STATIC', connect_timeout: '1s', load_assignment, ...more }
}

function endpoints(address: Json): Json[] {
  return [{ lb_endpoints: [{ endpoint: { address } }] }]
}

export function socket(port: number, address = '127.0.0.1'): Json {
  return { socket_address: { address, port_value: port } }
}

function pipe(path: string): Json {
  return { pipe: { path } }
}
