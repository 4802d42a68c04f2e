/**
 * The engine's front door: a format in, one program per kind of entry out. Everything that can be known before the first entry is
 * done here.
 */
import { FormatError } from '../errors.ts'
import { toByteString } from '../format/byte-string.ts'
import { parseJsonFormat, parsePairs } from '../format/json-template.ts'
import { type LogRecordFormat, parseLogRecord } from '../format/log-record.ts'
import type { Dialect } from '../format/operator.ts'
import { operators } from '../format/operators.ts'
import { parseText, throwFaults } from '../format/parse.ts'
import type { JsonTypes, Template } from '../format/template.ts'
import { slotsMax } from '../limits.ts'
import { loadSchema } from '../schema/load.ts'
import type { Memory } from '../wire/memory.ts'
import { buildPlan } from './build-plan.ts'
import { createProgram } from './create-program.ts'
import { slotCount } from './generate.ts'
import { type FormatNote, noteTemplate } from './notes.ts'
import type { Plan } from './plan.ts'
import type { Program, Programs } from './program.ts'
import type { KumaValues } from './stream-values.ts'
import type { TextSafety } from './text-safety.ts'

/**
 * `text`: verbatim, no line end is added. `json`: Envoy's json_format. `pairs`: Kuma's list. JSON lines end with a line feed. `otlp`: every
 * entry becomes the bytes of one `opentelemetry.proto.logs.v1.LogRecord`, without a length ahead.
 */
export type FormatSpec =
  | { readonly text: string | Uint8Array }
  | { readonly json: unknown }
  | PairsSpec
  | { readonly otlp: LogRecordFormat }

export interface PairsSpec {
  readonly pairs: readonly { readonly key: string; readonly value: string }[]
  /** By their bytes; default: in the order of the list. */
  readonly sortKeys?: boolean
  /** Default `typed`, as in Envoy. */
  readonly jsonTypes?: JsonTypes
}

export interface CompileFormatOptions {
  /** The memory that entries will lie in; programs of one memory must not be used while another renders. */
  readonly memory: Memory
  /** No matter for `otlp`, of which Envoy and Kuma know no such thing. */
  readonly omitEmptyValues?: boolean
  readonly kumaValues?: KumaValues
  /** The address that traffic comes from is that of the peer, not the proxy's own; default false, as in Kuma. */
  readonly sourceFromPeer?: boolean
  /** Zone of the *_LOCAL operators: an IANA name; null (default): the zone of the process. */
  readonly timeZone?: string | null
  /** `envoy` refuses what Envoy's own file logger refuses; default `sink`. */
  readonly dialect?: Dialect
  /** Default: all off, Envoy's line to the byte. */
  readonly textSafety?: Partial<TextSafety>
  /** Whether the loggers list content-type, so that GRPC_STATUS may take a request without one for no gRPC; default false. */
  readonly contentTypeListed?: boolean
  /** Default true; with false the generated functions render everything, for tests and benches that race the two. */
  readonly machine?: boolean
}

/** Compiles a format for HTTP and for TCP entries. Throws FormatError, which holds all faults of the format. */
export function compileFormat(spec: FormatSpec, options: CompileFormatOptions): Programs {
  const template = parseFormat(spec, options.dialect)
  return {
    http: compileTemplate(template, 'HTTPAccessLogEntry', options),
    tcp: compileTemplate(template, 'TCPAccessLogEntry', options),
  }
}

/** Parses a format without compiling it. Throws FormatError. */
export function parseFormat(spec: FormatSpec, dialect: Dialect = 'sink'): Template {
  const faults: FormatError[] = []
  const catalogue = { catalogue: operators, dialect }
  let template: Template
  if ('text' in spec) template = { kind: 'text', parts: parseText(toByteString(spec.text), catalogue, faults) }
  else if ('json' in spec) template = { kind: 'json', root: parseJsonFormat(spec.json, catalogue, faults) }
  else if ('otlp' in spec) template = { kind: 'logRecord', record: parseLogRecord(spec.otlp, catalogue, faults) }
  else {
    const { pairs, sortKeys = false, jsonTypes = 'typed' } = spec
    template = { kind: 'json', root: parsePairs(pairs, { ...catalogue, sortKeys }, faults), jsonTypes }
  }
  throwFaults(faults)
  return template
}

/** What a format asks of the proxies whose entries it renders; see `notes.ts`. Throws FormatError. */
export function noteFormat(spec: FormatSpec, envoyVersion: string | null): FormatNote[] {
  return noteTemplate(parseFormat(spec), envoyVersion)
}

function compileTemplate(template: Template, entryType: Plan['entryType'], options: CompileFormatOptions): Program {
  const entry = loadSchema().message(`envoy.data.accesslog.v3.${entryType}`)
  const { omitEmptyValues = false, sourceFromPeer = false } = options
  const plan = buildPlan(template, { entryType, entry, omitEmptyValues, sourceFromPeer })
  if (slotCount(plan.slots) > slotsMax) {
    const message = `The format names too many different fields: ${slotCount(plan.slots)} slots, of which ${slotsMax} are allowed.`
    throw new FormatError({ code: 'format_too_large', message, text: '', index: 0 })
  }
  // JSON escapes control characters anyway.
  const textSafety = template.kind === 'json' ? { ...options.textSafety, escapeControl: false } : options.textSafety
  return createProgram(plan, { ...options, ...(textSafety ? { textSafety } : {}) })
}
