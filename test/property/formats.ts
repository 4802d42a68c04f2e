/**
 * Random formats, text and JSON, from every operator of the catalogue with legal arguments. Names are drawn from the same few as those
 * of the entries in `entries.ts`, so that they meet.
 */
import fc from 'fast-check'
import { operators } from '../../src/format/operators.ts'
import { type Bytes, bytesOf } from '../reference/bytes.ts'
import { parseFormat } from '../reference/grammar.ts'
import { rows } from '../reference/operators.ts'
import { anyText, headerNames, namespaces, stateKeys, structKeys } from './strings.ts'

export type Spec = { readonly text: string } | { readonly json: object } | PairsSpec

interface PairsSpec {
  readonly pairs: readonly { readonly key: string; readonly value: string }[]
  readonly sortKeys: boolean
  readonly jsonTypes: 'typed' | 'string'
}

export interface AnyFormat {
  readonly spec: Spec
  /** The operators in it, as written. */
  readonly uses: readonly Bytes[]
}

/** B.1's specifiers, without the fractions that absl prints, which hang on what was rendered before. */
const timePieces = [
  ...'%s %f %1f %3f %6f %9f %*f %E*f %E1S %E3S %E6S %E9S %E*S %E4f %E0S %E0f %Y %m %d %H %M %S %e %I %p %y %C %j %a %A'.split(
    ' ',
  ),
  ...'%b %h %B %u %w %U %W %V %G %g %F %D %T %R %r %c %x %X %z %Ez %E*z %Z %ET %E4Y %% %t %k %l %P %:z %::z %:::z'.split(
    ' ',
  ),
  ...'%-d %_d %05d %3S %Od %Ey %0f %10f %L %N %Q %q %i %v %+ %E5Y %Ed a - T : . " é'.split(' '),
]

const mostly = <T>(usual: readonly T[], ...odd: readonly T[]) =>
  fc.oneof({ arbitrary: fc.constantFrom(...usual), weight: 5 }, { arbitrary: fc.constantFrom(...odd), weight: 1 })

const time = fc.array(fc.constantFrom(...timePieces), { maxLength: 5 }).map((pieces) => pieces.join(''))

const requestNames = [
  ...headerNames,
  ':scheme',
  ':authority',
  'referer',
  'x-forwarded-for',
  'x-request-id',
  'X-Envoy-Original-Path',
]
const header = mostly([...requestNames, ':status', 'server'], "a'b!#$&*+.^_`|~", 'a%b').chain((name) =>
  mostly([name, name, `${name}?x-b`, `${name}?X-A`, `x-none?${name}`], `${name}?`, `?${name}`, '?'),
)

const path = fc.array(fc.constantFrom(...structKeys.filter((key) => !/[\x80-\xff]/.test(key)), 'é'), { maxLength: 3 })
const namespacePath = fc
  .tuple(fc.constantFrom(...namespaces, ''), path)
  .map(([namespace, keys]) => [namespace, ...keys].join(':'))
  .filter((argument) => argument !== '')

const points = [
  ...'DS_RX_BEG DS_RX_END US_TX_BEG US_TX_END US_RX_BEG US_RX_END DS_TX_BEG DS_TX_END'.split(' '),
  ...'US_CX_BEG DS_CX_END mine'.split(' '),
]

const mask = mostly(
  ['', '0', '8', '16', '24', '32', '64', '128'],
  '129',
  '-1',
  'a',
  ' 16',
  '16 ',
  '+016',
  '99999999999',
  '1.5',
)

const state = fc
  .tuple(
    fc.constantFrom(...stateKeys.filter((key) => !/[\x80-\xff]/.test(key)), 'é', 'nope'),
    mostly(['', ':PLAIN', ':TYPED', ':FIELD:k', ':FIELD:obj'], ':', '::'),
  )
  .map(([key, form]) => key + form)

const kinds = 'CLUSTER ROUTE UPSTREAM_HOST LISTENER LISTENER_FILTER_CHAIN VIRTUAL_HOST DYNAMIC'.split(' ')

const words = (...each: string[]) => fc.constantFrom('', ...each)

/** Arguments of the operators that take one. */
const argumentsOf: Readonly<Record<string, fc.Arbitrary<string>>> = {
  PATH: words('WQ', 'NQ', 'WQ:ORIG', 'NQ:PATH', ':ORIG', 'NQ:ORIG_OR_PATH', '::', 'NQ::x'),
  QUERY_PARAM: fc.constantFrom('q', 'id', 'A', 'a b', 'é', '%41', 'nope'),
  QUERY_PARAMS: words('ORIG', 'DECODED'),
  RESPONSE_CODE_DETAILS: words('ALLOW_WHITESPACES', 'x'),
  GRPC_STATUS: words('CAMEL_STRING', 'SNAKE_STRING', 'NUMBER'),
  REQUESTED_SERVER_NAME: fc
    .tuple(words('SNI_ONLY', 'SNI_FIRST', 'HOST_FIRST'), words('ORIG_OR_HOST', 'HOST', 'ORIG'))
    .map((parts) => parts.join(':')),
  COMMON_DURATION: fc
    .tuple(fc.constantFrom(...points), fc.constantFrom(...points), fc.constantFrom('', ':ms', ':us', ':ns'))
    .map(([start, end, unit]) => `${start}:${end}${unit}`),
  DYNAMIC_METADATA: namespacePath,
  CLUSTER_METADATA: namespacePath,
  UPSTREAM_METADATA: namespacePath,
  METADATA: fc.tuple(fc.constantFrom(...kinds), namespacePath).map(([kind, rest]) => `${kind}:${rest}`),
  FILTER_STATE: state,
  UPSTREAM_FILTER_STATE: state,
  ENVIRONMENT: fc.constantFrom('HOME', 'X'),
  CEL: fc.constantFrom('1 + 1', 'request.path'),
  TYPED_CEL: fc.constantFrom('response.code >= 400'),
}

function argumentOf(name: string): fc.Arbitrary<string> {
  const own = argumentsOf[name]
  if (own) return own
  if (/_TIME|_CERT_V_/.test(name)) return time
  if (/^(?:REQ|RESP|TRAILER|REQUEST_HEADER|RESPONSE_HEADER|RESPONSE_TRAILER|STREAM_INFO_REQ)/.test(name)) return header
  if (name.endsWith('_WITHOUT_PORT')) return mask
  throw new Error(`no arguments are known for ${name}`)
}

interface Parts {
  readonly command: string
  readonly argument: string
  readonly length: number | undefined
}

/** Operators that the engine has; COALESCE is made of the others. */
const known = Object.keys(rows).filter((name) => operators.has(name) && name !== 'COALESCE')

const lengths = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 3 },
  { arbitrary: fc.integer({ min: 1, max: 12 }), weight: 2 },
  { arbitrary: fc.constantFrom(0, 100, 2 ** 40), weight: 1 },
)

function partsOf(name: string): fc.Arbitrary<Parts> {
  const row = rows[name]!
  const argument = row.argument === 'none' ? fc.constant('') : argumentOf(name)
  return fc.record({ command: fc.constant(name), argument, length: row.length ? lengths : fc.constant(undefined) })
}

function write({ command, argument, length }: Parts): string {
  return `%${command}${argument === '' ? '' : `(${argument})`}${length === undefined ? '' : `:${length}`}%`
}

const anyParts = fc.constantFrom(...known).chain(partsOf)

/** What an argument may not hold, for it would end the operator: `)%`, `):5%`, a newline. */
const closed = (argument: string) => !/\)(?::[0-9]+)?%|\n/.test(argument)

const member = anyParts
  .filter(({ command, length }) => command !== 'UNIQUE_ID' && !command.startsWith('KUMA_') && length !== 0)
  .map(({ command, argument, length }) => ({
    command,
    ...(argument === '' ? {} : { param: argument }),
    ...(length === undefined ? {} : { max_length: length }),
  }))

const coalesce = fc
  .tuple(fc.array(member, { minLength: 1, maxLength: 3 }), lengths)
  .map(([members, length]) => {
    const simple = members.map((each) => (Object.keys(each).length === 1 ? each.command : each))
    return { command: 'COALESCE', argument: JSON.stringify({ operators: simple }), length }
  })
  .filter(({ argument }) => closed(argument))

const anyUse = (
  operators.has('COALESCE')
    ? fc.oneof({ arbitrary: anyParts, weight: 12 }, { arbitrary: coalesce, weight: 1 })
    : anyParts
).map(write)

const literal = anyText.map((text) => text.replaceAll(/%+/g, '%%'))

/** A format string, with the uses in it. */
const anyString = fc
  .array(fc.oneof({ arbitrary: anyUse, weight: 3 }, { arbitrary: literal, weight: 1 }), { maxLength: 8 })
  .map((pieces) => pieces.join(''))

const { member: anyMember } = fc.letrec<{ member: unknown; object: object; list: unknown[] }>((tie) => ({
  member: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { arbitrary: anyUse, weight: 6 },
    { arbitrary: anyString, weight: 2 },
    {
      arbitrary: fc.oneof(
        fc.constantFrom(null, true, false, 0, 1, 0.5, 1e5, -1e-7),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
      weight: 1,
    },
    { arbitrary: tie('object'), weight: 1 },
    { arbitrary: tie('list'), weight: 1 },
  ),
  object: fc.dictionary(anyText, tie('member'), { maxKeys: 8 }),
  list: fc.array(tie('member'), { maxLength: 3 }),
}))

const anyJson = fc.dictionary(anyText, anyMember, { maxKeys: 10 })

/** Mostly single operators, for which the types count. Few keys, so that some are repeated. */
const anyPair = fc.record({
  key: fc.oneof(fc.constantFrom('a', 'b', 'B', 'é'), anyText),
  value: fc.oneof({ arbitrary: anyUse, weight: 3 }, { arbitrary: anyString, weight: 1 }),
})

const anyPairs = fc.record({
  pairs: fc.array(anyPair, { maxLength: 8 }),
  sortKeys: fc.boolean(),
  jsonTypes: fc.constantFrom('typed' as const, 'string' as const),
})

const anySpec: fc.Arbitrary<Spec> = fc.oneof(
  { arbitrary: anyString.map((text) => ({ text })), weight: 2 },
  { arbitrary: anyJson.map((json) => ({ json })), weight: 2 },
  { arbitrary: anyPairs, weight: 1 },
)

export const anyFormat: fc.Arbitrary<AnyFormat> = anySpec.map((spec) => ({ spec, uses: usesOf(spec) }))

function usesOf(spec: Spec): Bytes[] {
  const found = new Set<Bytes>()
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      for (const piece of parseFormat(bytesOf(value))) if ('use' in piece) found.add(piece.use.written)
    } else if (value !== null && typeof value === 'object') {
      Object.values(value).forEach(visit)
    }
  }
  if ('pairs' in spec) for (const { value } of spec.pairs) visit(value)
  else visit('text' in spec ? spec.text : spec.json)
  return [...found]
}
