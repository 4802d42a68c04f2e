/**
 * Does memory stay where it belongs? `npm run bench:soak` holds 2,500 connections of one quiet stream each, opened all at once; with
 * `--minutes 10` it drives 16 streams as fast as they go and compares the last minute with the second. The sink is a process of its
 * own, writing to /dev/null, and so are the clients (`soak-client.ts`): only the sink is measured, once a second, from /proc.
 *
 * Ends with PASS (exit code 0) or FAIL (1). Books that do not add up to what the clients sent are a failure too. Quiet streams need
 * two file descriptors for each connection, one here and one there: `ulimit -n` of 4,096 or more.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { kumaHttpFormat } from '../src/format/default-formats.ts'
import { type SinkProcess, startSink } from '../test/support/sink-process.ts'
import { corpusFile } from './corpus.ts'
import { median } from './median.ts'
import type { ClientPlan, ClientReport } from './soak-client.ts'

const { values: flags } = parseArgs({
  options: {
    connections: { type: 'string', default: '2500' },
    seconds: { type: 'string', default: '60' },
    minutes: { type: 'string' },
    streams: { type: 'string', default: '16' },
  },
})

const MiB = 1024 * 1024
const quietBytesMax = 250 * MiB
const growthMax = 0.05
/** A first message of Envoy: an identifier with all its extensions, 61 KB, and the first entries. */
const quietCapture = 'test/golden/http1/capture.als'
const clientPath = fileURLToPath(new URL('./soak-client.ts', import.meta.url))

interface Sample {
  /** Since the first connection. */
  readonly atSeconds: number
  readonly bytes: number
}

interface Client {
  /** Tells it to end its streams, and waits for what it says then. */
  finish(): Promise<ClientReport>
  readonly child: ChildProcess
}

const megabytes = (bytes: number) => (bytes / MiB).toFixed(1)
const sum = (reports: readonly ClientReport[], pick: (report: ClientReport) => number) =>
  reports.reduce((total, report) => total + pick(report), 0)

/** Resolves when all its streams are open. */
async function startClient(plan: ClientPlan): Promise<Client> {
  const child = fork(clientPath, [JSON.stringify(plan)], { execArgv: ['--import', 'tsx'] })
  process.once('exit', () => child.kill())
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('a client ended before its streams were open'))),
  ])
  return {
    child,
    finish: async () => {
      child.send('finish')
      const [report] = (await once(child, 'message')) as [ClientReport]
      child.disconnect()
      return report
    },
  }
}

/** Calls `work` while the memory of the sink is noted, once a second. */
async function sampling(sink: SinkProcess, work: () => Promise<void>): Promise<Sample[]> {
  const startedMs = performance.now()
  const samples: Sample[] = []
  const note = () => samples.push({ atSeconds: (performance.now() - startedMs) / 1000, bytes: sink.residentBytes() })
  const timer = setInterval(note, 1000)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  note()
  return samples
}

/** Everything that was sent must be written, and every stream answered with OK. Returns what is wrong. */
async function settle(sink: SinkProcess, reports: readonly ClientReport[]): Promise<string[]> {
  const end = await sink.stop()
  const sent = sum(reports, ({ entries }) => entries)
  const failures = sum(reports, ({ failed }) => failed)
  const written = end.total('written')
  console.log(
    `\nsent ${sent} entries; ${failures} streams failed; the sink wrote ${written} and ended with ${end.exitCode}`,
  )
  return [
    ...(failures > 0 ? [`${failures} streams failed`] : []),
    ...(written === sent ? [] : [`${sent} entries were sent and ${written} written`]),
    ...(end.exitCode === 0 ? [] : [`the sink ended with code ${end.exitCode}`]),
  ]
}

/** Memory with thousands of streams that hardly say anything. */
async function quietStreams(sink: SinkProcess, connections: number, seconds: number): Promise<string[]> {
  const atStart = sink.residentBytes()
  const processes = Math.min(2, availableParallelism())
  const share = (i: number) => Math.floor((connections + i) / processes)
  let clients: Client[] = []
  let openedAt = 0
  const samples = await sampling(sink, async () => {
    const startedMs = performance.now()
    const plans = Array.from(
      { length: processes },
      (_, i): ClientPlan => ({
        kind: 'quiet',
        address: sink.addresses[0]!,
        streams: share(i),
        capture: quietCapture,
      }),
    )
    clients = await Promise.all(plans.map(startClient))
    openedAt = (performance.now() - startedMs) / 1000
    await delay(seconds * 1000)
  })
  const held = samples.filter(({ atSeconds }) => atSeconds >= openedAt)
  const reports = await Promise.all(clients.map((client) => client.finish()))
  const peak = sink.residentBytesMax()
  console.log(
    `${connections} connections, a stream each, opened in ${openedAt.toFixed(1)} s, held for ${seconds} s; Node ${process.version}\n`,
  )
  console.log('| | RSS MiB |\n|---|---|')
  console.log(`| before the first connection | ${megabytes(atStart)} |`)
  console.log(`| all open | ${megabytes(held[0]!.bytes)} |`)
  console.log(`| median while held | ${megabytes(median(held.map(({ bytes }) => bytes)))} |`)
  console.log(`| highest sample | ${megabytes(Math.max(...samples.map(({ bytes }) => bytes)))} |`)
  console.log(`| VmHWM | ${megabytes(peak)} |`)
  const faults = await settle(sink, reports)
  if (peak >= quietBytesMax) faults.push(`the peak is not below ${megabytes(quietBytesMax)} MiB`)
  return faults
}

/** Memory under full load, minute by minute. */
async function fullLoad(sink: SinkProcess, streams: number, minutes: number): Promise<string[]> {
  if (minutes < 3) return ['--minutes: the second minute is compared with a later one, so 3 is the least']
  const plan: ClientPlan = {
    kind: 'busy',
    address: sink.addresses[0]!,
    streams,
    capture: corpusFile().path,
  }
  const reports: ClientReport[] = []
  let lastEntries = 0
  console.log(`${streams} streams at full load for ${minutes} minutes; Node ${process.version}\n`)
  const samples = await sampling(sink, async () => {
    const client = await startClient(plan)
    await delay(minutes * 60_000)
    reports.push(await client.finish())
    lastEntries = reports[0]!.entries
  })
  const ofMinute = (minute: number) =>
    samples.filter(({ atSeconds }) => Math.floor(atSeconds / 60) === minute - 1).map(({ bytes }) => bytes)
  console.log('| minute | median RSS MiB | highest |\n|---|---|---|')
  for (let minute = 1; minute <= minutes; minute++) {
    const bytes = ofMinute(minute)
    console.log(`| ${minute} | ${megabytes(median(bytes))} | ${megabytes(Math.max(...bytes))} |`)
  }
  const growth = median(ofMinute(minutes)) / median(ofMinute(2)) - 1
  console.log(
    `\nminute ${minutes} against minute 2: ${(growth * 100).toFixed(1)} %; VmHWM ${megabytes(sink.residentBytesMax())} MiB; ${Math.round(lastEntries / minutes / 60)} entries/s`,
  )
  const faults = await settle(sink, reports)
  if (growth > growthMax) faults.push(`memory grew by more than ${growthMax * 100} %`)
  return faults
}

const folder = mkdtempSync(join(tmpdir(), 'als-soak-'))
try {
  const backend = {
    type: 'File',
    file: { path: '/dev/null', logFormat: { text_format_source: { inline_string: kumaHttpFormat } } },
  }
  const sink = await startSink(folder, {
    listen: { grpc: '127.0.0.1:0', http: null },
    pipelines: [{ backends: [backend] }],
  })
  const faults = flags.minutes
    ? await fullLoad(sink, Number(flags.streams), Number(flags.minutes))
    : await quietStreams(sink, Number(flags.connections), Number(flags.seconds))
  console.log(faults.length === 0 ? 'PASS' : `FAIL: ${faults.join('; ')}`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
