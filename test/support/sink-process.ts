/**
 * The built sink as a process of its own, as users run it: started with a configuration, watched through its log and /proc, ended by
 * TERM, and asked for its books.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../../envoy/until.ts'

const mainPath = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export interface SinkProcess {
  /** Where it listens, the kernel's choice of port included. */
  readonly addresses: readonly string[]
  /** Of the HTTP door; null: there is none. */
  readonly httpAddress: string | null
  /** Everything that the process has said on stderr. */
  said(): string
  residentBytes(): number
  /** The most it ever was, by the kernel's own count. */
  residentBytesMax(): number
  /** TERM, then waits for the end. */
  stop(): Promise<SinkEnd>
  /** KILL: it has no time for anything. Resolves when it is gone. */
  kill(): Promise<void>
}

export interface SinkEnd {
  readonly exitCode: number | null
  /** The line of the books about what arrived: `http entries`, `tcp entries`, `malformed` … */
  received(noun: string): number
  /** A column of the books, summed over all backends: `accepted`, `written`, `dropped`, `queued`. */
  total(column: string): number
}

/** Resolves when the sink listens. The configuration is written into `dir`. */
export async function startSink(dir: string, config: object): Promise<SinkProcess> {
  if (!existsSync(mainPath)) throw new Error('dist/main.js is missing; build it first: npm run build')
  const configPath = join(dir, 'sink.yaml')
  writeFileSync(configPath, JSON.stringify(config, null, 1))
  const child = spawn(process.execPath, [mainPath, 'serve', '-c', configPath], { stdio: ['ignore', 'ignore', 'pipe'] })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const { addresses, http: httpAddress } = await until('the sink listens', 10_000, () => {
    if (child.exitCode !== null) throw new Error(`The sink ended with code ${child.exitCode}:\n${said}`)
    return addressesIn(said)
  })
  return {
    addresses,
    httpAddress,
    said: () => said,
    residentBytes: () => memoryOf(child.pid, 'VmRSS'),
    residentBytesMax: () => memoryOf(child.pid, 'VmHWM'),
    stop: async () => {
      child.kill('SIGTERM')
      const last = setTimeout(() => child.kill('SIGKILL'), 15_000)
      const exitCode = await ended
      clearTimeout(last)
      process.off('exit', killWithUs)
      return { exitCode, received: (noun) => received(said, noun), total: (column) => total(said, column) }
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
      process.off('exit', killWithUs)
    },
  }
}

/** The port of a `127.0.0.1:port` address. */
export function portOf({ addresses }: SinkProcess): number {
  return Number(/:(\d+)$/.exec(addresses[0]!)![1])
}

function memoryOf(pid: number | undefined, row: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return 1_024 * Number(new RegExp(`^${row}:\\s+(\\d+) kB$`, 'm').exec(status)![1])
}

interface Listening {
  readonly addresses: readonly string[]
  readonly http: string | null
}

function addressesIn(said: string): Listening | undefined {
  const line = said
    .split('\n')
    .find((each) => each.startsWith('{') && each.includes('listens on') && each.endsWith('}'))
  return line === undefined ? undefined : (JSON.parse(line) as Listening)
}

function received(said: string, noun: string): number {
  const found = new RegExp(`^received: .*\\b${noun} (\\d+)`, 'm').exec(said)
  if (!found) throw new Error(`The books do not tell "${noun}":\n${said}`)
  return Number(found[1])
}

function total(said: string, column: string): number {
  const lines = said.split('\n')
  const head = lines.findIndex((line) => /^backend +accepted /.test(line))
  const index = lines[head]?.split(/ +/).indexOf(column) ?? -1
  if (index < 1) throw new Error(`The books have no column "${column}":\n${said}`)
  const rows = lines.slice(head + 1).filter((line) => line !== '')
  return rows.reduce((sum, row) => sum + Number(row.split(/ +/)[index]), 0)
}
