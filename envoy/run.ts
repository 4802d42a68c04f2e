/**
 * The life of one Envoy process: start it with a bootstrap, learn its ports from its admin interface, stop it by its own process
 * id. Everything it needs lies in one directory of the caller; what it says on stderr is kept for error messages.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json } from './clusters.ts'
import { until } from './until.ts'

export interface RunOptions {
  readonly binary: string
  readonly bootstrap: Json
  /** Takes the bootstrap and the admin address, and is Envoy's working directory. Must exist. */
  readonly dir: string
  /** TZ of the process: the zone of START_TIME_LOCAL. Default UTC. */
  readonly timeZone?: string
  /** More variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** Worker threads; each opens streams of its own. Default 1, which keeps all entries in one order. */
  readonly concurrency?: number
  /** How long lines may wait in Envoy before they reach its files, in milliseconds. Default 20. */
  readonly fileFlushIntervalMs?: number
}

export interface RunningEnvoy {
  readonly pid: number
  /** Listener name to TCP port; listeners inside Envoy have none. */
  readonly ports: ReadonlyMap<string, number>
  /** The value of a counter or gauge; throws when Envoy has none of that name. */
  stat(name: string): Promise<number>
  /** What its admin interface answers at a path, as JSON. */
  admin(path: string): Promise<unknown>
  /** SIGTERM, then SIGKILL after five seconds. Entries that Envoy still buffers for gRPC are lost, so wait for them first. */
  stop(): Promise<void>
}

/** Resolves when Envoy is ready to serve. Throws with Envoy's own words when it ends before that, or after twenty seconds. */
export async function startEnvoy(options: RunOptions): Promise<RunningEnvoy> {
  const configPath = join(options.dir, 'envoy.json')
  const adminPath = join(options.dir, 'envoy-admin.txt')
  writeFileSync(configPath, JSON.stringify(options.bootstrap, null, 1))
  const args = ['--config-path', configPath, '--admin-address-path', adminPath, '--log-level', 'warning']
  args.push('--concurrency', String(options.concurrency ?? 1), '--disable-hot-restart')
  args.push('--file-flush-interval-msec', String(options.fileFlushIntervalMs ?? 20))
  const child = spawn(options.binary, args, {
    cwd: options.dir,
    env: { ...process.env, ...options.environment, TZ: options.timeZone ?? 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-8_192)))
  let failure: Error | undefined
  child.once('error', (error) => (failure = error))

  try {
    const admin = await until('Envoy is ready', 20_000, async () => {
      if (failure) throw failure
      if (child.exitCode !== null) throw new Error(`Envoy ended with code ${child.exitCode}:\n${said}`)
      const address = readIfThere(adminPath)
      return address && (await isReady(address)) ? address : undefined
    })
    const ports = await listenerPorts(admin)
    return {
      pid: child.pid!,
      ports,
      stat: (name) => stat(admin, name),
      admin: async (path) => (await fetch(`http://${admin}${path}`)).json(),
      stop: async () => {
        await stop(child)
        process.off('exit', killWithUs)
      },
    }
  } catch (error) {
    child.kill('SIGKILL')
    process.off('exit', killWithUs)
    throw error
  }
}

/** Makes the directories that the file loggers of a bootstrap write to; Envoy does not. */
export function makeLogDirs(paths: readonly string[]): void {
  for (const dir of new Set(paths.map(dirname))) mkdirSync(dir, { recursive: true })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const last = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(last)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return '' // Envoy has not written it yet; the caller has a deadline.
  }
}

async function isReady(admin: string): Promise<boolean> {
  try {
    return (await fetch(`http://${admin}/ready`)).ok
  } catch {
    return false // Its socket is not open yet; the caller has a deadline.
  }
}

async function listenerPorts(admin: string): Promise<Map<string, number>> {
  const answer = (await (await fetch(`http://${admin}/listeners?format=json`)).json()) as {
    listener_statuses: { name: string; local_address: { socket_address?: { port_value: number } } }[]
  }
  return new Map(
    answer.listener_statuses.flatMap(({ name, local_address: { socket_address } }) =>
      socket_address === undefined ? [] : [[name, socket_address.port_value] as const],
    ),
  )
}

async function stat(admin: string, name: string): Promise<number> {
  const text = await (await fetch(`http://${admin}/stats?filter=^${encodeURIComponent(name)}$`)).text()
  const found = text.split('\n').find((line) => line.startsWith(`${name}: `))
  if (found === undefined) throw new Error(`Envoy has no stat ${name}.`)
  return Number(found.slice(name.length + 2))
}
