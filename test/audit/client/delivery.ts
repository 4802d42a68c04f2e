/**
 * One delivery from kube-apiserver's webhook into a sealed file, through a doorman who refuses and cuts, while the sink is stopped, killed and
 * started again at the same place.
 */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createRandom } from '../../support/damage.ts'
import { type SinkProcess, startSink } from '../../support/sink-process.ts'
import { until } from '../../support/until.ts'
import { type ApiServer, type ApiServerEnd, startApiServer } from './api-server.ts'
import { Doorman, type HandledBatch } from './doorman.ts'

export interface DeliveryOptions {
  readonly program: string
  readonly folder: string
  readonly events: number
  readonly seed: number
  /** How the lives of the sink end before the last one, spread evenly over the events. */
  readonly ends: readonly ('TERM' | 'KILL')[]
}

export interface Delivery {
  readonly auditFile: string
  readonly sentLog: string
  readonly acked: ReadonlySet<string>
  readonly client: ApiServerEnd
  readonly batches: readonly HandledBatch[]
  /** How the lives have ended that TERM was said to, the last one among them. */
  readonly stops: readonly { readonly exitCode: number | null; readonly dropped: number }[]
  /** Of the last life, by outcome: `als_sink_audit_events_total` when all was delivered. */
  readonly counted: Readonly<Record<string, number>>
}

/** The sink listens again within seconds; one that is read from a slow disk takes longer. */
const progressMsMax = 120_000

export async function deliver({ program, folder, events, seed, ends }: DeliveryOptions): Promise<Delivery> {
  const auditFile = join(folder, 'audit', 'prod.log')
  const http = `127.0.0.1:${await freePort(seed)}`
  const config = {
    listen: { grpc: '127.0.0.1:0', http },
    pipelines: [{ name: 'access', backends: [{ type: 'File', file: { path: join(folder, 'access.log') } }] }],
    audit: {
      stateDir: join(folder, 'state'),
      minFree: '1MiB',
      kubernetes: [
        // Everything is kept, over several files.
        {
          source: 'prod',
          'audit-log-path': auditFile,
          'audit-log-maxsize': 16,
          'audit-log-maxbackup': 0,
          'audit-log-maxage': 0,
        },
      ],
    },
  }
  const doorman = new Doorman({ random: createRandom(seed), refusedPercent: 5, cutPercent: 5 })
  const sinks: SinkProcess[] = []
  let client: ApiServer | undefined
  try {
    const begin = async (life: number) => {
      doorman.leadTo(http, life)
      const sink = await startSink(folder, config)
      sinks.push(sink)
      return sink
    }
    let alive = await begin(0)
    const server = `http://${await doorman.open()}/audit/k8s/prod`
    client = startApiServer({ program, folder, server, events })
    const { acked, check } = client
    const stops: Delivery['stops'][number][] = []
    for (const [i, end] of ends.entries()) {
      const share = Math.floor((events * (i + 1)) / (ends.length + 1))
      const gotThere = () => {
        if (acked.size < share) check()
        return acked.size >= share
      }
      await until(`${share} events are acknowledged`, gotThere, progressMsMax)
      // So that the next life is brought what this one has kept.
      const { cuts } = doorman
      doorman.cutsAll = true
      await until('an answer is lost', () => doorman.cuts > cuts)
      if (end === 'KILL') await alive.kill()
      else stops.push(await stop(alive))
      doorman.cutsAll = false
      alive = await begin(i + 1)
    }
    const ended = await client.ended
    const counted = await outcomesOf(http)
    stops.push(await stop(alive))
    const batches = [...doorman.batches.values()]
    return { auditFile, sentLog: client.sentLog, acked, client: ended, batches, stops, counted }
  } finally {
    client?.kill()
    await sinks.at(-1)?.kill()
    doorman.close()
  }
}

async function stop(sink: SinkProcess): Promise<Delivery['stops'][number]> {
  const { exitCode, total } = await sink.stop()
  return { exitCode, dropped: total('dropped') }
}

async function outcomesOf(http: string): Promise<Record<string, number>> {
  const text = await (await fetch(`http://${http}/metrics`)).text()
  const rows = text.matchAll(/^als_sink_audit_events_total\{source="prod",outcome="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries(Array.from(rows, ([, outcome, count]) => [outcome!, Number(count)]))
}

/** Below those that the system gives to clients: nobody takes it while the sink is away, the doorman's own connections included. */
async function freePort(seed: number): Promise<number> {
  const random = createRandom(seed ^ process.pid)
  for (;;) {
    const port = 20_000 + random(12_000)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise<void>((resolve) => probe.close(() => resolve()))
    return port
  }
}
