/**
 * The composition root: a compiled sink goes in, a running one comes out. Start and stop are readable from top to bottom; nothing
 * else in the house makes sockets, files or timers of its own accord.
 */
import { type AlsServer, type SecureAddress, startAlsServer } from './als/server.ts'
import type { OpenAudit, OpenAuditOptions } from './audit/open-audit.ts'
import { type AppBackend, openBackends } from './backends/open-backends.ts'
import { Teller } from './backends/teller.ts'
import type { Kernel } from './kernel.ts'
import { createJudges } from './mesh/judges.ts'
import { type OpenMeshOptions, openMesh } from './mesh/open-mesh.ts'
import { ReadingGate } from './pipeline/breath.ts'
import { Budget } from './pipeline/budget.ts'
import { systemClock } from './pipeline/clock.ts'
import { Intake } from './pipeline/intake.ts'
import { createPipeline, type Match, type Pipeline } from './pipeline/pipeline.ts'
import { Precedence } from './pipeline/precedence.ts'
import { Router } from './pipeline/router.ts'
import { App } from './running.ts'
import { auditTags } from './schema/audit-tags.ts'
import type { Log } from './telemetry/log.ts'
import { Trouble } from './telemetry/trouble.ts'
import { healthz, readyz } from './web/health.ts'
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

/** A fault of one kind is said at most this often, in milliseconds. */
const troubleWindowMs = 10_000

/** Starts everything, the doors last. Throws ConfigError when a backend cannot be opened or an address cannot be listened on. */
export async function startApp(options: AppOptions): Promise<App> {
  const opened: Opened[] = []
  try {
    return await start(options, opened)
  } catch (error) {
    // Those who were opened last use those before them.
    for (const { close } of opened.reverse()) await close()
    throw error
  }
}

/** Closes what was opened before something else could not be. */
interface Opened {
  readonly close: () => Promise<unknown>
}

async function start(options: AppOptions, opened: Opened[]): Promise<App> {
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
  opened.push({ close: () => backends.close() })
  const metrics = createMetrics({
    intake,
    backends: () => backends.ledgers,
    memory: budget,
    audit: () => audit?.tally.all() ?? [],
  })
  const routed = pipelines.map(({ name, match, backends: own }): Pipeline => {
    const delivered = own.map((backend) => ({ programs: backend.programs, outbox: backends.outboxOf(backend) }))
    return createPipeline({ name, match, backends: delivered })
  })
  const { memory } = kernel
  const onSwap = () => router.swap(router.pipelines)
  const mesh = meshOptions && (await openMesh({ ...meshOptions, memory, backends, log, trouble, onSwap }))
  if (mesh) opened.push({ close: () => mesh.close() })
  const judges = mesh?.judges ?? createJudges({ memory, routeOf: () => null })
  const router = new Router({ memory, intake, pipelines: routed, judges })
  const audit =
    options.audit &&
    (await openAudit({
      ...options.audit,
      backends,
      ...auditTags(),
      precedence: new Precedence(reading, systemClock),
      now,
      steadyNow: () => performance.now(),
      log,
      trouble,
    }))
  if (audit) opened.push({ close: () => audit.close() })
  const parts = { intake, budget, backends, mesh, audit, teller, trouble, log }
  const doors: { server?: AlsServer; web?: WebServer | undefined } = {}
  const app = new App(parts, doors)
  doors.server = await startAlsServer({
    ...kernel,
    addresses: listen.grpc,
    intake,
    budget,
    reading,
    attach: (identifier) => router.attach(identifier),
    now,
    ...limits,
    unaryMethods: audit?.methods ?? [],
    onTlsNews: ({ level, key, sentence }) => log[level]({ key }, sentence),
  })
  const { server } = doors
  opened.push({ close: () => server.close({ graceMs: 0 }) })
  const routes = {
    '/healthz': healthz,
    '/readyz': readyz(() => app.readiness),
    '/metrics': metrics.route,
    '/streams': json(() => server.streams),
  }
  const desks = audit?.desks ?? []
  const mayLack = (listen.http?.isDefault ?? false) && desks.length === 0
  if (listen.http !== null) doors.web = await openWeb({ ...listen.http, routes, desks }, mayLack, log)
  return app
}
