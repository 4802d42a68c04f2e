/**
 * `als-sink explain`: what a format is made of, and what was made of it: its parts, the slots and steps of the plan, the generated
 * source. `--operators` prints the catalogue.
 */
import { Command } from 'commander'
import { createKernel } from '../app.ts'
import { explainOperators, explainPrograms } from '../engine/explain.ts'
import type { Action } from './action.ts'
import { compileFile } from './compile-file.ts'
import { addFormatFlags, compileInput, type FormatFlags, readFormat } from './format-input.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

interface ExplainFlags extends FormatFlags {
  readonly operators?: boolean
  readonly config?: string
}

export function explainCommand(action: Action): Command {
  const command = new Command('explain')
    .description('Shows what a format is compiled to, or lists the operators.')
    .option('--operators', 'list all operators')
    .option('-c, --config <file>', 'explain the formats of every backend of this sink.yaml')
  return addFormatFlags(command).action(action(explain))
}

async function explain(terminal: Terminal, flags: ExplainFlags): Promise<number> {
  if (flags.operators) {
    await terminal.out(explainOperators())
    return exit.done
  }
  const kernel = createKernel()
  if (flags.config) {
    const { sink } = compileFile(flags.config, kernel)
    for (const { name, programs } of sink.pipelines.flatMap(({ backends }) => backends)) {
      await terminal.out(`backend ${name}\n\n${explainPrograms(programs)}\n`)
    }
    return exit.done
  }
  const input = readFormat(flags)
  if (!input) throw new UsageError('What shall be explained? Give --operators, --text, --json-format, or -c sink.yaml.')
  await terminal.out(explainPrograms(compileInput(input, flags, kernel)))
  return exit.done
}
