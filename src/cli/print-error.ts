/**
 * The one place where faults become text for people: where, what, the line with a caret, how to mend.
 *
 *     sink.yaml:12:16 pipelines[1].backends[0].file.format.plain, column 16: %RESPONSE_COD% is not an operator.
 *         [%START_TIME%] %RESPONSE_COD% %DURATION%
 *                        ^^^^^^^^^^^^^^
 *     Did you mean %RESPONSE_CODE%? `als-sink explain --operators` lists them all.
 */

import { ConfigError, type Excerpt, type Fault } from '../errors.ts'
import { DocumentError } from './document-error.ts'

export interface FaultContext {
  /** Name of the document, as the user gave it. */
  readonly file?: string | undefined
  /** Text of the document, for the line above the caret. */
  readonly text?: string | undefined
  readonly colour?: boolean
  readonly severity?: 'fault' | 'warning'
}

/** One fault, ending with a newline. */
export function renderFault(fault: Fault, context: FaultContext = {}): string {
  const { colour = false, severity = 'fault' } = context
  const [first, mending] = splitMessage(fault.message)
  const paint = colour ? painted : plain
  const tint = severity === 'warning' ? paint.yellow : paint.red
  const headline = [where(fault, context), severity === 'warning' ? 'warning:' : '', what(fault, first)]
    .filter(Boolean)
    .join(' ')
  const lines = [tint(headline)]
  const shown = fault.excerpt ? excerptLine(fault.excerpt) : documentLine(fault, context.text)
  if (shown) lines.push(`    ${shown.line}`, `    ${paint.bold(shown.caret)}`)
  if (mending) lines.push(mending)
  return `${lines.join('\n')}\n`
}

/** Any error at all, for people, ending with a newline. Those that are not ours keep their stack: they are ours to mend. */
export function renderError(error: unknown, context: FaultContext = {}): string {
  if (error instanceof ConfigError) {
    const document = error instanceof DocumentError ? { file: error.file, text: error.text } : {}
    return error.faults.map((fault) => renderFault(fault, { ...context, ...document })).join('')
  }
  if (!(error instanceof Error)) return `als-sink: ${String(error)}\n`
  const expected = 'code' in error || error.name === 'UsageError'
  return expected ? `als-sink: ${error.message}\n` : `als-sink: unexpected: ${error.stack ?? error.message}\n`
}

function where(fault: Fault, { file }: FaultContext): string {
  if (!file) return ''
  return fault.line === undefined ? file : `${file}:${fault.line}:${fault.column ?? 1}`
}

function what(fault: Fault, first: string): string {
  // A format that is a document of its own has its place in front already.
  if (!fault.path) return first
  return `${fault.path}${fault.excerpt ? `, ${placeInText(fault.excerpt)}` : ''}: ${first}`
}

/** `column 16`, or `line 2, column 3` when the text has several lines; 1-based, in code points. */
function placeInText({ text, index }: Excerpt): string {
  const before = text.slice(0, index)
  const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1
  const line = before.split('\n').length
  return text.trimEnd().includes('\n') ? `line ${line}, column ${column}` : `column ${column}`
}

/** The first sentence says what is wrong and stands in the headline; the rest says how to mend it. */
function splitMessage(message: string): [string, string] {
  const end = /[.?!](?=\s+[A-Z`%])|\n/.exec(message)
  if (!end) return [message, '']
  return [message.slice(0, end.index + 1).trimEnd(), message.slice(end.index + 1).trim()]
}

interface Shown {
  readonly line: string
  readonly caret: string
}

function excerptLine({ text, index, length }: Excerpt): Shown {
  const start = text.lastIndexOf('\n', index - 1) + 1
  const end = text.indexOf('\n', index)
  const line = text.slice(start, end < 0 ? undefined : end)
  return underline(line, index - start, length)
}

function documentLine(fault: Fault, text: string | undefined): Shown | null {
  if (text === undefined || fault.line === undefined) return null
  const line = text.split(/\r?\n/)[fault.line - 1]
  if (!line?.trim()) return null
  const index = [...line].slice(0, (fault.column ?? 1) - 1).join('').length
  const word = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,:{}[\]]+)/.exec(line.slice(index))
  return underline(line, index, word?.[0].length ?? 1)
}

/** Code points shown of a long line, before and after the fault. */
const contextBefore = 60
const contextAfter = 90

/** Control characters become a visible stand-in of the same width, so that the caret stays true and the terminal stays sane. */
function underline(line: string, index: number, length: number): Shown {
  const before = [...line.slice(0, index)]
  const fault = [...line.slice(index, index + length)]
  const after = [...line.slice(index + length)]
  const head = before.length > contextBefore ? ['…', ...before.slice(1 - contextBefore)] : before
  const tail = after.length > contextAfter ? [...after.slice(0, contextAfter - 1), '…'] : after
  const visible = [...head, ...fault, ...tail]
    .join('')
    .replaceAll('\t', ' ')
    .replaceAll(/[\x00-\x1f\x7f]/g, '\u{fffd}')
  return { line: visible, caret: ' '.repeat(head.length) + '^'.repeat(Math.max(1, fault.length)) }
}

const plain = { red: (s: string) => s, yellow: (s: string) => s, bold: (s: string) => s }
const painted = {
  red: (s: string) => `\x1b[31m${s}\x1b[0m`,
  yellow: (s: string) => `\x1b[33m${s}\x1b[0m`,
  bold: (s: string) => `\x1b[1m${s}\x1b[0m`,
}
