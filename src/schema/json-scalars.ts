/**
 * Scalars of proto3 JSON to their bytes on the wire. Integers come as numbers, BigInts or strings of digits and are never rounded:
 * a number that JavaScript may already have rounded is refused.
 */
import { didYouMean } from '../did-you-mean.ts'
import type { EnumInfo, FieldInfo } from './field-path.ts'
import type { JsonFaults, JsonPlace } from './json-faults.ts'
import { delimited, fixed, floating, varint, zigzag } from './proto-bytes.ts'

/** The payload of one scalar (no tag), or undefined when `json` is not one; the fault is noted then. */
export function scalarPayload(
  field: FieldInfo,
  json: unknown,
  place: JsonPlace,
  faults: JsonFaults,
): Uint8Array | undefined {
  if (field.enumeration !== undefined) {
    const number = enumNumber(field.enumeration, json, place, faults)
    return number === undefined ? undefined : varint(number)
  }
  switch (field.type) {
    case 'string':
      // Buffer turns a lone surrogate into U+FFFD, as UTF-8 needs it.
      return typeof json === 'string' ? delimited(Buffer.from(json, 'utf8')) : faults.wrongType(place, 'a string', json)
    case 'bytes': {
      const bytes = typeof json === 'string' ? fromBase64(json) : undefined
      return bytes ? delimited(bytes) : faults.wrongType(place, 'a string in base64', json)
    }
    case 'bool':
      return typeof json === 'boolean' ? varint(json ? 1n : 0n) : faults.wrongType(place, 'true or false', json)
    case 'double':
    case 'float': {
      const bits = field.type === 'double' ? 64 : 32
      const value = floatingValue(json, bits)
      return value === undefined ? faults.wrongType(place, `a ${field.type}`, json) : floating(value, bits)
    }
    default: {
      const value = integerValue(field.type, json, place, faults)
      return value === undefined ? undefined : integerPayload(field, value)
    }
  }
}

/** Also for callers that made the integer themselves. It must fit the field. */
export function integerPayload(field: FieldInfo, value: bigint): Uint8Array {
  if (field.kind === 'sint') return zigzag(value)
  if (field.kind === 'fixed32') return fixed(value, 32)
  return field.kind === 'fixed64' ? fixed(value, 64) : varint(value)
}

/** A map's key stands in JSON as a string, whatever its type. */
export function mapKeyPayload(
  field: FieldInfo,
  key: string,
  place: JsonPlace,
  faults: JsonFaults,
): Uint8Array | undefined {
  if (field.type === 'bool' && (key === 'true' || key === 'false')) return varint(key === 'true' ? 1n : 0n)
  return scalarPayload(field, key, place, faults)
}

function integerValue(type: string, json: unknown, place: JsonPlace, faults: JsonFaults): bigint | undefined {
  const bits = type.endsWith('64') ? 64n : 32n
  const unsigned = type === `uint${bits}` || type === `fixed${bits}`
  const least = unsigned ? 0n : -(2n ** (bits - 1n))
  const greatest = (unsigned ? 2n ** bits : 2n ** (bits - 1n)) - 1n
  const noun = `a whole number from ${least} to ${greatest}`

  const value = wholeNumber(json)
  if (value === 'rounded') {
    const hint = 'This number is too large to be read exactly. Write it as a string of digits.'
    return faults.add(place, 'inexact_integer', hint)
  }
  if (value === undefined || value < least || value > greatest) return faults.wrongType(place, noun, json)
  return value
}

function wholeNumber(json: unknown): bigint | 'rounded' | undefined {
  if (typeof json === 'bigint') return json
  if (typeof json === 'string' && /^-?\d{1,40}$/.test(json)) return BigInt(json)
  // 1e3 and "1.0" are whole numbers too.
  const number = typeof json === 'string' && isJsonNumber(json) ? Number(json) : json
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined
  return Number.isSafeInteger(number) ? BigInt(number) : 'rounded'
}

function floatingValue(json: unknown, bits: 32 | 64): number | undefined {
  if (typeof json === 'string') {
    if (json === 'NaN') return Number.NaN
    if (json === 'Infinity') return Number.POSITIVE_INFINITY
    if (json === '-Infinity') return Number.NEGATIVE_INFINITY
    if (!isJsonNumber(json)) return undefined
  } else if (typeof json !== 'number' && typeof json !== 'bigint') {
    return undefined
  }
  const value = Number(json)
  // NaN and the infinities may come as numbers from YAML; only a finite value can be out of a type's range.
  const tooLarge = typeof json === 'number' ? Number.isFinite(value) : true
  return tooLarge && !Number.isFinite(bits === 32 ? Math.fround(value) : value) ? undefined : value
}

function enumNumber(enumeration: EnumInfo, json: unknown, place: JsonPlace, faults: JsonFaults): bigint | undefined {
  // The one enum whose only value is written as null.
  if (json === null && enumeration.fullName === 'google.protobuf.NullValue') return 0n
  if (typeof json !== 'string') return integerValue('int32', json, place, faults)
  const number = enumeration.values.get(json)
  if (number !== undefined) return BigInt(number)
  const offer = didYouMean(json, enumeration.values.keys())
  return faults.add(place, 'unknown_value', `${enumeration.name} has no value ${JSON.stringify(json)}.${offer}`)
}

/** The usual alphabet or the one for URLs, with padding or without. Undefined when it is neither. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/={0,2}$/, '')
  if (!/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(digits) || digits.length % 4 === 1) return undefined
  if (text.length !== digits.length && text.length % 4 !== 0) return undefined
  return Buffer.from(digits, 'base64')
}

function isJsonNumber(text: string): boolean {
  return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)
}
