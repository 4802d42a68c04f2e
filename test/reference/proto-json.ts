/**
 * Objects of the filter state as proto JSON (operators.md B.10): wrappers, Struct and its parts, Duration, Timestamp, Empty, and Any
 * inside Any. The types that have a JSON of their own, and no others, can be printed.
 */
import { type Bytes, characterLength, compareBytes } from './bytes.ts'
import { wallTime } from './calendar.ts'
import { durationNs } from './durations.ts'
import { type Json, listJson, printDouble, quote, structJson, valueJson } from './json.ts'
import { decode, type Message } from './message.ts'
import { formatInstant, instantOf } from './time.ts'

export function typeOf(any: Message): string {
  return any.bytes('type_url').replace(/^[\s\S]*\//, '')
}

/** Undefined for a type that is not known. Throws when the bytes are no message of the type. */
export function protoJson(any: Message): Json | undefined {
  const name = typeOf(any)
  const read = () => decode(name, Buffer.from(any.bytes('value'), 'latin1'))
  switch (name) {
    case 'google.protobuf.Empty':
      return { object: new Map() }
    case 'google.protobuf.StringValue':
      return { string: read().bytes('value') }
    case 'google.protobuf.BytesValue':
      return { string: Buffer.from(read().bytes('value'), 'latin1').toString('base64') }
    case 'google.protobuf.BoolValue':
      return read().flag('value')
    case 'google.protobuf.Int32Value':
    case 'google.protobuf.UInt32Value':
      return read().number('value')
    case 'google.protobuf.Int64Value':
    case 'google.protobuf.UInt64Value':
      return { string: String(read().big('value')) }
    case 'google.protobuf.DoubleValue':
      return protoNumber(read().number('value'))
    case 'google.protobuf.FloatValue':
      return protoNumber(shortestFloat(read().number('value')))
    case 'google.protobuf.Struct':
      return onlyFinite(structJson(read()))
    case 'google.protobuf.Value':
      return onlyFinite(valueJson(read()))
    case 'google.protobuf.ListValue':
      return onlyFinite(listJson(read()))
    case 'google.protobuf.Duration':
      return printDuration(read())
    case 'google.protobuf.Timestamp':
      return printTimestamp(read())
    case 'google.protobuf.Any':
      return anyInside(read())
    default:
      return undefined
  }
}

function anyInside(inner: Message): Json | undefined {
  const json = protoJson(inner)
  if (json === undefined) return undefined
  return {
    object: new Map<Bytes, Json>([
      ['@type', { string: inner.bytes('type_url') }],
      ['value', json],
    ]),
  }
}

/** Wrappers spell such numbers out, but a Struct that holds one has no proto JSON at all. */
function onlyFinite(json: Json): Json | undefined {
  return holdsInfinite(json) ? undefined : json
}

function holdsInfinite(json: Json): boolean {
  if (json === null || typeof json === 'boolean') return false
  if (typeof json === 'number') return !Number.isFinite(json)
  if ('list' in json) return json.list.some(holdsInfinite)
  return 'object' in json && [...json.object.values()].some(holdsInfinite)
}

/** JSON has no such numbers, so they are strings. */
function protoNumber(number: number): Json {
  if (Number.isNaN(number)) return { string: 'NaN' }
  return Number.isFinite(number) ? number : { string: number > 0 ? 'Infinity' : '-Infinity' }
}

/** Six digits where they give the float back, else nine: as a double it has no more. */
function shortestFloat(float: number): number {
  const shorter = Number(float.toPrecision(6))
  return Math.fround(shorter) === float ? shorter : Number(float.toPrecision(9))
}

/** Protobuf's own way to a short number, `%.15g` or else `%.17g`: integers stay plain up to fifteen digits. */
function printNumber(number: number): string {
  const precision = Number(number.toPrecision(15)) === number ? 15 : 17
  const [mantissa, power] = number.toExponential(precision - 1).split('e') as [string, string]
  const exponent = Number(power)
  const plain = exponent >= -4 && exponent < precision
  const digits = plain ? number.toFixed(precision - 1 - exponent) : mantissa
  const short = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
  const sign = Object.is(number, -0) ? '-' : ''
  if (plain) return sign + short
  return `${short}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Fractions have 0, 3, 6 or 9 digits. */
function fraction(nanos: number): string {
  const digits = String(nanos)
    .padStart(9, '0')
    .replace(/(?:000){1,3}$/, '')
  return digits === '' ? '' : `.${digits}`
}

function printDuration(duration: Message): Json | undefined {
  const ns = durationNs(duration)
  if (ns === null) return undefined
  const size = ns < 0n ? -ns : ns
  return { string: `${ns < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction(Number(size % 1_000_000_000n))}s` }
}

function printTimestamp(timestamp: Message): Json | undefined {
  const instant = instantOf(timestamp)
  if (instant === null) return undefined
  const year = String(wallTime(instant, 'UTC').year).padStart(4, '0')
  return { string: `${year}${formatInstant('-%m-%dT%H:%M:%S', instant, 'UTC')}${fraction(instant.nanos)}Z` }
}

/** A byte that is no part of a character becomes a space. */
function spaced(bytes: Bytes): Bytes {
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at)
    out += length === 0 ? ' ' : bytes.slice(at, at + length)
    at += length || 1
  }
  return out
}

/** As text: compact, keys sorted, numbers in protobuf's way. */
export function printProtoJson(json: Json): Bytes {
  return print(json, printNumber)
}

/** As a typed value: read back from its text, so that numbers are doubles as in metadata (C.5). */
export function printTypedJson(json: Json): Bytes {
  return print(json, (number) => printDouble(number, false))
}

function print(json: Json, number: (number: number) => string): Bytes {
  if (json === null || typeof json === 'boolean') return String(json)
  if (typeof json === 'number') return number(json)
  if ('string' in json) return quote(spaced(json.string))
  if ('list' in json) return `[${json.list.map((each) => print(each, number)).join(',')}]`
  const members = [...json.object].sort(([a], [b]) => compareBytes(a, b))
  return `{${members.map(([key, value]) => `${quote(spaced(key))}:${print(value, number)}`).join(',')}}`
}
