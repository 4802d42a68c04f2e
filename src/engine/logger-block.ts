/**
 * What Envoy's gRPC logger has to be told so that a format's lines are right: the lists of headers and filter state, and custom tags
 * for what no field of an entry carries. `als-sink envoy` prints it as Envoy's configuration.
 */
import { type ByteString, toText } from '../format/byte-string.ts'
import { carriageOf, isShippable, tagAbsent, tagEnd, tagName } from '../format/custom-tag.ts'
import type { OperatorCall, Setting } from '../format/operator.ts'
import { type FormatSpec, parseFormat } from './compile-format.ts'
import { isOlder, operatorCalls } from './notes.ts'

/** One of `custom_tags`, in Envoy's own words. */
export type CustomTag = { readonly tag: string } & (
  | { readonly value: string }
  | { readonly literal: { readonly value: string } }
  | { readonly environment: { readonly name: string } }
  | { readonly request_header: { readonly name: string } }
  | {
      readonly metadata: {
        readonly kind: Readonly<Record<string, object>>
        readonly metadata_key: { readonly key: string; readonly path: readonly { readonly key: string }[] }
      }
    }
)

export interface LoggerBlock {
  readonly requestHeaders: readonly string[]
  readonly responseHeaders: readonly string[]
  readonly responseTrailers: readonly string[]
  readonly filterStateKeys: readonly string[]
  readonly customTags: readonly CustomTag[]
  /** What this Envoy cannot be made to ship, in sentences. */
  readonly notes: readonly string[]
}

export interface LoggerBlockOptions {
  /** Ships also what the entry carries, but not in all cases as Envoy's file logger prints it. */
  readonly exact: boolean
  /** `1.36`, `1.36.4`; null: the newest. */
  readonly envoyVersion: string | null
  /** Lists `:method` where a format reads it, for the entry's own field knows only verbs that HTTP names; default false. */
  readonly methodListed?: boolean
}

/** Custom tags take format strings from this version on. */
const tagValueSince = '1.37'
/** Before it COALESCE passed over an empty value, so a tag could not tell it from none. */
const emptyValueSince = '1.40'

/** The block for all these formats together. Throws FormatError for a format that does not compile. */
export function loggerBlock(formats: readonly FormatSpec[], options: LoggerBlockOptions): LoggerBlock {
  const { exact, envoyVersion, methodListed = false } = options
  const templates = formats.map((format) => parseFormat(format))
  const lists = new Map<Setting['list'], Set<string>>()
  const list = (settings: readonly Setting[] = []) => {
    for (const { list, names } of settings) {
      const all = lists.get(list) ?? new Set()
      for (const name of names) all.add(toText(name))
      lists.set(list, all)
    }
  }
  const tags = new Map<string, CustomTag>()
  const notes = new Set<string>()
  const calls = templates.flatMap(operatorCalls)
  // What stands by itself comes last, and has the last word on a tag.
  for (const { call, isChoice } of [...calls.flatMap(choices), ...calls.filter(isAlone).map(alone)]) {
    const { operator, argument, written } = call
    // There the old COALESCE is right: it passes over an empty choice itself.
    const tellsEmpty = !isChoice && isBefore(emptyValueSince, envoyVersion) ? operator.emptyIn : undefined
    const shipped = mustShip(call, exact) ? customTags(call, envoyVersion, tellsEmpty !== undefined) : null
    for (const tag of shipped ?? []) tags.set(tag.tag, tag)
    if (shipped?.length === 0) {
      const { note } = carriageOf(operator, argument)
      notes.add(`${toText(written)}: ${note}; custom tags with a format need Envoy ${tagValueSince}.`)
    }
    if (!shipped?.length) list(operator.settings?.(argument))
    if (!shipped?.length && methodListed) list(methodIn(operator.emptyIn?.(argument)))
    if (shipped) list(tellsEmpty?.(argument))
  }
  const names = (list: Setting['list']) => [...(lists.get(list) ?? [])]
  return {
    requestHeaders: names('additional_request_headers_to_log'),
    responseHeaders: names('additional_response_headers_to_log'),
    responseTrailers: names('additional_response_trailers_to_log'),
    filterStateKeys: names('filter_state_objects_to_log'),
    customTags: [...tags.values()],
    notes: [...notes],
  }
}

/** Of all names that an operator reads, the verb. */
function methodIn(settings: readonly Setting[] = []): Setting[] {
  return settings
    .filter(({ list }) => list === 'additional_request_headers_to_log')
    .map(({ list, names }) => ({ list, names: names.filter((name) => name === ':method') }))
}

interface Shipped {
  readonly call: OperatorCall
  /** Named by another operator, which is shipped by those that it names. */
  readonly isChoice: boolean
}

const isAlone = ({ members }: OperatorCall) => members.length === 0
const alone = (call: OperatorCall): Shipped => ({ call, isChoice: false })

function choices({ members }: OperatorCall): Shipped[] {
  return members.flatMap((call) => (isAlone(call) ? [{ call, isChoice: true }] : choices(call)))
}

function isBefore(since: string, envoyVersion: string | null): boolean {
  return envoyVersion !== null && isOlder(envoyVersion, since)
}

function mustShip({ operator, argument }: OperatorCall, exact: boolean): boolean {
  const carriage = carriageOf(operator, argument)
  if (carriage.verdict === 'notCarried') return true
  return exact && isShippable(carriage) && (carriage.verdict === 'differs' || carriage.stillDiffers === true)
}

/** None where this Envoy has no tag that could. `emptyIsListed`: a list of the logger knows what is there but empty. */
function customTags(call: OperatorCall, envoyVersion: string | null, emptyIsListed: boolean): CustomTag[] {
  if (isBefore(tagValueSince, envoyVersion)) return oldTag(call) ?? []
  const { operator, argument, maxLength, written } = call
  const { name } = operator
  const tag = toText(tagName(written))
  // Without an end mark an empty value has no tag.
  if (emptyIsListed) return [{ tag, value: toText(written) }]
  if (operator.neverAbsent) return [{ tag, value: `${toText(written)}${tagEnd}` }]
  const shipped = operator.shippedAs?.(argument)
  if (shipped) {
    return [{ tag: toText(tagName(`%${name}(${shipped.argument})%`)), value: orAbsent(name, shipped.argument, null) }]
  }
  const own = { tag, value: orAbsent(name, argument, maxLength) }
  const typedBy = operator.typedBy?.(argument)
  if (!typedBy) return [own]
  const typedTag = toText(tagName(`%${typedBy.name}(${typedBy.argument})%`))
  return [own, { tag: typedTag, value: orAbsent(typedBy.name, typedBy.argument, null) }]
}

/** A tag's value that tells what the operator prints, and whether it prints anything. */
function orAbsent(command: string, argument: ByteString, maxLength: number | null): string {
  const length = maxLength === null || maxLength === 0 || maxLength === Infinity ? {} : { max_length: maxLength }
  const wanted = { command, ...(argument === '' ? {} : { param: toText(argument) }), ...length }
  const absent = { command: 'START_TIME', param: tagAbsent }
  // A parenthesis could end the argument; its escape cannot.
  const json = JSON.stringify({ operators: [wanted, absent] }).replaceAll(')', '\\u0029')
  return `%COALESCE(${json})%${tagEnd}`
}

/** Kinds of custom tags that were there before format strings. They leave out what is empty. */
function oldTag({ operator, argument, written }: OperatorCall): CustomTag[] | null {
  const tag = toText(tagName(written))
  const text = toText(argument)
  switch (operator.name) {
    case 'ENVIRONMENT':
      return [{ tag, environment: { name: text } }]
    case 'REQ':
    case 'STREAM_INFO_REQ':
      return text.includes('?') ? null : [{ tag, request_header: { name: text.toLowerCase() } }]
    case 'CLUSTER_METADATA':
      return metadataTag(tag, 'cluster', text.split(':'))
    case 'UPSTREAM_METADATA':
      return metadataTag(tag, 'host', text.split(':'))
    case 'METADATA': {
      const [kind, ...rest] = text.split(':')
      const kinds: Readonly<Record<string, string>> = { CLUSTER: 'cluster', ROUTE: 'route', UPSTREAM_HOST: 'host' }
      return Object.hasOwn(kinds, kind!) ? metadataTag(tag, kinds[kind!]!, rest) : null
    }
    default:
      return null
  }
}

function metadataTag(tag: string, kind: string, [key = '', ...path]: readonly string[]): CustomTag[] | null {
  if (key === '' || path.length === 0 || path.includes('')) return null
  return [{ tag, metadata: { kind: { [kind]: {} }, metadata_key: { key, path: path.map((part) => ({ key: part })) } } }]
}
