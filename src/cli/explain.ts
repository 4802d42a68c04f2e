/**
 * `als-sink explain`: what a format is made of, and what was made of it: its parts, the slots and steps of the plan, the generated
 * source. With `--input` why the line of one entry looks as it does. `--operators` prints the catalogue.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { cutMessage, MessageParts } from '../als/message.ts'
import { openCapture } from '../captures/open.ts'
import { explainOperators, explainPrograms } from '../engine/explain.ts'
import { type EntryExplanation, explainEntry } from '../engine/explain-entry.ts'
import { WireError } from '../errors.ts'
import { createKernel, type Kernel } from '../kernel.ts'
import type { Action } from './action.ts'
import { compileFile } from './compile-file.ts'
import { addFormatFlags, compileInput, type FormatFlags, type FormatInput, readFormat } from './format-input.ts'
import { unreadable } from './read-file.ts'
import { exit, type Terminal, UsageError } from './terminal.ts'

interface ExplainFlags extends FormatFlags {
  readonly operators?: boolean
  readonly config?: string
  readonly input?: string
  readonly entry?: number
  readonly output?: 'text' | 'json'
}

export function explainCommand(action: Action): Command {
  const command = new Command('explain')
    .description(
      'Shows what a format is compiled to, or why the line of an entry looks as it does, or lists the operators.',
    )
    .option('--operators', 'list all operators')
    .option('-c, --config <file>', 'explain the formats of every backend of this sink.yaml')
    .option(
      '--input <file>',
      'explain an entry of this capture: .als, or .jsonl with one StreamAccessLogsMessage a line',
    )
    .option('--entry <number>', 'which entry of the capture, counted from 1; default 1', readNumber)
    .addOption(
      new Option('-o, --output <form>', 'form of what is said of an entry; default text').choices(['text', 'json']),
    )
  return addFormatFlags(command).action(action(explain))
}

function readNumber(text: string): number {
  if (/^[0-9]+$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('Entries are counted from 1.')
}

async function explain(terminal: Terminal, flags: ExplainFlags): Promise<number> {
  if (flags.input === undefined && (flags.entry !== undefined || flags.output !== undefined)) {
    throw new UsageError('--entry and --output are about an entry: give its capture with --input.')
  }
  if (flags.operators) {
    await terminal.out(explainOperators())
    return exit.done
  }
  const kernel = createKernel()
  const input = readFormat(flags)
  if (flags.input !== undefined) {
    if (flags.config) throw new UsageError('An entry is explained by one format: give it, and no configuration.')
    if (!input) throw new UsageError('Which format? Give --text, --text-file or --json-format.')
    return explainInput(terminal, flags.input, input, flags, kernel)
  }
  if (flags.config) {
    const { sink } = compileFile(flags.config, kernel, terminal)
    for (const { name, programs } of sink.pipelines.flatMap(({ backends }) => backends)) {
      await terminal.out(`backend ${name}\n\n${explainPrograms(programs)}\n`)
    }
    return exit.done
  }
  if (!input) throw new UsageError('What shall be explained? Give --operators, --text, --json-format, or -c sink.yaml.')
  await terminal.out(explainPrograms(compileInput(input, flags, kernel)))
  return exit.done
}

async function explainInput(
  terminal: Terminal,
  file: string,
  input: FormatInput,
  flags: ExplainFlags,
  kernel: Kernel,
): Promise<number> {
  // Places the faults of the format and of --kuma.
  compileInput(input, flags, kernel)
  const number = flags.entry ?? 1
  const refuse = (fault: string) => {
    terminal.err(`entry ${number}: ${fault}\n`)
    return exit.faults
  }
  const found = findEntry(file, number, kernel)
  if ('fault' in found) return refuse(found.fault)
  const explained = explainEntry(input.spec, {
    ...found,
    memory: kernel.memory,
    omitEmptyValues: flags.omitEmptyValues ?? false,
    kumaValues: Object.fromEntries((flags.kuma ?? []).map(splitPair)),
    receivedAtMs: Date.now(),
  })
  if ('fault' in explained) return refuse(explained.fault)
  const answer = flags.output === 'json' ? forPrograms : forPeople
  await terminal.out(answer(number, found.kind, explained))
  return exit.done
}

/** `key=value`, whose form is checked already. */
function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return [pair.slice(0, equals), pair.slice(equals + 1)]
}

interface FoundEntry {
  readonly kind: 'http' | 'tcp'
  /** In the kernel's memory. */
  readonly at: number
  readonly end: number
  readonly stream: ReturnType<Kernel['decodeIdentifier']>
}

/** Counts as `render` does: what has no line has a number all the same. Throws UsageError beyond the last entry. */
function findEntry(file: string, number: number, kernel: Kernel): FoundEntry | { readonly fault: string } {
  const { bytes, inputAt, inputBytesMax } = kernel.memory
  const parts = new MessageParts()
  let stream = kernel.decodeIdentifier(new Uint8Array(0))
  let before = 0
  try {
    for (const message of openCapture(file)) {
      if (message.length > inputBytesMax) {
        if (++before === number) return { fault: `its message is above the limit of ${inputBytesMax} bytes` }
        continue
      }
      bytes.set(message, inputAt)
      cutMessage(bytes, inputAt, inputAt + message.length, kernel.tags, parts)
      stream = identify(parts, kernel) ?? stream
      const { kind, entries, fault } = parts
      const i = number - before - 1
      if (kind !== null && i < entries.count) return { kind, at: entries.at[i]!, end: entries.end[i]!, stream }
      if (kind !== null) before += entries.count
      if (fault !== null && ++before === number) return { fault: `the rest of its message is damaged (${fault})` }
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unreadable(file, error) : error
  }
  throw new UsageError(`There is no entry ${number}: ${file} ends after ${before}.`)
}

/** Null: the message names nobody, or cannot be read as naming somebody; `render` tells of the latter. */
function identify({ identifier }: MessageParts, kernel: Kernel): FoundEntry['stream'] | null {
  const { at, end, count } = identifier
  if (count === 0) return null
  const pieces = Array.from({ length: count }, (_, i) => kernel.memory.bytes.subarray(at[i], end[i]))
  try {
    return kernel.decodeIdentifier(Buffer.concat(pieces))
  } catch (error) {
    if (error instanceof WireError) return null
    throw error
  }
}

function forPrograms(entry: number, kind: 'http' | 'tcp', { line, operators }: EntryExplanation): string {
  return `${JSON.stringify({ entry, kind, line: Buffer.from(line).toString('utf8'), operators })}\n`
}

/** Values in which nothing is to be seen are told like absent ones. */
const thin: readonly (string | null)[] = [null, '', '-', '0']

const nothingToMend = "Nothing to mend: Envoy's own line has no value here either."

/** Longer operators do not move the values of the others. */
const widthMax = 40

function forPeople(entry: number, kind: 'http' | 'tcp', { line, operators }: EntryExplanation): string {
  const text = Buffer.from(line).toString('utf8')
  const width = Math.max(0, ...operators.map(({ operator }) => operator.length).filter((length) => length <= widthMax))
  const lines = operators.flatMap(({ operator, value, looked, mend }) => [
    `${operator.padEnd(width)}  ${value === null ? 'absent' : JSON.stringify(value)}`,
    ...(thin.includes(value) ? looked.map(({ where, found }) => `    ${where}: ${found}`) : []),
    ...(value === null && mend.length === 0 ? [`    → ${nothingToMend}`] : []),
    ...mend.map((sentence) => `    → ${sentence}`),
  ])
  return visible(
    `entry ${entry}: ${kind.toUpperCase()}\n${text}${text.endsWith('\n') ? '' : '\n'}\n${lines.join('\n')}\n`,
  )
}

/** Entries hold what clients sent: it must not steer the terminal. */
function visible(text: string): string {
  return text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f]/g, '\u{fffd}')
}
