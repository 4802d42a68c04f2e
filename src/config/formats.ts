/**
 * The two ways to write a format, Kuma's `format` and Envoy's `log_format`: which members go together, and what both become.
 * Compiling the format itself is the engine's work.
 */
import type { Format } from './config.ts'
import { dataSourceForms, type Outside, readDataSource } from './data-source.ts'
import type { Findings } from './findings.ts'
import type { EnvoyFormatDocument, KumaFormatDocument } from './format-schema.ts'

/** Checks the `file` (or `tcp`) of a backend as written, before anything about its types is known. */
export function checkFormats(owner: unknown, path: string, findings: Findings): void {
  const { format, logFormat } = members(owner)
  if (format !== undefined && logFormat !== undefined) {
    findings.fault('conflict', `${path}.logFormat`, 'stands beside format; a backend has one of the two.')
  }
  if (isObject(format)) checkKumaFormat(format, `${path}.format`, findings)
  if (isObject(logFormat)) checkEnvoyFormat(logFormat, `${path}.logFormat`, findings)
}

function checkKumaFormat(format: Record<string, unknown>, path: string, findings: Findings): void {
  const { type, preset, plain, json } = format
  if (preset !== undefined) {
    for (const key of ['type', 'plain', 'json']) {
      if (format[key] !== undefined)
        findings.fault('conflict', `${path}.${key}`, 'stands beside preset; remove one of the two.')
    }
    return
  }
  if (type === undefined) {
    const meant =
      plain !== undefined ? 'type: Plain' : json !== undefined ? 'type: Json' : 'type: Plain, type: Json or a preset'
    findings.fault('missing', `${path}.type`, `is required: write ${meant}.`)
  }
  if (type === 'Plain' && plain === undefined)
    findings.fault('missing', `${path}.plain`, 'is required with type: Plain.')
  if (type === 'Json' && json === undefined) findings.fault('missing', `${path}.json`, 'is required with type: Json.')
  if (type === 'Plain' && json !== undefined)
    findings.warning('unused', `${path}.json`, 'has no effect with type: Plain.')
  if (type === 'Json' && plain !== undefined)
    findings.warning('unused', `${path}.plain`, 'has no effect with type: Json.')
  if (Array.isArray(json)) warnOfRepeatedKeys(json, `${path}.json`, findings)
}

/** Kuma keeps the last of two equal keys; so do we, but not in silence. */
function warnOfRepeatedKeys(list: readonly unknown[], path: string, findings: Findings): void {
  const last = new Map(list.map((item, i) => [members(item)['key'], i]))
  list.forEach((item, i) => {
    const key = members(item)['key']
    const winner = last.get(key)!
    if (typeof key === 'string' && winner !== i) {
      findings.warning('duplicate_key', `${path}[${i}].key`, `is given again by json[${winner}]; the last one is used.`)
    }
  })
}

const envoyForms = ['text_format_source', 'text_format', 'json_format']

function checkEnvoyFormat(format: Record<string, unknown>, path: string, findings: Findings): void {
  const given = envoyForms.filter((key) => format[key] !== undefined)
  if (given.length === 0) {
    findings.fault('missing', path, 'needs one of text_format_source, text_format and json_format.')
  }
  for (const key of given.slice(1)) {
    findings.fault('conflict', `${path}.${key}`, `stands beside ${given[0]}; Envoy takes one of the two.`)
  }
  const source = format['text_format_source']
  if (!isObject(source)) return
  const [first, ...others] = dataSourceForms.filter((key) => source[key] !== undefined)
  if (first === undefined) {
    findings.fault('missing', `${path}.text_format_source`, `needs one of ${dataSourceForms.join(', ')}.`)
  }
  for (const key of others) {
    findings.fault(
      'conflict',
      `${path}.text_format_source.${key}`,
      `stands beside ${first}; Envoy takes one of the two.`,
    )
  }
}

/** What the two spellings become. `path` is the place of the backend's `file` or `tcp`. Without either: Envoy's default format. */
export function lowerFormat(
  owner: { format?: KumaFormatDocument | undefined; logFormat?: EnvoyFormatDocument | undefined },
  path: string,
  outside: Outside,
  findings: Findings,
): Format {
  if (owner.format) return lowerKumaFormat(owner.format, `${path}.format`)
  if (owner.logFormat) return lowerEnvoyFormat(owner.logFormat, `${path}.logFormat`, outside, findings)
  return { kind: 'preset', preset: 'envoy', omitEmptyValues: false, path }
}

function lowerKumaFormat(format: KumaFormatDocument, path: string): Format {
  const { omitEmptyValues, preset, type } = format
  if (preset) return { kind: 'preset', preset, omitEmptyValues, path: `${path}.preset` }
  if (type === 'Json') {
    const pairs = format.json ?? []
    return { kind: 'pairs', pairs, sortKeys: false, jsonTypes: 'typed', omitEmptyValues, path: `${path}.json` }
  }
  // Kuma appends the newline, whatever the text ends with.
  return { kind: 'text', text: `${format.plain ?? ''}\n`, omitEmptyValues, path: `${path}.plain` }
}

function lowerEnvoyFormat(format: EnvoyFormatDocument, path: string, outside: Outside, findings: Findings): Format {
  const omitEmptyValues = format.omit_empty_values
  if (format.json_format)
    return { kind: 'json', json: format.json_format, omitEmptyValues, path: `${path}.json_format` }
  if (format.text_format !== undefined) {
    return { kind: 'text', text: format.text_format, omitEmptyValues, path: `${path}.text_format` }
  }
  const source = readDataSource(format.text_format_source ?? {}, `${path}.text_format_source`, outside, findings)
  return { kind: 'text', text: source.content, omitEmptyValues, path: source.path }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of an object, or none. */
export function members(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {}
}
