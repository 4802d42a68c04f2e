/**
 * Backends come to life: a writer, maybe a spool and a file of dead letters, an outbox. Those of the configuration all at once, nothing being
 * left open when one of them cannot be; those that policies name come and go while the sink runs.
 */
import type { Programs } from '../engine/program.ts'
import { ConfigError, type Fault } from '../errors.ts'
import { attemptTimeoutMsDefault, pastLedgersMax } from '../limits.ts'
import type { ReadingGate } from '../pipeline/breath.ts'
import type { Budget } from '../pipeline/budget.ts'
import type { Ledger } from '../pipeline/ledger.ts'
import type { LedgerRow } from '../pipeline/ledger-table.ts'
import { Outbox, type WhenFull } from '../pipeline/outbox.ts'
import type { OutboxOptions } from '../pipeline/outbox-options.ts'
import { Spool } from '../spool/spool.ts'
import { createDeadLetter, type Quarantine } from '../writers/dead-letter.ts'
import { realPathOf } from '../writers/file/real-path.ts'
import { createFileWriter } from '../writers/file.ts'
import type { Writer } from '../writers/writer.ts'
import { type HasDestination, WriterPool, type WritersOptions } from './writer-pool.ts'

/** What a backend is but for its format. */
export interface BackendOptions extends HasDestination {
  /** Unique among those that are open. */
  readonly name: string
  readonly queue: { readonly bytesMax: number; readonly whenFull: WhenFull; readonly flushAfterMs: number }
  readonly spool: { readonly folder: string; readonly bytesMax: number } | null
  /** A file. */
  readonly deadLetter: string | null
  /** For destinations that need another patience than most. */
  readonly attempts?: Pick<OutboxOptions, 'attemptTimeoutMs' | 'retryDelayMs'>
}

export interface AppBackend extends BackendOptions {
  readonly programs: Programs
}

export interface BackendsOptions extends WritersOptions {
  readonly budget: Budget
  readonly reading: ReadingGate
  readonly onWriteSettled: (backend: string, seconds: number) => void
}

/** Throws ConfigError with all that cannot be opened: certificates, spools. */
export async function openBackends(backends: readonly AppBackend[], options: BackendsOptions): Promise<Backends> {
  const opened = new Backends(options)
  const faults: Fault[] = []
  for (const backend of backends) {
    try {
      await opened.open(backend)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      faults.push(...error.faults)
    }
  }
  if (faults.length === 0) return opened
  await opened.close()
  throw new ConfigError(faults)
}

export class Backends {
  readonly #options: BackendsOptions
  readonly #pool: WriterPool
  readonly #letters = new Map<string, Writer>()
  readonly #outboxes = new Map<BackendOptions, Outbox>()
  /** The books of backends that are no more, by name, in the order in which they went. */
  readonly #past = new Map<string, Ledger>()
  readonly #retiring = new Set<Promise<void>>()

  constructor(options: BackendsOptions) {
    this.#options = options
    this.#pool = new WriterPool(options)
  }

  get outboxes(): readonly Outbox[] {
    return [...this.#outboxes.values()]
  }

  /** The books of all backends, past ones last. */
  get ledgers(): readonly LedgerRow[] {
    return [...this.#outboxes.values(), ...[...this.#past].map(([name, ledger]) => ({ name, ledger }))]
  }

  outboxOf(backend: BackendOptions): Outbox {
    return this.#outboxes.get(backend)!
  }

  /** Each once, those of dead letters among them. */
  get writers(): readonly Writer[] {
    return [...this.#pool.writers, ...this.#letters.values()]
  }

  /** Throws ConfigError. */
  async open(backend: BackendOptions): Promise<Outbox> {
    if (backend.spool === null) return this.openAtOnce(backend)
    const damaged = (entries: number) => this.#outboxes.get(backend)?.spoolDamaged(entries)
    let spool: Spool
    try {
      spool = await Spool.open({ ...backend.spool, damaged })
    } catch (error) {
      const message = (error as Error).message
      throw new ConfigError([{ code: 'spool', path: `${backend.path}.spool`, message }])
    }
    try {
      return this.#open(backend, spool)
    } catch (error) {
      await spool.close()
      throw error
    }
  }

  /** For a backend without a spool. If there was one of its name, its books are continued. Throws ConfigError. */
  openAtOnce(backend: BackendOptions): Outbox {
    return this.#open(backend, undefined)
  }

  /** Nobody puts entries there any more: what is queued is written within `graceMs`, or dropped. Its books stay. Never rejects. */
  retire(backend: BackendOptions, graceMs: number): Promise<void> {
    const outbox = this.#outboxes.get(backend)
    if (outbox === undefined) return Promise.resolve()
    this.#outboxes.delete(backend)
    this.#past.set(outbox.name, outbox.ledger)
    for (const name of this.#past.keys()) if (this.#past.size > pastLedgersMax) this.#past.delete(name)
    const retired = outbox.drain(graceMs).then(() => this.#stop(outbox))
    this.#retiring.add(retired)
    return retired.finally(() => this.#retiring.delete(retired))
  }

  /** Gives up what is not drained, and closes everything. Never rejects. */
  async close(): Promise<void> {
    const tell = (error: Error) => this.#options.teller.closeFailed(error)
    await Promise.all([...this.outboxes.map((outbox) => this.#stop(outbox)), ...this.#retiring])
    await Promise.all([...this.#letters.values()].map((writer) => writer.close().catch(tell)))
  }

  #stop(outbox: Outbox): Promise<void> {
    return outbox.stop().catch((error: Error) => this.#options.teller.closeFailed(error))
  }

  #open(backend: BackendOptions, spool: Spool | undefined): Outbox {
    const { name } = backend
    const writer = this.#pool.join(backend)
    const quarantine =
      backend.deadLetter === null ? undefined : openLetters(backend, backend.deadLetter, this.#letters, this.#options)
    const ledger = this.#past.get(name)
    this.#past.delete(name)
    const outbox = openOutbox(backend, { ...this.#options, writer, spool, quarantine, ledger })
    this.#outboxes.set(backend, outbox)
    return outbox
  }
}

interface OutboxParts extends BackendsOptions {
  readonly writer: Writer
  readonly spool: Spool | undefined
  readonly quarantine: Quarantine | undefined
  readonly ledger: Ledger | undefined
}

function openOutbox({ name, queue, attempts = {} }: BackendOptions, parts: OutboxParts): Outbox {
  const { writer, spool, quarantine, ledger, budget, reading, teller, onWriteSettled } = parts
  return new Outbox({
    name,
    writer,
    budget,
    reading,
    queueBytesMax: queue.bytesMax,
    whenFull: queue.whenFull,
    flushAfterMs: queue.flushAfterMs,
    ...attempts,
    observer: {
      writeSettled: (seconds) => {
        teller.writeSettled(name)
        onWriteSettled(name, seconds)
      },
      writeFailed: (error, retryInMs) => teller.writeFailed(name, error, retryInMs),
      dropped: (reason, entries) => teller.dropped(name, reason, entries),
      spoolFailed: (error) => teller.spoolFailed(name, error),
    },
    ...(spool ? { spool } : {}),
    ...(quarantine ? { quarantine } : {}),
    ...(ledger ? { ledger } : {}),
  })
}

/** Backends may share a file of dead letters: each letter says whose it is. */
function openLetters(
  { name }: BackendOptions,
  path: string,
  letters: Map<string, Writer>,
  { teller, now }: BackendsOptions,
): Quarantine {
  const key = realPathOf(path)
  const writer = letters.get(key) ?? createFileWriter({ path, onEvent: (event) => teller.file(event) })
  letters.set(key, writer)
  const onTrouble = (error: Error) => teller.lettersFailed(name, error)
  return createDeadLetter({ backend: name, writer, now, timeoutMs: attemptTimeoutMsDefault, onTrouble })
}
