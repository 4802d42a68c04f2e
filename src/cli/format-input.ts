/**
 * Formats given on the command line: `--text F`, `--text-file FILE`, `--json-format FILE`, shared by `check`, `explain` and `render`.
 */
import type { Command } from 'commander'
import { parseDocument } from 'yaml'
import type { KumaValues } from '../config/config.ts'
import { formatFaults } from '../config/format-faults.ts'
import { locate } from '../config/locate.ts'
import { didYouMean } from '../did-you-mean.ts'
import { compileFormat } from '../engine/compile-format.ts'
import type { Programs } from '../engine/program.ts'
import { type Fault, FormatError } from '../errors.ts'
import { type KumaName, kumaNames } from '../format/source.ts'
import type { Kernel } from '../kernel.ts'
import { DocumentError } from './document-error.ts'
import { readBytes, readText } from './read-file.ts'
import { UsageError } from './terminal.ts'

export interface FormatFlags {
  readonly text?: string
  readonly textFile?: string
  readonly jsonFormat?: string
  readonly omitEmptyValues?: boolean
  readonly kuma?: readonly string[]
}

/** A format as the engine takes it, and how it is named in messages. */
export interface FormatInput {
  /** What the user called it: `--text`, or the file. */
  readonly file: string
  readonly spec: { readonly text: string | Uint8Array } | { readonly json: unknown }
  /** Text of the JSON file, for positions; null for a text format, which is its own excerpt. */
  readonly source: string | null
}

export function addFormatFlags(command: Command): Command {
  return command
    .option('--text <format>', 'a format string, taken verbatim: no escapes, no newline added')
    .option('--text-file <file>', 'a format string in a file, taken verbatim')
    .option('--json-format <file>', "a JSON file as Envoy's json_format")
    .option('--omit-empty-values', 'as in Envoy: absent values are left out')
    .option('--kuma <key=value>', 'a value of the KUMA_* operators; may be repeated', collect, [])
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value]
}

/** The one format that was given, or null. Throws UsageError for two, DocumentError for a file that cannot be used. */
export function readFormat(flags: FormatFlags): FormatInput | null {
  const given = [flags.text, flags.textFile, flags.jsonFormat].filter((flag) => flag !== undefined)
  if (given.length > 1) throw new UsageError('Give one of --text, --text-file and --json-format.')
  if (flags.text !== undefined) return { file: '--text', spec: { text: flags.text }, source: null }
  if (flags.textFile !== undefined)
    return { file: flags.textFile, spec: { text: readBytes(flags.textFile) }, source: null }
  if (flags.jsonFormat !== undefined) return readJsonFormat(flags.jsonFormat)
  return null
}

function readJsonFormat(file: string): FormatInput {
  const source = readText(file)
  const refuse = (message: string, cause?: unknown) =>
    new DocumentError(file, source, [{ code: 'json', path: '', message }], { cause })
  let json: unknown
  try {
    json = JSON.parse(source)
  } catch (cause) {
    throw refuse(`is not JSON: ${(cause as Error).message}.`, cause)
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { file, spec: { json }, source }
  throw refuse('must hold a JSON object.')
}

/** Compiles the format for both kinds of entries. Throws DocumentError with all its faults, placed where the user can find them. */
export function compileInput(input: FormatInput, flags: FormatFlags, kernel: Kernel): Programs {
  const kumaValues = readKumaValues(flags.kuma)
  try {
    return compileFormat(input.spec, {
      memory: kernel.memory,
      omitEmptyValues: flags.omitEmptyValues ?? false,
      kumaValues,
      timeZone: null,
    })
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    const { source } = input
    const faults = formatFaults(cause, '').map((fault) =>
      source === null ? placeInItself(fault) : placeInJson(fault, source),
    )
    throw new DocumentError(input.file, source ?? undefined, faults, { cause })
  }
}

/** The text of a format is a document of its own. */
function placeInItself(fault: Fault): Fault {
  const { text, index } = fault.excerpt!
  return { ...fault, ...lineAndColumn(text, index) }
}

/** JSON is YAML, whose parser keeps positions; used only once there is a fault. */
function placeInJson(fault: Fault, source: string): Fault {
  const root = parseDocument(source, { prettyErrors: false }).contents
  return { ...fault, ...lineAndColumn(source, locate(root, source, fault.path, { index: fault.excerpt!.index })) }
}

function lineAndColumn(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index)
  return { line: before.split('\n').length, column: [...before.slice(before.lastIndexOf('\n') + 1)].length + 1 }
}

/** `mesh=default` and the like become a map of what was given. */
function readKumaValues(pairs: readonly string[] = []): KumaValues {
  const values: Partial<Record<KumaName, string>> = {}
  for (const pair of pairs) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    const name = kumaNames.find((known) => known === key)
    if (!name) {
      throw new UsageError(
        `--kuma ${pair}: write key=value, the key being ${kumaNames.join(', ')}.${didYouMean(key || pair, kumaNames)}`,
      )
    }
    values[name] = value
  }
  return values
}
