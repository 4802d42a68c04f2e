/** A sink that runs: what it says of itself, and how it stops. `app.ts` puts it together. */
import type { AlsServer } from './als/server.ts'
import type { OpenAudit } from './audit/open-audit.ts'
import type { Backends } from './backends/open-backends.ts'
import type { Teller } from './backends/teller.ts'
import type { WriteError } from './errors.ts'
import type { OpenMesh } from './mesh/open-mesh.ts'
import type { Budget } from './pipeline/budget.ts'
import type { Intake } from './pipeline/intake.ts'
import type { LedgerRow } from './pipeline/ledger-table.ts'
import type { Log } from './telemetry/log.ts'
import type { Trouble } from './telemetry/trouble.ts'
import type { Readiness } from './web/health.ts'
import type { WebServer } from './web/server.ts'

export interface Stopped {
  /** Entries that were dropped after the stop began. */
  readonly droppedEntries: number
}

export interface AppParts {
  readonly intake: Intake
  readonly budget: Budget
  readonly backends: Backends
  readonly mesh: OpenMesh | undefined
  readonly audit: OpenAudit | undefined
  readonly teller: Teller
  readonly trouble: Trouble
  readonly log: Log
}

/** Both are open while the app runs; `web` only if it was asked for. */
interface Doors {
  readonly server?: AlsServer
  readonly web?: WebServer | undefined
}

export class App {
  readonly #parts: AppParts
  readonly #doors: Doors
  #stopped: Promise<Stopped> | undefined

  constructor(parts: AppParts, doors: Doors) {
    this.#parts = parts
    this.#doors = doors
  }

  /** Where the sink listens for streams, as it may be dialled. */
  get addresses(): readonly string[] {
    return this.#doors.server?.addresses ?? []
  }

  /** Where the HTTP door stands; null: there is none. */
  get httpAddress(): string | null {
    return this.#doors.web?.address ?? null
  }

  /** Whether streams are taken now, and how the backends fare. */
  get readiness(): Readiness {
    const { budget, backends, audit, teller } = this.#parts
    const hindrances = [
      ...(this.#stopped !== undefined || this.#doors.server === undefined ? ['The sink is starting or stopping.'] : []),
      ...(budget.exhausted ? [`The ${budget.bytesMax} bytes for waiting data are used up.`] : []),
      ...(audit?.hindrance ? [`Audit: ${audit.hindrance}`] : []),
    ]
    return {
      hindrances,
      backends: backends.outboxes.map(({ name, ledger }) => ({
        name,
        queued: ledger.queued,
        spooled: ledger.spooled,
        trouble: teller.troubleOf(name),
      })),
    }
  }

  get intake(): Intake {
    return this.#parts.intake
  }

  /** The books of every backend, in the order of the configuration; they go on changing. */
  get ledgers(): readonly LedgerRow[] {
    return this.#parts.backends.ledgers
  }

  /** Entries that wait in memory for their destination. */
  get queuedEntries(): number {
    return this.#parts.backends.outboxes.reduce((sum, { ledger }) => sum + ledger.queued, 0)
  }

  /** Opens every destination anew, after its files were moved away, and reads all policies and certificates again. A failure is logged; the old file stays in use. */
  async reopen(): Promise<void> {
    const { backends, mesh, audit, log } = this.#parts
    for (const door of Object.values(this.#doors)) door?.renewCertificates()
    await mesh?.reload()
    audit?.refresh()
    await Promise.all(
      backends.writers.map((writer) =>
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
    const { backends, mesh, audit, trouble } = this.#parts
    const dropped = () => backends.ledgers.reduce((sum, { ledger }) => sum + ledger.droppedTotal, 0)
    const droppedBefore = dropped()
    const endsAtMs = performance.now() + graceMs
    // Streams that wait for a slow destination get half of the time, so that what they hold can still be written in the other.
    await this.#doors.server?.close({ graceMs: graceMs / 2 })
    await mesh?.close()
    await audit?.close()
    const leftMs = Math.max(0, endsAtMs - performance.now())
    await Promise.all(backends.outboxes.map((outbox) => outbox.drain(leftMs)))
    await backends.close()
    // Until the last line is written there is something to be read.
    await this.#doors.web?.close()
    trouble.close()
    return { droppedEntries: dropped() - droppedBefore }
  }
}
