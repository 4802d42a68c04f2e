/**
 * What an entry does not carry, Envoy's logger ships as a custom tag, and here it becomes an operator's value again:
 *
 *     tag     "als:" and the operator as written: als:%CONNECTION_ID%, als:%REQ(X-A):5%
 *     value   what Envoy's text format prints for it, and "<end>" behind; "<absent><end>" when it prints nothing
 *
 * Envoy leaves a tag out whose value is empty, so `<end>` is there to keep an empty value apart from a tag that nobody asked for. A tag
 * without it (written by hand) is taken as it is. No other tag is read as an operator.
 */
import type { ByteString } from './byte-string.ts'
import type { Carriage, Operator, OperatorSources, Shipment } from './operator.ts'
import type { Source, ValueType } from './source.ts'

export const tagPrefix = 'als:'
/** Stands for no value. */
export const tagAbsent = '<absent>'
/** Ends every value that we ask Envoy for. */
export const tagEnd = '<end>'

export const tagName = (written: ByteString): ByteString => `${tagPrefix}${written}`

/** How well an entry carries the operator with this argument. */
export function carriageOf(operator: Operator, argument: ByteString): Carriage {
  return operator.carriageOf?.(argument) ?? operator.carriage
}

/** Whether a custom tag may stand for the operator: not where the entry is always right, nor for what the sink makes itself. */
export function isShippable({ verdict }: Carriage): boolean {
  return verdict !== 'exact' && verdict !== 'local'
}

/** The sources of a use of an operator, with its custom tags before them. */
export function withTags(
  operator: Operator,
  argument: ByteString,
  written: ByteString,
  sources: OperatorSources,
): OperatorSources {
  if (operator.members || !isShippable(carriageOf(operator, argument))) return sources
  const type = valueType(sources.http)
  const shipped = operator.shippedAs?.(argument)
  const tags = shipped ? shippedTags(operator, shipped, type, written) : [ownTag(operator, argument, type, written)]
  // A path that leads to nothing in its tag says nothing of the operator.
  const names = tags.flatMap((each) => (each.kind === 'typedTag' || each.path === null ? [each.tag] : []))
  const before = (source: Source): Source => ({
    kind: 'firstOf',
    sources: [...tags, { kind: 'unlessTagged', tags: names, source }],
  })
  return { http: before(sources.http), tcp: before(sources.tcp) }
}

type TagSource = Extract<Source, { kind: 'tag' | 'typedTag' }>

/** What is shipped otherwise than written comes first. */
function shippedTags({ name }: Operator, shipped: Shipment, type: ValueType, written: ByteString): TagSource[] {
  const { argument, path } = shipped
  const tag = tagName(`%${name}(${argument})%`)
  const own = tagName(written)
  const first: TagSource = { kind: 'tag', tag, type, path }
  if (path === null && tag === own) return [first]
  return [first, { kind: 'tag', tag: own, type: path === null ? type : 'string', path: null }]
}

function ownTag(operator: Operator, argument: ByteString, type: ValueType, written: ByteString): TagSource {
  const tag = tagName(written)
  const typedBy = operator.typedBy?.(argument)
  if (!typedBy) return { kind: 'tag', tag, type, path: null }
  return { kind: 'typedTag', tag, typedBy: tagName(`%${typedBy.name}(${typedBy.argument})%`) }
}

/** What a lone operator with this source is in JSON. */
function valueType(source: Source): ValueType {
  switch (source.kind) {
    case 'notCarried':
    case 'constant':
    case 'tag':
      return source.type
    case 'wrappedUint':
      return source.as
    case 'uint':
    case 'duration':
    case 'elapsed':
      return 'number'
    case 'grpcStatus':
      return source.form === 'number' ? 'number' : 'string'
    case 'address':
      return source.form.kind === 'port' ? 'number' : 'string'
    case 'struct':
    case 'typedTag':
      return 'json'
    case 'filterState':
      return source.form === 'typed' ? 'json' : 'string'
    case 'cut':
    case 'unlessTagged':
      return valueType(source.source)
    case 'firstOf': {
      const [first] = source.sources
      return first ? valueType(first) : 'string'
    }
    default:
      return 'string'
  }
}
