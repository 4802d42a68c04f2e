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
import type { Carriage, Operator, OperatorSources } from './operator.ts'
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
  const shippedName = shipped && tagName(`%${operator.name}(${shipped.argument})%`)
  const own = { kind: 'tag', tag: tagName(written), type: shipped ? 'string' : type, path: null } as const
  const tags: Source[] = shipped
    ? [{ kind: 'tag', tag: shippedName!, type, path: shipped.path }, ...(shippedName === own.tag ? [] : [own])]
    : [own]
  const before = (source: Source): Source => ({ kind: 'firstOf', sources: [...tags, source] })
  return { http: before(sources.http), tcp: before(sources.tcp) }
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
      return 'json'
    case 'filterState':
      return source.form === 'typed' ? 'json' : 'string'
    case 'cut':
      return valueType(source.source)
    case 'firstOf': {
      const [first] = source.sources
      return first ? valueType(first) : 'string'
    }
    default:
      return 'string'
  }
}
