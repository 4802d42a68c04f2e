/**
 * A configuration becomes programs: every format of every backend is compiled, and the faults of all of them are collected with
 * their places in the document. No sockets, no files are opened here.
 */
import type { Config, FileBackend, Format, Match, QueueConfig } from './config/config.ts'
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
  readonly programs: Programs
  readonly writer: { readonly kind: 'file'; readonly path: string; readonly mode: number }
  readonly queue: QueueConfig
}

/** Programs work in `memory`, where the server will lay its messages. Throws ConfigError with all faults of all formats. */
export function compile(config: Config, memory: Memory): CompiledSink {
  const faults: Fault[] = []
  const compileBackend = (backend: FileBackend): CompiledBackend[] => {
    const { name, file, queue, textSafety, contentTypeListed } = backend
    const { omitEmptyValues } = file.format
    try {
      const options: CompileFormatOptions = {
        memory,
        omitEmptyValues,
        kumaValues: config.kuma.values,
        timeZone: config.timeZone,
        textSafety,
        contentTypeListed,
      }
      const programs = compileByKind(file.format, options)
      return [{ name, programs, writer: { kind: 'file', path: file.path, mode: file.mode }, queue }]
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      faults.push(...formatFaults(error, file.format.path))
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

/** What the formats ask of the proxies, as warnings placed in the document. For a configuration that compiles. */
export function noteConfig(config: Config, envoyVersion: string | null): Fault[] {
  return config.pipelines
    .flatMap(({ backends }) => backends)
    .flatMap(({ file: { format } }) => {
      const notes = distinctSpecs(format).flatMap((spec) => noteFormat(spec, envoyVersion))
      return notes.map(({ code, message }) => ({ code, message, path: format.path }))
    })
}

/** Every format of every backend, as the engine takes it. */
export function formatsOf(config: Config): FormatSpec[] {
  return config.pipelines.flatMap(({ backends }) => backends.flatMap(({ file }) => distinctSpecs(file.format)))
}

function distinctSpecs(format: Format): FormatSpec[] {
  const { http, tcp } = specs(format)
  return tcp === http ? [http] : [http, tcp]
}

/** Kuma's defaults differ by kind of entry; all other formats serve both. */
function compileByKind(format: Format, options: CompileFormatOptions): Programs {
  const { http, tcp } = specs(format)
  const programs = compileFormat(http, options)
  return http === tcp ? programs : { http: programs.http, tcp: compileFormat(tcp, options).tcp }
}

function specs(format: Format): { http: FormatSpec; tcp: FormatSpec } {
  switch (format.kind) {
    case 'text':
      return forBoth({ text: format.text })
    case 'json':
      return forBoth({ json: format.json })
    case 'pairs':
      return forBoth({ pairs: format.pairs })
    case 'preset':
      if (format.preset === 'envoy') return forBoth({ text: envoyDefaultFormat })
      return {
        http: { text: format.preset === 'kuma' ? kumaHttpFormat : kumaHttpFormatDocumented },
        tcp: { text: kumaTcpFormat },
      }
  }
}

const forBoth = (spec: FormatSpec) => ({ http: spec, tcp: spec })
