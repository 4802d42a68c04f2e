/**
 * TERM in the middle of full load, on the built sink: streams end in order, everything accepted is written or counted as dropped in
 * the books that are printed, and the exit code says which.
 */
import { closeSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { frame } from '../../src/captures/frame.ts'
import { planCapture } from '../../src/cli/replay-plan.ts'
import { createKernel } from '../../src/kernel.ts'
import { capture, scratch } from '../cli/run.ts'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { RawStream } from '../support/raw-stream.ts'
import { type SinkEnd, type SinkProcess, startSink } from '../support/sink-process.ts'
import { until } from '../support/until.ts'
import { FifoReader, makeFifo } from '../writers/fifo.ts'

const plain = '<%START_TIME% %REQ(:METHOD)% %REQ(X-REQUEST-ID)% %RESPONSE_CODE% %DURATION%>\n'
/** A line as the format makes it, from its first byte to its last. */
const wholeLine = /^<2026-\S+Z \S+ \S+ \d+ \d+>$/
const okOrUnavailable = [0, 14]

async function startLoaded(path: string, queue: object, graceSeconds: number): Promise<SinkProcess> {
  const sink = await startSink(scratch(), {
    listen: { grpc: '127.0.0.1:0', http: null },
    pipelines: [
      { backends: [{ type: 'File', file: { path, format: { type: 'Plain', plain: plain.trimEnd() } }, queue }] },
    ],
    shutdown: { graceSeconds },
  })
  running.push(sink)
  return sink
}

const running: SinkProcess[] = []
afterEach(() => Promise.all(running.splice(0).map((sink) => sink.stop())))

interface Flood {
  /** How each stream ended. */
  readonly codes: Promise<number[]>
  /** When a stream could last send something, by `performance.now()`. */
  lastSentMs(): number
}

/** Streams that send as fast as they may until they are over; three that cost nothing, so that the sink is busy, and two real clients. */
async function flood(address: string): Promise<Flood> {
  const messages = await planCapture(capture, createKernel())
  const load = Buffer.concat(messages.map(({ again }) => frame(again)))
  let lastSentMs = performance.now()
  const raw = async () => {
    const stream = new RawStream(address)
    while (!stream.over && (await stream.send(load))) lastSentMs = performance.now()
    const status = await stream.end()
    // What a gRPC client makes of a stream that was cut off without a status.
    return status === 'none' ? 14 : Number(status)
  }
  const real = async () => {
    const call = grpcCall(grpcClient(address))
    for (let i = 0; await call.send(messages[i % messages.length]!.again); i++) lastSentMs = performance.now()
    return (await call.ended).code
  }
  return { codes: Promise.all([raw(), raw(), raw(), real(), real()]), lastSentMs: () => lastSentMs }
}

const arrived = (end: SinkEnd) => end.received('http entries') + end.received('tcp entries')

/** Nothing is unaccounted for. */
function expectBalanced(end: SinkEnd): void {
  expect(end.total('accepted')).toBe(arrived(end))
  expect(end.total('accepted')).toBe(end.total('written') + end.total('dropped'))
  for (const column of ['recovered', 'queued', 'spooled']) expect(end.total(column)).toBe(0)
}

describe('TERM during full load', () => {
  test('a file gets everything that was accepted, in whole lines, and the exit code is 0', async () => {
    const path = join(scratch(), 'access.log')
    const sink = await startLoaded(path, {}, 10)
    const { codes } = await flood(sink.addresses[0]!)
    await until('the file grows under load', () => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 20_000_000)
    const startedMs = performance.now()
    const end = await sink.stop()
    expect(performance.now() - startedMs, 'nobody was worth waiting for').toBeLessThan(5_000)
    expect(await codes).toEqual([0, 0, 0, 0, 0])
    expectBalanced(end)
    expect(end.received('malformed')).toBe(0)
    expect(end.total('dropped')).toBe(0)
    expect(end.exitCode, sink.said()).toBe(0)
    const lines = readFileSync(path, 'latin1').split('\n')
    expect(lines.pop(), 'the file ends with a whole line').toBe('')
    expect(lines.length).toBe(end.total('written'))
    expect(lines.find((line) => !wholeLine.test(line))).toBeUndefined()
  })

  test('a destination that takes nothing costs the grace; what is left is counted as dropped, and the exit code is 1', async () => {
    const path = join(scratch(), 'fifo')
    makeFifo(path)
    const reader = new FifoReader(path)
    onTestFinished(() => closeSync(reader.fd))
    const sink = await startLoaded(path, { maxBytes: '4MiB', whenFull: 'block', flushAfter: '10ms' }, 1)
    const { codes, lastSentMs } = await flood(sink.addresses[0]!)
    await until('everything is full and all streams stand still', () => performance.now() - lastSentMs() > 500)
    const end = await sink.stop()
    for (const code of await codes) expect(okOrUnavailable).toContain(code)
    expectBalanced(end)
    // The message that a stream was cut off in.
    expect(end.received('malformed')).toBeLessThanOrEqual(5)
    expect(end.total('dropped')).toBeGreaterThan(0)
    expect(end.exitCode, sink.said()).toBe(1)
    const text = drain(reader.fd)
    const lines = text.split('\n')
    // The pipe may have been full in the middle of a line, which then does not count as written.
    lines.pop()
    expect(lines.length).toBe(end.total('written'))
    expect(lines.find((line) => !wholeLine.test(line))).toBeUndefined()
  })
})

/** What a pipe still holds after its writer has gone. */
function drain(fd: number): string {
  const piece = Buffer.alloc(64 * 1024)
  let text = ''
  for (let count: number; (count = readSync(fd, piece)) > 0; ) text += piece.toString('latin1', 0, count)
  return text
}
