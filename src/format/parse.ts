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
import { withTags } from './custom-tag.ts'
import {
  ArgumentFault,
  type Dialect,
  type Operator,
  type OperatorCall,
  type OperatorSources,
  type ReadMember,
} from './operator.ts'
import type { Source } from './source.ts'
import type { TextPart, TextTemplate } from './template.ts'

const operatorPattern = /%([A-Z0-9_]+)(?:\(([^\n]*?)\))?(?::([0-9]+))?%/y
const lengthMax = 2n ** 64n - 1n

export interface ParseOptions {
  readonly catalogue: ReadonlyMap<string, Operator>
  /** Default `sink`. */
  readonly dialect?: Dialect
  /** Where the string stands in a JSON format, for errors; empty for a text format. */
  readonly path?: string
}

/** Parses a format string. Faults are appended to `faults`; the result is usable only when none were. */
export function parseText(
  format: ByteString,
  { catalogue, dialect = 'sink', path = '' }: ParseOptions,
  faults: FormatError[],
): TextTemplate {
  const parts: TextPart[] = []
  let literal = ''
  let at = 0
  const fault = (code: string, message: string, index: number, length: number) =>
    faults.push(formatError({ code, message, format, at: index, length, path }))
  const find = (name: string) => findOperator(name, catalogue, dialect)

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
    try {
      const operator = find(name!)
      const call = readCall(operator, written, argument, length, find)
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

type Find = (name: string) => Operator

/** Throws ArgumentFault when there is no such operator, or Envoy does not have it and its dialect is asked for. */
function findOperator(name: string, catalogue: ReadonlyMap<string, Operator>, dialect: Dialect): Operator {
  const operator = catalogue.get(name)
  if (!operator) {
    const near = nearestWord(name, catalogue.keys())
    throw new ArgumentFault(
      'unknown_operator',
      `%${name}% is not an operator.${near ? ` Did you mean %${near}%?` : ''} \`als-sink explain --operators\` lists them all.`,
    )
  }
  if (dialect === 'envoy' && operator.dialect === 'sink') {
    throw new ArgumentFault('not_envoys', `%${name}% is an operator here, but not of Envoy's own file logger.`)
  }
  return operator
}

function readCall(
  operator: Operator,
  written: ByteString,
  argument = '',
  length: string | undefined,
  find: Find,
): OperatorCall {
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
  const members = operator.members?.(argument, memberReader(find)) ?? []
  const sources = operator.members ? firstMember(members) : operator.sources(argument)
  return {
    operator,
    argument,
    maxLength: length === undefined ? null : Number(length) > Number.MAX_SAFE_INTEGER ? Infinity : Number(length),
    written,
    members,
    sources: withTags(operator, argument, written, sources),
  }
}

/** A member is written as it would be if it stood alone: that names its custom tag. */
function memberReader(find: Find): ReadMember {
  return (name, argument, maxLength) => {
    const length = maxLength === null ? undefined : String(maxLength)
    const written = `%${name}${argument === '' ? '' : `(${argument})`}${length === undefined ? '' : `:${length}`}%`
    return readCall(find(name), written, argument, length, find)
  }
}

function firstMember(members: readonly OperatorCall[]): OperatorSources {
  const sourcesOf = (entries: 'http' | 'tcp') =>
    members.map(({ sources, maxLength }): Source => {
      const source = sources[entries]
      return maxLength === null ? source : { kind: 'cut', source, maxLength }
    })
  return { http: { kind: 'firstOf', sources: sourcesOf('http') }, tcp: { kind: 'firstOf', sources: sourcesOf('tcp') } }
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
