/**
 * Real Envoys in the place of a mesh's proxies. Their listeners log either with what `als-sink envoy` prints for a Dataplane, as it is, or
 * with plain loggers that say nothing of Kuma: then the sink has the node's id and the addresses.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificates, writeCertificates } from '../../envoy/certify/certificates.ts'
import { cluster, type Json, socket, type UpstreamAddresses } from '../../envoy/clusters.ts'
import { type RunningEnvoy, startEnvoy } from '../../envoy/run.ts'
import { runHere } from '../cli/run-here.ts'
import { type Listener, listenerOf } from './mesh-listeners.ts'

/** What `als-sink envoy --output json` answers. */
export interface Printed {
  readonly listeners: readonly {
    readonly listener: string
    readonly address: string
    readonly kind: 'http' | 'tcp'
    readonly access_log: readonly Json[]
  }[]
  readonly clusters: readonly Json[]
}

interface Asked {
  readonly dataplane: string
  /** Of the documents. */
  readonly folder: string
  /** Of the sink. */
  readonly address: string
}

/** Throws when the command has anything to complain of. */
export async function printedFor({ dataplane, folder, address }: Asked): Promise<Printed> {
  const flags = ['--policies', folder, '--dataplane', dataplane, '--address', address, '--output', 'json']
  const { code, stdout, stderr } = await runHere('envoy', ...flags)
  if (code !== 0) throw new Error(`als-sink envoy ends with ${code}: ${stderr}`)
  return JSON.parse(stdout) as Printed
}

export interface ProxyOptions {
  readonly binary: string
  /** Of this Envoy alone. Made when it is not there. */
  readonly dir: string
  readonly node: Json
  readonly listeners: readonly Listener[]
  readonly printed: Printed
  /** Loggers that say nothing of Kuma, on every listener. */
  readonly plain?: boolean
  readonly upstreams: UpstreamAddresses
  readonly certificates: Certificates
}

export async function startProxy({ binary, dir, certificates, ...options }: ProxyOptions): Promise<RunningEnvoy> {
  mkdirSync(join(dir, 'certs'), { recursive: true })
  writeCertificates(join(dir, 'certs'), certificates)
  return startEnvoy({ binary, dir, bootstrap: bootstrap(options) })
}

function bootstrap({
  node,
  listeners,
  printed,
  plain = false,
  upstreams,
}: Omit<ProxyOptions, 'binary' | 'dir' | 'certificates'>) {
  const names = new Map(listeners.map(({ cluster, kind }) => [cluster, kind]))
  names.delete(passthrough.name)
  return {
    node,
    admin: { address: socket(0) },
    static_resources: {
      listeners: listeners.map((each) => {
        const logged = plain || each.plain ? plainLoggers(printed, each.kind) : loggersOf(printed, each.name)
        return listenerOf(each, logged)
      }),
      clusters: [
        ...printed.clusters,
        passthrough,
        ...[...names].map(([name, kind]) =>
          cluster(name, socket(kind === 'http' ? upstreams.webPort : upstreams.echoPort)),
        ),
      ],
    },
  }
}

const passthrough = {
  name: 'outbound:passthrough:ipv4',
  type: 'ORIGINAL_DST',
  lb_policy: 'CLUSTER_PROVIDED',
  connect_timeout: '1s',
}

/** All that are printed for it: a gateway has two, one for each direction. */
function loggersOf({ listeners }: Printed, name: string): Json[] {
  return listeners.filter(({ listener }) => listener === name).flatMap(({ access_log }) => access_log)
}

/** One logger for all listeners of a kind: what their formats need is in it, but nothing that tells them apart. */
function plainLoggers({ listeners }: Printed, kind: 'http' | 'tcp'): Json[] {
  const loggers = listeners.filter((each) => each.kind === kind).flatMap(({ access_log }) => access_log)
  const configs = loggers.map(({ typed_config }) => typed_config as Json)
  if (configs.length === 0) return []
  const lists = ['request', 'response'].map((side) => `additional_${side}_headers_to_log`)
  const listed = lists.map((list) => [
    list,
    [...new Set(configs.flatMap((config) => (config[list] ?? []) as string[]))],
  ])
  const { custom_tags: _, ...common } = configs[0]!['common_config'] as Json
  const typed_config = {
    '@type': configs[0]!['@type'],
    common_config: { ...common, log_name: 'als-sink' },
    ...(kind === 'http' ? Object.fromEntries(listed) : {}),
  }
  return [{ ...loggers[0], typed_config }]
}
