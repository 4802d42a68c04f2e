/**
 * `als-sink render`: a capture and a format in, lines out. A malformed entry has no line; it is named on standard error and makes the
 * exit code 1.
 */
import { Command, Option } from 'commander'
import { openCapture } from '../captures/open.ts'
import type { Programs } from '../engine/program.ts'
import { createKernel, type Kernel } from '../kernel.ts'
import type { Action } from './action.ts'
import { compileFile } from './compile-file.ts'
import { addFormatFlags, compileInput, type FormatFlags, readFormat } from './format-input.ts'
import { unreadable } from './read-file.ts'
import { CaptureRenderer } from './render-capture.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

interface RenderFlags extends FormatFlags {
  readonly input: string
  readonly entries: 'http' | 'tcp' | 'all'
  readonly config?: string
  readonly backend?: string
}

export function renderCommand(action: Action): Command {
  const command = new Command('render')
    .description('Renders the entries of a capture, without a network.')
    .requiredOption('--input <file>', 'a capture (.als), or .jsonl with one StreamAccessLogsMessage a line')
    .addOption(new Option('--entries <kind>', 'which entries').choices(['http', 'tcp', 'all']).default('all'))
  return addFormatFlags(command)
    .option('-c, --config <file>', 'take the format of a backend of this sink.yaml')
    .option('--backend <name>', "the backend's name; not needed when there is one")
    .action(action(render))
}

async function render(terminal: Terminal, flags: RenderFlags): Promise<number> {
  const kernel = createKernel()
  const renderer = new CaptureRenderer({
    kernel,
    programs: choosePrograms(flags, kernel, terminal),
    entries: flags.entries,
    receivedAtMs: Date.now(),
    write: (bytes) => terminal.out(bytes),
    complain: (entry, reason) => terminal.err(`entry ${entry}: ${reason}\n`),
  })
  try {
    for await (const message of openCapture(flags.input)) await renderer.render(message)
  } catch (error) {
    throw isSystemError(error) ? unreadable(flags.input, error) : error
  }
  return renderer.complaints === 0 ? exit.done : exit.faults
}

function choosePrograms(flags: RenderFlags, kernel: Kernel, terminal: Terminal): Programs {
  const input = readFormat(flags)
  if (input && flags.config) throw new UsageError('Give a format or a configuration, not both.')
  if (flags.config) return programsOfBackend(flags.config, flags.backend, kernel, terminal)
  if (!input) throw new UsageError('Which format? Give --text, --text-file, --json-format, or -c sink.yaml.')
  return compileInput(input, flags, kernel)
}

/** The backend's format; the `match` of its pipeline is not applied, for a capture need not come from where it looks. */
function programsOfBackend(file: string, name: string | undefined, kernel: Kernel, terminal: Terminal): Programs {
  const backends = compileFile(file, kernel, terminal).sink.pipelines.flatMap((pipeline) => pipeline.backends)
  const found = name === undefined ? backends : backends.filter((backend) => backend.name === name)
  if (found.length === 1) return found[0]!.programs
  const names = backends.map((backend) => backend.name).join(', ')
  throw new UsageError(
    name === undefined ? `Which --backend? There are ${names}.` : `There is no backend ${name}, only ${names}.`,
  )
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
