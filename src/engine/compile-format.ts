/**
 * The engine's front door: a format in, one program per kind of entry out. Everything that can be known before the first entry is
 * done here.
 */
import { type FormatError } from '../errors.ts'
import { toByteString } from '../format/byte-string.ts'
import { parseJsonFormat, parsePairs } from '../format/json-template.ts'
import { operators } from '../format/operators.ts'
import { parseText, throwFaults } from '../format/parse.ts'
import { responseFlags } from '../format/response-flags.ts'
import type { Template } from '../format/template.ts'
import type { AddressCases, AddressSlots } from '../render/address.ts'
import { createFlagNames } from '../render/response-flags.ts'
import { createTimeFormatter, type TimeFormatter } from '../render/time.ts'
import { createWords } from '../render/words.ts'
import type { MessageInfo } from '../schema/field-path.ts'
import { loadSchema } from '../schema/load.ts'
import type { Memory } from '../wire/memory.ts'
import { lineBound } from './bounds.ts'
import { buildPlan } from './build-plan.ts'
import { type Constant, generate } from './generate.ts'
import type { Leaf, Plan, Slot } from './plan.ts'
import type { Program, Programs, StreamRuns } from './program.ts'
import { createRuntime } from './runtime.ts'
import { evaluateRun, type KumaValues, kumaValuesOf } from './stream-values.ts'

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
}

/** Compiles a format for HTTP and for TCP entries. Throws FormatError, which holds all faults of the format. */
export function compileFormat(spec: FormatSpec, options: CompileFormatOptions): Programs {
  const template = parseFormat(spec)
  return {
    http: compileTemplate(template, 'HTTPAccessLogEntry', options),
    tcp: compileTemplate(template, 'TCPAccessLogEntry', options),
  }
}

/** Parses a format without compiling it. Throws FormatError. */
export function parseFormat(spec: FormatSpec): Template {
  const faults: FormatError[] = []
  const catalogue = { catalogue: operators }
  let template: Template
  if ('text' in spec) template = { kind: 'text', parts: parseText(toByteString(spec.text), catalogue, faults) }
  else if ('json' in spec) template = { kind: 'json', root: parseJsonFormat(spec.json, catalogue, faults) }
  else template = { kind: 'json', root: parsePairs(spec.pairs, { ...catalogue, sortKeys: spec.sortKeys ?? false }, faults) }
  throwFaults(faults)
  return template
}

function compileTemplate(template: Template, entryType: Plan['entryType'], options: CompileFormatOptions): Program {
  const schema = loadSchema()
  const entry = schema.message(`envoy.data.accesslog.v3.${entryType}`)
  const plan = buildPlan(template, { entryType, entry, omitEmptyValues: options.omitEmptyValues ?? false })
  return createProgram(plan, addressCasesOf(schema.message('envoy.config.core.v3.Address')), options)
}

function createProgram(plan: Plan, addressCases: AddressCases, options: CompileFormatOptions): Program {
  const slots = new Int32Array(plan.slots.reduce((sum, slot) => sum + (slot.kind === 'span' ? 2 : 1), 0))
  const formatters = new Map<Leaf, TimeFormatter>()
  const timeFormatter = (leaf: Extract<Leaf, { kind: 'time' }>) => {
    const known = formatters.get(leaf)
    if (known) return known
    const made = createTimeFormatter(leaf.parts, leaf.zone === 'utc' ? 'UTC' : (options.timeZone ?? null))
    formatters.set(leaf, made)
    return made
  }
  const runtime = createRuntime({
    memory: options.memory,
    slots,
    addressSlots: addressSlotsOf(plan.slots),
    addressCases,
    firstFlagHTTP: responseFlags.findIndex((flag) => flag.short === 'URX'),
  })
  const { source, constants, streamRuns } = generate(plan, {
    bound: lineBound(plan.steps, (leaf) => timeFormatter(leaf).bytesMax),
    addressCases,
    runtimeNames: Object.keys(runtime).filter((name) => name !== 'fault'),
  })
  const make = (constant: Constant) => makeConstant(constant, timeFormatter)
  const render: Program['render'] = new Function('runtime', 'constants', `'use strict'\n${source}`)(runtime, constants.map(make))
  const bindStream: Program['bindStream'] = (stream): StreamRuns => {
    if (streamRuns.length === 0) return []
    const values = kumaValuesOf(stream, options.kumaValues ?? {})
    return streamRuns.map((parts) => evaluateRun(parts, values))
  }
  return { plan, source, render, bindStream, fault: runtime.fault }
}

function makeConstant(constant: Constant, timeFormatter: (leaf: Extract<Leaf, { kind: 'time' }>) => TimeFormatter): unknown {
  if (constant.kind === 'run') return Uint8Array.from(Buffer.from(constant.bytes, 'latin1'))
  const { leaf } = constant
  switch (leaf.kind) {
    case 'enum':
      return createWords(leaf.names)
    case 'flags':
      return createFlagNames(leaf.names)
    case 'time':
      return timeFormatter(leaf)
    default:
      throw new Error(`A leaf of kind ${leaf.kind} has no constant.`)
  }
}

/** All addresses of a plan have the same shape; where its parts lie is read off the first one. */
function addressSlotsOf(slots: readonly Slot[]): AddressSlots | null {
  const member = slots.find((slot) => slot.kind === 'case' && slot.name.endsWith('_address.address'))
  if (!member) return null
  const address = member.name.slice(0, -'.address'.length)
  const offset = (path: string) => slots.find((slot) => slot.name === `${address}.${path}`)!.index - member.index
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

function addressCasesOf(address: MessageInfo): AddressCases {
  return {
    socket: address.field('socket_address').number,
    pipe: address.field('pipe').number,
    internal: address.field('envoy_internal_address').number,
  }
}
