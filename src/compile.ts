/**
 * A configuration becomes programs: every format of every backend is compiled, and the faults of all of them are collected with
 * their places in the document. No sockets, no files are opened here.
 */
import type {
  Backend,
  Config,
  FileBackend,
  Format,
  Match,
  OpenTelemetryBackend,
  QueueConfig,
  SpoolConfig,
  TcpBackend,
} from './config/config.ts'
import { formatFaults } from './config/format-faults.ts'
import { type CompileFormatOptions, compileFormat, type FormatSpec, noteFormat } from './engine/compile-format.ts'
import type { Programs } from './engine/program.ts'
import { ConfigError, type Fault, FormatError } from './errors.ts'
import {
  envoyDefaultFormat,
  kumaHttpFormat,
  kumaHttpFormatDocumented,
  kumaTcpFormat,
} from './format/default-formats.ts'
import type { LogRecordFormat } from './format/log-record.ts'
import type { Memory } from './wire/memory.ts'

export interface CompiledSink {
  readonly pipelines: readonly CompiledPipeline[]
}

export interface CompiledPipeline {
  readonly name: string
  readonly match: Match
  readonly backends: readonly CompiledBackend[]
}

export interface CompiledBackend {
  readonly name: string
  /** Place of the backend in the document, for faults. */
  readonly path: string
  readonly programs: Programs
  readonly destination: Destination
  readonly queue: QueueConfig
  readonly spool: SpoolConfig | null
  readonly deadLetter: string | null
}

/** Where a backend writes, without what it writes. Equal ones are one destination. */
export type Destination =
  | ({ readonly kind: 'file' } & Omit<FileBackend['file'], 'format'>)
  | ({ readonly kind: 'tcp' } & Omit<TcpBackend['tcp'], 'format'>)
  | ({ readonly kind: 'otlp'; readonly resourceAttributes: readonly (readonly [key: string, value: string])[] } & Pick<
      OpenTelemetryBackend['openTelemetry'],
      'endpoint' | 'tls' | 'compression' | 'headers' | 'timeoutMs' | 'serviceName'
    >)

/** Programs work in `memory`, where the server will lay its messages. Throws ConfigError with all faults of all formats. */
export function compile(config: Config, memory: Memory): CompiledSink {
  const faults: Fault[] = []
  const compileBackend = (backend: Backend): CompiledBackend[] => {
    const { name, path, queue, spool, deadLetter, textSafety, contentTypeListed } = backend
    const { format, at } = formatOf(backend)
    const options: CompileFormatOptions = {
      memory,
      omitEmptyValues: format.omitEmptyValues,
      kumaValues: config.kuma.values,
      timeZone: config.timeZone,
      textSafety,
      contentTypeListed,
    }
    try {
      const programs = compileByKind(format, options)
      return [{ name, path, programs, destination: destinationOf(backend, config), queue, spool, deadLetter }]
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      faults.push(...formatFaults(error, at))
      return []
    }
  }
  const pipelines = config.pipelines.map(({ name, match, backends }) => ({
    name,
    match,
    backends: backends.flatMap(compileBackend),
  }))
  if (faults.length > 0) throw new ConfigError(faults)
  return { pipelines }
}

function destinationOf(backend: Backend, { kuma }: Config): Destination {
  switch (backend.type) {
    case 'File': {
      const { format: _, ...file } = backend.file
      return { kind: 'file', ...file }
    }
    case 'Tcp': {
      const { format: _, ...tcp } = backend.tcp
      return { kind: 'tcp', ...tcp }
    }
    case 'OpenTelemetry': {
      const { endpoint, tls, compression, headers, timeoutMs, serviceName } = backend.openTelemetry
      const resourceAttributes = resourceNames.flatMap((name): [string, string][] => {
        const value = kuma.values[name]
        return value === undefined || value === '' ? [] : [[`kuma.${name}`, value]]
      })
      return { kind: 'otlp', endpoint, tls, compression, headers, timeoutMs, serviceName, resourceAttributes }
    }
  }
}

/** Of the values that Kuma puts into the resource, as `kuma.mesh` and so on. */
const resourceNames = ['mesh', 'zone', 'workload'] as const

/** What the formats ask of the proxies, as warnings placed in the document. For a configuration that compiles. */
export function noteConfig(config: Config, envoyVersion: string | null): Fault[] {
  return backendsOf(config).flatMap((backend) => {
    const { format, at } = formatOf(backend)
    const notes = distinctSpecs(format).flatMap((spec) => noteFormat(spec, envoyVersion))
    return notes.map(({ code, message }) => ({ code, message, path: at }))
  })
}

/** Every format of every backend, as the engine takes it. */
export function formatsOf(config: Config): FormatSpec[] {
  return backendsOf(config).flatMap((backend) => distinctSpecs(formatOf(backend).format))
}

const backendsOf = ({ pipelines }: Config): Backend[] => pipelines.flatMap(({ backends }) => backends)

/** A line's format, or that of log records. */
type AnyFormat = Format | { readonly kind: 'otlp'; readonly otlp: LogRecordFormat; readonly omitEmptyValues: false }

/** `at`: its place in the document. */
function formatOf(backend: Backend): { readonly format: AnyFormat; readonly at: string } {
  switch (backend.type) {
    case 'File':
      return { format: backend.file.format, at: backend.file.format.path }
    case 'Tcp':
      return { format: backend.tcp.format, at: backend.tcp.format.path }
    case 'OpenTelemetry': {
      const { body, attributes, typedValues, severity, traceContext } = backend.openTelemetry
      const otlp = { body: isEmpty(body) ? defaultBody : body, attributes, typedValues, severity, traceContext }
      return { format: { kind: 'otlp', otlp, omitEmptyValues: false }, at: `${backend.path}.openTelemetry` }
    }
  }
}

/** `{}` says no more than nothing, as in Kuma. */
function isEmpty(body: unknown): boolean {
  return body === null || body === undefined || (typeof body === 'object' && Object.keys(body).length === 0)
}

/** Envoy's default line, without its end. */
const defaultBody = { stringValue: envoyDefaultFormat.replace(/\n$/, '') }

function distinctSpecs(format: AnyFormat): FormatSpec[] {
  const { http, tcp } = specs(format)
  return tcp === http ? [http] : [http, tcp]
}

/** Kuma's defaults differ by kind of entry; all other formats serve both. */
function compileByKind(format: AnyFormat, options: CompileFormatOptions): Programs {
  const { http, tcp } = specs(format)
  const programs = compileFormat(http, options)
  return http === tcp ? programs : { http: programs.http, tcp: compileFormat(tcp, options).tcp }
}

function specs(format: AnyFormat): { http: FormatSpec; tcp: FormatSpec } {
  switch (format.kind) {
    case 'text':
      return forBoth({ text: format.text })
    case 'json':
      return forBoth({ json: format.json })
    case 'pairs':
      return forBoth({ pairs: format.pairs })
    case 'otlp':
      return forBoth({ otlp: format.otlp })
    case 'preset':
      if (format.preset === 'envoy') return forBoth({ text: envoyDefaultFormat })
      return {
        http: { text: format.preset === 'kuma' ? kumaHttpFormat : kumaHttpFormatDocumented },
        tcp: { text: kumaTcpFormat },
      }
  }
}

const forBoth = (spec: FormatSpec) => ({ http: spec, tcp: spec })
