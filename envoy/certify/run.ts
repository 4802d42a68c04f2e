/**
 * One run of the certificate: a version of Envoy, its listeners with all loggers, the whole corpus, and in the end what Envoy's own
 * files hold and what arrived at the door, entry by entry.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { clusters, type Json, socket } from '../clusters.ts'
import { linesOf } from '../drive.ts'
import { type RunningEnvoy, startEnvoy } from '../run.ts'
import { until } from '../until.ts'
import { openUpstreams } from '../upstream.ts'
import { makeCertificates, writeCertificates } from './certificates.ts'
import { moreClusters } from './clusters.ts'
import { lastHttpItem } from './corpus.ts'
import { type Door, openDoor } from './door.ts'
import { listeners } from './listeners.ts'
import { filePath, type Group, groups, type Loggers, logName } from './loggers.ts'
import { http3Clusters, openRelay } from './quic.ts'
import { type Sending, sendCorpus, sendLast } from './send.ts'
import { openMoreUpstreams } from './upstreams.ts'

export interface RunOptions {
  readonly binary: string
  /** Empty, and with a short path: it takes Unix sockets. */
  readonly dir: string
  /** What logs, its files in that directory; the file `who` is among them. */
  readonly loggersIn: (logDir: string) => Loggers
  /** What each of the gRPC loggers of a group is for, in their order; for people. */
  readonly streams: readonly string[]
}

/** What a group of listeners has logged. */
export interface Logged {
  /** Envoy's files. */
  readonly file: (kind: string) => Buffer
  /** Entries of a stream. */
  readonly entries: (index: number) => readonly Buffer[]
}

/** The zone of Envoy, and with it of START_TIME_LOCAL: one with an odd offset and without summer time. */
export const timeZone = 'Asia/Kolkata'

export async function runCertificate(options: RunOptions): Promise<Readonly<Record<Group, Logged>>> {
  const { binary, dir, loggersIn, streams } = options
  const logDir = join(dir, 'logs')
  for (const path of [logDir, join(dir, 'certs')]) mkdirSync(path)
  const certificates = makeCertificates()
  writeCertificates(join(dir, 'certs'), certificates)
  const opened: { close(): Promise<void> }[] = []
  const open = <T extends { close(): Promise<void> }>(thing: T): T => {
    opened.unshift(thing)
    return thing
  }
  try {
    const upstreams = open(await openUpstreams(dir))
    const more = open(await openMoreUpstreams(certificates))
    const relay = open(await openRelay())
    const door = open(await openDoor())
    const bootstrap: Json = {
      node: { id: 'certified-envoy', cluster: 'als-sink-envoy' },
      admin: { address: socket(0) },
      bootstrap_extensions: [
        {
          name: 'internal',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener',
          },
        },
      ],
      static_resources: {
        listeners: listeners(loggersIn(logDir)),
        clusters: [
          ...clusters(upstreams.addresses, { port: door.port }),
          ...moreClusters(more, upstreams.addresses.webPort),
          ...http3Clusters(relay),
        ],
      },
    }
    const envoy = await startEnvoy({ binary, dir, bootstrap, timeZone, environment })
    open({ close: () => envoy.stop() })
    relay.leadTo(envoy.ports.get('quic')!)
    const sending = { envoy, upstreams, certificates }
    await sendCorpus(sending)
    await settle(sending, { door, logDir, streams })
    const logged = (group: Group): Logged => ({
      file: (kind) => readFileSync(filePath(logDir, group, kind)),
      entries: (index) => door.entries(logName(group, index)),
    })
    return { http: logged('http'), tcp: logged('tcp') }
  } finally {
    for (const thing of opened) await thing.close()
  }
}

/** What ENVIRONMENT finds. */
const environment = { CERTIFY_A: 'value a', CERTIFY_B: '', CERTIFY_C: 'value c' }

interface Where {
  readonly door: Door
  readonly logDir: string
  readonly streams: readonly string[]
}

/**
 * Waits until everything is logged. When no request and no connection is open any more, one last exchange of each kind is sent;
 * its line is the last, for Envoy has one worker. Then every stream has to have as many entries as the files have lines.
 */
async function settle(sending: Sending, { door, logDir, streams }: Where): Promise<void> {
  let open: string[] = []
  const isQuiet = async () => (open = await openIn(sending.envoy)).length === 0
  await until('nothing is open in Envoy', 10_000, isQuiet, () => open.join(', '))
  await sendLast(sending)
  for (const group of groups) {
    const logged = () => linesOf(filePath(logDir, group, 'who'))
    await until(`Envoy logs the last ${group} exchange`, 10_000, () => {
      return isLast[group](String(logged().at(-1) ?? ''), sending)
    })
    const unlike = () => {
      const count = logged().length
      return streams.flatMap((stream, i) => {
        const { length } = door.entries(logName(group, i))
        return length === count ? [] : [`${stream} has ${length} of ${count}`]
      })
    }
    await until(
      `the ${group} streams have an entry for each line`,
      60_000,
      () => unlike().length === 0,
      async () => `${few(unlike())}. The door: ${door.counters()}. Envoy: ${await logCounters(sending.envoy)}.`,
    )
  }
}

function few(all: readonly string[], most = 5): string {
  const more = all.length > most ? `, and ${all.length - most} more` : ''
  return all.slice(0, most).join(', ') + more
}

/** What its gRPC loggers have written and dropped, all together. */
async function logCounters(envoy: RunningEnvoy): Promise<string> {
  const { stats } = (await envoy.admin('/stats?format=json&filter=grpc_access_log')) as Stats
  return stats.map(({ name, value }) => `${name.replace(/^.*\./, '')} ${value}`).join(', ')
}

const isLast: Readonly<Record<Group, (line: string, { envoy }: Sending) => boolean>> = {
  http: (line) => line.endsWith(` ${lastHttpItem}`),
  tcp: (line, { envoy }) => line.includes(`:${envoy.ports.get('tcp/last')} `),
}

interface Stats {
  readonly stats: readonly { readonly name: string; readonly value: number }[]
}

/** Gauges that are not zero: requests everywhere, connections of clients. Those that Envoy makes to itself (inside, QUIC) it keeps. */
async function openIn(envoy: RunningEnvoy): Promise<string[]> {
  const { stats } = (await envoy.admin('/stats?format=json&filter=downstream_(cx|rq)_active$')) as Stats
  const counting = /^http\.http\.downstream_rq_active$|^listener\.127[^:]*\.downstream_cx_active$/
  const counts = stats.filter(({ name }) => counting.test(name))
  return counts.filter(({ value }) => value !== 0).map(({ name, value }) => `${name}: ${value}`)
}
