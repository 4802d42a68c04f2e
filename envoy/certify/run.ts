/**
 * One run of the certificate: a version of Envoy, its listeners with all loggers, the whole corpus, and in the end what Envoy's own
 * files hold and what arrived at the door, entry by entry.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LoggerBlock } from '../../src/engine/logger-block.ts'
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
import { type FileKind, filePath, type Group, groups, loggersOf, logName } from './loggers.ts'
import type { Use } from './operators.ts'
import { http3Clusters, openRelay } from './quic.ts'
import { type Sending, sendCorpus, sendLast } from './send.ts'
import { openMoreUpstreams } from './upstreams.ts'

export interface RunOptions {
  readonly binary: string
  /** Empty, and with a short path: it takes Unix sockets. */
  readonly dir: string
  readonly uses: readonly Use[]
  /** Of each use, in their order; none: Envoy's own files only. */
  readonly blocks: readonly LoggerBlock[]
}

/** What a group of listeners has logged. */
export interface Logged {
  /** Envoy's files. */
  readonly file: (kind: FileKind) => Buffer
  /** Entries of the stream of a use. */
  readonly entries: (useIndex: number) => readonly Buffer[]
}

/** The zone of Envoy, and with it of START_TIME_LOCAL: one with an odd offset and without summer time. */
export const timeZone = 'Asia/Kolkata'

export async function runCertificate(options: RunOptions): Promise<Readonly<Record<Group, Logged>>> {
  const { binary, dir, uses, blocks } = options
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
        listeners: listeners(loggersOf({ logDir, uses, blocks })),
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
    await settle(sending, { door, logDir, uses: blocks.length === 0 ? [] : uses })
    const logged = (group: Group): Logged => ({
      file: (kind) => readFileSync(filePath(logDir, group, kind)),
      entries: (useIndex) => door.entries(logName(group, useIndex)),
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
  /** Those that have streams. */
  readonly uses: readonly Use[]
}

/**
 * Waits until everything is logged. When no request and no connection is open any more, one last exchange of each kind is sent;
 * its line is the last, for Envoy has one worker. Then every stream has to have as many entries as the files have lines.
 */
async function settle(sending: Sending, { door, logDir, uses }: Where): Promise<void> {
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
      return uses.flatMap((use, i) => {
        const { length } = door.entries(logName(group, i))
        return length === count ? [] : [`%${use}% has ${length} of ${count}`]
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
