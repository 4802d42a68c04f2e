/**
 * A configuration becomes programs: every format of every backend is compiled, and the faults of all of them are collected with
 * their places in the document. No sockets, no files are opened here.
 */
import type {
  Backend,
  Config,
  FileBackend,
  Format,
  KumaValues,
  Match,
  OpenTelemetryBackend,
  Preset,
  QueueConfig,
  SpoolConfig,
  TcpBackend,
} from './config/config.ts'
import { formatFaults } from './config/format-faults.ts'
import {
  type CompileFormatOptions,
  compileFormat,
  type FormatSpec,
  noteFormat,
  parseFormat,
} from './engine/compile-format.ts'
import type { Programs } from './engine/program.ts'
import { ConfigError, type Fault, FormatError } from './errors.ts'
import { presets } from './format/default-formats.ts'
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
  const { timeZone, kuma } = config
  const settings = { memory, timeZone, kumaValues: kuma.values }
  const compileAll = (backend: Backend): CompiledBackend[] => {
    const { name, path, queue, spool, deadLetter } = backend
    try {
      const programs = compileBackend(backend, settings)
      return [{ name, path, programs, destination: destinationOf(backend, kuma.values), queue, spool, deadLetter }]
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      faults.push(...error.faults)
      return []
    }
  }
  const pipelines = config.pipelines.map(({ name, match, backends }) => ({
    name,
    match,
    backends: backends.flatMap(compileAll),
  }))
  if (faults.length > 0) throw new ConfigError(faults)
  return { pipelines }
}

export type CompileSettings = Pick<CompileFormatOptions, 'memory' | 'timeZone' | 'kumaValues' | 'sourceFromPeer'>

/** The programs of one backend. Throws ConfigError with the faults of its format. */
export function compileBackend(backend: Backend, settings: CompileSettings): Programs {
  const { textSafety, contentTypeListed } = backend
  const { format, at } = formatOf(backend)
  const { omitEmptyValues } = format
  try {
    return compileByKind(format, { ...settings, omitEmptyValues, textSafety, contentTypeListed })
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new ConfigError(formatFaults(error, at))
  }
}

/** The faults of the formats of one backend, without compiling them: nearly all that compiling finds. */
export function checkBackend(backend: Backend): readonly Fault[] {
  const { format, at } = formatOf(backend)
  return distinctSpecs(format).flatMap((spec) => {
    try {
      parseFormat(spec)
      return []
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return formatFaults(error, at)
    }
  })
}

/** `values`: what the resource of log records tells of its proxies, where it is the same for all of them. */
export function destinationOf(backend: Backend, values: KumaValues): Destination {
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
        const value = values[name]
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
type AnyFormat =
  | Format
  | {
      readonly kind: 'otlp'
      readonly otlp: LogRecordFormat
      readonly defaultBody: Preset
      readonly omitEmptyValues: false
    }

/** `at`: its place in the document. */
function formatOf(backend: Backend): { readonly format: AnyFormat; readonly at: string } {
  switch (backend.type) {
    case 'File':
      return { format: backend.file.format, at: backend.file.format.path }
    case 'Tcp':
      return { format: backend.tcp.format, at: backend.tcp.format.path }
    case 'OpenTelemetry': {
      const { body, defaultBody, attributes, typedValues, severity, traceContext } = backend.openTelemetry
      const otlp = { body: isEmpty(body) ? null : body, attributes, typedValues, severity, traceContext }
      return {
        format: { kind: 'otlp', otlp, defaultBody, omitEmptyValues: false },
        at: `${backend.path}.openTelemetry`,
      }
    }
  }
}

/** `{}` says no more than nothing, as in Kuma. */
function isEmpty(body: unknown): boolean {
  return body === null || body === undefined || (typeof body === 'object' && Object.keys(body).length === 0)
}

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
    case 'pairs': {
      const { pairs, sortKeys, jsonTypes } = format
      return forBoth({ pairs, sortKeys, jsonTypes })
    }
    case 'otlp': {
      const { otlp, defaultBody } = format
      if (otlp.body !== null) return forBoth({ otlp })
      return presetSpecs(defaultBody, (text) => ({ otlp: { ...otlp, body: { stringValue: text.replace(/\n$/, '') } } }))
    }
    case 'preset':
      return presetSpecs(format.preset, (text) => ({ text }))
  }
}

function presetSpecs(preset: Preset, specOf: (text: string) => FormatSpec): { http: FormatSpec; tcp: FormatSpec } {
  const { http, tcp } = presets[preset]
  return http === tcp ? forBoth(specOf(http)) : { http: specOf(http), tcp: specOf(tcp) }
}

const forBoth = (spec: FormatSpec) => ({ http: spec, tcp: spec })
