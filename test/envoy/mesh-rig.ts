/**
 * The mesh of `mesh-shop.ts` at work: a sink with its policies in this process, the destinations that they name, and the clients that call
 * the proxies of `mesh-proxies.ts`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Certificates, type IdentityName, makeCertificates } from '../../envoy/certify/certificates.ts'
import { type Exchange, exchange } from '../../envoy/certify/exchange.ts'
import type { Json } from '../../envoy/clusters.ts'
import type { RunningEnvoy } from '../../envoy/run.ts'
import { openUpstreams, type Upstreams } from '../../envoy/upstream.ts'
import { scratch } from '../cli/run.ts'
import { type MeshRig, meshRig } from '../mesh/rig.ts'
import type { OtlpPython } from '../support/install-otlp-python.ts'
import { TcpDestination } from '../writers/doubles/tcp-destination.ts'
import { type Receiver, startReceiver } from '../writers/otlp/receiver.ts'
import { edgeListeners, shopListeners } from './mesh-listeners.ts'
import { type Printed, printedFor, startProxy } from './mesh-proxies.ts'
import { everyone, otherPolicies, ownAddresses, type Places, ports, surroundings } from './mesh-shop.ts'

export interface MeshAtWork {
  readonly places: Places
  readonly sink: MeshRig
  readonly tcp: TcpDestination
  readonly otlp: Receiver
  /** Lines of a file of the log folder; none when it is not there. */
  lines(file: string): string[]
  /** What the `envoy` command prints for a Dataplane now. */
  printed(dataplane: string): Promise<Printed>
  /** Starts the proxy of the shop or of the gateway. `plain`: its loggers say nothing of Kuma. */
  start(who: 'shop' | 'edge', node: Json, options?: { readonly plain?: boolean }): Promise<RunningEnvoy>
  readonly call: Calls
}

export interface Calls {
  /** One HTTP request on a connection of its own, with the request id `id`. */
  http(at: 'inbound' | 'payments' | 'ledger' | 'edge' | 'edgeByAddress', id: string, how?: Caller): Promise<void>
  /** Sends bytes over a connection that goes to the database, or is redirected on its way to the outside; then ends it. */
  tcp(at: 'mysql' | 'cache' | 'passthrough', bytes: string): Promise<void>
}

export interface Caller {
  readonly method?: string
  /** Lines that end in `\r\n`. */
  readonly headers?: string
  /** Shows this certificate. */
  readonly as?: IdentityName
}

/** Everything is stopped when the test ends. `kuma`: as in sink.yaml. */
export async function meshAtWork(binary: string, python: OtlpPython, kuma: object): Promise<MeshAtWork> {
  const dir = scratch()
  const [tcp, otlp, upstreams] = await Promise.all([
    TcpDestination.listen('reading'),
    startReceiver(python),
    openUpstreams(dir),
  ])
  onTestFinished(async () => void (await Promise.all([tcp.close(), otlp.stop(), upstreams.close()])))
  const places = { ...ownAddresses(), logs: dir, tcpPort: tcp.port, otlpPort: otlp.grpcPort }
  const documents = {
    'surroundings.yaml': surroundings(places),
    'everyone.yaml': [everyone(places)],
    'others.yaml': otherPolicies(places),
  }
  const sink = await meshRig(documents, () => ({ kuma }))
  const certificates = makeCertificates()
  const printed = (dataplane: string) => {
    return printedFor({ dataplane, folder: join(sink.folder, 'policies'), address: sink.app.addresses[0]! })
  }
  return {
    places,
    sink,
    tcp,
    otlp,
    lines(file) {
      try {
        return readFileSync(join(dir, file), 'utf8').split('\n').slice(0, -1)
      } catch {
        return []
      }
    },
    printed,
    async start(who, node, { plain = false } = {}) {
      const listeners = who === 'shop' ? shopListeners(places) : edgeListeners(places)
      const common = { binary, dir: join(dir, who), node, upstreams: upstreams.addresses, certificates }
      const envoy = await startProxy({ ...common, listeners, printed: await printed(`${who}-01`), plain })
      onTestFinished(() => envoy.stop())
      return envoy
    },
    call: callsTo(places, upstreams, certificates),
  }
}

function callsTo(places: Places, upstreams: Upstreams, certificates: Certificates): Calls {
  const { client, local, shop, edge } = places
  const hosts = { inbound: shop, payments: local, ledger: local, edge, edgeByAddress: edge }
  const send = (to: keyof typeof ports, host: string, what: Omit<Exchange, 'to'>) => {
    return exchange({ ...what, to, from: client }, { host, port: ports[to] }, certificates)
  }
  return {
    http(at, id, { method = 'GET', headers = '', as } = {}) {
      const head = `${method} /${id} HTTP/1.1\r\nhost: ${at}.test\r\nx-request-id: ${id}\r\n${headers}connection: close\r\n\r\n`
      return send(at, hosts[at], { bytes: head, ...(as === undefined ? {} : { secure: { identity: as } }) })
    },
    tcp(at, bytes) {
      const preface = `PROXY TCP4 ${client} 127.0.0.1 5555 ${upstreams.addresses.echoPort}\r\n`
      // Envoy logs nothing of a connection whose end comes while a listener's filters still read its beginning.
      return send(at, local, { bytes, end: 'answered', ...(at === 'passthrough' ? { preface } : {}) })
    },
  }
}
