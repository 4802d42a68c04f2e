/**
 * Programs by what their formats say: a thousand policies with one format need one program, and a reload that leaves a format as it is
 * compiles nothing.
 */
import type { Backend, Format } from '../config/config.ts'
import type { Programs } from '../engine/program.ts'
import { policyFormatsMax } from '../limits.ts'

export class ProgramCache {
  readonly #programs = new Map<string, Programs>()
  /** Of the time before; only what is asked for again is kept. */
  readonly #before: ReadonlyMap<string, Programs>

  constructor(before: ProgramCache | null) {
    this.#before = before === null ? new Map() : before.#programs
  }

  /** `variant`: what else the programs depend on. */
  of(backend: Backend, variant: string, make: () => Programs): Programs {
    const key = `${variant} ${JSON.stringify(formatOf(backend))}`
    const programs = this.#programs.get(key) ?? this.#before.get(key) ?? make()
    // Streams may bring formats of their own.
    if (this.#programs.size >= policyFormatsMax) this.#programs.clear()
    this.#programs.set(key, programs)
    return programs
  }
}

/** Everything that decides about what is rendered. */
function formatOf(backend: Backend): unknown {
  const { textSafety, contentTypeListed } = backend
  switch (backend.type) {
    case 'File':
      return [withoutPlace(backend.file.format), textSafety, contentTypeListed]
    case 'Tcp':
      return [withoutPlace(backend.tcp.format), textSafety, contentTypeListed]
    case 'OpenTelemetry': {
      const { body, defaultBody, attributes, typedValues, severity, traceContext } = backend.openTelemetry
      return [{ body, defaultBody, attributes, typedValues, severity, traceContext }, textSafety, contentTypeListed]
    }
  }
}

/** Where the format stands in its document does not matter. */
function withoutPlace({ path: _, ...format }: Format): unknown {
  return format
}
