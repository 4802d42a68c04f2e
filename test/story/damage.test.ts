/**
 * A hundred thousand damaged messages of real Envoys through the real door: nothing crashes, no stream that keeps to gRPC's framing
 * is ended, every entry is in the books once, and every line in the files is whole. `DAMAGE_SEED=n` sends other damage.
 */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cutMessage, MessageParts } from '../../src/als/message.ts'
import { startApp } from '../../src/app.ts'
import type { AppBackend } from '../../src/backends/open-backends.ts'
import { frame } from '../../src/captures/frame.ts'
import { openCapture } from '../../src/captures/open.ts'
import { compileFormat, type FormatSpec } from '../../src/engine/compile-format.ts'
import { operators } from '../../src/format/operators.ts'
import { createKernel, type Kernel } from '../../src/kernel.ts'
import type { App } from '../../src/running.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { scratch } from '../cli/run.ts'
import { createRandom, damaged, type Random } from '../support/damage.ts'
import { RawStream } from '../support/raw-stream.ts'

const seed = Number(process.env['DAMAGE_SEED'] ?? 20_261_121)
const framedMessages = 100_000
const unframedStreams = 400
const streamCount = 4
const MiB = 1024 * 1024

const captures = ['http1', 'envoy-1.40.0/http1', 'envoy-1.40.0/http2', 'envoy-1.40.0/tcp', 'envoy-1.40.0/tcp-http-grpc']
const goldens = fileURLToPath(new URL('../golden/', import.meta.url))
const originals = captures.flatMap((name) => [...openCapture(join(goldens, name, 'capture.als'))])
const small = originals.filter(({ length }) => length < 4_096)

/** All that can be asked of an entry. Both formats read the same fields, so they must reject the same entries. */
const uses = [...operators.values()].map(({ example }) => example.use)
/** Text may hold line feeds; nothing in the captures looks like this. */
const textEnd = '<end of entry>\n'
const formats: Readonly<Record<'text' | 'json', FormatSpec>> = {
  text: { text: `${uses.join(' ')}${textEnd}` },
  json: { json: Object.fromEntries(uses.map((use) => [use, use])) },
}

interface Running {
  readonly app: App
  readonly kernel: Kernel
  readonly address: string
  readonly files: Readonly<Record<'text' | 'json', string>>
}

async function start(): Promise<Running> {
  const dir = scratch()
  const kernel = createKernel()
  const files = { text: join(dir, 'text.log'), json: join(dir, 'json.log') }
  const backends = (['text', 'json'] as const).map(
    (name): AppBackend => ({
      name,
      programs: compileFormat(formats[name], { memory: kernel.memory }),
      path: '',
      destination: {
        kind: 'file',
        path: files[name],
        mode: 0o640,
        makeDirectory: false,
        fsync: 'never',
        rotation: null,
      },
      spool: null,
      deadLetter: null,
      queue: { bytesMax: 8 * MiB, whenFull: 'block', flushAfterMs: 100 },
    }),
  )
  const match = { entries: 'all', logName: '*', nodeId: '*', nodeCluster: '*' } as const
  const app = await startApp({
    kernel,
    pipelines: [{ name: 'all', match, backends }],
    listen: { grpc: [{ address: '127.0.0.1:0', tls: null }], http: null },
    limits: { memoryBytesMax: 64 * MiB, streamsMax: 1_000, connectionsMax: 1_000, messageBytesMax: MiB },
    log: createLog({ level: 'silent' }),
  })
  onTestFinished(() => app.stop({ graceMs: 0 }).then(() => undefined))
  return { app, kernel, address: app.addresses[0]!, files }
}

/** Mostly small ones: the large are hardly more than an identifier, and would take most of the time. */
function pick(random: Random): Uint8Array {
  const list = random(50) === 0 ? originals : small
  return list[random(list.length)]!
}

function nextMessage(random: Random): Uint8Array {
  // One in ten is sound, so that it shows whether damage spoils what comes after it.
  return random(10) === 0 ? pick(random) : damaged(pick(random), pick(random), random)
}

/** What a message should come to, cut by the same rules that `test/als/message.test.ts` holds. */
class Expected {
  readonly #kernel: Kernel
  readonly #parts = new MessageParts()
  http = 0
  tcp = 0
  /** Messages whose rest could not be cut, and identifiers that could not be decoded: they are no entries. */
  brokenMessages = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  add(message: Uint8Array): void {
    const parts = this.#parts
    cutMessage(message, 0, message.length, this.#kernel.tags, parts)
    if (parts.fault !== null) this.brokenMessages++
    if (parts.kind === 'http') this.http += parts.entries.count
    if (parts.kind === 'tcp') this.tcp += parts.entries.count
    const { at, end, count } = parts.identifier
    if (count === 0) return
    try {
      this.#kernel.decodeIdentifier(
        Buffer.concat(Array.from({ length: count }, (_, i) => message.subarray(at[i], end[i]))),
      )
    } catch {
      this.brokenMessages++
    }
  }
}

function expectBalanced({ app }: Running): void {
  for (const { name, ledger } of app.ledgers) expect(ledger.difference, `${name}, seed ${seed}`).toBe(0)
}

/** After the end: nothing is lost, and the files hold what the books say. Answers how many entries each backend took. */
async function expectAllWritten({ app, files }: Running): Promise<number> {
  expect(await app.stop({ graceMs: 30_000 })).toEqual({ droppedEntries: 0 })
  const [text, json] = app.ledgers.map(({ ledger }) => ledger)
  for (const { accepted, written, droppedTotal, queued, spooled, recovered } of [text!, json!]) {
    expect({ written, droppedTotal, queued, spooled, recovered }, `seed ${seed}`).toEqual({
      written: accepted,
      droppedTotal: 0,
      queued: 0,
      spooled: 0,
      recovered: 0,
    })
  }
  expect(text!.accepted, `seed ${seed}: both formats read the same fields`).toBe(json!.accepted)
  expect(await countRecords(files.text, textEnd, () => {}), `seed ${seed}: entries in ${files.text}`).toBe(
    text!.written,
  )
  const members = new Set(uses).size
  const lines = await countRecords(files.json, '\n', (line) => {
    // Bytes are read as characters, so that invalid UTF-8 shows as it is.
    const object = parse(line)
    if (Object.keys(object).length !== members) throw new Error(`seed ${seed}: a member is missing: ${line}`)
  })
  expect(lines, `seed ${seed}: lines in ${files.json}`).toBe(json!.written)
  return text!.accepted
}

function parse(line: string): object {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new Error(`seed ${seed}: a line is not JSON: ${line}`, { cause })
  }
}

/** Visits the records of a file and counts them; what follows the last end mark is an error. */
async function countRecords(path: string, mark: string, visit: (record: string) => void): Promise<number> {
  let count = 0
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: MiB })) {
    const records = (rest + chunk).split(mark)
    rest = records.pop()!
    count += records.length
    for (const record of records) visit(record)
  }
  if (rest !== '') throw new Error(`seed ${seed}: ${path} ends in a torn record: ${rest}`)
  return count
}

describe('damage', () => {
  test('inside messages costs the damaged entries alone', async () => {
    const running = await start()
    const { app, address, kernel } = running
    const random = createRandom(seed)
    const expected = new Expected(kernel)
    const streams = Array.from({ length: streamCount }, () => new RawStream(address))
    for (let sent = 0; sent < framedMessages; ) {
      // Several messages at a time, so that they share and straddle DATA frames.
      const messages = Array.from({ length: Math.min(1 + random(30), framedMessages - sent) }, () =>
        nextMessage(random),
      )
      sent += messages.length
      for (const message of messages) expected.add(message)
      const stream = streams[random(streams.length)]!
      expect(await stream.send(Buffer.concat(messages.map(frame))), `seed ${seed}: taken before message ${sent}`).toBe(
        true,
      )
      expectBalanced(running)
    }
    expect(streams.map(({ over }) => over)).toEqual(streams.map(() => false))
    for (const stream of streams) expect(await stream.end(), `seed ${seed}`).toBe('0')
    const accepted = await expectAllWritten(running)
    const { intake } = app
    expect(intake.messages).toBe(framedMessages)
    expect([intake.httpEntries, intake.tcpEntries], `seed ${seed}`).toEqual([expected.http, expected.tcp])
    const malformedEntries = intake.malformedTotal - expected.brokenMessages
    expect(expected.http + expected.tcp, `seed ${seed}: entries cut`).toBe(accepted + malformedEntries)
    expect(intake.unmatchedEntries).toBe(0)
    // The damage must have bitten, and must not have been everything.
    expect(malformedEntries).toBeGreaterThan(framedMessages / 20)
    expect(accepted).toBeGreaterThan(framedMessages / 2)
  }, 120_000)

  test('to the framing ends that stream with a status, and no other', async () => {
    const running = await start()
    const { app, address } = running
    const random = createRandom(seed)
    const bystander = new RawStream(address)
    const statuses = new Map<string, number>()
    for (let i = 0; i < unframedStreams; i++) {
      const encoding = (['identity', 'gzip', 'deflate'] as const)[random(3)]!
      const bytes = Buffer.concat(Array.from({ length: 1 + random(8) }, () => encode(encoding, pick(random))))
      const stream = new RawStream(address, { 'grpc-encoding': encoding })
      await stream.send(damaged(bytes, pick(random), random))
      const status = await stream.end()
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      expectBalanced(running)
    }
    expect(await bystander.send(frame(small[0]!))).toBe(true)
    expect(await bystander.end()).toBe('0')
    // OK: only payloads were hit. INVALID_ARGUMENT: cut off. RESOURCE_EXHAUSTED: a huge length. INTERNAL: an odd flag.
    for (const status of statuses.keys()) expect(['0', '3', '8', '13'], `seed ${seed}`).toContain(status)
    for (const status of ['0', '3', '8']) expect(statuses.get(status), `seed ${seed}: ${status}`).toBeGreaterThan(10)
    await expectAllWritten(running)
    expect(app.intake).toMatchObject({ streams: 0, streamsOpened: unframedStreams + 1 })
  }, 60_000)
})

function encode(encoding: 'identity' | 'gzip' | 'deflate', message: Uint8Array): Buffer {
  if (encoding === 'identity') return Buffer.from(frame(message))
  const framed = Buffer.from(frame((encoding === 'gzip' ? gzipSync : deflateSync)(message)))
  framed[0] = 1
  return framed
}
