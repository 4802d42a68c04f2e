/** Scalars of an AnyValue, as proto3 JSON has them: numbers may stand in quotes, bytes are base64. */
import { toByteString } from './byte-string.ts'
import type { AnyValueTemplate } from './template.ts'

export type Scalar = Extract<AnyValueTemplate, { kind: 'bool' | 'int' | 'double' | 'bytes' }>

/** A value that its member does not take; the reader adds where it stands. */
export class ScalarFault extends Error {
  override readonly name = 'ScalarFault'
}

const intMin = -(2n ** 63n)
const intMax = 2n ** 63n - 1n

/** The readers throw ScalarFault. */
export function readBool(value: unknown): Scalar {
  if (typeof value === 'boolean') return { kind: 'bool', value }
  throw new ScalarFault('boolValue takes true or false.')
}

export function readInt(value: unknown): Scalar {
  const int = wholeNumber(value)
  if (int === null) throw new ScalarFault('intValue takes a whole number.')
  if (int < intMin || int > intMax) {
    throw new ScalarFault(`intValue takes a number of 64 bits, from ${intMin} to ${intMax}; ${int} is none.`)
  }
  return { kind: 'int', value: int }
}

function wholeNumber(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value
  if (typeof value === 'string') return /^-?\d{1,20}$/.test(value) ? BigInt(value) : null
  if (typeof value !== 'number' || !Number.isInteger(value)) return null
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw new ScalarFault('So large an intValue must be put in quotes, or its last digits are lost.')
}

const special: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

export function readDouble(value: unknown): Scalar {
  if (typeof value === 'number') return { kind: 'double', value }
  const isDecimal = typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)
  const double = isDecimal || typeof value === 'bigint' ? Number(value) : special.get(value)
  if (double !== undefined) return { kind: 'double', value: double }
  throw new ScalarFault('doubleValue takes a number, "NaN", "Infinity" or "-Infinity".')
}

/** Of the standard alphabet or that of URLs, with or without padding. */
const base64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?$/

export function readBytes(value: unknown): Scalar {
  if (typeof value === 'string' && base64.test(value)) {
    return { kind: 'bytes', value: toByteString(Buffer.from(value, 'base64')) }
  }
  throw new ScalarFault('bytesValue takes base64, e.g. "aGVsbG8=".')
}
