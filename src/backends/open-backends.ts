/**
 * Backends come to life: writers first, then for every backend an outbox, with its spool and its dead letters if it has any. Nothing is
 * left open when one of them cannot be.
 */
import type { Programs } from '../engine/program.ts'
import { ConfigError, type Fault } from '../errors.ts'
import { attemptTimeoutMsDefault } from '../limits.ts'
import type { ReadingGate } from '../pipeline/breath.ts'
import type { Budget } from '../pipeline/budget.ts'
import { Outbox, type WhenFull } from '../pipeline/outbox.ts'
import { Spool } from '../spool/spool.ts'
import { createDeadLetter, type Quarantine } from '../writers/dead-letter.ts'
import { realPathOf } from '../writers/file/real-path.ts'
import { createFileWriter } from '../writers/file.ts'
import type { Writer } from '../writers/writer.ts'
import { type HasDestination, openWriters, type WritersOptions } from './open-writers.ts'

export interface AppBackend extends HasDestination {
  readonly name: string
  readonly programs: Programs
  readonly queue: { readonly bytesMax: number; readonly whenFull: WhenFull; readonly flushAfterMs: number }
  readonly spool: { readonly folder: string; readonly bytesMax: number } | null
  /** A file. */
  readonly deadLetter: string | null
}

export interface BackendsOptions extends WritersOptions {
  readonly budget: Budget
  readonly reading: ReadingGate
  readonly onWriteSettled: (backend: string, seconds: number) => void
}

export interface Backends {
  readonly outboxes: readonly Outbox[]
  outboxOf(backend: AppBackend): Outbox
  /** Each once, those of dead letters among them. */
  readonly writers: readonly Writer[]
  /** Gives up what is not drained, and closes everything. Never rejects. */
  close(): Promise<void>
}

/** Throws ConfigError with all that cannot be opened: certificates, spools. */
export async function openBackends(backends: readonly AppBackend[], options: BackendsOptions): Promise<Backends> {
  const writers = openWriters(backends, options)
  const letters = new Map<string, Writer>()
  const outboxes = new Map<AppBackend, Outbox>()
  const faults: Fault[] = []
  const close = () => closeAll([...outboxes.values()], [...letters.values()], options)
  for (const backend of backends) {
    try {
      const damaged = (entries: number) => outboxes.get(backend)?.spoolDamaged(entries)
      const spool = backend.spool === null ? undefined : await Spool.open({ ...backend.spool, damaged })
      const quarantine =
        backend.deadLetter === null ? undefined : openLetters(backend, backend.deadLetter, letters, options)
      const writer = writers.of.get(backend)!
      outboxes.set(backend, openOutbox(backend, { ...options, writer, spool, quarantine }))
    } catch (error) {
      faults.push({ code: 'spool', path: `${backend.path}.spool`, message: (error as Error).message })
    }
  }
  if (faults.length > 0) {
    await close()
    throw new ConfigError(faults)
  }
  return {
    outboxes: [...outboxes.values()],
    outboxOf: (backend) => outboxes.get(backend)!,
    writers: [...writers.all, ...letters.values()],
    close,
  }
}

interface OutboxParts extends BackendsOptions {
  readonly writer: Writer
  readonly spool: Spool | undefined
  readonly quarantine: Quarantine | undefined
}

function openOutbox({ name, queue }: AppBackend, parts: OutboxParts): Outbox {
  const { writer, spool, quarantine, budget, reading, teller, onWriteSettled } = parts
  return new Outbox({
    name,
    writer,
    budget,
    reading,
    queueBytesMax: queue.bytesMax,
    whenFull: queue.whenFull,
    flushAfterMs: queue.flushAfterMs,
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
  })
}

/** Backends may share a file of dead letters: each letter says whose it is. */
function openLetters(
  { name }: AppBackend,
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

async function closeAll(
  outboxes: readonly Outbox[],
  letters: readonly Writer[],
  { teller }: BackendsOptions,
): Promise<void> {
  const tell = (error: Error) => teller.closeFailed(error)
  await Promise.all(outboxes.map((outbox) => outbox.stop().catch(tell)))
  await Promise.all(letters.map((writer) => writer.close().catch(tell)))
}
