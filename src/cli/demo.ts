/**
 * `als-sink demo`: the whole way on one machine, on embedded defaults. A sink is started, a recorded stream of a real Envoy is sent to
 * it over a real gRPC connection, then the requests of a running Envoy when there is one; the lines appear, and the books at the end.
 */
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { startApp } from '../app.ts'
import { createKernel, type Kernel } from '../kernel.ts'
import { renderLedger } from '../pipeline/ledger-table.ts'
import type { App } from '../running.ts'
import { createLog } from '../telemetry/log.ts'
import type { Action } from './action.ts'
import { compileDocument, loadFile } from './compile-file.ts'
import { driveEnvoy, findEnvoy } from './demo-envoy.ts'
import { planCapture } from './replay-plan.ts'
import { exit, type Terminal } from './terminal.ts'

/** Shipped with the package, beside both `src/` and `dist/`. */
const recordedStream = fileURLToPath(new URL('../../envoy/demo.als', import.meta.url))
const packageDir = fileURLToPath(new URL('../..', import.meta.url))

export function demoCommand(action: Action): Command {
  return new Command('demo')
    .description('Shows the sink at work: a recorded Envoy stream, and a real Envoy where there is one.')
    .action(action(demo))
}

async function demo(terminal: Terminal): Promise<number> {
  const document = loadFile(null, terminal)
  const { limits, shutdown } = document.config
  const kernel = createKernel(limits)
  const { pipelines } = compileDocument(document, kernel)
  const log = createLog({ level: 'warn' })
  const app = await startApp({
    kernel,
    pipelines,
    listen: { grpc: [{ address: '127.0.0.1:0', tls: null }], http: null },
    limits,
    log,
  })
  const [address] = app.addresses
  terminal.err(`als-sink listens on ${address}; a recorded Envoy stream follows, in Envoy's default format.\n`)
  const errors = await sendRecordedStream(address!, kernel)
  await runEnvoy(terminal, app)
  await app.stop(shutdown)
  terminal.err(renderLedger(app.ledgers, app.intake))
  const lost = app.ledgers.some(({ ledger }) => ledger.written !== ledger.accepted)
  return lost || errors > 0 ? exit.faults : exit.done
}

async function sendRecordedStream(address: string, kernel: Kernel): Promise<number> {
  const { Replay } = await import('./replay-client.ts')
  const captures = [await planCapture(recordedStream, kernel)]
  const replay = new Replay({ address, captures, streams: 1, repeat: 1, rate: null, durationMs: null })
  await replay.run()
  return replay.errors.size
}

/** Failures of an Envoy are told, and are no failure of the demo. */
async function runEnvoy(terminal: Terminal, app: App): Promise<void> {
  const binary = findEnvoy(terminal.env, packageDir)
  if (!binary) {
    terminal.err('No Envoy on this machine (PATH, ALS_SINK_ENVOY_BINARY): the recorded stream is the whole demo.\n')
    return
  }
  terminal.err(`Now a real Envoy: ${binary}\n`)
  try {
    const requests = await driveEnvoy({ binary, sinkAddress: app.addresses[0]!, arrived: () => app.intake.httpEntries })
    terminal.err(`Envoy served ${requests} requests and logged them here.\n`)
  } catch (error) {
    terminal.err(`Envoy could not be driven: ${(error as Error).message}\n`)
  }
}
