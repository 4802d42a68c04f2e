/** JSON as Envoy prints it: strings (operators.md C.6), doubles (C.5), and the values of protobuf's Struct (B.10). */
import { type Bytes, bytesOf, compareBytes, isUtf8, unicodeEscape } from './bytes.ts'
import type { Message } from './message.ts'

export type Json =
  | null
  | boolean
  | number
  | { readonly string: Bytes }
  | { readonly list: readonly Json[] }
  | { readonly object: ReadonlyMap<Bytes, Json> }

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** C.6: one bad byte anywhere, and every byte that is not plain ASCII is written by its number. */
export function quote(bytes: Bytes): Bytes {
  const escaped = isUtf8(bytes)
    ? bytes.replace(/[\x00-\x1f"\\]/g, (byte) => shortEscapes[byte] ?? unicodeEscape(byte))
    : bytes.replace(/[\x00-\x1f"\\\x7f-\xff]/g, unicodeEscape)
  return `"${escaped}"`
}

/** C.5: the shortest digits that give the number back, in scientific notation where that is strictly shorter. */
export function printDouble(number: number, finiteNumbers: boolean): Bytes {
  if (Number.isNaN(number)) return 'null'
  if (!Number.isFinite(number)) return finiteNumbers ? 'null' : number > 0 ? 'inf' : '-inf'
  if (number === 0) return Object.is(number, -0) ? '-0' : '0'
  const [mantissa, power] = Math.abs(number).toExponential().split('e') as [string, string]
  return (number < 0 ? '-' : '') + shorterNotation(mantissa.replace('.', ''), Number(power))
}

/** `digits` with the point behind the first, times ten to the `exponent`. */
function shorterNotation(digits: string, exponent: number): string {
  const sign = exponent < 0 ? '-' : '+'
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const scientific = `${digits[0]}${fraction}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  const plain = plainNotation(digits, exponent)
  return scientific.length < plain.length ? scientific : plain
}

function plainNotation(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = digits.slice(exponent + 1)
  // An integer has all its digits, also those beyond the shortest.
  if (fraction === '' && whole.length > 16) return String(BigInt(Number(whole)))
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** Compact, keys sorted by their bytes (B.10). */
export function printJson(json: Json, finiteNumbers: boolean): Bytes {
  if (json === null || typeof json === 'boolean') return String(json)
  if (typeof json === 'number') return printDouble(json, finiteNumbers)
  if ('string' in json) return quote(json.string)
  if ('list' in json) return `[${json.list.map((each) => printJson(each, finiteNumbers)).join(',')}]`
  const members = [...json.object].sort(([a], [b]) => compareBytes(a, b))
  return `{${members.map(([key, value]) => `${quote(key)}:${printJson(value, finiteNumbers)}`).join(',')}}`
}

export function structJson(struct: Message): Json {
  return { object: struct.map('fields', (pair) => valueJson(pair.message('value'))) }
}

export function listJson(list: Message): Json {
  return { list: list.messages('values').map(valueJson) }
}

/** A value whose kind is not set counts as null. */
export function valueJson(value: Message | undefined): Json {
  if (value === undefined) return null
  if (value.has('number_value')) return value.number('number_value')
  if (value.has('string_value')) return { string: value.bytes('string_value') }
  if (value.has('bool_value')) return value.flag('bool_value')
  if (value.has('struct_value')) return structJson(value.message('struct_value')!)
  if (value.has('list_value')) return listJson(value.message('list_value')!)
  return null
}

/** Undefined when the bytes are no JSON. */
export function parseJson(bytes: Bytes): Json | undefined {
  if (!isUtf8(bytes)) return undefined
  try {
    return fromParsed(JSON.parse(Buffer.from(bytes, 'latin1').toString('utf8')))
  } catch {
    // No JSON: what the caller asked.
    return undefined
  }
}

/** From JavaScript's own values. */
export function fromParsed(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string') return { string: bytesOf(value) }
  if (Array.isArray(value)) return { list: value.map(fromParsed) }
  if (typeof value !== 'object') throw new Error(`${typeof value} is no JSON value`)
  return { object: new Map(Object.entries(value).map(([key, each]) => [bytesOf(key), fromParsed(each)])) }
}
