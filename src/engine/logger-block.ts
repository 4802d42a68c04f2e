/**
 * What Envoy's gRPC logger has to be told so that a format's lines are right: the lists of headers and filter state, and custom tags
 * for what no field of an entry carries. `als-sink envoy` prints it as Envoy's configuration.
 */
import { toText } from '../format/byte-string.ts'
import { carriageOf, isShippable, tagAbsent, tagEnd, tagName } from '../format/custom-tag.ts'
import type { OperatorCall, Setting } from '../format/operator.ts'
import { type FormatSpec, parseFormat } from './compile-format.ts'
import { isOlder, operatorCalls } from './notes.ts'

/** One of `custom_tags`, in Envoy's own words. */
export type CustomTag = { readonly tag: string } & (
  | { readonly value: string }
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
}

/** Custom tags take format strings from this version on. */
const tagValueSince = '1.37'

/** The block for all these formats together. Throws FormatError for a format that does not compile. */
export function loggerBlock(formats: readonly FormatSpec[], options: LoggerBlockOptions): LoggerBlock {
  const templates = formats.map((format) => parseFormat(format))
  const lists = new Map<Setting['list'], Set<string>>()
  const tags = new Map<string, CustomTag>()
  const notes = new Set<string>()
  for (const call of templates.flatMap(operatorCalls).flatMap(flatten)) {
    if (mustShip(call, options.exact)) {
      const tag = customTag(call, options.envoyVersion)
      if (tag) {
        tags.set(tag.tag, tag)
        continue
      }
      notes.add(
        `${toText(call.written)}: ${carriageOf(call.operator, call.argument).note}; custom tags with a format need Envoy ${tagValueSince}.`,
      )
    }
    for (const { list, names } of call.operator.settings?.(call.argument) ?? []) {
      const all = lists.get(list) ?? new Set()
      for (const name of names) all.add(toText(name))
      lists.set(list, all)
    }
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

/** An operator that names others is shipped by them. */
function flatten(call: OperatorCall): OperatorCall[] {
  return call.members.length > 0 ? call.members.flatMap(flatten) : [call]
}

function mustShip({ operator, argument }: OperatorCall, exact: boolean): boolean {
  const carriage = carriageOf(operator, argument)
  if (carriage.verdict === 'notCarried') return true
  return exact && isShippable(carriage) && (carriage.verdict === 'differs' || carriage.stillDiffers === true)
}

/** Null where this Envoy has no tag that could. */
function customTag(call: OperatorCall, envoyVersion: string | null): CustomTag | null {
  if (envoyVersion !== null && isOlder(envoyVersion, tagValueSince)) return oldTag(call)
  const { operator, argument, maxLength, written } = call
  const shipped = operator.shippedAs?.(argument)
  const param = shipped ? shipped.argument : argument
  const tag = tagName(shipped ? `%${operator.name}(${param})%` : written)
  const length =
    shipped || maxLength === null || maxLength === 0 || maxLength === Infinity ? {} : { max_length: maxLength }
  const wanted = { command: operator.name, ...(param === '' ? {} : { param: toText(param) }), ...length }
  const absent = { command: 'START_TIME', param: tagAbsent }
  // A parenthesis could end the argument; its escape cannot.
  const json = JSON.stringify({ operators: [wanted, absent] }).replaceAll(')', '\\u0029')
  return { tag: toText(tag), value: `%COALESCE(${json})%${tagEnd}` }
}

/** Kinds of custom tags that were there before format strings. They leave out what is empty. */
function oldTag({ operator, argument, written }: OperatorCall): CustomTag | null {
  const tag = toText(tagName(written))
  const text = toText(argument)
  switch (operator.name) {
    case 'ENVIRONMENT':
      return { tag, environment: { name: text } }
    case 'REQ':
    case 'STREAM_INFO_REQ':
      return text.includes('?') ? null : { tag, request_header: { name: text.toLowerCase() } }
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

function metadataTag(tag: string, kind: string, [key = '', ...path]: readonly string[]): CustomTag | null {
  if (key === '' || path.length === 0 || path.includes('')) return null
  return { tag, metadata: { kind: { [kind]: {} }, metadata_key: { key, path: path.map((part) => ({ key: part })) } } }
}
