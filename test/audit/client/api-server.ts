/** kube-apiserver's end: its webhook and its log file, as a process, and what it takes for delivered. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface ApiServerOptions {
  /** The program of `test/peers/k8s-webhook/`. */
  readonly program: string
  /** Where its kubeconfig and its own audit file, `sent.log`, are written. */
  readonly folder: string
  /** Where it sends to, as a kubeconfig says it. */
  readonly server: string
  readonly events: number
}

export interface ApiServer {
  /** Of events that a 2xx answered for. It grows. */
  readonly acked: ReadonlySet<string>
  /** What kube-apiserver would have written itself. */
  readonly sentLog: string
  /** Throws, with what it said, when it has ended. */
  check(): void
  readonly ended: Promise<ApiServerEnd>
  kill(): void
}

export interface ApiServerEnd {
  readonly exitCode: number | null
  /** `sent N, acked N, failed N, dropped N`. */
  readonly summary: string
}

export function startApiServer({ program, folder, server, events }: ApiServerOptions): ApiServer {
  const [kubeconfig, sentLog] = [join(folder, 'webhook.kubeconfig'), join(folder, 'sent.log')]
  const context = { name: 'als-sink', context: { cluster: 'als-sink', user: '' } }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'als-sink', cluster: { server } }],
    contexts: [context],
    'current-context': 'als-sink',
  }
  writeFileSync(kubeconfig, JSON.stringify(config))
  const flags = {
    kubeconfig,
    log: sentLog,
    events,
    // Small, so that there are many.
    batch: 100,
    waiting: 2_000,
    'batch-wait': '200ms',
    // Each wait is half as long again as the one before: it can bear an absence of a minute.
    backoff: '100ms',
    attempts: 15,
  }
  const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`)
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const acked = new Set<string>()
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('acked ')) acked.add(line.slice('acked '.length))
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<ApiServerEnd>((resolve) =>
    child.once('close', (exitCode) => {
      process.off('exit', killWithUs)
      resolve({ exitCode, summary: said.trimEnd().split('\n').at(-1)! })
    }),
  )
  const check = () => {
    if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}: ${said.slice(-2_000)}`)
  }
  return { acked, sentLog, check, ended, kill: killWithUs }
}
