/**
 * Kuma's markers (`%KUMA_MESH%` …) in texts that are filled before anything is rendered: paths, addresses, and what people are shown. In
 * formats they stay operators, which the engine fills.
 */
import type { KumaValues } from '../../config/config.ts'
import { anyValueByOperator, valuesByOperator } from '../../config/kuma-operators.ts'
import { placeOperator } from '../../config/otlp-endpoint.ts'
import type { Parsed } from '../../config/scalars.ts'
import { didYouMean } from '../../did-you-mean.ts'

/** Replaces the markers of a text, and nothing else in it. What a value holds is never taken for a marker itself. */
export function createFiller(values: KumaValues): (text: string) => string {
  const known = valuesByMarker(values)
  return (text) => text.replace(/%(KUMA_[A-Z_]+)%/g, (marker, name: string) => known[name] ?? marker)
}

export interface PlaceFilling {
  readonly values: KumaValues
  /** What each value of an operator would need of its own: `a file`. */
  readonly each: string
  /** How a value stands in the text. One that comes to nothing is a fault. */
  readonly write: (value: string) => string
}

/**
 * Replaces the markers in the name of a place. Whatever else is an operator differs from entry to entry, and cannot choose the place: the
 * number of places would have no bound. The fault continues "spec.to[0].default.backends[0].file.path …".
 */
export function fillPlace(text: string, { values, each, write }: PlaceFilling): Parsed<string> {
  const known = valuesByMarker(values)
  for (const [written, name] of text.matchAll(placeOperator)) {
    const fault = operatorFault(written, name!, Object.keys(known), each)
    if (fault !== null) return { fault }
    if (write(known[name!]!) === '') return { fault: `holds ${written}, which is empty here.` }
  }
  return { value: text.replace(placeOperator, (_, name: string) => write(known[name]!)) }
}

function operatorFault(written: string, name: string, known: readonly string[], each: string): string | null {
  if (!name.startsWith('KUMA_')) {
    return `must not hold ${written}: it differs from entry to entry, and each value would need ${each} of its own.`
  }
  if (!known.includes(name)) return `holds ${written}, which nobody knows.${didYouMean(name, known)}`
  return written === `%${name}%` ? null : `holds ${written}; write %${name}%, which takes no argument and no length.`
}

/** Of all markers, by their names. What is not known is empty, as Kuma has it. */
function valuesByMarker(values: KumaValues): Readonly<Record<string, string>> {
  const address = values.sourceAddress ?? ''
  return { ...noValues, ...valuesByOperator(values), KUMA_SOURCE_ADDRESS: address && withPort(address) }
}

const noValues = Object.fromEntries(Object.keys(anyValueByOperator).map((name) => [name, '']))

/** With the port that nobody uses, as Kuma joins them. */
const withPort = (address: string) => (address.includes(':') ? `[${address}]:0` : `${address}:0`)
