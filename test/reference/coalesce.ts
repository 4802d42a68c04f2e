/** COALESCE (operators.md B.11): the first member that is there. Its members look for their tags, it has none itself. */
import { type Bytes, bytesOf } from './bytes.ts'
import { type Json, parseJson } from './json.ts'
import { absent, type Context, type Evaluate, type Rows, type Value } from './value.ts'

/** An empty string is there, and so is the `-` of RESPONSE_FLAGS. Text and typed value are looked for each by itself. */
function coalesce(argument: Bytes, context: Context): Evaluate {
  const json = parseJson(argument)
  const operators = memberOf(json, 'operators')
  if (!isList(operators) || operators.list.length === 0) throw new Error('COALESCE: no operators')
  const members = operators.list.map((member, index) => {
    try {
      return compileMember(member, context)
    } catch (cause) {
      throw new Error(`COALESCE: operator ${index}: ${(cause as Error).message}`, { cause })
    }
  })
  return (entry, settings): Value => {
    const values = members.map((member) => member(entry, settings))
    return {
      text: values.find(({ text }) => text !== null)?.text ?? null,
      typed: values.find(({ typed }) => typed !== null)?.typed ?? absent.typed,
      isChosen: true,
    }
  }
}

/** A bare name, or an object with `command`, `param` and `max_length`; other keys mean nothing. */
function compileMember(member: Json, { member: compile }: Context): Evaluate {
  if (isString(member)) return compile(member.string, undefined, undefined)
  const command = memberOf(member, 'command')
  const param = memberOf(member, 'param')
  const length = memberOf(member, 'max_length')
  if (!isString(command)) throw new Error('a member is a name, or an object with a command')
  if (param !== undefined && !isString(param)) throw new Error('param is no string')
  if (length !== undefined && !isPositiveInteger(length)) throw new Error('max_length is no positive integer')
  return compile(command.string, param?.string, length)
}

function memberOf(json: Json | undefined, name: string): Json | undefined {
  if (json === undefined || json === null || typeof json !== 'object' || !('object' in json)) return undefined
  return json.object.get(bytesOf(name))
}

function isList(json: Json | undefined): json is { readonly list: readonly Json[] } {
  return typeof json === 'object' && json !== null && 'list' in json
}

function isString(json: Json | undefined): json is { readonly string: Bytes } {
  return typeof json === 'object' && json !== null && 'string' in json
}

function isPositiveInteger(json: Json): json is number {
  return typeof json === 'number' && Number.isInteger(json) && json > 0
}

export const coalesceRows: Rows = { COALESCE: { argument: 'required', length: true, make: coalesce } }
