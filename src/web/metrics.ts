/**
 * The counters of the sink as Prometheus reads them. They are counted where things happen, per message and per batch; here they are only
 * read off when somebody asks. The one exception is the time of writes, which is told write by write.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Route } from './server.ts'

/** Of the intake; see `pipeline/intake.ts`. */
export interface IntakeCounts {
  readonly streams: number
  readonly connections: number
  readonly messages: number
  readonly receivedBytes: number
  readonly httpEntries: number
  readonly tcpEntries: number
  readonly unmatchedEntries: number
  readonly malformed: ReadonlyMap<string, number>
}

/** The books of a backend; see `pipeline/ledger.ts`. */
export interface BackendCounts {
  readonly name: string
  readonly ledger: {
    readonly accepted: number
    readonly recovered: number
    readonly written: number
    readonly dropped: ReadonlyMap<string, number>
    readonly queued: number
    readonly spooled: number
  }
}

export interface MetricsOptions {
  readonly intake: IntakeCounts
  readonly backends: () => readonly BackendCounts[]
  readonly memory: { readonly usedBytes: number }
  /** What has become of the records of each audit source. */
  readonly audit: () => Iterable<
    readonly [source: string, tally: { readonly counts: Readonly<Record<string, number>> }]
  >
}

export interface Metrics {
  readonly route: Route
  /** A write has ended, well or not. */
  writeSettled(backend: string, seconds: number): void
}

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/** From a page cache to a destination that is nearly given up. */
const writeSecondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Labels are bounded: backends by the configuration, reasons by the ledgers. */
export function createMetrics({ intake, backends, memory, audit }: MetricsOptions): Metrics {
  const registry = new Registry()
  const shape = (name: string, help: string, labelNames: string[]) => ({
    name: `als_sink_${name}`,
    help,
    labelNames,
    registers: [registry],
  })
  const counter = (name: string, help: string, labelNames: string[], samples: () => Iterable<Sample>) =>
    new Counter({
      ...shape(name, help, labelNames),
      collect() {
        this.reset()
        for (const [labels, value] of samples()) this.inc(labels, value)
      },
    })
  const gauge = (name: string, help: string, labelNames: string[], samples: () => Iterable<Sample>) =>
    new Gauge({
      ...shape(name, help, labelNames),
      collect() {
        this.reset()
        for (const [labels, value] of samples()) this.set(labels, value)
      },
    })
  const each = (value: (ledger: BackendCounts['ledger']) => number) => () =>
    backends().map(({ name, ledger }): Sample => [{ backend: name }, value(ledger)])

  gauge('streams', 'Open gRPC streams.', [], () => [[{}, intake.streams]])
  gauge('connections', 'Open connections of proxies.', [], () => [[{}, intake.connections]])
  gauge('memory_bytes', 'What queues and partial messages hold of limits.memory.', [], () => [[{}, memory.usedBytes]])
  counter('messages_total', 'StreamAccessLogsMessages received.', [], () => [[{}, intake.messages]])
  counter('received_bytes_total', 'Bytes of gRPC streams received.', [], () => [[{}, intake.receivedBytes]])
  counter('entries_total', 'Access log entries received, before any of them was matched.', ['kind'], () => [
    [{ kind: 'http' }, intake.httpEntries],
    [{ kind: 'tcp' }, intake.tcpEntries],
  ])
  counter('unmatched_entries_total', 'Entries that no pipeline asked for.', [], () => [[{}, intake.unmatchedEntries]])
  counter('malformed_entries_total', 'Entries and rests of messages that could not be read.', ['reason'], () =>
    [...intake.malformed].map(([reason, count]): Sample => [{ reason }, count]),
  )
  counter(
    'accepted_entries_total',
    'Entries taken for a backend.',
    ['backend'],
    each(({ accepted }) => accepted),
  )
  counter(
    'recovered_entries_total',
    'Entries found in the spool at the start.',
    ['backend'],
    each(({ recovered }) => recovered),
  )
  counter(
    'written_entries_total',
    'Entries that the destination has taken.',
    ['backend'],
    each(({ written }) => written),
  )
  counter('dropped_entries_total', 'Entries that will not arrive.', ['backend', 'reason'], () =>
    backends().flatMap(({ name, ledger }) =>
      [...ledger.dropped].map(([reason, count]): Sample => [{ backend: name, reason }, count]),
    ),
  )
  gauge(
    'queued_entries',
    'Entries that wait in memory.',
    ['backend'],
    each(({ queued }) => queued),
  )
  gauge(
    'spooled_entries',
    'Entries that wait on disk.',
    ['backend'],
    each(({ spooled }) => spooled),
  )
  const writeSeconds = new Histogram({
    ...shape('write_seconds', 'How long writes of batches took, those that failed included.', ['backend']),
    buckets: writeSecondsBuckets,
  })
  counter('audit_events_total', 'Audit records that came, by what became of them.', ['source', 'outcome'], () =>
    [...audit()].flatMap(([source, { counts }]) =>
      Object.entries(counts).map(([outcome, count]): Sample => [{ source, outcome }, count]),
    ),
  )
  // Of the process only what costs nothing until it is asked for: prom-client's own set watches every garbage collection.
  gauge('resident_memory_bytes', 'Memory of the process.', [], () => [[{}, process.memoryUsage.rss()]])
  gauge('heap_used_bytes', "Of that, JavaScript's heap.", [], () => [[{}, process.memoryUsage().heapUsed]])
  counter('cpu_seconds_total', 'User and system time of the process.', [], () => [[{}, cpuSeconds()]])

  return {
    route: async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
    writeSettled: (backend, seconds) => writeSeconds.observe({ backend }, seconds),
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
