/**
 * Format text to template: Envoy's grammar, with all faults of a format reported together.
 *
 *     format    = *( literal / "%%" / operator )
 *     operator  = "%" NAME [ "(" argument ")" ] [ ":" length ] "%"
 *     NAME      = 1*( "A"-"Z" / "0"-"9" / "_" )
 *     argument  = any bytes but newline; ends at the first ")" that is followed by "%" or by ":" digits "%"
 */

import { nearestWord } from '../did-you-mean.ts'
import { FormatError } from '../errors.ts'
import type { ByteString } from './byte-string.ts'
import { toText } from './byte-string.ts'
import { ArgumentFault, type Operator } from './operator.ts'
import type { OperatorCall, TextPart, TextTemplate } from './template.ts'

const operatorPattern = /%([A-Z0-9_]+)(?:\(([^\n]*?)\))?(?::([0-9]+))?%/y
const lengthMax = 2n ** 64n - 1n

export interface ParseOptions {
  readonly catalogue: ReadonlyMap<string, Operator>
  /** Where the string stands in a JSON format, for errors; empty for a text format. */
  readonly path?: string
}

/** Parses a format string. Faults are appended to `faults`; the result is usable only when none were. */
export function parseText(
  format: ByteString,
  { catalogue, path = '' }: ParseOptions,
  faults: FormatError[],
): TextTemplate {
  const parts: TextPart[] = []
  let literal = ''
  let at = 0
  const fault = (code: string, message: string, index: number, length: number) =>
    faults.push(formatError({ code, message, format, at: index, length, path }))

  while (at < format.length) {
    const percent = format.indexOf('%', at)
    if (percent < 0) {
      literal += format.slice(at)
      break
    }
    literal += format.slice(at, percent)
    if (format[percent + 1] === '%') {
      literal += '%'
      at = percent + 2
      continue
    }
    operatorPattern.lastIndex = percent
    const match = operatorPattern.exec(format)
    if (!match) {
      fault('syntax', explainSyntax(format, percent), percent, 1)
      break
    }
    const [written, name, argument, length] = match
    at = percent + written.length
    const operator = catalogue.get(name!)
    if (!operator) {
      const near = nearestWord(name!, catalogue.keys())
      fault(
        'unknown_operator',
        `%${name}% is not an operator.${near ? ` Did you mean %${near}%?` : ''} \`als-sink explain --operators\` lists them all.`,
        percent,
        written.length,
      )
      continue
    }
    try {
      const call = readCall(operator, written, argument, length)
      if (literal) parts.push({ kind: 'literal', text: literal })
      literal = ''
      parts.push({ kind: 'operator', call })
    } catch (error) {
      if (!(error instanceof ArgumentFault)) throw error
      const argumentAt = percent + name!.length + 2
      if (error.length > 0) fault(error.code, error.message, argumentAt + error.offset, error.length)
      else fault(error.code, error.message, percent, written.length)
    }
  }
  if (literal) parts.push({ kind: 'literal', text: literal })
  return parts
}

/** Joins the faults of one format into the error that its caller sees. */
export function throwFaults(faults: readonly FormatError[]): void {
  const [first, ...more] = faults
  if (!first) return
  throw new FormatError({
    code: first.code,
    message: first.message,
    text: first.text,
    index: first.index,
    length: first.length,
    path: first.path,
    more,
  })
}

function readCall(operator: Operator, written: ByteString, argument = '', length: string | undefined): OperatorCall {
  const { name } = operator
  if (operator.argument === 'none' && argument !== '') {
    throw new ArgumentFault('argument_not_taken', `%${name}% takes no argument. Remove "(${toText(argument)})".`)
  }
  if (operator.argument === 'required' && argument === '') {
    throw new ArgumentFault('argument_missing', `%${name}% needs an argument: %${name}(${operator.argumentHint})%.`)
  }
  if (length !== undefined && !operator.truncates) {
    throw new ArgumentFault('length_not_taken', `%${name}% cannot be cut to a length. Remove ":${length}".`)
  }
  if (length !== undefined && BigInt(length) > lengthMax) {
    throw new ArgumentFault('length_too_large', `The length ${length} is too large; the largest is ${lengthMax}.`)
  }
  return {
    operator,
    argument,
    maxLength: length === undefined ? null : Number(length) > Number.MAX_SAFE_INTEGER ? Infinity : Number(length),
    written,
    sources: operator.sources(argument),
  }
}

/** Says what is wrong at a `%` that begins no operator, in the order in which people get it wrong. */
function explainSyntax(format: ByteString, at: number): string {
  const rest = format.slice(at + 1)
  const position = `At byte ${at}:`
  if (rest === '') return `${position} a single % at the end. Write %% for a percent sign.`
  const lower = /^([A-Za-z0-9_]+)(?:\([^\n]*?\))?(?::[0-9]+)?%/.exec(rest)
  if (lower) return `${position} operators are written in capitals. Did you mean %${lower[1]!.toUpperCase()}%?`
  const name = /^[A-Z0-9_]+/.exec(rest)?.[0]
  if (!name) return `${position} this % begins no operator. Write %% for a percent sign.`
  const after = rest.slice(name.length)
  if (after.startsWith('(')) {
    if (/^\([^\n]*\n/.test(after) && !/^\([^\n]*?\)(:[0-9]+)?%/.test(after)) {
      return `${position} %${name}( has a line break in its argument, or is never closed by )%.`
    }
    return `${position} %${name}( is never closed by )% or ):LENGTH%.`
  }
  if (after.startsWith(':')) return `${position} the length of %${name} must be digits and end with %.`
  return `${position} %${name} is not closed by %. Write %% for a percent sign.`
}

function formatError(fault: {
  code: string
  message: string
  format: ByteString
  at: number
  length: number
  path: string
}): FormatError {
  const { code, message, format, at, length, path } = fault
  return new FormatError({
    code,
    message,
    text: toText(format),
    index: toText(format.slice(0, at)).length,
    length: toText(format.slice(at, at + length)).length,
    path,
  })
}
