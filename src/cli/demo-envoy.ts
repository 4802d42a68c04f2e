/** A real Envoy for the demo: found, started with a small bootstrap in a temporary directory, asked for a dozen pages, stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** The binary that the environment names, one that `envoy/install.ts` has put into the project, or one on PATH. */
export function findEnvoy(env: Readonly<Record<string, string | undefined>>, packageDir: string): string | null {
  const named = env['ALS_SINK_ENVOY_BINARY']
  if (named) return named
  const cache = join(packageDir, '.cache', 'envoy')
  const installed = existsSync(cache)
    ? readdirSync(cache).map((version) => join(cache, version, 'envoy', '_bin', 'envoy'))
    : []
  const onPath = (env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, 'envoy'))
  return [...installed.sort().reverse(), ...onPath].find((path) => existsSync(path)) ?? null
}

export interface DriveOptions {
  readonly binary: string
  /** `127.0.0.1:port` of the sink. */
  readonly sinkAddress: string
  /** Entries that the sink has received so far. */
  readonly arrived: () => number
}

const paths = [
  '/',
  '/hello',
  '/search?q=als',
  '/missing',
  '/cart',
  '/login',
  '/img/logo.png',
  '/api/v1/items',
  '/health',
  '/slow',
  '/é',
  '/bye',
]
const deadlineMs = 20_000

/** Answers the number of requests, all of which have reached the sink. Throws when Envoy does not start or does not log. */
export async function driveEnvoy({ binary, sinkAddress, arrived }: DriveOptions): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'als-sink-demo-'))
  const adminFile = join(dir, 'admin.txt')
  writeFileSync(join(dir, 'envoy.json'), JSON.stringify(bootstrap(sinkAddress)))
  const args = ['--config-path', join(dir, 'envoy.json'), '--admin-address-path', adminFile, '--disable-hot-restart']
  const envoy = spawn(binary, [...args, '--concurrency', '1', '--log-level', 'critical'], { stdio: 'ignore' })
  try {
    const port = await until('Envoy did not become ready', envoy, () => listenerPort(adminFile))
    const before = arrived()
    for (const path of paths) await (await fetch(`http://127.0.0.1:${port}${encodeURI(path)}`)).arrayBuffer()
    await until('the log entries did not arrive', envoy, () => arrived() >= before + paths.length || null)
    return paths.length
  } finally {
    await stop(envoy)
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Asks until there is an answer. */
async function until<T>(complaint: string, envoy: ChildProcess, probe: () => T | null | Promise<T | null>): Promise<T> {
  const endMs = performance.now() + deadlineMs
  let failure: Error | undefined
  envoy.once('error', (error) => (failure = error))
  while (performance.now() < endMs) {
    if (failure) throw failure
    if (envoy.exitCode !== null) throw new Error(`it ended with code ${envoy.exitCode}`)
    const answer = await probe()
    if (answer !== null) return answer
    await delay(50)
  }
  throw new Error(`${complaint} within ${deadlineMs / 1000} s`)
}

/** The port that Envoy's listener was given, once its admin interface answers. */
async function listenerPort(adminFile: string): Promise<number | null> {
  try {
    const answer = await fetch(`http://${readFileSync(adminFile, 'utf8').trim()}/listeners?format=json`)
    const { listener_statuses: statuses = [] } = (await answer.json()) as ListenerStatuses
    return statuses[0]?.local_address.socket_address.port_value ?? null
  } catch {
    // Not up yet; the caller has a deadline.
    return null
  }
}

interface ListenerStatuses {
  readonly listener_statuses?: readonly {
    readonly local_address: { readonly socket_address: { readonly port_value: number } }
  }[]
}

async function stop(envoy: ChildProcess): Promise<void> {
  if (envoy.exitCode !== null || envoy.pid === undefined) return
  const ended = new Promise((resolve) => envoy.once('exit', resolve))
  envoy.kill('SIGTERM')
  const impatience = setTimeout(() => envoy.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(impatience)
}

/** One listener that answers by itself, and logs over gRPC. */
function bootstrap(sinkAddress: string): object {
  const [host, port] = sinkAddress.split(':')
  const anyPort = { socket_address: { address: '127.0.0.1', port_value: 0 } }
  const type = (name: string) => `type.googleapis.com/envoy.extensions.${name}`
  const accessLog = {
    name: 'envoy.access_loggers.http_grpc',
    typed_config: {
      '@type': type('access_loggers.grpc.v3.HttpGrpcAccessLogConfig'),
      common_config: {
        log_name: 'demo',
        transport_api_version: 'V3',
        grpc_service: { envoy_grpc: { cluster_name: 'als_sink' } },
        buffer_flush_interval: '0.1s',
      },
    },
  }
  const answer = (prefix: string, status: number) => ({
    match: { prefix },
    direct_response: { status, body: { inline_string: 'ok\n' } },
  })
  const manager = {
    '@type': type('filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'demo',
    access_log: [accessLog],
    route_config: {
      virtual_hosts: [{ name: 'demo', domains: ['*'], routes: [answer('/missing', 404), answer('/', 200)] }],
    },
    http_filters: [
      { name: 'envoy.filters.http.router', typed_config: { '@type': type('filters.http.router.v3.Router') } },
    ],
  }
  const sink = {
    name: 'als_sink',
    type: 'STATIC',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': type('upstreams.http.v3.HttpProtocolOptions'),
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: {
      cluster_name: 'als_sink',
      endpoints: [
        { lb_endpoints: [{ endpoint: { address: { socket_address: { address: host, port_value: Number(port) } } } }] },
      ],
    },
  }
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: manager }
  return {
    node: { id: 'demo', cluster: 'demo' },
    admin: { address: anyPort },
    static_resources: {
      listeners: [{ name: 'demo', address: anyPort, filter_chains: [{ filters: [filter] }] }],
      clusters: [sink],
    },
  }
}
