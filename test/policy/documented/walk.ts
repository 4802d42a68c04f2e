/**
 * One walk through a whole sink, in this process: documents on disk, entries over gRPC, lines in files and at a real TCP listener. The sink is
 * stopped before anything is looked at, so nothing has to be waited for. The places that Kuma's documentation names stand for real ones.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { startApp } from '../../../src/app.ts'
import { compile } from '../../../src/compile.ts'
import { loadDocuments } from '../../../src/config/load.ts'
import { createKernel } from '../../../src/kernel.ts'
import { encodeJsonMessage } from '../../../src/schema/json.ts'
import { loadSchema } from '../../../src/schema/load.ts'
import { v3Path } from '../../support/grpc-call.ts'

/** What a proxy sends on a stream of its own. */
export interface Traffic {
  /** `node.id`: `default.frontend-canary`. */
  readonly from: string
  readonly http?: readonly object[]
  readonly tcp?: readonly object[]
  readonly logName?: string
}

export interface WalkOptions {
  /** Texts of YAML, each becomes a file. */
  readonly documents: readonly string[]
  readonly traffic: readonly Traffic[]
  /** As in sink.yaml. */
  readonly kuma?: object
  /** What `otel-collector:4317` stands for; absent: nothing listens there. */
  readonly collector?: string
}

export interface Walked {
  /** What has gone to `/dev/stdout`. */
  readonly stdout: string
  /** What has gone to `127.0.0.1:5000`. */
  readonly tcp: string
  /** What has gone to another file in `/var/log`. */
  file(name: string): string
  /** What the sink had to say: warnings and errors. */
  readonly complaints: readonly string[]
  readonly unmatchedEntries: number
  /** Names of the ledger and what was written there. */
  readonly written: Readonly<Record<string, number>>
}

const kernel = createKernel()

export async function walk({ documents, traffic, kuma = {}, collector = '127.0.0.1:9' }: WalkOptions): Promise<Walked> {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-documented-'))
  const listener = await startListener()
  try {
    mkdirSync(join(folder, 'policies'))
    documents.forEach((text, i) => {
      const placed = text
        .replaceAll('/dev/stdout', join(folder, 'stdout'))
        .replaceAll('/var/log/', `${folder}/`)
        .replaceAll('127.0.0.1:5000', listener.address)
        .replaceAll('otel-collector:4317', collector)
      writeFileSync(join(folder, 'policies', `${i}.yaml`), placed)
    })
    const ran = await run(folder, traffic, kuma)
    const tcp = await listener.everything()
    const read = (name: string) => readFileSync(join(folder, name), { encoding: 'utf8', flag: 'a+' })
    const files = new Map([...new Set(['stdout', ...ran.files])].map((name) => [name, read(name)]))
    return { ...ran, tcp, stdout: files.get('stdout')!, file: (name) => files.get(name) ?? '' }
  } finally {
    listener.close()
    rmSync(folder, { recursive: true })
  }
}

async function run(folder: string, traffic: readonly Traffic[], kuma: object) {
  const document = { policies: 'policies', listen: { http: null }, kuma }
  const [loaded] = loadDocuments('sink.yaml', JSON.stringify(document))
  if (!loaded?.config) throw new Error(JSON.stringify(loaded?.faults))
  const complaints: string[] = []
  const complain = (_fields: object, message: string) => void complaints.push(message)
  const quiet = () => undefined
  const { config } = loaded
  const app = await startApp({
    kernel,
    pipelines: compile(config, kernel.memory).pipelines,
    listen: { grpc: [{ address: '127.0.0.1:0', tls: null }], http: null },
    limits: config.limits,
    mesh: {
      policies: config.policies,
      folder,
      kuma: config.kuma,
      timeZone: null,
      outside: { realPath: (path) => path, variables: {} },
      graceMs: 5_000,
    },
    log: { debug: quiet, info: quiet, warn: complain, error: complain } as never,
  })
  try {
    for (const each of traffic) await stream(app.addresses[0]!, each)
  } finally {
    await app.stop({ graceMs: 5_000 })
  }
  const written = Object.fromEntries(app.ledgers.map(({ name, ledger }) => [name, ledger.written]))
  const files = Object.keys(written).flatMap((name) => name.split(`policies/file:${folder}/`)[1] ?? [])
  return { complaints, unmatchedEntries: app.intake.unmatchedEntries, written, files }
}

/** One ALS stream, until the sink has answered it. */
async function stream(address: string, { from, http = [], tcp = [], logName = 'access' }: Traffic): Promise<void> {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  const same = (bytes: Buffer) => bytes
  const messages = [
    { identifier: { node: { id: from, cluster: '' }, logName } },
    ...(http.length > 0 ? [{ httpLogs: { logEntry: http } }] : []),
    ...(tcp.length > 0 ? [{ tcpLogs: { logEntry: tcp } }] : []),
  ]
  try {
    await new Promise<void>((resolve, reject) => {
      const call = client.makeClientStreamRequest(v3Path, same, same, new Metadata(), (error) => {
        if (error) reject(error)
        else resolve()
      })
      for (const message of messages) {
        call.write(
          Buffer.from(encodeJsonMessage(loadSchema(), 'envoy.service.accesslog.v3.StreamAccessLogsMessage', message)),
        )
      }
      call.end()
    })
  } finally {
    client.close()
  }
}

/** Takes what comes and keeps it. */
async function startListener() {
  let received = ''
  const open = new Set<Socket>()
  const ended: Promise<unknown>[] = []
  const server = createServer((socket) => {
    open.add(socket)
    ended.push(new Promise((resolve) => socket.once('close', resolve)))
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text
    })
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    /** When all who have come are gone. */
    async everything() {
      await Promise.all(ended)
      return received
    },
    close() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
