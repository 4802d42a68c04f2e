/**
 * A plan becomes a program: the machine renders what Envoy usually sends, the generated function everything else. Both are made when the
 * first entry of their kind comes: most formats see one kind only, and few functions are ever needed.
 */
import { toBytes } from '../format/byte-string.ts'
import { retryLimitFlag } from '../format/response-flags.ts'
import { createMachine, type Image, type Machine } from '../machine/machine.ts'
import type { AddressCases, AddressSlots } from '../render/address.ts'
import { createFlagNames, writeFlags } from '../render/response-flags.ts'
import { createRun } from '../render/run.ts'
import type { TimeFormatter } from '../render/time.ts'
import { createWords } from '../render/words.ts'
import { loadSchema } from '../schema/load.ts'
import type { Memory } from '../wire/memory.ts'
import { anyTags, structTags } from './any-schema.ts'
import { lineBound } from './bounds.ts'
import { type Constant, generate } from './generate.ts'
import { createImage } from './image.ts'
import { anyValueTags, traceTags } from './otlp-schema.ts'
import type { Leaf, Plan } from './plan.ts'
import type { Program } from './program.ts'
import { resolveSource } from './resolve.ts'
import { createRuntime, type Runtime } from './runtime.ts'
import { ScanBuilder } from './scan-builder.ts'
import { escapeValues, evaluateRun, type KumaValues, kumaValuesOf, streamRunsOf } from './stream-values.ts'
import { envoysOwn, type TextSafety } from './text-safety.ts'

export interface ProgramOptions {
  readonly memory: Memory
  readonly kumaValues?: KumaValues
  readonly timeZone?: string | null
  readonly textSafety?: Partial<TextSafety>
  readonly contentTypeListed?: boolean
  readonly machine?: boolean
}

type TimeLeaf = Extract<Leaf, { kind: 'time' | 'emitTime' }>

export function createProgram(plan: Plan, options: ProgramOptions): Program {
  const { memory, kumaValues = {}, timeZone = null } = options
  const safety = { ...envoysOwn, ...options.textSafety }
  const kernel = kernelOf(memory)
  const streamRuns = streamRunsOf(plan.steps)
  const timeFormatter = ({ parts, zone }: TimeLeaf) => kernel.timeFormatter(parts, zone === 'utc' ? 'UTC' : timeZone)
  const bound = () => lineBound(plan.steps, { safety, timeBytesMax: (leaf) => timeFormatter(leaf).bytesMax })
  const print = () =>
    generate(plan, {
      bound: bound(),
      streamRuns,
      safety,
      contentTypeListed: options.contentTypeListed ?? false,
      addressCases: addressCases(),
      runtimeNames: Object.keys(kernel.names),
    })

  /** Its first call makes the function. */
  let generated: Program['render'] = (...entry) => {
    const { source, constants } = print()
    const create = new Function('names', 'constants', `'use strict'\n${source}`) as (
      names: object,
      constants: readonly unknown[],
    ) => Program['render']
    generated = create(
      kernel.names,
      constants.map((constant) => makeConstant(constant, timeFormatter)),
    )
    return generated(...entry)
  }

  const image = (wanted = 0) => {
    if (options.machine === false) return 'anything: it is switched off'
    const common = { memory, bound: bound(), safety, addressCases: addressCases(), timeFormatter, flagsWriter }
    return createImage(plan, { ...common, wanted })
  }
  const flagsWriter = ({ names }: Extract<Leaf, { kind: 'flags' }>) => {
    const flagNames = createFlagNames(names)
    return (o: number, mask: number, isHttp: number) =>
      writeFlags(memory.bytes, o, flagNames, mask, isHttp === 0 ? -1 : retryLimitFlag)
  }

  /** By whom the program renders is decided once. */
  const prepare = () => {
    const made = image()
    const { machine } = kernel
    if (typeof made === 'string') {
      program.render = (at, end, out, runs, receivedAtMs) => generated(at, end, out, runs, receivedAtMs)
      program.renderMany = () => 0
      return
    }
    /** There is room for one; so who has compared keys goes on with that, whether or not there is one to be expected. */
    let current = made
    let wantedNow = 0
    const images = new Map<number, Image | string>([[0, made]])
    /** False: there is no such image. */
    const want = (wanted: number) => {
      const kept = images.get(wanted) ?? image(wanted)
      images.set(wanted, kept)
      if (typeof kept === 'string') return false
      current = kept
      wantedNow = wanted
      return true
    }
    program.render = (at, end, out, runs, receivedAtMs) => {
      const next = machine.render(current, runs, at, end, out)
      return next >= 0 ? next : generated(at, end, out, runs, receivedAtMs)
    }
    program.renderMany = (entries, from, to, out, runs, stopAt, expected = null) => {
      if (expected !== null && expected.wanted !== wantedNow && !want(expected.wanted)) return 0
      return machine.renderMany(current, runs, entries, from, to, out, stopAt, expected)
    }
  }

  const program: { -readonly [K in keyof Program]: Program[K] } = {
    plan,
    get source() {
      return print().source
    },
    get unfit() {
      const made = image()
      return typeof made === 'string' ? made : null
    },
    render(...entry) {
      prepare()
      return program.render(...entry)
    },
    renderMany(...entries) {
      prepare()
      return program.renderMany(...entries)
    },
    bindsStream: streamRuns.length > 0,
    bindStream(stream, known) {
      if (streamRuns.length === 0) return []
      const values = kumaValuesOf(stream, kumaValues, known)
      const shown = safety.escapeControl ? escapeValues(values) : values
      return streamRuns.map((parts) => evaluateRun(parts, shown))
    },
    fault: kernel.fault,
  }
  return program
}

/** What the programs of one memory share. */
interface Kernel extends Runtime {
  readonly machine: Machine
}

/** For who else works with the machine. */
export const machineOf = (memory: Memory): Machine => kernelOf(memory).machine

const kernels = new WeakMap<Memory, Kernel>()

function kernelOf(memory: Memory): Kernel {
  const known = kernels.get(memory)
  if (known) return known
  const runtime = createRuntime({
    memory,
    addressSlots: addressSlots(),
    addressCases: addressCases(),
    structTags: structTags(),
    anyTags: anyTags(),
    anyValueTags: anyValueTags(),
    traceTags: traceTags(),
    firstFlagHTTP: retryLimitFlag,
  })
  const kernel = { ...runtime, machine: createMachine({ memory, ...runtime.strings }) }
  kernels.set(memory, kernel)
  return kernel
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
    case 'joined':
      return leaf.others
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
