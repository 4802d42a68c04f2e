/**
 * The composition root: a compiled sink goes in, a running one comes out. Start and stop are readable from top to bottom; nothing
 * else in the house makes sockets, files or timers of its own accord.
 */
import { type AlsServer, type SecureAddress, startAlsServer } from './als/server.ts'
import type { OpenAudit, OpenAuditOptions } from './audit/open-audit.ts'
import { type AppBackend, type Backends, openBackends } from './backends/open-backends.ts'
import { Teller } from './backends/teller.ts'
import type { WriteError } from './errors.ts'
import type { Kernel } from './kernel.ts'
import { createJudges } from './mesh/judges.ts'
import { type OpenMesh, type OpenMeshOptions, openMesh } from './mesh/open-mesh.ts'
import { ReadingGate } from './pipeline/breath.ts'
import { Budget } from './pipeline/budget.ts'
import { Intake } from './pipeline/intake.ts'
import type { LedgerRow } from './pipeline/ledger-table.ts'
import { createPipeline, type Match, type Pipeline } from './pipeline/pipeline.ts'
import { Router } from './pipeline/router.ts'
import { auditLogRecordTags } from './schema/otlp-tags.ts'
import type { Log } from './telemetry/log.ts'
import { Trouble } from './telemetry/trouble.ts'
import { healthz, type Readiness, readyz } from './web/health.ts'
import { createMetrics } from './web/metrics.ts'
import { openWeb } from './web/open-web.ts'
import { json, type WebServer } from './web/server.ts'

export interface AppOptions {
  readonly kernel: Kernel
  /** Compiled for the kernel's memory. */
  readonly pipelines: readonly AppPipeline[]
  /** `host:port`, `[::1]:port`, `unix:/path`; port 0 takes a free one. */
  readonly listen: {
    readonly grpc: readonly SecureAddress[]
    /** Null: no HTTP door. `isDefault`: nobody chose the place, so the sink does without when another has it. */
    readonly http: (SecureAddress & { readonly isDefault?: boolean }) | null
  }
  readonly limits: {
    readonly memoryBytesMax: number
    readonly streamsMax: number
    readonly connectionsMax: number
    readonly messageBytesMax: number
  }
  /** Policies, and how they are read and carried out. Absent: there are none. */
  readonly mesh?: Pick<OpenMeshOptions, 'policies' | 'folder' | 'kuma' | 'timeZone' | 'outside' | 'graceMs'>
  /** The trail of control planes. Absent: its doors answer 404. */
  readonly audit?: Pick<OpenAuditOptions, 'config' | 'folder'>
  readonly log: Log
}

export interface AppPipeline {
  readonly name: string
  readonly match: Match
  readonly backends: readonly AppBackend[]
}

/** Who keeps no trail does not load what is needed for one. */
async function openAudit(options: OpenAuditOptions): Promise<OpenAudit> {
  return (await import('./audit/open-audit.ts')).openAudit(options)
}

export interface Stopped {
  /** Entries that were dropped after the stop began. */
  readonly droppedEntries: number
}

/** A fault of one kind is said at most this often, in milliseconds. */
const troubleWindowMs = 10_000

/** Starts everything, the doors last. Throws ConfigError when a backend cannot be opened or an address cannot be listened on. */
export async function startApp(options: AppOptions): Promise<App> {
  const { kernel, pipelines, listen, limits, mesh: meshOptions, log } = options
  const intake = new Intake()
  const budget = new Budget(limits.memoryBytesMax)
  const reading = new ReadingGate()
  const now = () => Date.now()
  const trouble = new Trouble({
    windowMs: troubleWindowMs,
    nowMs: () => performance.now(),
    say: (kind, detail, heldBack) => log.error({ kind, heldBack }, detail),
  })
  const teller = new Teller({ log, trouble })
  const backends = await openBackends(
    pipelines.flatMap((pipeline) => pipeline.backends),
    {
      budget,
      reading,
      teller,
      now,
      onWriteSettled: (backend, seconds) => metrics.writeSettled(backend, seconds),
    },
  )
  const metrics = createMetrics({ intake, backends: () => backends.ledgers, memory: budget })
  const routed = pipelines.map(({ name, match, backends: own }): Pipeline => {
    const delivered = own.map((backend) => ({ programs: backend.programs, outbox: backends.outboxOf(backend) }))
    return createPipeline({ name, match, backends: delivered })
  })
  const { memory } = kernel
  const onSwap = () => router.swap(router.pipelines)
  const mesh = meshOptions && (await openMesh({ ...meshOptions, memory, backends, log, trouble, onSwap }))
  const judges = mesh?.judges ?? createJudges({ memory, routeOf: () => null })
  const router = new Router({ memory, intake, pipelines: routed, judges })
  const audit =
    options.audit &&
    (await openAudit({
      ...options.audit,
      backends,
      logRecordTags: auditLogRecordTags(),
      now,
      steadyNow: () => performance.now(),
      onOutcome: (source, outcome) => metrics.auditEvent(source, outcome),
      log,
      trouble,
    }))
  const parts = { intake, budget, backends, mesh, audit, teller, trouble, log }
  const doors: { server?: AlsServer; web?: WebServer | undefined } = {}
  const app = new App(parts, doors)
  try {
    doors.server = await startAlsServer({
      ...kernel,
      addresses: listen.grpc,
      intake,
      budget,
      reading,
      attach: (identifier) => router.attach(identifier),
      now,
      messageBytesMax: limits.messageBytesMax,
      streamsMax: limits.streamsMax,
      connectionsMax: limits.connectionsMax,
    })
    const routes = {
      '/healthz': healthz,
      '/readyz': readyz(() => app.readiness),
      '/metrics': metrics.route,
      '/streams': json(() => doors.server?.streams ?? []),
    }
    const desks = audit?.desks ?? []
    const mayLack = (listen.http?.isDefault ?? false) && desks.length === 0
    if (listen.http !== null) doors.web = await openWeb({ ...listen.http, routes, desks }, mayLack, log)
  } catch (error) {
    await doors.server?.close({ graceMs: 0 })
    await mesh?.close()
    await audit?.close()
    await backends.close()
    throw error
  }
  return app
}

interface AppParts {
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
    const { budget, backends, teller } = this.#parts
    const hindrances = [
      ...(this.#stopped !== undefined || this.#doors.server === undefined ? ['The sink is starting or stopping.'] : []),
      ...(budget.exhausted ? [`The ${budget.bytesMax} bytes for waiting data are used up.`] : []),
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

  /** Opens every destination anew, after its files were moved away, and reads all policies again. A failure is logged; the old file stays in use. */
  async reopen(): Promise<void> {
    const { backends, mesh, audit, log } = this.#parts
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
