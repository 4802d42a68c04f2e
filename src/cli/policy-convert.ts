/**
 * `als-sink policy convert`: documents of an older Kuma in the words of a newer one. The documents go to standard output, every change to
 * standard error.
 */
import { Command, Option } from 'commander'
import { describeChange } from '../policy/convert/change.ts'
import { convertFiles } from '../policy/convert/convert.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'
import { kumaVersionDefault } from '../policy/kuma-version.ts'
import type { Action } from './action.ts'
import { loadFile } from './compile-file.ts'
import { readKumaVersion } from './policy-input.ts'
import { readText } from './read-file.ts'
import { exit, type Terminal } from './terminal.ts'

interface ConvertFlags {
  readonly to: KumaVersion
  readonly config?: string
  readonly output: 'text' | 'json'
}

export function convertCommand(action: Action): Command {
  return new Command('convert')
    .description('Prints MeshAccessLog documents in the words of another version of Kuma, and tells every change.')
    .argument('<files...>', 'documents, several per file; - reads standard input')
    .option('--to <version>', 'for this version, e.g. 2.14 or 3.0-dev', readKumaVersion, kumaVersionDefault)
    .option('-c, --config <file>', 'a sink.yaml, for kuma.systemNamespaces')
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action(action(convert))
}

async function convert(terminal: Terminal, files: readonly string[], flags: ConvertFlags): Promise<number> {
  const { systemNamespaces } = loadFile(flags.config ?? null, terminal).config.kuma
  const { text, changes } = convertFiles(
    files.map((file) => ({ file, text: readText(file) })),
    { version: flags.to, systemNamespaces },
  )
  if (flags.output === 'json') {
    await terminal.out(`${JSON.stringify({ text, changes })}\n`)
  } else {
    for (const change of changes) terminal.err(`${describeChange(change)}\n`)
    await terminal.out(text)
  }
  return changes.some(({ kind }) => kind === 'left') ? exit.faults : exit.done
}
