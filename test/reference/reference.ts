/**
 * The slow, plain renderer: what a line has to be, written down from operators.md and nothing else, for the engine to be held
 * against. It decodes the entry to objects and walks the format anew each time. Notes like "B.7" name the section that decides.
 *
 *     bytes grammar json json-format        texts and formats          message value        entries and values
 *     time calendar absl-time strftime      B.1                        operators tags       the catalogue, custom tags
 *     counters durations headers path response grpc-status addresses masks tls metadata filter-state identity coalesce   B.2 to B.11
 */
import { type Bytes, bytesOf, escapeControl } from './bytes.ts'
import { parseFormat } from './grammar.ts'
import { fromParsed } from './json.ts'
import {
  compileJson,
  compilePairs,
  type JsonFormat,
  type Pairs,
  type Renderer,
  renderJson,
  type Template,
} from './json-format.ts'
import { decode, emptyMessage, type Message } from './message.ts'
import { compileUse, type Dialect } from './operators.ts'
import type { Entry, Evaluate, Kind, KumaValues, Settings } from './value.ts'

export type Format =
  | { readonly text: string | Uint8Array }
  | { readonly json: unknown }
  | (Pairs & { readonly jsonTypes?: 'typed' | 'string' })

export interface ReferenceOptions {
  readonly omitEmptyValues?: boolean
  /** Of the LOCAL operators, an IANA name; default: the process's own. */
  readonly timeZone?: string
  readonly kumaValues?: KumaValues
  /** For EMIT_TIME of an entry that does not tell; default 0. */
  readonly receivedAtMs?: number
  readonly textSafety?: {
    readonly escapeControl?: boolean
    readonly wholeCharacters?: boolean
    readonly finiteNumbers?: boolean
  }
  readonly contentTypeListed?: boolean
  /** Default `sink`. */
  readonly dialect?: Dialect
}

/** Renders one entry; the bytes are the caller's. Throws when the entry is damaged. */
export type Reference = (kind: Kind, entry: Uint8Array) => Uint8Array

interface Operator {
  readonly evaluate: Evaluate
}

/** Throws for everything that is an error of the configuration (C.2). */
export function compileReference(format: Format, options: ReferenceOptions = {}): Reference {
  const settings = settingsOf(options)
  const render = compileLine(format, options.dialect ?? 'sink')
  return (kind, entry) => Buffer.from(render(decodeEntry(kind, entry), settings), 'latin1')
}

export function settingsOf(options: ReferenceOptions): Settings {
  return {
    omitEmptyValues: options.omitEmptyValues ?? false,
    timeZone: options.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    kumaValues: options.kumaValues ?? {},
    receivedAtMs: options.receivedAtMs ?? 0,
    escapeControl: options.textSafety?.escapeControl ?? false,
    wholeCharacters: options.textSafety?.wholeCharacters ?? false,
    finiteNumbers: options.textSafety?.finiteNumbers ?? false,
    contentTypeListed: options.contentTypeListed ?? false,
  }
}

function compileLine(format: Format, dialect: Dialect): (entry: Entry, settings: Settings) => Bytes {
  const parse = (text: Bytes): Template<Operator> =>
    parseFormat(text).map((piece) => ('use' in piece ? { evaluate: compileUse(piece.use, dialect) } : piece))
  if ('text' in format) {
    const { text } = format
    const template = parse(typeof text === 'string' ? bytesOf(text) : Buffer.from(text).toString('latin1'))
    return (entry, settings) => renderText(template, entry, settings, settings.escapeControl)
  }
  const root = 'pairs' in format ? compilePairs(format, parse) : compileTree(format.json, parse)
  const jsonTypes = ('pairs' in format && format.jsonTypes) || 'typed'
  return (entry, settings) => {
    const renderer: Renderer<Operator> = {
      omitEmptyValues: settings.omitEmptyValues,
      jsonTypes,
      value: ({ evaluate }) => evaluate(entry, settings),
      text: (template) => renderText(template, entry, settings, false),
    }
    return renderJson(root, renderer)
  }
}

function compileTree(tree: unknown, parse: (text: Bytes) => Template<Operator>): JsonFormat<Operator> {
  const json = fromParsed(tree)
  if (json === null || typeof json !== 'object' || !('object' in json)) throw new Error('a JSON format is an object')
  return compileJson(json, parse)
}

/** C.3: literals as they are; an absent operator is `-`, or nothing with `omit_empty_values`. */
function renderText(template: Template<Operator>, entry: Entry, settings: Settings, escaped: boolean): Bytes {
  const pieces = template.map((piece) => {
    if ('literal' in piece) return piece.literal
    const { text } = piece.evaluate(entry, settings)
    if (text === null) return settings.omitEmptyValues ? '' : '-'
    return escaped ? escapeControl(text) : text
  })
  return pieces.join('')
}

const types = {
  http: 'envoy.data.accesslog.v3.HTTPAccessLogEntry',
  tcp: 'envoy.data.accesslog.v3.TCPAccessLogEntry',
} as const

const protocolNames: Readonly<Record<number, string>> = { 1: 'HTTP/1.0', 2: 'HTTP/1.1', 3: 'HTTP/2', 4: 'HTTP/3' }

export function decodeEntry(kind: Kind, bytes: Uint8Array): Entry {
  const entry = decode(types[kind], bytes)
  const part = (of: Kind, field: string, type: string): Message =>
    (of === kind ? entry.message(field) : undefined) ?? emptyMessage(`envoy.data.accesslog.v3.${type}`)
  const protocolVersion = kind === 'http' ? entry.number('protocol_version') : 0
  return {
    kind,
    common: part(kind, 'common_properties', 'AccessLogCommon'),
    request: part('http', 'request', 'HTTPRequestProperties'),
    response: part('http', 'response', 'HTTPResponseProperties'),
    connection: part('tcp', 'connection_properties', 'ConnectionProperties'),
    protocolVersion,
    protocolName: protocolNames[protocolVersion],
  }
}
