/**
 * The engine's front door: a format in, one program per kind of entry out. Everything that can be known before the first entry is
 * done here.
 */
import { FormatError } from '../errors.ts'
import { toByteString, toBytes } from '../format/byte-string.ts'
import { parseJsonFormat, parsePairs } from '../format/json-template.ts'
import type { Dialect } from '../format/operator.ts'
import { operators } from '../format/operators.ts'
import { parseText, throwFaults } from '../format/parse.ts'
import { retryLimitFlag } from '../format/response-flags.ts'
import type { Template } from '../format/template.ts'
import { slotsMax } from '../limits.ts'
import type { AddressCases, AddressSlots } from '../render/address.ts'
import { createFlagNames } from '../render/response-flags.ts'
import { createRun } from '../render/run.ts'
import type { TimeFormatter } from '../render/time.ts'
import { createWords } from '../render/words.ts'
import { loadSchema } from '../schema/load.ts'
import type { Memory } from '../wire/memory.ts'
import { anyTags, structTags } from './any-schema.ts'
import { lineBound } from './bounds.ts'
import { buildPlan } from './build-plan.ts'
import { type Constant, generate, slotCount } from './generate.ts'
import { type FormatNote, noteTemplate } from './notes.ts'
import type { Leaf, Plan } from './plan.ts'
import type { Program, Programs, StreamRuns } from './program.ts'
import { resolveSource } from './resolve.ts'
import { createRuntime, type Runtime } from './runtime.ts'
import { ScanBuilder } from './scan-builder.ts'
import { evaluateRun, type KumaValues, kumaValuesOf } from './stream-values.ts'
import { envoysOwn, type TextSafety } from './text-safety.ts'

/** `text`: verbatim, no line end is added. `json`: Envoy's json_format. `pairs`: Kuma's list. JSON lines end with a line feed. */
export type FormatSpec =
  | { readonly text: string | Uint8Array }
  | { readonly json: unknown }
  | { readonly pairs: readonly { readonly key: string; readonly value: string }[]; readonly sortKeys?: boolean }

export interface CompileFormatOptions {
  /** The memory that entries will lie in; programs of one memory must not be used while another renders. */
  readonly memory: Memory
  readonly omitEmptyValues?: boolean
  readonly kumaValues?: KumaValues
  /** Zone of the *_LOCAL operators: an IANA name; null (default): the zone of the process. */
  readonly timeZone?: string | null
  /** `envoy` refuses what Envoy's own file logger refuses; default `sink`. */
  readonly dialect?: Dialect
  /** Default: all off, Envoy's line to the byte. */
  readonly textSafety?: Partial<TextSafety>
  /** Whether the loggers list content-type, so that GRPC_STATUS may take a request without one for no gRPC; default false. */
  readonly contentTypeListed?: boolean
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
  else
    template = {
      kind: 'json',
      root: parsePairs(spec.pairs, { ...catalogue, sortKeys: spec.sortKeys ?? false }, faults),
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
  const plan = buildPlan(template, { entryType, entry, omitEmptyValues: options.omitEmptyValues ?? false })
  if (slotCount(plan.slots) > slotsMax) {
    const message = `The format names too many different fields: ${slotCount(plan.slots)} slots, of which ${slotsMax} are allowed.`
    throw new FormatError({ code: 'format_too_large', message, text: '', index: 0 })
  }
  // JSON escapes control characters anyway.
  const textSafety = template.kind === 'json' ? { ...options.textSafety, escapeControl: false } : options.textSafety
  return createProgram(plan, { ...options, ...(textSafety ? { textSafety } : {}) })
}

/**
 * The function is printed and made when the first entry of its kind comes: most formats see one kind only, and source and function are
 * the larger part of what a format takes of memory.
 */
function createProgram(plan: Plan, options: CompileFormatOptions): Program {
  const { memory, kumaValues = {}, timeZone = null } = options
  const safety = { ...envoysOwn, ...options.textSafety }
  const runtime = runtimeOf(memory)
  const timeFormatter = ({ parts, zone }: TimeLeaf) => runtime.timeFormatter(parts, zone === 'utc' ? 'UTC' : timeZone)
  const print = () =>
    generate(plan, {
      bound: lineBound(plan.steps, { safety, timeBytesMax: (leaf) => timeFormatter(leaf).bytesMax }),
      safety,
      contentTypeListed: options.contentTypeListed ?? false,
      addressCases: addressCases(),
      runtimeNames: Object.keys(runtime.names),
    })
  let streamRuns: ReturnType<typeof generate>['streamRuns'] | null = null
  const make = () => {
    const { source, constants, ...generated } = print()
    const create = new Function('names', 'constants', `'use strict'\n${source}`) as (
      names: object,
      constants: readonly unknown[],
    ) => Program['render']
    streamRuns = generated.streamRuns
    program.render = create(
      runtime.names,
      constants.map((constant) => makeConstant(constant, timeFormatter)),
    )
  }
  const program: { -readonly [K in keyof Program]: Program[K] } = {
    plan,
    get source() {
      return print().source
    },
    render(at, end, out, runs, receivedAtMs) {
      make()
      return program.render(at, end, out, runs, receivedAtMs)
    },
    bindStream(stream): StreamRuns {
      if (!streamRuns) make()
      if (streamRuns!.length === 0) return []
      const values = kumaValuesOf(stream, kumaValues)
      return streamRuns!.map((parts) => evaluateRun(parts, values))
    },
    fault: runtime.fault,
  }
  return program
}

type TimeLeaf = Extract<Leaf, { kind: 'time' | 'emitTime' }>

const runtimes = new WeakMap<Memory, Runtime>()

function runtimeOf(memory: Memory): Runtime {
  const known = runtimes.get(memory)
  if (known) return known
  const runtime = createRuntime({
    memory,
    addressSlots: addressSlots(),
    addressCases: addressCases(),
    structTags: structTags(),
    anyTags: anyTags(),
    firstFlagHTTP: retryLimitFlag,
  })
  runtimes.set(memory, runtime)
  return runtime
}

function makeConstant(constant: Constant, timeFormatter: (leaf: TimeLeaf) => TimeFormatter): unknown {
  if (constant.kind === 'run') return createRun(constant.bytes)
  const { leaf } = constant
  switch (leaf.kind) {
    case 'enum':
      return createWords(leaf.names)
    case 'flags':
      return createFlagNames(leaf.names)
    case 'time':
    case 'emitTime':
      return timeFormatter(leaf)
    case 'constant':
      return createRun(leaf.text)
    case 'struct':
      return leaf.path.map(toBytes)
    case 'tag':
      return (leaf.path ?? []).map(toBytes)
    case 'queryParameter':
      return toBytes(leaf.name)
    case 'filterState':
      return toBytes(leaf.member)
    default:
      throw new Error(`A leaf of kind ${leaf.kind} has no constant.`)
  }
}

/** All addresses of all plans have the same shape; it is read off one of them. */
function addressSlots(): AddressSlots {
  const field = 'common_properties.upstream_remote_address'
  const scan = new ScanBuilder(loadSchema().message('envoy.data.accesslog.v3.TCPAccessLogEntry'))
  resolveSource({ kind: 'address', field, form: { kind: 'full' }, guard: null }, scan)
  const { slots } = scan.finish()
  const index = (path: string) => slots.find(({ name }) => name === `${field}.${path}`)!.index
  const offset = (path: string) => index(path) - index('address')
  return {
    member: 0,
    host: offset('socket_address.address'),
    port: offset('socket_address.port_value'),
    namedPort: offset('socket_address.named_port'),
    pipe: offset('pipe.path'),
    listener: offset('envoy_internal_address.server_listener_name'),
    endpoint: offset('envoy_internal_address.endpoint_id'),
  }
}

function addressCases(): AddressCases {
  const address = loadSchema().message('envoy.config.core.v3.Address')
  return {
    socket: address.field('socket_address').number,
    pipe: address.field('pipe').number,
    internal: address.field('envoy_internal_address').number,
  }
}
