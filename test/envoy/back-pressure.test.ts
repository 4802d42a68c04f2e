/**
 * Back-pressure on a real Envoy: when the destination takes nothing (a FIFO that nobody reads) and the backend says `block`, the
 * sink stops reading, its memory stays within bounds, and loss happens where it must: in Envoy, which counts it. When the
 * destination reads again delivery resumes, and the books are exact to the entry.
 */
import { execFileSync } from 'node:child_process'
import { constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildBootstrap, envoyLogPath, logFormat } from '../../envoy/config.ts'
import type { Format } from '../../envoy/formats.ts'
import { makeLogDirs, type RunningEnvoy, startEnvoy } from '../../envoy/run.ts'
import { until } from '../../envoy/until.ts'
import { openUpstreams } from '../../envoy/upstream.ts'
import { portOf, type SinkEnd, type SinkProcess, startSink } from '../support/sink-process.ts'
import { describeWithEnvoy } from './real-envoy.ts'

const MiB = 1024 * 1024
/** Big values get past Envoy's watermark (about 16 MB unsent) with few requests. */
const value = 'v'.repeat(60_000)
const format: Format = {
  name: 'big',
  format: { text: '%REQ(X-ITEM)% %REQ(X-VALUE)%\n' },
  omitEmptyValues: false,
}
const queueBytesMax = 4 * MiB
const dropped = 'access_logs.grpc_access_log.logs_dropped'

describeWithEnvoy('a destination that takes nothing', (binary) => {
  test('holds the sink still, makes Envoy count its loss, and resumes without a gap in the books', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'als-fifo-'))
    const fifo = join(dir, 'access.fifo')
    execFileSync('mkfifo', [fifo])
    // The reading end is open, so that the sink can open its own; nobody reads from it yet.
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK)
    const sink = await startSink(dir, {
      listen: { grpc: '127.0.0.1:0', http: null },
      pipelines: [
        {
          backends: [
            {
              type: 'File',
              file: { path: fifo, logFormat: logFormat(format) },
              queue: { maxBytes: queueBytesMax, whenFull: 'block', flushAfter: '20ms' },
            },
          ],
        },
      ],
    })
    const upstreams = await openUpstreams(dir)
    const logDir = join(dir, 'envoy-logs')
    makeLogDirs([envoyLogPath(logDir, 'http2', format)])
    const bootstrap = buildBootstrap({
      cases: ['http2'],
      formats: [format],
      logDir,
      als: { port: portOf(sink) },
      upstreams: upstreams.addresses,
      flushIntervalMs: 20,
    })
    const envoy = await startEnvoy({ binary, dir, bootstrap })
    let arrived = 0
    let end: SinkEnd
    try {
      arrived = await expectBackPressure(envoy, sink, reader)
    } finally {
      await envoy.stop()
      await upstreams.close()
      end = await sink.stop()
    }
    for (const column of ['accepted', 'written']) expect(end.total(column)).toBe(arrived)
    for (const column of ['dropped', 'queued']) expect(end.total(column)).toBe(0)
    expect(end.received('http entries')).toBe(arrived)
    expect(end.exitCode, sink.said()).toBe(0)
    rmSync(dir, { recursive: true })
  }, 60_000)
})

/** Answers the number of entries that arrived. */
async function expectBackPressure(envoy: RunningEnvoy, sink: SinkProcess, reader: number): Promise<number> {
  const session = connect(`http://127.0.0.1:${envoy.ports.get('http2')}`, { maxSendHeaderBlockLength: MiB })
  let sent = 0
  const flood = async (requests: number) => {
    await Promise.all(Array.from({ length: requests }, () => request(session, sent++)))
  }

  // Full are, in this order, the pipe's 64 KiB, then the queue, then the windows, then Envoy's own buffer.
  await flood(100)
  const residentAtFirst = sink.residentBytes()
  let residentMax = residentAtFirst
  // Twice as much as everything together can hold, so that growth would show.
  while (sent < 1_500 || (await envoy.stat(dropped)) < 500) {
    if (sent > 5_000) throw new Error(`${sent} requests of ${value.length} bytes and Envoy drops nothing.`)
    await flood(50)
    residentMax = Math.max(residentMax, sink.residentBytes())
  }
  expect(residentMax).toBeLessThan(256 * MiB)
  expect(residentMax - residentAtFirst).toBeLessThan(48 * MiB)

  // Somebody reads again.
  const lines = readLines(reader)
  const everything = async () => lines.length >= sent - (await envoy.stat(dropped))
  const seen = () => `${lines.length} lines of ${sent} requests`
  await until('everything that Envoy had kept arrives', 20_000, everything, seen)
  const keptBefore = lines.length
  await flood(50)
  await until('new entries arrive as well', 10_000, everything, seen)
  session.destroy()

  // To the unit: what was sent is either a line or counted by Envoy as dropped; nothing twice, nothing torn, nothing out of order.
  const lost = await envoy.stat(dropped)
  expect(lines.length).toBe(sent - lost)
  expect(lines.length - keptBefore).toBe(50)
  const numbers = lines.map((line) => {
    const [item, carried] = line.split(' ')
    expect(carried).toBe(value)
    return Number(item)
  })
  expect(new Set(numbers).size).toBe(numbers.length)
  return lines.length
}

async function request(session: ClientHttp2Session, item: number): Promise<void> {
  const stream = session.request({ ':path': '/direct', 'x-item': String(item), 'x-value': value })
  stream.resume()
  await new Promise<void>((resolve, reject) => stream.once('error', reject).once('close', () => resolve()))
}

/** Fills an array with the lines that come out of the FIFO, from now on. */
function readLines(reader: number): string[] {
  const lines: string[] = []
  let rest = ''
  new Socket({ fd: reader, readable: true, writable: false }).on('data', (chunk: Buffer) => {
    const pieces = (rest + chunk.toString('latin1')).split('\n')
    rest = pieces.pop()!
    lines.push(...pieces)
  })
  return lines
}
