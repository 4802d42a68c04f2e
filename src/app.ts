/**
 * The composition root: a compiled sink goes in, a running one comes out. Start and stop are readable from top to bottom; nothing
 * else in the house makes sockets, files or timers of its own accord.
 */
import { resolve } from 'node:path'
import type { MessageTags } from './als/message.ts'
import { type AlsServer, startAlsServer } from './als/server.ts'
import type { Programs } from './engine/program.ts'
import type { WriteError } from './errors.ts'
import type { Identifier } from './identifier.ts'
import { messageBytesMaxDefault, renderedEntryBytesMax } from './limits.ts'
import { ReadingGate } from './pipeline/breath.ts'
import { Budget } from './pipeline/budget.ts'
import { Intake } from './pipeline/intake.ts'
import type { LedgerRow } from './pipeline/ledger-table.ts'
import { Outbox, type WhenFull } from './pipeline/outbox.ts'
import { createPipeline, type Match, type Pipeline } from './pipeline/pipeline.ts'
import { Router } from './pipeline/router.ts'
import { resolveFieldPath } from './schema/field-path.ts'
import { decodeIdentifier } from './schema/identifier.ts'
import { loadSchema } from './schema/load.ts'
import type { Log } from './telemetry/log.ts'
import { Trouble } from './telemetry/trouble.ts'
import { createMemory, type Memory } from './wire/memory.ts'
import { createFileWriter } from './writers/file.ts'
import { shareWriter } from './writers/shared.ts'
import type { Writer } from './writers/writer.ts'

/** What everyone who reads entries works with. One for a process: programs are compiled for its memory. */
export interface Kernel {
  readonly memory: Memory
  readonly tags: MessageTags
  readonly decodeIdentifier: (bytes: Uint8Array) => Identifier
}

/** `messageBytesMax`: the largest message that will be laid in, in bytes; default 16 MiB. */
export function createKernel({ messageBytesMax = messageBytesMaxDefault }: { messageBytesMax?: number } = {}): Kernel {
  const message = loadSchema().message('envoy.service.accesslog.v3.StreamAccessLogsMessage')
  const tag = (path: string) => resolveFieldPath(message, path).at(-1)!.tag
  return {
    memory: createMemory({ inputBytesMax: messageBytesMax, outputBytesMax: renderedEntryBytesMax }),
    tags: {
      identifier: tag('identifier'),
      httpLogs: tag('http_logs'),
      tcpLogs: tag('tcp_logs'),
      httpLogEntry: tag('http_logs.log_entry'),
      tcpLogEntry: tag('tcp_logs.log_entry'),
    },
    decodeIdentifier,
  }
}

export interface AppOptions {
  readonly kernel: Kernel
  /** Compiled for the kernel's memory. */
  readonly pipelines: readonly AppPipeline[]
  /** `host:port`, `[::1]:port`, `unix:/path`; port 0 takes a free one. */
  readonly addresses: readonly string[]
  readonly limits: {
    readonly memoryBytesMax: number
    readonly streamsMax: number
    readonly connectionsMax: number
    readonly messageBytesMax: number
  }
  readonly log: Log
}

export interface AppPipeline {
  readonly name: string
  readonly match: Match
  readonly backends: readonly AppBackend[]
}

export interface AppBackend {
  readonly name: string
  readonly programs: Programs
  readonly writer: { readonly kind: 'file'; readonly path: string; readonly mode: number }
  readonly queue: { readonly bytesMax: number; readonly whenFull: WhenFull; readonly flushAfterMs: number }
}

export interface Stopped {
  /** Entries that were dropped after the stop began. */
  readonly droppedEntries: number
}

/** A fault of one kind is said at most this often, in milliseconds. */
const troubleWindowMs = 10_000

/** Starts everything, the door last. Throws ConfigError when an address cannot be listened on. */
export async function startApp({ kernel, pipelines, addresses, limits, log }: AppOptions): Promise<App> {
  const intake = new Intake()
  const budget = new Budget(limits.memoryBytesMax)
  const reading = new ReadingGate()
  const trouble = new Trouble({
    windowMs: troubleWindowMs,
    nowMs: () => performance.now(),
    say: (kind, detail, heldBack) => log.error({ kind, heldBack }, detail),
  })
  const writers = openWriters(pipelines.flatMap(({ backends }) => backends))
  const outboxes: Outbox[] = []
  const routed = pipelines.map(({ name, match, backends }): Pipeline => {
    const delivered = backends.map((backend) => {
      const outbox = openOutbox(backend, { writer: writers.of.get(backend)!, budget, reading, trouble })
      outboxes.push(outbox)
      return { programs: backend.programs, outbox }
    })
    return createPipeline({ name, match, backends: delivered })
  })
  const router = new Router({ memory: kernel.memory, intake, pipelines: routed })
  const parts = { intake, outboxes, writers: writers.all, trouble, log }
  try {
    const server = await startAlsServer({
      ...kernel,
      addresses,
      intake,
      budget,
      reading,
      attach: (identifier) => router.attach(identifier),
      now: () => Date.now(),
      messageBytesMax: limits.messageBytesMax,
      streamsMax: limits.streamsMax,
      connectionsMax: limits.connectionsMax,
    })
    return new App({ ...parts, server })
  } catch (error) {
    await Promise.all(outboxes.map((outbox) => outbox.stop()))
    throw error
  }
}

interface AppParts {
  readonly server: AlsServer
  readonly intake: Intake
  readonly outboxes: readonly Outbox[]
  readonly writers: readonly Writer[]
  readonly trouble: Trouble
  readonly log: Log
}

export class App {
  readonly #parts: AppParts
  #stopped: Promise<Stopped> | undefined

  constructor(parts: AppParts) {
    this.#parts = parts
  }

  /** Where the sink listens, as it may be dialled. */
  get addresses(): readonly string[] {
    return this.#parts.server.addresses
  }

  get intake(): Intake {
    return this.#parts.intake
  }

  /** The books of every backend, in the order of the configuration; they go on changing. */
  get ledgers(): readonly LedgerRow[] {
    return this.#parts.outboxes
  }

  /** Entries that wait in memory for their destination. */
  get queuedEntries(): number {
    return this.#parts.outboxes.reduce((sum, { ledger }) => sum + ledger.queued, 0)
  }

  /** Opens every destination anew, after its files were moved away. A failure is logged; the old file stays in use. */
  async reopen(): Promise<void> {
    const { writers, log } = this.#parts
    await Promise.all(
      writers.map((writer) =>
        writer
          .reopen()
          .catch((error: WriteError) => log.warn({ code: error.code }, `Reopening failed: ${error.message}`)),
      ),
    )
  }

  /**
   * Stops accepting, ends the streams, writes what is queued, closes the destinations; all that within `graceMs`, after which what
   * is left is counted as dropped. A second call waits for the first.
   */
  stop({ graceMs }: { graceMs: number }): Promise<Stopped> {
    this.#stopped ??= this.#stop(graceMs)
    return this.#stopped
  }

  async #stop(graceMs: number): Promise<Stopped> {
    const { server, outboxes, trouble } = this.#parts
    const dropped = () => outboxes.reduce((sum, { ledger }) => sum + ledger.droppedTotal, 0)
    const droppedBefore = dropped()
    const endsAtMs = performance.now() + graceMs
    // Streams that wait for a slow destination get half of the time, so that what they hold can still be written in the other.
    await server.close({ graceMs: graceMs / 2 })
    const leftMs = Math.max(0, endsAtMs - performance.now())
    await Promise.all(outboxes.map((outbox) => outbox.drain(leftMs)))
    await Promise.all(
      outboxes.map((outbox) => outbox.stop().catch((error: Error) => trouble.report('close', error.message))),
    )
    trouble.close()
    return { droppedEntries: dropped() - droppedBefore }
  }
}

interface Writers {
  readonly all: readonly Writer[]
  readonly of: ReadonlyMap<AppBackend, Writer>
}

/** One writer per destination; backends that name the same one share it. */
function openWriters(backends: readonly AppBackend[]): Writers {
  const byPath = new Map<string, AppBackend[]>()
  for (const backend of backends) {
    const path = resolve(backend.writer.path)
    byPath.set(path, [...(byPath.get(path) ?? []), backend])
  }
  const all: Writer[] = []
  const of = new Map<AppBackend, Writer>()
  for (const sharing of byPath.values()) {
    const { path, mode } = sharing[0]!.writer
    const writer = createFileWriter({ path, mode })
    all.push(writer)
    const shares = shareWriter(writer, sharing.length)
    for (const [i, backend] of sharing.entries()) of.set(backend, shares[i]!)
  }
  return { all, of }
}

interface OutboxParts {
  readonly writer: Writer
  readonly budget: Budget
  readonly reading: ReadingGate
  readonly trouble: Trouble
}

function openOutbox({ name, queue }: AppBackend, { writer, budget, reading, trouble }: OutboxParts): Outbox {
  return new Outbox({
    name,
    writer,
    budget,
    reading,
    queueBytesMax: queue.bytesMax,
    whenFull: queue.whenFull,
    flushAfterMs: queue.flushAfterMs,
    observer: {
      writeFailed: (error, retryInMs) => {
        const then = retryInMs === undefined ? 'It is given up.' : `It is tried again in ${Math.round(retryInMs)} ms.`
        trouble.report(`${name} ${error.code}`, `Backend ${name}: a write failed. ${error.message} ${then}`)
      },
      dropped: (reason, entries) =>
        trouble.report(`${name} dropped ${reason}`, `Backend ${name}: ${entries} entries were dropped (${reason}).`),
    },
  })
}
