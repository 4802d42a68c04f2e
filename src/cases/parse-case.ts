/**
 * One item of a case file to a case that can be run, or to everything that keeps it from being run. Formats and options are here,
 * bytes that go in and come out in `case-bytes.ts`.
 */
import { dirname } from 'node:path'
import { parseTimeZone } from '../config/scalars.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { Fault } from '../errors.ts'
import { kumaNames } from '../format/source.ts'
import { type CaseContext, parseExpectation, parseInputs, type Refuse } from './case-bytes.ts'
import { type CaseItem, type FormatCase, safetyNames } from './format-case.ts'
import { isObject, numbersOf, show } from './values.ts'

/** A value that should be a case, and where it stands. */
export interface RawCase {
  readonly value: unknown
  readonly line: number
  /** Adds line and column to a fault whose path is relative to the case. */
  place(fault: Fault): Fault
}

/** `file`: the case file, beside which other files are looked for. `number`: 1-based, the name of a case that has none. */
export function parseCase(raw: RawCase & { readonly file: string; readonly number: number }): CaseItem {
  const { value, line, place, file, number } = raw
  const faults: Fault[] = []
  const refuse: Refuse = (path, message, code = 'case') => void faults.push({ code, path, message })
  if (!isObject(value)) {
    refuse('', `must be a case, which is an object with a format, not ${show(value)}.`)
    return { kind: 'unusable', name: `case ${number}`, line, faults: faults.map(place) }
  }
  const name = typeof value['name'] === 'string' ? value['name'] : `case ${number}`
  const context: CaseContext = { keys: value, refuse, folder: dirname(file) }
  const testCase: FormatCase = {
    name,
    line,
    format: parseFormat(context),
    options: {
      omitEmptyValues: flag(value['omitEmptyValues'], 'omitEmptyValues', refuse),
      kumaValues: members(value['kuma'], { path: 'kuma', known: kumaNames, kind: 'string' }, refuse),
      timeZone: timeZone(context),
      dialect: dialect(context),
      textSafety: members(value['textSafety'], { path: 'textSafety', known: safetyNames, kind: 'boolean' }, refuse),
    },
    inputs: parseInputs(context),
    expectation: parseExpectation(context),
    place,
  }
  if (faults.length > 0) return { kind: 'unusable', name, line, faults: faults.map(place) }
  return { kind: 'case', testCase }
}

function parseFormat({ keys, refuse }: CaseContext): FormatCase['format'] {
  const { format } = keys
  const given = isObject(format) ? Object.keys(format) : []
  const [key] = given
  if (isObject(format) && given.length === 1) {
    if (key === 'text' && typeof format['text'] === 'string') return { text: format['text'] }
    if (key === 'text') refuse('format.text', `must be a string, not ${show(format['text'])}.`)
    if (key === 'json') return { json: numbersOf(format['json']) }
  }
  if (key !== 'text' || given.length !== 1) {
    refuse('format', 'must be { text: "…" } or { json: {…} }, with the semantics of Envoy.')
  }
  return { text: '' }
}

function flag(value: unknown, path: string, refuse: Refuse): boolean {
  if (value !== undefined && typeof value !== 'boolean') refuse(path, `must be true or false, not ${show(value)}.`)
  return value === true
}

function timeZone({ keys, refuse }: CaseContext): string | null {
  const parsed = parseTimeZone(keys['timeZone'] ?? null)
  if ('value' in parsed) return parsed.value
  refuse('timeZone', parsed.fault)
  return null
}

function dialect({ keys, refuse }: CaseContext): 'sink' | 'envoy' {
  const { dialect = 'sink' } = keys
  if (dialect === 'sink' || dialect === 'envoy') return dialect
  refuse('dialect', `must be sink (the default) or envoy, not ${show(dialect)}.`)
  return 'sink'
}

/** An object whose keys are all known and whose values are all of one kind. */
function members<K extends string, T extends 'string' | 'boolean'>(
  value: unknown,
  { path, known, kind }: { readonly path: string; readonly known: readonly K[]; readonly kind: T },
  refuse: Refuse,
): Partial<Record<K, T extends 'string' ? string : boolean>> {
  const kept: Partial<Record<string, unknown>> = {}
  if (value !== undefined && !isObject(value)) refuse(path, `must be an object, not ${show(value)}.`)
  for (const [key, member] of isObject(value) ? Object.entries(value) : []) {
    const at = `${path}.${key}`
    if (!known.some((name) => name === key))
      refuse(at, `is not a key of ${path} (${known.join(', ')}).${didYouMean(key, known)}`)
    else if (typeof member !== kind) refuse(at, `must be a ${kind}, not ${show(member)}.`)
    else kept[key] = member
  }
  return kept as Partial<Record<K, T extends 'string' ? string : boolean>>
}
