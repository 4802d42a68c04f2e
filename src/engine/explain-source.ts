/**
 * Where an operator's value is looked for in one entry, and what is found there, in words: one look for each field, map key or
 * custom tag of its source, in the order in which the engine asks them.
 */
import { responseFlags } from '../format/response-flags.ts'
import type { Source } from '../format/source.ts'
import { resolveFieldPath } from '../schema/field-path.ts'
import type { WireMessage } from './entry-fields.ts'
import {
  findHeader,
  type Look,
  lookAtState,
  lookAtString,
  lookAtStruct,
  lookAtTag,
  notThere,
  show,
} from './entry-look.ts'
import { lookAtAddress } from './explain-address.ts'
import type { KumaValues } from './stream-values.ts'

export interface LookContext {
  readonly entry: WireMessage
  readonly kuma: KumaValues
  readonly contentTypeListed: boolean
  /** The operator as a whole has no value: then what is there is not valid. */
  readonly absent: boolean
}

/** None at all: this kind of entry has no value for the operator, or nothing was asked for. */
export function lookAt(source: Source, context: LookContext): Look[] {
  const { entry } = context
  switch (source.kind) {
    case 'absent':
    case 'constant':
    case 'uuid':
      return []
    case 'firstOf':
      return source.sources.flatMap((each) => lookAt(each, context))
    case 'cut':
    case 'unlessTagged':
      return lookAt(source.source, context)
    case 'notCarried':
      return [{ where: 'fields of the entry', found: 'none carries it' }]
    case 'kuma': {
      const value = context.kuma[source.name]
      const found = value === undefined ? 'none of them says it' : JSON.stringify(value)
      return [{ where: `${source.name} in log name, configuration and node id`, found }]
    }
    case 'tag':
      return [lookAtTag(source.tag, source.path, entry)]
    case 'typedTag':
      return [source.tag, source.typedBy].map((tag) => lookAtTag(tag, null, entry))
    case 'uint':
      return [{ where: source.field, found: number(entry, source.field) ?? `${notThere}, which is 0` }]
    case 'wrappedUint':
    case 'cipher': {
      const wrapper = entry.message(source.field)
      const value = Number(wrapper?.number('value') ?? 0n)
      const noCipher = source.kind === 'cipher' && context.absent ? ', which is no cipher' : ''
      return [{ where: source.field, found: wrapper ? `${value}${noCipher}` : notThere }]
    }
    case 'string':
      return [lookAtString(source.field, entry)]
    case 'query':
    case 'queryParameter':
      return [lookAtQuery(source, context)]
    case 'header': {
      const { where, value, others } = findHeader(source.field, source.key, entry)
      return [{ where, found: value === null ? others : show(value) }]
    }
    case 'joined': {
      const elements = entry.elements(source.field)
      const texts = elements.map((element) => element.text(source.element)).filter((text) => text !== null)
      const none = elements.length === 0 ? notThere : `there, but without ${source.element}`
      return [{ where: source.field, found: texts.length > 0 ? texts.map(show).join(', ') : none }]
    }
    case 'enum':
      return [lookAtEnum(source, entry)]
    case 'duration':
      return source.fields.map((field) => lookAtTime(field, 'Duration', context))
    case 'time':
      return [lookAtTime(source.field, 'Timestamp', context)]
    case 'emitTime':
      return [lookAtTime(source.start, 'Timestamp', context), lookAtTime(source.duration, 'Duration', context)]
    case 'elapsed':
      return lookAtElapsed(source, context)
    case 'responseFlags':
      return [lookAtFlags(source.field, entry)]
    case 'address':
      return [lookAtAddress(source, entry)]
    case 'grpcStatus':
      return lookAtGrpcStatus(context)
    case 'struct':
      return [lookAtStruct(source, entry)]
    case 'filterState':
      return [lookAtState(source, entry, context.absent)]
  }
}

type Of<K extends Source['kind']> = Extract<Source, { kind: K }>

function number(entry: WireMessage, field: string): string | undefined {
  return entry.number(field)?.toString()
}

function lookAtQuery(source: Of<'query' | 'queryParameter'>, { entry, absent }: LookContext): Look {
  const look = lookAtString(source.field, entry)
  if (!entry.text(source.field)) return look
  const what = source.kind === 'query' ? 'query' : `query parameter ${show(source.name)}`
  return absent ? { ...look, found: `${look.found}, which has no ${what}`, settled: true } : look
}

function lookAtEnum({ field, names }: Of<'enum'>, entry: WireMessage): Look {
  const { enumeration } = resolveFieldPath(entry.info, field).at(-1)!
  const found = entry.number(field)
  const value = Number(BigInt.asIntN(32, found ?? 0n))
  const name = enumeration!.nameOf(value)
  const label = found === null ? notThere : `${name ?? value}`
  if (name === undefined) return { where: field, found: `${label}, a number without a name` }
  const printed = names === 'all' || (names === null ? value !== 0 : Object.hasOwn(names, name))
  if (printed) return { where: field, found: found === null ? `${notThere}, which is ${name}` : name }
  return { where: field, found: found === null ? notThere : `${name}, for which nothing is printed` }
}

function lookAtTime(field: string, type: 'Duration' | 'Timestamp', { entry, absent }: LookContext): Look {
  const time = entry.message(field)
  if (!time) return { where: field, found: notThere }
  const { seconds, nanos } = partsOf(time)
  return { where: field, found: `${seconds} s, ${nanos} ns${absent ? `: no valid ${type}` : ''}` }
}

function partsOf(time: WireMessage): { seconds: bigint; nanos: bigint } {
  return {
    seconds: BigInt.asIntN(64, time.number('seconds') ?? 0n),
    nanos: BigInt.asIntN(32, time.number('nanos') ?? 0n),
  }
}

function lookAtElapsed({ from, to, negative }: Of<'elapsed'>, context: LookContext): Look[] {
  const { entry, absent } = context
  const fields = [from, to].filter((field) => field !== null)
  const times = [from, to].map((field) => (field === null ? 0n : nanosOf(entry.message(field))))
  const [start, end] = times as [bigint | null, bigint | null]
  // Both are there, so the other reason not to print is that one of them is not valid.
  const isBackwards = !negative && start !== null && end !== null && end < start
  const missing = start === null || end === null
  const looks = fields.map((field) => lookAtTime(field, 'Duration', { ...context, absent: false }))
  if (!absent || missing) return looks
  if (isBackwards) return [...looks, { where: 'both together', found: 'the end lies before the start', settled: true }]
  return [...looks, { where: 'both together', found: 'one of them is no valid Duration' }]
}

function nanosOf(time: WireMessage | null): bigint | null {
  if (!time) return null
  const { seconds, nanos } = partsOf(time)
  return seconds * 1_000_000_000n + nanos
}

function lookAtFlags(field: string, entry: WireMessage): Look {
  const isSet = (name: string) => {
    const value = entry.number(`${field}.${name === 'unauthorized_details' ? `${name}.reason` : name}`) ?? 0n
    return name === 'unauthorized_details' ? value === 1n : value !== 0n
  }
  const names = responseFlags.filter((flag) => isSet(flag.field)).map((flag) => flag.field)
  return { where: field, found: names.join(', ') || 'no flag is set' }
}

function lookAtGrpcStatus({ entry, contentTypeListed }: LookContext): Look[] {
  const contentType = findHeader('request.request_headers', 'content-type', entry)
  if (contentType.value !== null && !/^application\/grpc(\+|$)/.test(contentType.value)) {
    return [{ where: contentType.where, found: `${show(contentType.value)}: the request is not gRPC`, settled: true }]
  }
  const unknown = contentTypeListed
    ? ({ found: `${notThere}: the request is not gRPC`, settled: true } as const)
    : { found: `${notThere}: whether the request is gRPC is not known` }
  const statuses = ['response.response_trailers', 'response.response_headers'].map((map) =>
    findHeader(map, 'grpc-status', entry),
  )
  const code = entry.number('response.response_code.value')
  return [
    { where: contentType.where, ...(contentType.value === null ? unknown : { found: show(contentType.value) }) },
    ...statuses.map(({ where, value }) => ({
      where,
      found: value === null ? notThere : value ? show(value) : 'empty',
    })),
    {
      where: 'response.response_code',
      found: code === null ? notThere : `${code}; asked only when the request is known to be gRPC`,
    },
  ]
}
