/**
 * From the plain value of a document to a `Config`, or to all its faults at once. Knows nothing of YAML; `load.ts` adds the lines
 * and columns.
 */
import type * as z from 'zod'
import { didYouMean } from '../did-you-mean.ts'
import type { Fault } from '../errors.ts'
import type { Config } from './config.ts'
import type { Outside } from './data-source.ts'
import { collectFindings, type Findings } from './findings.ts'
import { checkFormats, members } from './formats.ts'
import { unsupportedText } from './kinds.ts'
import { lower } from './lower.ts'
import { show } from './scalars.ts'
import { sinkSchema } from './schema.ts'

/** `config` is null exactly when there are faults. Warnings are about what was accepted. */
export interface Verdict {
  readonly config: Config | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export function validate(value: unknown, outside: Outside): Verdict {
  const document = withoutNulls(value ?? {})
  const findings = collectFindings()
  const result = sinkSchema.safeParse(document)
  if (!result.success) for (const issue of result.error.issues) addIssue(issue, document, findings)
  crossCheck(document, findings)
  // Faults that need every value parsed can only be looked for when every value is.
  const config = result.success ? lower(result.data, outside, findings) : null
  const { faults, warnings } = findings
  return { config: faults.length === 0 ? config : null, faults, warnings }
}

/** `key:` with nothing behind it is the key left out; only these keys, and the user's own JSON, give null a meaning. */
const nullable = new Set(['http', 'timeZone'])
const usersOwn = new Set(['json_format', 'body'])

function withoutNulls(value: unknown, inJson = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, inJson))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key, member]) => inJson || member !== null || nullable.has(key))
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member, inJson || usersOwn.has(key))]))
}

/** What needs more than one value, and can be looked for even when some of them are wrong. */
function crossCheck(document: unknown, findings: Findings): void {
  const pipelines = list(members(document)['pipelines'])
  refuseRepeatedNames(
    pipelines.map((pipeline, i) => ({ name: members(pipeline)['name'], path: `pipelines[${i}].name` })),
    findings,
  )
  const backends = pipelines.flatMap((pipeline, i) =>
    list(members(pipeline)['backends']).map((backend, j) => ({ backend, path: `pipelines[${i}].backends[${j}]` })),
  )
  refuseRepeatedNames(
    backends.map(({ backend, path }) => ({ name: members(backend)['name'], path: `${path}.name` })),
    findings,
  )
  for (const { backend, path } of backends) {
    const { type, file, tcp } = members(backend)
    if (type === 'File') checkFormats(file, `${path}.file`, findings)
    if (type === 'Tcp') checkFormats(tcp, `${path}.tcp`, findings)
  }
}

function refuseRepeatedNames(items: readonly { name: unknown; path: string }[], findings: Findings): void {
  const firstOf = new Map<unknown, string>()
  for (const { name, path } of items) {
    if (typeof name !== 'string') continue
    const first = firstOf.get(name)
    if (first)
      findings.fault('duplicate', path, `${show(name)} is already the name of ${first.replace(/\.name$/, '')}.`)
    else firstOf.set(name, path)
  }
}

function addIssue(issue: z.core.$ZodIssue, document: unknown, findings: Findings): void {
  const path = pathText(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n')
    issue.keys.forEach((key, i) => {
      const message = messages[i]!
      findings.fault(
        message === unsupportedText ? 'unsupported_key' : 'unknown_key',
        path ? `${path}.${key}` : key,
        message,
      )
    })
    return
  }
  const input = valueAt(document, issue.path)
  if (issue.message.includes(unsupportedText)) findings.fault('unsupported', path, issue.message)
  else if (input === undefined) findings.fault('missing', path, 'is required.')
  else findings.fault(issue.code === 'invalid_type' ? 'wrong_type' : 'wrong_value', path, sentence(issue, input))
}

const kinds: Readonly<Record<string, string>> = {
  object: 'a mapping of keys',
  record: 'a mapping of keys',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

function sentence(issue: z.core.$ZodIssue, input: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}, not ${show(input)}.`
    case 'invalid_value':
      return oneOf(issue.values, input)
    case 'invalid_union':
      return oneOf((issue as { options?: unknown[] }).options ?? [], input)
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'must not be empty.'
        : `must be at least ${issue.minimum}, not ${show(input)}.`
    case 'too_big':
      return `must be at most ${issue.maximum}, not ${show(input)}.`
    default:
      return issue.message
  }
}

function oneOf(values: readonly unknown[], input: unknown): string {
  const words = values.map(String)
  const list = words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words.join()
  return `must be ${list}, not ${show(input)}.${typeof input === 'string' ? didYouMean(input, words) : ''}`
}

/** `pipelines[1].backends[0].file.path`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text ? `${text}.${String(step)}` : String(step)
  }, '')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  )
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
