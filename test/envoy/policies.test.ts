/** What `als-sink envoy --policies` prints is taken by a real Envoy, as it is, for HTTP and for TCP listeners. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { scratch } from '../cli/run.ts'
import { runHere } from '../cli/run-here.ts'
import { shopFolder } from '../cli/shop.ts'
import { describeWithEnvoy } from './real-envoy.ts'

interface Printed {
  readonly listeners: readonly {
    readonly listener: string
    readonly address: string
    readonly kind: 'http' | 'tcp'
    readonly access_log: readonly object[]
  }[]
  readonly clusters: readonly object[]
}

describeWithEnvoy('the loggers of a proxy under policies', (binary) => {
  test.each([['text'], ['json']])(
    'a real Envoy takes them as they are printed: %s',
    async (output) => {
      const run = await runHere('envoy', '--policies', shopFolder(), '--dataplane', 'shop-01', '--output', output)
      expect(run).toMatchObject({ code: 0, stderr: '' })
      // JSON is YAML.
      const printed = parse(run.stdout) as Printed
      expect(printed.listeners).toHaveLength(4)
      const file = join(scratch(), 'envoy.json')
      writeFileSync(file, JSON.stringify(bootstrap(printed)))
      const { stdout, stderr } = await promisify(execFile)(binary, ['--mode', 'validate', '--config-path', file])
      expect(`${stdout}${stderr}`).toContain('OK')
    },
    60_000,
  )
})

function bootstrap({ listeners, clusters }: Printed) {
  return {
    node: { id: 'default.shop-01', cluster: 'shop' },
    static_resources: {
      listeners: listeners.map(({ listener, address, kind, access_log }) => {
        const [host, port] = address.split(':')
        return {
          name: listener,
          address: { socket_address: { address: host, port_value: Number(port) } },
          filter_chains: [{ filters: [kind === 'http' ? connectionManager(access_log) : tcpProxy(access_log)] }],
        }
      }),
      clusters: [...clusters, { name: 'behind', type: 'STATIC' }],
    },
  }
}

function connectionManager(access_log: readonly object[]) {
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'behind' } }]
  return {
    name: 'http',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: 'http',
      access_log,
      route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
      http_filters: [
        {
          name: 'router',
          typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
        },
      ],
    },
  }
}

function tcpProxy(access_log: readonly object[]) {
  return {
    name: 'tcp',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
      stat_prefix: 'tcp',
      cluster: 'behind',
      access_log,
    },
  }
}
