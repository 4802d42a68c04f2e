/**
 * JSON of metadata as Envoy writes it: strings as in every JSON line, doubles in their shortest form. `proto-json.ts` has the other
 * style, that of protobuf.
 */
import type { Memory } from '../wire/memory.ts'
import { writeAscii } from './ascii.ts'
import { writeInt } from './decimal.ts'
import { formatDouble } from './double.ts'
import type { JsonStrings } from './json-string.ts'

/** How scalars look in JSON. Both write at `o`, and answer -1 for what this kind of JSON cannot say. */
export interface JsonStyle {
  string(o: number, at: number, end: number): number
  number(o: number, value: number): number
}

export interface JsonStyles {
  /** Infinity is `inf`, which is no JSON. */
  readonly envoy: JsonStyle
  /** Infinity is `null`, as NaN is in both. */
  readonly finite: JsonStyle
}

/** From here on an integer may be shorter with an exponent. */
const plainIntegerMax = 99_999

export function createJsonStyles({ bytes }: Memory, { jsonString }: JsonStrings): JsonStyles {
  const number = (o: number, value: number): number => {
    if (Number.isInteger(value) && Math.abs(value) <= plainIntegerMax && !Object.is(value, -0)) {
      return writeInt(bytes, o, value)
    }
    return writeAscii(bytes, o, formatDouble(value))
  }
  return {
    envoy: { string: jsonString, number },
    finite: { string: jsonString, number: (o, value) => number(o, Number.isFinite(value) ? value : Number.NaN) },
  }
}
