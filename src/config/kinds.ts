/**
 * What the schema is built of: objects of known keys, and values in small languages of their own. The keys themselves stand in
 * `schema.ts`, `listen-schema.ts`, `format-schema.ts` and `backend-schema.ts`.
 */
import * as z from 'zod'
import { didYouMean } from '../did-you-mean.ts'
import { formatSize, type Parsed, parseDuration, parseSize } from './scalars.ts'

export const KiB = 2 ** 10
export const MiB = 2 ** 20
export const GiB = 2 ** 30

/** Marks the message of a key that a later version will take; `validate.ts` gives such faults their own code. */
export const unsupportedText = 'is not supported by this version.'

/** The answer to keys that the product names but this version does not carry out: refused by name, never ignored. */
export function later(...keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, unsupportedText]))
}

/**
 * An object of known keys. An unknown one is answered by one line per key, in the order zod lists them: with its hint, if it has one,
 * or with the key that was probably meant.
 */
export function section<S extends z.core.$ZodShape>(shape: S, hints: Readonly<Record<string, string>> = {}) {
  const known = Object.keys(shape)
  const answer = (key: string) =>
    Object.hasOwn(hints, key) ? hints[key] : `is not a key here.${didYouMean(key, known)}`
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? (issue.keys as string[]).map(answer).join('\n') : undefined,
  })
}

/** A value in a small language of its own. `jsonSchema` describes what may be written. */
export function scalar<T>(parse: (input: unknown) => Parsed<T>, jsonSchema: Record<string, unknown>) {
  return z
    .unknown()
    .meta(jsonSchema)
    .transform((input, context): T => {
      const parsed = parse(input)
      if ('value' in parsed) return parsed.value
      context.issues.push({ code: 'custom', message: parsed.fault, input })
      return z.NEVER
    })
}

/** In bytes. */
export const size = (range: { min: number; max: number }) =>
  scalar((input) => parseSize(input, range), {
    type: ['string', 'integer'],
    description: `A size such as 64MiB, from ${formatSize(range.min)} to ${formatSize(range.max)}`,
  })

/** In milliseconds. */
export const duration = (range: { minMs?: number; maxMs: number }) =>
  scalar((input) => parseDuration(input, range), { type: 'string', description: 'A duration such as 1s or 500ms' })

/** A whole number. */
export const count = (min: number, max: number) => z.int().min(min).max(max)

/** A text that says something: a name, a path. */
export const word = (description?: string) => {
  const text = z.string().min(1)
  return description === undefined ? text : text.meta({ description })
}
