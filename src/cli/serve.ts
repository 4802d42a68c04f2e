/**
 * `als-sink serve`: runs the sink until it is told to stop. TERM or INT: stop accepting, end the streams, write what is queued, print
 * the books. A second one: stop at once and say what was lost. HUP or USR1: open the destinations anew.
 */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { startApp } from '../app.ts'
import type { Config, Listener } from '../config/config.ts'
import { httpAddressDefault } from '../config/schema.ts'
import { createKernel } from '../kernel.ts'
import { renderLedger } from '../pipeline/ledger-table.ts'
import type { App } from '../running.ts'
import { createLog, type Log } from '../telemetry/log.ts'
import type { Action } from './action.ts'
import { compileDocument, loadFile } from './compile-file.ts'
import { renderFault } from './print-error.ts'
import { outsideOf } from './read-file.ts'
import { colourOf, exit, type Terminal } from './terminal.ts'

export function serveCommand(action: Action): Command {
  return new Command('serve')
    .description('Runs the sink.')
    .option('-c, --config <file>', "sink.yaml; without one: 127.0.0.1:9001, Envoy's default format, standard output")
    .action(action(serve))
}

async function serve(terminal: Terminal, flags: { readonly config?: string }): Promise<number> {
  const document = loadFile(flags.config ?? null, terminal)
  const { config, file, text, warnings } = document
  for (const warning of warnings) {
    terminal.err(renderFault(warning, { file, text, colour: colourOf(terminal), severity: 'warning' }))
  }
  const kernel = createKernel(config.limits)
  const { pipelines } = compileDocument(document, kernel)
  const log = createLog(config.log)
  const signals = new Signals(terminal)
  const mesh = meshOf(config, terminal)
  const audit = config.audit === null ? {} : { audit: { config: config.audit, folder: resolve('.') } }
  const listen = listenOf(config)
  const app = await startApp({ kernel, pipelines, listen, limits: config.limits, mesh, ...audit, log })
  const { addresses, httpAddress: http } = app
  log.info({ addresses, http, pid: terminal.pid }, `als-sink listens on ${addresses.join(', ')}.`)
  await signals.untilStop(() => reopen(app, log))
  log.info({ graceMs: config.shutdown.graceMs, queued: app.queuedEntries }, 'Stopping.')
  const stopped = await Promise.race([app.stop(config.shutdown), signals.untilStop(() => undefined)])
  if (!stopped) return stopAtOnce(app, terminal)
  terminal.err(renderLedger(app.ledgers, app.intake))
  return stopped.droppedEntries === 0 ? exit.done : exit.faults
}

function listenOf({ listen: { grpc, http } }: Config): Parameters<typeof startApp>[0]['listen'] {
  const where = ({ text, tls }: Listener) => ({ address: text, tls })
  return { grpc: grpc.map(where), http: http && { ...where(http), isDefault: http.text === httpAddressDefault } }
}

/** Paths are relative to where the sink was started, as all others are. */
function meshOf({ policies, kuma, timeZone, shutdown }: Config, terminal: Terminal) {
  return { policies, folder: resolve('.'), kuma, timeZone, outside: outsideOf(terminal), graceMs: shutdown.graceMs }
}

async function reopen(app: App, log: Log): Promise<void> {
  await app.reopen()
  log.info({}, 'Destinations were opened anew.')
}

function stopAtOnce(app: App, terminal: Terminal): number {
  terminal.err(renderLedger(app.ledgers, app.intake))
  const { queuedEntries } = app
  terminal.err(`als-sink: stopped at once; ${queuedEntries} queued entries are lost.\n`)
  return exit.faults
}

/** The signals of the process, in order; one that comes while nobody waits is kept. */
class Signals {
  #stops = 0
  #onStop: (() => void) | undefined
  #onReopen: () => void = () => undefined

  constructor(terminal: Terminal) {
    terminal.onSignal((signal) => {
      if (signal === 'reopen') this.#onReopen()
      else {
        this.#stops++
        this.#onStop?.()
      }
    })
  }

  /** Resolves with the next stop; meanwhile `onReopen` is called for each reopen. */
  async untilStop(onReopen: () => void): Promise<undefined> {
    this.#onReopen = onReopen
    if (this.#stops === 0) await new Promise<void>((resolve) => (this.#onStop = resolve))
    this.#stops--
    this.#onStop = undefined
  }
}
