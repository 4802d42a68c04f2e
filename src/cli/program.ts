/**
 * The command line: which commands there are, and how their end becomes an exit code. One file a command; each is a thin layer over
 * the rooms that do the work.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { Action } from './action.ts'
import { renderError } from './print-error.ts'
import { colourOf, exit, OutputClosed, type Terminal, UsageError } from './terminal.ts'

/** Runs a command line (without `node` and the script) and answers the exit code. Never throws. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exit.done
  /** Makes an action of a function that answers an exit code. */
  const action =
    <A extends unknown[]>(run: (terminal: Terminal, ...args: A) => Promise<number>) =>
    async (...args: A) => {
      code = await run(terminal, ...args)
    }
  const program = new Command('als-sink')
    .description("Writes Envoy's own access log lines from the entries that Envoy streams over gRPC.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(--help lists commands and options)')
    .configureHelp({ showGlobalOptions: false })
  for (const make of await commandsFor(argv)) program.addCommand(make(action))
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void terminal.out(text).catch(() => {}),
      writeErr: (text) => terminal.err(text),
      getErrHasColors: () => colourOf(terminal),
    })
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    return exitCodeOf(error, terminal)
  }
}

/** Each is given the arguments that follow its name, for those that load subcommands. */
const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<(action: Action) => Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  render: async () => (await import('./render.ts')).renderCommand,
  envoy: async () => (await import('./envoy.ts')).envoyCommand,
  policy: async () => (await import('./policy.ts')).policyCommand,
  audit: async (argv) => (await import('./audit.ts')).loadAuditCommand(argv),
  test: async () => (await import('./test.ts')).testCommand,
  capture: async () => (await import('./capture.ts')).captureCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  demo: async () => (await import('./demo.ts')).demoCommand,
}

/** The command that is asked for, or, when help is, all of them: none waits for what another one loads. */
async function commandsFor([name = '', ...argv]: readonly string[]): Promise<((action: Action) => Command)[]> {
  const wanted = Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands)
  return Promise.all(wanted.map((load) => load(argv)))
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  // Commander has printed its help or its complaint already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage
  if (error instanceof OutputClosed) return exit.done
  terminal.err(renderError(error, { colour: colourOf(terminal) }))
  return error instanceof UsageError ? exit.usage : exit.faults
}

/** Beside both `src/` and `dist/`. */
function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
