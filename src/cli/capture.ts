/**
 * `als-sink capture`: stands where a sink would stand, and records what every stream sends, as sent, into one `.als` file each.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { startAlsServer } from '../als/server.ts'
import { parseAddress } from '../config/scalars.ts'
import { createKernel } from '../kernel.ts'
import { memoryBytesMaxDefault } from '../limits.ts'
import { Budget } from '../pipeline/budget.ts'
import { Intake } from '../pipeline/intake.ts'
import type { Route } from '../pipeline/route.ts'
import type { Action } from './action.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

export function captureCommand(action: Action): Command {
  return new Command('capture')
    .description('Records the streams that come in, each into a file of its own.')
    .requiredOption('--listen <address>', 'host:port, [::1]:port or unix:/path')
    .requiredOption('--dir <dir>', 'where the .als files go; made when missing')
    .action(action(capture))
}

/** Entries are recorded with their messages, not rendered. */
const nowhere: Route = { put: () => {}, blocked: false, whenUnblocked: (callback) => callback(), close: () => {} }

async function capture(terminal: Terminal, { listen, dir }: { listen: string; dir: string }): Promise<number> {
  const address = parseAddress(listen)
  if ('fault' in address) throw new UsageError(`--listen ${address.fault}`)
  mkdirSync(dir, { recursive: true })
  const recorder = new Recorder(dir, terminal)
  const intake = new Intake()
  const stop = new Promise<void>((resolve) => {
    terminal.onSignal((signal) => signal === 'stop' && resolve())
  })
  const server = await startAlsServer({
    ...createKernel(),
    addresses: [address.value.text],
    intake,
    budget: new Budget(memoryBytesMaxDefault),
    attach: () => nowhere,
    now: () => Date.now(),
    tap: (stream, data) => recorder.take(stream, data),
    onStreamEnd: (stream) => recorder.end(stream),
  })
  terminal.err(`als-sink captures on ${server.addresses.join(', ')} into ${dir}; interrupt it to stop.\n`)
  await stop
  await server.close({ graceMs: 5_000 })
  recorder.close()
  terminal.err(`${intake.messages} messages of ${intake.streamsOpened} streams, ${intake.receivedBytes} bytes.\n`)
  return exit.done
}

interface Recording {
  readonly path: string
  readonly fd: number
  bytes: number
}

/** Writes synchronously: a recording must not outgrow memory, and its speed does not matter. */
class Recorder {
  readonly #dir: string
  readonly #terminal: Terminal
  readonly #open = new Map<number, Recording>()
  #count = 0

  constructor(dir: string, terminal: Terminal) {
    this.#dir = dir
    this.#terminal = terminal
  }

  take(stream: number, data: Uint8Array): void {
    const recording = this.#open.get(stream) ?? this.#begin(stream)
    for (let at = 0; at < data.length; ) at += writeSync(recording.fd, data, at)
    recording.bytes += data.length
  }

  end(stream: number): void {
    const recording = this.#open.get(stream)
    if (!recording) return
    this.#open.delete(stream)
    closeSync(recording.fd)
    this.#terminal.err(`${recording.path}: ${recording.bytes} bytes\n`)
  }

  close(): void {
    for (const stream of [...this.#open.keys()]) this.end(stream)
  }

  /** Never writes over an earlier recording: a taken name is passed by. */
  #begin(stream: number): Recording {
    for (;;) {
      this.#count++
      const path = join(this.#dir, `stream-${String(this.#count).padStart(4, '0')}.als`)
      try {
        const recording = { path, fd: openSync(path, 'wx'), bytes: 0 }
        this.#open.set(stream, recording)
        return recording
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
  }
}
