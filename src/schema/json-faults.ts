/**
 * Where a reader of JSON is, and what it found wrong there. Faults are collected; the reader goes on, so that all of them are told.
 */
import { ConfigError, type Fault } from '../errors.ts'

/** A value's place in the document. */
export interface JsonPlace {
  /** `httpLogs.logEntry[0].request.requestHeaders["x-a"]`; empty for the document. */
  readonly path: string
  /** Objects and arrays around the value. */
  readonly depth: number
}

export const documentPlace: JsonPlace = { path: '', depth: 0 }

export function memberOf(place: JsonPlace, key: string): JsonPlace {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)
  const dot = place.path === '' ? '' : '.'
  return { path: plain ? `${place.path}${dot}${key}` : `${place.path}[${JSON.stringify(key)}]`, depth: place.depth + 1 }
}

export function itemOf(place: JsonPlace, index: number): JsonPlace {
  return { path: `${place.path}[${index}]`, depth: place.depth + 1 }
}

export class JsonFaults {
  readonly #faults: Fault[] = []

  /** Notes a fault. Returns undefined, so that a reader can note and give up in one statement. */
  add(place: JsonPlace, code: string, message: string): undefined {
    this.#faults.push({ code, path: place.path, message })
    return undefined
  }

  /** `expected` is a noun with its article: `a string`. */
  wrongType(place: JsonPlace, expected: string, json: unknown): undefined {
    return this.add(place, 'wrong_type', `This must be ${expected}, but is ${describeJson(json)}.`)
  }

  /** Throws a ConfigError with everything that was noted, if anything was. */
  throwIfAny(): void {
    if (this.#faults.length > 0) throw new ConfigError(this.#faults)
  }
}

function describeJson(json: unknown): string {
  if (Array.isArray(json)) return 'an array'
  if (typeof json === 'object' && json !== null) return 'an object'
  if (typeof json !== 'string') return String(json)
  const text = JSON.stringify(json)
  return text.length <= 60 ? text : `${text.slice(0, 59)}…"`
}
