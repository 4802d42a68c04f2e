/** Catalogue rows for metadata and filter state. */
import { type ByteString, toText } from '../byte-string.ts'
import { ArgumentFault, both, type Carriage, exact, inNoEntry, notCarried, type Operator } from '../operator.ts'
import type { Source } from '../source.ts'
import { oneWord } from './words.ts'

const dynamicField = 'common_properties.metadata.filter_metadata'

/** `NS:KEY:KEY…`: a namespace, and the keys of structs within. An empty argument is legal where this is reached, and absent. */
function dynamic(argument: ByteString): Source {
  const [key = '', ...path] = argument.split(':')
  return key === '' ? { kind: 'absent' } : { kind: 'struct', field: dynamicField, key, path }
}

/** Metadata of the configuration: shipped by its namespace, whose JSON tells a string from a number. */
function configured(name: string, meaning: string): Operator {
  return {
    name,
    argument: 'required',
    truncates: false,
    meaning,
    argumentHint: 'NS:KEY',
    example: { use: `%${name}(com.example:version)%`, gives: 'v2' },
    carriage: inNoEntry,
    shippedAs: (argument) => {
      const [namespace = '', ...path] = argument.split(':')
      // By its path at least, for Envoy takes no empty argument.
      return namespace === '' ? { argument, path: null } : { argument: namespace, path }
    },
    sources: () => notCarried('json'),
  }
}

const kinds = [
  'DYNAMIC',
  'CLUSTER',
  'ROUTE',
  'UPSTREAM_HOST',
  'LISTENER',
  'LISTENER_FILTER_CHAIN',
  'VIRTUAL_HOST',
] as const

/** `KIND:NS:KEY…`. Throws ArgumentFault for another kind. */
function readKind(argument: ByteString): { kind: (typeof kinds)[number]; rest: ByteString } {
  const [word = ''] = argument.split(':')
  if (word === '') {
    throw new ArgumentFault('argument_word', `%METADATA% takes one of ${kinds.join(', ')} first.`, {
      length: argument.length,
    })
  }
  return { kind: oneWord('METADATA', word, kinds), rest: argument.slice(word.length + 1) }
}

interface StateArgument {
  readonly key: ByteString
  readonly form: 'typed' | 'plain' | 'field'
  readonly member: ByteString
}

/** `KEY[:PLAIN|TYPED|FIELD[:MEMBER]]`. */
function readState(name: string, argument: ByteString): StateArgument {
  const [key = '', word = '', member = ''] = argument.split(':')
  if (key === '') {
    throw new ArgumentFault('state_key', `%${name}% needs the key of an object first.`, { length: argument.length })
  }
  const offset = key.length + 1
  const form = { TYPED: 'typed', PLAIN: 'plain', FIELD: 'field' } as const
  const found = form[oneWord(name, word, ['TYPED', 'PLAIN', 'FIELD'], offset)]
  const memberAt = { offset: offset + word.length + 1, length: Math.max(1, member.length) }
  if (found === 'field' && member === '') {
    throw new ArgumentFault(
      'state_member',
      `%${name}% with FIELD needs the name of a field: ${toText(key)}:FIELD:name.`,
    )
  }
  if (found !== 'field' && member !== '') {
    throw new ArgumentFault('state_member', `Only FIELD takes the name of a field, not ${word || 'TYPED'}.`, memberAt)
  }
  return { key, form: found, member }
}

const listed = 'list the key in filter_state_objects_to_log'
const typedState: Carriage = {
  verdict: 'differs',
  note: `${listed}; found too when only the upstream connection has it`,
}
const plainState: Carriage = {
  verdict: 'differs',
  note: `${listed}; the bare text of wrappers and structs only, fields of structs only; objects without a proto form are absent`,
}
const upstreamState: Carriage = {
  verdict: 'differs',
  note: `${listed}; found too when it is not shared with the upstream`,
}

function stateOperator(name: string, meaning: string, carriageOf: (form: StateArgument['form']) => Carriage): Operator {
  return {
    name,
    argument: 'required',
    truncates: true,
    meaning,
    argumentHint: 'KEY:TYPED|PLAIN|FIELD:NAME',
    example: { use: `%${name}(com.example.user:PLAIN)%`, gives: 'alice' },
    carriage: carriageOf('plain'),
    carriageOf: (argument) => carriageOf(readState(name, argument).form),
    // A length would cut its JSON, of which only the text is cut.
    shippedAs: (argument) => (readState(name, argument).form === 'typed' ? { argument, path: null } : undefined),
    settings: (argument) => [{ list: 'filter_state_objects_to_log', names: [readState(name, argument).key] }],
    sources: (argument) =>
      both({ kind: 'filterState', field: 'common_properties.filter_state_objects', ...readState(name, argument) }),
  }
}

export const metadataOperators: readonly Operator[] = [
  {
    name: 'DYNAMIC_METADATA',
    argument: 'required',
    truncates: true,
    meaning: 'What filters noted about the request: a namespace, and keys of the structs within',
    argumentHint: 'NS:KEY',
    example: { use: '%DYNAMIC_METADATA(com.example:user)%', gives: 'alice' },
    carriage: exact,
    lengthSince: '1.37',
    sources: (argument) => both(dynamic(argument)),
  },
  {
    ...configured('METADATA', 'Metadata of a kind: noted by filters (DYNAMIC), or set in the configuration'),
    truncates: true,
    argumentHint: `${kinds.join('|')}:NS:KEY`,
    example: { use: '%METADATA(ROUTE:com.example:version)%', gives: 'v2' },
    carriage: { verdict: 'notCarried', note: 'DYNAMIC is exact; no entry has the others' },
    carriageOf: (argument) => (readKind(argument).kind === 'DYNAMIC' ? exact : inNoEntry),
    shippedAs: (argument) => {
      const { kind, rest } = readKind(argument)
      const [namespace = '', ...path] = rest.split(':')
      return { argument: `${kind}:${namespace}`, path }
    },
    sources: (argument) => {
      const { kind, rest } = readKind(argument)
      return kind === 'DYNAMIC' ? both(dynamic(rest)) : notCarried('json')
    },
  },
  configured('CLUSTER_METADATA', 'Metadata of the upstream cluster'),
  configured('UPSTREAM_METADATA', 'Metadata of the upstream host'),
  stateOperator(
    'FILTER_STATE',
    'An object of the filter state: as JSON (TYPED), as its own text (PLAIN), or a field of it',
    (form) => (form === 'typed' ? typedState : plainState),
  ),
  stateOperator(
    'UPSTREAM_FILTER_STATE',
    'The same of the filter state that is shared with the upstream',
    () => upstreamState,
  ),
]
