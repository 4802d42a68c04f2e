/**
 * A TCP destination that is down while entries come in, on the built sink: with a spool everything arrives, once and in order; without one,
 * what does not arrive is exactly what is counted; and a file beside it never notices. `OUTAGE_SECONDS=60` for the long run, at 20,000
 * entries a second.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../envoy/until.ts'
import { capture, run, scratch } from '../cli/run.ts'
import { type SinkProcess, startSink } from '../support/sink-process.ts'
import { TcpProcess } from '../writers/doubles/tcp-process.ts'

const outageSeconds = Number(process.env['OUTAGE_SECONDS'] ?? 3)
const rate = 20_000
const MiB = 1024 * 1024

async function destination(): Promise<TcpProcess> {
  const found = await TcpProcess.start()
  onTestFinished(() => found.close())
  return found
}

interface Backend {
  readonly spool?: boolean
  readonly queue?: object
}

/** A sink that writes the same lines to the destination and to a file. */
async function sinkBefore(port: number, { spool = false, queue = {} }: Backend) {
  const dir = scratch()
  const plain = '%START_TIME(%s.%9f)% %REQ(X-REQUEST-ID)% %RESPONSE_CODE% %BYTES_SENT%'
  const sink = await startSink(dir, {
    listen: { grpc: '127.0.0.1:0', http: '127.0.0.1:0' },
    pipelines: [
      {
        backends: [
          {
            type: 'Tcp',
            name: 'tcp',
            tcp: { address: `127.0.0.1:${port}`, format: { type: 'Plain', plain } },
            queue: { whenFull: 'dropOldest', ...queue },
            ...(spool ? { spool: { dir: join(dir, 'spool'), maxBytes: '4GiB' } } : {}),
          },
          { type: 'File', name: 'file', file: { path: join(dir, 'lines.log'), format: { type: 'Plain', plain } } },
        ],
      },
    ],
  })
  onTestFinished(() => sink.stop().then(() => undefined))
  return { sink, lines: () => readFileSync(join(dir, 'lines.log'), 'latin1') }
}

async function metric(sink: SinkProcess, line: string): Promise<number> {
  const text = await (await fetch(`http://${sink.httpAddress}/metrics`)).text()
  const found = text.split('\n').find((each) => each.startsWith(`${line} `))
  return found === undefined ? 0 : Number(found.slice(line.length + 1))
}

/** Entries at the rate, before, during and after an outage; resolves when all are sent. */
async function sendThrough(sink: SinkProcess, peer: TcpProcess): Promise<{ sent: number; memory: number[] }> {
  const memory: number[] = []
  const seconds = outageSeconds + 2
  const sending = run(
    'replay',
    capture,
    '--to',
    sink.addresses[0]!,
    '--rate',
    `${rate}`,
    '--duration',
    `${seconds}s`,
    '--output',
    'json',
  )
  await setTimeout(1_000)
  await peer.kill()
  for (let second = 0; second < outageSeconds; second++) {
    await setTimeout(1_000)
    memory.push(sink.residentBytes())
  }
  await peer.start()
  const { code, stdout } = await sending
  expect(code).toBe(0)
  return { sent: (JSON.parse(stdout) as { entries: number }).entries, memory }
}

test(
  `with a spool nothing is lost in ${outageSeconds} s, and memory does not grow`,
  async () => {
    const peer = await destination()
    const { sink, lines } = await sinkBefore(peer.port, { spool: true })
    const { sent, memory } = await sendThrough(sink, peer)
    await until(
      'everything has arrived',
      120_000,
      async () => (await metric(sink, 'als_sink_written_entries_total{backend="tcp"}')) === sent,
    )
    const { exitCode } = await sink.stop()
    expect(exitCode).toBe(0)
    const arrived = peer.text.split('\n')
    const wanted = lines().split('\n')
    expect(wanted.length).toBe(sent + 1)
    expectInOrder(arrived, wanted)
    const half = Math.floor(memory.length / 2)
    const growth = Math.max(...memory.slice(half)) - Math.max(...memory.slice(0, half))
    expect(growth).toBeLessThan(32 * MiB)
  },
  (outageSeconds + 150) * 1_000,
)

test(
  'without one what does not arrive is exactly what is counted, and the file beside it has everything',
  async () => {
    const peer = await destination()
    const { sink, lines } = await sinkBefore(peer.port, { queue: { maxBytes: '1MiB' } })
    const { sent } = await sendThrough(sink, peer)
    await until(
      'the queue is empty',
      60_000,
      async () => (await metric(sink, 'als_sink_queued_entries{backend="tcp"}')) === 0,
    )
    const dropped = await metric(sink, 'als_sink_dropped_entries_total{backend="tcp",reason="queue_full"}')
    const { exitCode } = await sink.stop()
    expect(exitCode).toBe(0)
    expect(dropped).toBeGreaterThan(0)
    const arrived = peer.text.split('\n')
    expect(arrived.length - 1).toBeGreaterThanOrEqual(sent - dropped)
    expect(lines().split('\n').length - 1).toBe(sent)
    // The peer that was killed may have had some of them read already, which then came again.
    expect(arrived.length - 1 - (sent - dropped)).toBeLessThan(rate)
  },
  (outageSeconds + 90) * 1_000,
)

/** Everything wanted, in order; where the peer was killed, some may come again. */
function expectInOrder(arrived: readonly string[], wanted: readonly string[]): void {
  let next = 0
  let again = 0
  for (const line of arrived) {
    if (line === wanted[next]) next++
    else again++
  }
  expect([next, again < rate]).toEqual([wanted.length, true])
}
