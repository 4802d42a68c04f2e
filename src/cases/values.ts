/** Values as YAML and JSON readers give them: integers beyond 2^53 are BigInts, everything else is what `JSON.parse` makes. */
import { show as showPlain } from '../config/scalars.ts'

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What Envoy's configuration holds is a double, however many digits it was given. */
export function numbersOf(json: unknown): unknown {
  if (typeof json === 'bigint') return Number(json)
  if (Array.isArray(json)) return json.map(numbersOf)
  if (isObject(json)) return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, numbersOf(value)]))
  return json
}

/** A value as it may stand in a message. */
export function show(value: unknown): string {
  return showPlain(numbersOf(value))
}
