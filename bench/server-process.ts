/**
 * A server under load, as a process of its own: what it costs and what it writes is read from outside, from /proc and from its file.
 * Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Command } from './contestants.ts'

const ticksPerSecond = 100
const pollMs = 2
/** Longer than any server here keeps a line to itself. */
const quietMs = 1_300
const patienceMs = 60_000

/** Microseconds of CPU time. */
export interface CpuTime {
  readonly user: number
  readonly system: number
}

export class ServerProcess {
  readonly port: number
  readonly #child: ChildProcess
  readonly #file: string

  private constructor(child: ChildProcess, file: string, port: number) {
    this.#child = child
    this.#file = file
    this.port = port
  }

  /** Resolves when it listens. `file`: where the command makes it write. */
  static async start({ program, args, env }: Command, file: string): Promise<ServerProcess> {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    return new ServerProcess(child, file, await portOf(child))
  }

  /** Since the process began. */
  get cpu(): CpuTime {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    const micros = (ticks: string) => (Number(ticks) / ticksPerSecond) * 1e6
    return { user: micros(fields[11]!), system: micros(fields[12]!) }
  }

  /** Of the threads that it has now, in microseconds: finer than `cpu`, which counts in steps of ten thousand. */
  get threadMicros(): number {
    const tasks = `/proc/${this.#child.pid}/task`
    const nanos = readdirSync(tasks).map((id) => Number(readFileSync(`${tasks}/${id}/schedstat`, 'utf8').split(' ')[0]))
    return nanos.reduce((sum, each) => sum + each, 0) / 1000
  }

  /** Highest resident memory since the process began, or since `forgetPeak`; in MiB. */
  get rssPeakMebibytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)![1]!) / 1024
  }

  forgetPeak(): void {
    writeFileSync(`/proc/${this.#child.pid}/clear_refs`, '5')
  }

  /** Resolves when the file holds exactly so many bytes; throws when it holds more, or does not get there. */
  async wrote(bytes: number): Promise<void> {
    const deadlineMs = performance.now() + patienceMs
    for (;;) {
      const size = this.#size
      if (size === bytes) return
      if (size > bytes || performance.now() > deadlineMs || this.#child.exitCode !== null) {
        throw new Error(`${this.#child.spawnfile} wrote ${size} bytes where ${bytes} were expected`)
      }
      await setTimeout(pollMs)
    }
  }

  /** What it wrote until it had nothing more to write: size and digest. */
  async everything(): Promise<{ readonly bytes: number; readonly digest: string }> {
    let size = -1
    for (let quietSinceMs = performance.now(); performance.now() - quietSinceMs < quietMs; await setTimeout(pollMs)) {
      if (this.#size === size && size > 0) continue
      size = this.#size
      quietSinceMs = performance.now()
    }
    return { bytes: size, digest: createHash('sha256').update(readFileSync(this.#file)).digest('hex') }
  }

  /** All servers append, so an emptied file grows from its beginning again. */
  emptyFile(): void {
    truncateSync(this.#file)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }

  get #size(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0
  }
}

/** The first number that looks like a port in what a server says about itself. */
async function portOf(child: ChildProcess): Promise<number> {
  let said = ''
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk
      const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? /^(\d{4,5})$/m.exec(said)?.[1]
      if (port) resolve(Number(port))
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`the server ended before it listened:\n${said}`)))
  })
}
