/** The sink of the audit benches, its disk, and its load: each a process of its own, or a real file, and looked at from outside. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AuditPlan, AuditReport } from './audit-load.ts'
import { ServerProcess } from './server-process.ts'

const loadPath = fileURLToPath(new URL('./audit-load.ts', import.meta.url))
const source = 'bench'

export interface AuditSinkOptions {
  /** A checkout of ours whose `dist/` is built. */
  readonly checkout: string
  /** On a real disk; everything is written there. */
  readonly folder: string
  /** As in the configuration; none: access logs go nowhere. */
  readonly backend?: object
  /** Of Node. */
  readonly flags?: readonly string[]
}

export interface AuditSink {
  readonly server: ServerProcess
  readonly checkout: string
  /** The sealed file. */
  readonly auditFile: string
  readonly auditPort: number
  readonly auditPath: string
}

/** Its one audit source keeps events as they are sent, but for secrets; everything else is by default: sealed, rotated at 100 MiB. */
export async function startAuditSink({ checkout, folder, backend, flags = [] }: AuditSinkOptions): Promise<AuditSink> {
  const auditPort = await freePort()
  const auditFile = join(folder, 'audit.log')
  const config = join(folder, 'sink.yaml')
  const pipelines = backend === undefined ? {} : { pipelines: [{ name: 'bench', backends: [backend] }] }
  const document = {
    listen: { grpc: '127.0.0.1:0', http: `127.0.0.1:${auditPort}` },
    ...pipelines,
    audit: {
      stateDir: join(folder, 'state'),
      kubernetes: [{ source, 'audit-log-path': auditFile, 'audit-log-maxsize': 100, 'audit-log-maxbackup': 100 }],
    },
  }
  writeFileSync(config, JSON.stringify(document))
  const args = [...flags, join(checkout, 'dist/main.js'), 'serve', '-c', config]
  const server = await ServerProcess.start({ program: process.execPath, args }, join(folder, 'access.log'))
  // It has its TERM, or it has ended: whatever becomes of the bench, no sink is left behind.
  process.once('exit', () => void server.stop())
  return { server, checkout, auditFile, auditPort, auditPath: `/audit/k8s/${source}` }
}

/** Throws when the file is not what was acknowledged, to the last event and seal. */
export function verifyTrail({ checkout, auditFile }: AuditSink, events: number): void {
  const args = [join(checkout, 'dist/main.js'), 'audit', 'verify', auditFile, '--output', 'json']
  const { ok, records } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  if (!ok || records !== events) throw new Error(`${events} events were acknowledged; verified ${records}, ok: ${ok}`)
}

/** A process that sends batches from `begin` to `finish`, as often as is asked for. */
export class AuditLoad {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start({ auditPort: port, auditPath: path }: AuditSink, load: Omit<AuditPlan, 'port' | 'path'>) {
    const plan: AuditPlan = { port, path, ...load }
    const child = fork(loadPath, [JSON.stringify(plan)], { execArgv: ['--import', 'tsx'] })
    const started = new AuditLoad(child)
    await started.#said()
    return started
  }

  begin(): void {
    this.#child.send('begin')
  }

  /** Resolves when everything has its answer. */
  async finish(): Promise<AuditReport> {
    this.#child.send('finish')
    return (await this.#said()) as AuditReport
  }

  stop(): void {
    this.#child.disconnect()
  }

  async #said(): Promise<unknown> {
    const ended = once(this.#child, 'exit').then(() => Promise.reject(new Error('the audit load ended by itself')))
    const [message] = await Promise.race([once(this.#child, 'message'), ended])
    return message
  }
}

/** CPU seconds of all processes of the machine since it was started. What is not of the bench is noise. */
export function machineCpuSeconds(): number {
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .split(/\s+/)
    .slice(1)
  return [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks) / 100, 0)
}

/** File systems that keep nothing when the machine goes down, by the kernel's numbers for them. */
const inMemory = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
])

/** Throws for a folder on no disk: what it would say of syncs is nothing. */
export function mustBeOnDisk(folder: string): void {
  const kind = inMemory.get(statfsSync(folder).type)
  if (kind !== undefined) throw new Error(`${folder} is a ${kind}; name a folder on a disk with --folder`)
}

/** What the bare disk needs for an append of so many bytes and its fdatasync, `times` one after the other; milliseconds. */
export async function syncTimes(folder: string, bytes: number, times: number): Promise<number[]> {
  const path = join(folder, 'probe')
  const file = await open(path, 'wx')
  const block = Buffer.alloc(bytes, 'audit ')
  const took: number[] = []
  try {
    for (let i = 0; i < times; i++) {
      const startedMs = performance.now()
      await file.write(block)
      await file.datasync()
      took.push(performance.now() - startedMs)
    }
  } finally {
    await file.close()
    await unlink(path)
  }
  return took
}

/** Of a port that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
