/** A running sink with policies, in this process: documents in a folder, proxies that send entries, lines in files. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startApp } from '../../src/app.ts'
import { compile } from '../../src/compile.ts'
import { loadDocuments } from '../../src/config/load.ts'
import { createKernel } from '../../src/kernel.ts'
import { encodeJsonMessage } from '../../src/schema/json.ts'
import { loadSchema } from '../../src/schema/load.ts'
import { grpcCall, grpcClient } from '../support/grpc-call.ts'
import { until } from '../support/until.ts'

export interface MeshRig {
  readonly folder: string
  /** Writes documents into the folder that the sink follows, each file at once. */
  write(file: string, ...documents: unknown[]): void
  remove(file: string): void
  /** What a destination in the folder holds; '' when it is not there yet. */
  lines(file: string): string[]
  /** The log lines of the sink. */
  readonly said: readonly { readonly level: string; readonly message: string }[]
  readonly app: Awaited<ReturnType<typeof startApp>>
  /** A proxy that streams. */
  proxy(identifier: object): {
    send(kind: 'http' | 'tcp', ...entries: object[]): Promise<void>
  }
  /** Until the sink has taken so many entries. */
  taken(entries: number): Promise<unknown>
}

/** `config`: as in sink.yaml, with `folder` for its paths. */
export async function meshRig(
  documents: Readonly<Record<string, readonly unknown[]>>,
  config: (folder: string) => object = () => ({}),
): Promise<MeshRig> {
  const folder = mkdtempSync(join(tmpdir(), 'als-sink-mesh-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'policies'))
  const write = (file: string, ...all: unknown[]) => {
    const path = join(folder, 'policies', file)
    writeFileSync(`${path}.part`, all.map((document) => JSON.stringify(document)).join('\n---\n'))
    renameSync(`${path}.part`, path)
  }
  for (const [file, all] of Object.entries(documents)) write(file, ...all)
  const document = { policies: [join(folder, 'policies/*.yaml')], listen: { http: null }, ...config(folder) }
  const [loaded] = loadDocuments('sink.yaml', JSON.stringify(document))
  if (!loaded?.config) throw new Error(JSON.stringify(loaded?.faults))
  const kernel = createKernel()
  const said: { level: string; message: string }[] = []
  const sayer = (level: string) => (_fields: object, message: string) => void said.push({ level, message })
  const log = { info: sayer('info'), warn: sayer('warn'), error: sayer('error'), debug: sayer('debug') }
  const { limits, policies, kuma, timeZone } = loaded.config
  const app = await startApp({
    kernel,
    pipelines: compile(loaded.config, kernel.memory).pipelines,
    listen: { grpc: [{ address: '127.0.0.1:0', tls: null }], http: null },
    limits,
    mesh: {
      policies,
      folder,
      kuma,
      timeZone,
      outside: { realPath: (path) => path, variables: {} },
      graceMs: 5_000,
    },
    log: log as never,
  })
  onTestFinished(async () => void (await app.stop({ graceMs: 1_000 })))
  return {
    folder,
    write,
    remove: (file) => rmSync(join(folder, 'policies', file)),
    lines(file) {
      try {
        return readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1)
      } catch {
        return []
      }
    },
    said,
    app,
    proxy(identifier) {
      const call = grpcCall(grpcClient(app.addresses[0]!))
      let first = true
      return {
        async send(kind, ...entries) {
          const logs = kind === 'http' ? { httpLogs: { logEntry: entries } } : { tcpLogs: { logEntry: entries } }
          const message = { ...(first ? { identifier } : {}), ...logs }
          first = false
          const name = 'envoy.service.accesslog.v3.StreamAccessLogsMessage'
          await call.send(encodeJsonMessage(loadSchema(), name, message))
        },
      }
    },
    taken: (entries) =>
      until(`${entries} entries`, () => app.intake.httpEntries + app.intake.tcpEntries >= entries || null),
  }
}

export const shop = {
  type: 'Dataplane',
  mesh: 'default',
  name: 'shop-01',
  labels: { app: 'shop', 'kuma.io/zone': 'east' },
  networking: {
    address: '192.168.0.7',
    inbound: [{ port: 8080, tags: { 'kuma.io/service': 'shop', 'kuma.io/protocol': 'http' } }],
    outbound: [
      { port: 10_001, tags: { 'kuma.io/service': 'payments' } },
      { port: 10_002, tags: { 'kuma.io/service': 'stock' } },
    ],
  },
}

export function policy(name: string, spec: object) {
  return { type: 'MeshAccessLog', mesh: 'default', name, spec }
}

export const plainFile = (path: string, plain: string) => ({
  type: 'File',
  file: { path, format: { type: 'Plain', plain } },
})

/** An entry whose own end of the connection is this; `more` are further common properties. */
export function entryAt(host: string, port: number, more: object = {}, rest: object = {}) {
  return {
    commonProperties: { downstreamLocalAddress: { socketAddress: { address: host, portValue: port } }, ...more },
    ...rest,
  }
}
