/**
 * `als-sink check`: reads documents and formats as `serve` would, and reports every fault with line, column and caret. Opens no
 * sockets and no destinations.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { compile, noteConfig } from '../compile.ts'
import type { Outside } from '../config/data-source.ts'
import { sinkJsonSchema } from '../config/json-schema.ts'
import { type LoadedDocument, loadDocuments } from '../config/load.ts'
import { noteFormat } from '../engine/compile-format.ts'
import { ConfigError, type Fault } from '../errors.ts'
import { createKernel, type Kernel } from '../kernel.ts'
import type { KumaVersion } from '../policy/kuma-version.ts'
import type { Action } from './action.ts'
import { checkAuditPolicy } from './check-audit-policy.ts'
import { checkAuditSettings } from './check-audit-settings.ts'
import { checkKuma, type KumaCheckOptions } from './check-kuma.ts'
import { DocumentError } from './document-error.ts'
import { addFormatFlags, compileInput, type FormatFlags, readFormat } from './format-input.ts'
import { readKumaVersion } from './policy-input.ts'
import { renderFault } from './print-error.ts'
import { outsideOf, readText } from './read-file.ts'
import { colourOf, exit, type Terminal, UsageError } from './terminal.ts'

interface CheckFlags extends FormatFlags {
  readonly output: 'text' | 'json'
  readonly jsonSchema?: boolean
  readonly envoyVersion?: string
  readonly kumaVersion?: KumaVersion
}

/** One document of the answer; the names are an interface to other programs. */
interface Answer {
  readonly file: string
  readonly index: number
  readonly kind: string
  readonly name: string | null
  readonly accepted: boolean
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** For excerpts; not part of the JSON answer. */
  readonly text: string | undefined
}

export function checkCommand(action: Action): Command {
  const command = new Command('check')
    .description('Checks documents and formats, and reports all their faults.')
    .argument('[files...]', 'documents, several per file; - reads standard input')
  return addFormatFlags(command)
    .addOption(new Option('--output <kind>', 'how to answer').choices(['text', 'json']).default('text'))
    .option('--envoy-version <version>', 'warn about what this Envoy does not take, e.g. 1.36', readVersion)
    .option('--kuma-version <version>', "judge Kuma's documents as this version does, e.g. 2.14", readKumaVersion)
    .option('--json-schema', 'print the JSON Schema of sink.yaml and do nothing else')
    .action(action(check))
}

/** Of Envoy: `1.36`, `v1.36.4` and the like; of a patch only the first two numbers count. */
function readVersion(text: string): string {
  const version = /^v?(\d+\.\d+)/.exec(text)?.[1]
  if (version === undefined) throw new InvalidArgumentError('Write it as 1.36 or 1.36.4.')
  return version
}

async function check(terminal: Terminal, files: readonly string[], flags: CheckFlags): Promise<number> {
  if (flags.jsonSchema) {
    await terminal.out(`${JSON.stringify(sinkJsonSchema(), null, 2)}\n`)
    return exit.done
  }
  const kernel = createKernel()
  const versions = { envoyVersion: flags.envoyVersion ?? null, kumaVersion: flags.kumaVersion ?? null }
  const answers = files.flatMap((file) => checkFile(file, kernel, versions, terminal))
  const format = checkFormat(flags, kernel)
  if (format) answers.push(format)
  if (answers.length === 0) throw new UsageError('Nothing to check: name a file, or give --text or --json-format.')
  if (flags.output === 'json') await terminal.out(`${JSON.stringify({ documents: answers.map(forPrograms) })}\n`)
  else await printAnswers(answers, terminal)
  return answers.every(({ accepted }) => accepted) ? exit.done : exit.faults
}

function checkFile(file: string, kernel: Kernel, versions: KumaCheckOptions, terminal: Terminal): Answer[] {
  try {
    const outside = outsideOf(terminal)
    const documents = loadDocuments(file, readText(file), outside)
    return documents.map((document) => checkDocument(document, kernel, { ...versions, outside }))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [
      {
        file,
        index: 0,
        kind: 'unknown',
        name: null,
        accepted: false,
        faults: error.faults,
        warnings: [],
        text: undefined,
      },
    ]
  }
}

function checkDocument(
  document: LoadedDocument,
  kernel: Kernel,
  options: KumaCheckOptions & { readonly outside: Outside },
): Answer {
  const { file, index, kind, name, text, config, place } = document
  const foreign = checkAuditPolicy(document) ?? checkAuditSettings(document, options) ?? checkKuma(document, options)
  if (foreign) return { file, index, kind, name, accepted: foreign.faults.length === 0, ...foreign, text }
  const faults = [...document.faults, ...compileFaults(document, kernel)]
  const notes = config && faults.length === 0 ? noteConfig(config, options.envoyVersion).map(place) : []
  const warnings = [...document.warnings, ...notes]
  return { file, index, kind, name, accepted: faults.length === 0, faults, warnings, text }
}

/** Faults that only show when the formats are compiled. */
function compileFaults({ config, place }: LoadedDocument, kernel: Kernel): Fault[] {
  if (!config) return []
  try {
    compile(config, kernel.memory)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(place)
    throw error
  }
}

function checkFormat(flags: CheckFlags, kernel: Kernel): Answer | null {
  const base = { index: 0, kind: 'format', name: null }
  try {
    const input = readFormat(flags)
    if (!input) return null
    compileInput(input, flags, kernel)
    const warnings = noteFormat(input.spec, flags.envoyVersion ?? null).map((note) => ({ ...note, path: '' }))
    return { ...base, file: input.file, accepted: true, faults: [], warnings, text: undefined }
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    return { ...base, file: error.file, accepted: false, faults: error.faults, warnings: [], text: error.text }
  }
}

async function printAnswers(answers: readonly Answer[], terminal: Terminal): Promise<void> {
  const colour = colourOf(terminal)
  for (const { file, index, accepted, faults, warnings, text } of answers) {
    for (const warning of warnings) terminal.err(renderFault(warning, { file, text, colour, severity: 'warning' }))
    for (const fault of faults) terminal.err(renderFault(fault, { file, text, colour }))
    const several = answers.filter((other) => other.file === file).length > 1
    const label = several ? `${file} (document ${index + 1})` : file
    await terminal.out(
      `${label}: ${accepted ? 'accepted' : countOf(faults.length, 'fault')}${warned(warnings.length)}\n`,
    )
  }
}

function warned(count: number): string {
  return count === 0 ? '' : `, ${countOf(count, 'warning')}`
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function forPrograms({ file, index, kind, name, accepted, faults, warnings }: Answer) {
  const bare = ({ code, path, message, line = 1, column = 1 }: Fault) => ({ code, path, message, line, column })
  return { file, index, kind, name, accepted, faults: faults.map(bare), warnings: warnings.map(bare) }
}
