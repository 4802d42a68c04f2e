/** A running sink with an audit trail, in this process: requests over real HTTP, files on a real disk. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SecureAddress } from '../../../src/als/server.ts'
import { startApp } from '../../../src/app.ts'
import { audit as auditSchema } from '../../../src/config/audit-schema.ts'
import { collectFindings } from '../../../src/config/findings.ts'
import { lowerAudit } from '../../../src/config/lower-audit.ts'
import { createKernel } from '../../../src/kernel.ts'
import type { App } from '../../../src/running.ts'

export interface AuditRig {
  readonly folder: string
  readonly app: App
  readonly said: readonly { readonly level: string; readonly message: string }[]
  /** Lines of a file in the folder; none when it is not there. */
  lines(file: string): string[]
  call(method: string, path: string, body?: string | Buffer, headers?: Record<string, string>): Promise<Response>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  stop(): Promise<unknown>
}

const plain: SecureAddress = { address: '127.0.0.1:0', tls: null }

/** `audit`: as in sink.yaml, but for `stateDir` and `minFree`. A folder may be given, to start again where another sink has stopped. */
export async function auditRig(
  audit: (folder: string) => object,
  given?: string,
  { grpc = plain, http = plain }: { readonly grpc?: SecureAddress; readonly http?: SecureAddress } = {},
): Promise<AuditRig> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'als-sink-audit-'))
  if (given === undefined) onTestFinished(() => rmSync(folder, { recursive: true }))
  const findings = collectFindings()
  const document = auditSchema.parse({ stateDir: join(folder, 'state'), minFree: '1MiB', ...audit(folder) })
  const outside = { readFile: () => new Uint8Array(), realPath: (path: string) => path, variables: {} }
  const listen = {
    grpc: [],
    http: { kind: 'tcp', host: '127.0.0.1', port: 0, text: '127.0.0.1:0', tls: null },
  } as const
  const config = lowerAudit(document, { pipelines: [], listen, outside, findings })
  if (findings.faults.length > 0) throw new Error(JSON.stringify(findings.faults))
  const said: { level: string; message: string }[] = []
  const sayer = (level: string) => (_fields: object, message: string) => void said.push({ level, message })
  const app = await startApp({
    kernel: createKernel(),
    pipelines: [],
    listen: { grpc: [grpc], http },
    limits: { memoryBytesMax: 1 << 28, streamsMax: 10, connectionsMax: 10, messageBytesMax: 1 << 20 },
    audit: { config, folder },
    log: { info: sayer('info'), warn: sayer('warn'), error: sayer('error'), debug: sayer('debug') } as never,
  })
  const stop = () => app.stop({ graceMs: 2_000 })
  onTestFinished(async () => void (await stop()))
  const call: AuditRig['call'] = (method, path, body, headers = {}) =>
    fetch(`http://${app.httpAddress}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
  return {
    folder,
    app,
    said,
    lines(file) {
      try {
        return readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1)
      } catch {
        return []
      }
    },
    call,
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      call('POST', path, typeof body === 'string' ? body : JSON.stringify(body), headers),
    stop,
  }
}

/** An event as kube-apiserver writes it. */
export function event(auditID: string, more: object = {}): Record<string, unknown> {
  return {
    level: 'RequestResponse',
    auditID,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/default/pods/web',
    verb: 'get',
    user: { username: 'ana', groups: ['system:authenticated'] },
    ...more,
  }
}

export const listOf = (...items: object[]) => ({
  kind: 'EventList',
  apiVersion: 'audit.k8s.io/v1',
  metadata: {},
  items,
})
