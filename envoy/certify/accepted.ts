/**
 * Which formats a version of Envoy accepts: asked of that Envoy. It is given one dynamic listener for each, tries them one by one, and tells
 * in its configuration dump which it refused and why. One process answers for all.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Json, socket } from '../clusters.ts'
import { startEnvoy } from '../run.ts'
import { until } from '../until.ts'

/** What was asked about, by its name, to what Envoy says against it; null: accepted. */
export type Acceptance = ReadonlyMap<string, string | null>

interface ListenerState {
  /** A refused listener stands there twice, once without a name. */
  readonly name?: string
  readonly error_state?: { readonly details: string }
}

interface Dump {
  readonly configs?: readonly ListenerState[]
}

/** `formats`: each a `log_format`, by a name of the caller's. */
export async function askAccepted(
  binary: string,
  workDir: string,
  formats: ReadonlyMap<string, Json>,
): Promise<Acceptance> {
  const dir = join(workDir, 'accepted')
  mkdirSync(dir)
  const names = [...formats.keys()]
  const resources = [...formats.values()].map((format, i) => ({
    '@type': 'type.googleapis.com/envoy.config.listener.v3.Listener',
    ...listener(i, format),
  }))
  writeFileSync(join(dir, 'listeners.json'), JSON.stringify({ version_info: '1', resources }))
  const envoy = await startEnvoy({ binary, dir, bootstrap: bootstrap(join(dir, 'listeners.json')) })
  try {
    const verdicts = await until('Envoy has tried every format', 20_000, async () => {
      const { configs = [] } = (await envoy.admin('/config_dump?resource=dynamic_listeners')) as Dump
      const byName = new Map(configs.map((state) => [state.name, state.error_state?.details ?? null]))
      return names.every((_, i) => byName.has(`format-${i}`)) && byName
    })
    return new Map(names.map((name, i) => [name, verdicts.get(`format-${i}`)!]))
  } finally {
    await envoy.stop()
  }
}

function bootstrap(listenersPath: string): Json {
  return {
    node: { id: 'asked-envoy', cluster: 'als-sink-envoy' },
    admin: { address: socket(0) },
    dynamic_resources: { lds_config: { path_config_source: { path: listenersPath }, resource_api_version: 'V3' } },
    static_resources: { clusters: [{ name: 'nowhere', type: 'STATIC', connect_timeout: '1s' }] },
  }
}

/** No port is bound; Envoy only wants the addresses to differ. */
function listener(i: number, log_format: Json): Json {
  const file = { '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog' }
  const access_log = [{ name: 'file', typed_config: { ...file, path: '/dev/null', log_format } }]
  const proxy = { '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy' }
  const typed_config = { ...proxy, stat_prefix: 'tcp', cluster: 'nowhere', access_log }
  const filter_chains = [{ filters: [{ name: 'tcp', typed_config }] }]
  return { name: `format-${i}`, address: socket(1 + i), bind_to_port: false, filter_chains }
}
