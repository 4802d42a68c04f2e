/** Catalogue rows for the connections on both sides: addresses, response flags, cluster and route. */
import type { ByteString } from '../byte-string.ts'
import { both, type Carriage, exact, type Operator, type OperatorSources, plainOperator } from '../operator.ts'
import type { AddressForm, AddressGuard, FieldPath, Source } from '../source.ts'

type Guards = { readonly http: AddressGuard | null; readonly tcp: AddressGuard | null }
const unguarded: Guards = { http: null, tcp: null }

/** A connection was made when its local end has an address; see `AddressGuard`. */
const tcpConnected: AddressGuard = {
  socketNeeds: 'common_properties.upstream_local_address',
  pipeForbids: 'common_properties.response_flags.upstream_connection_failure',
  request: null,
}
const whenConnected: Guards = {
  http: {
    ...tcpConnected,
    request: { protocol: 'protocol_version', pipeNeeds: 'common_properties.time_to_first_upstream_tx_byte' },
  },
  tcp: tcpConnected,
}

function address(field: FieldPath, form: AddressForm, guards: Guards): OperatorSources {
  const source = (guard: AddressGuard | null): Source => ({ kind: 'address', field, form, guard })
  return { http: source(guards.http), tcp: source(guards.tcp) }
}

/** The three operators that Envoy has for one address. */
function addressFamily(prefix: string, what: string, field: FieldPath, guards: Guards = unguarded): Operator[] {
  return [
    plainOperator(
      `${prefix}_ADDRESS`,
      `${what}, with its port`,
      '10.0.0.2:443',
      address(field, { kind: 'full' }, guards),
    ),
    {
      name: `${prefix}_ADDRESS_WITHOUT_PORT`,
      argument: 'optional',
      truncates: false,
      meaning: `${what} without its port; cut to a prefix of M bits when M is given`,
      argumentHint: 'M',
      carriage: exact,
      argumentSince: '1.38',
      example: { use: `%${prefix}_ADDRESS_WITHOUT_PORT(8)%`, gives: '10.0.0.0/8' },
      sources: (argument) => address(field, readPrefixLength(argument), guards),
    },
    plainOperator(
      `${prefix}_PORT`,
      `The port of ${prefix}_ADDRESS; nothing where the address has none`,
      '443',
      address(field, { kind: 'port' }, guards),
    ),
  ]
}

/**
 * Envoy reads the length leniently (spaces around it, a leading `+`, zeros) and ignores what is no 64-bit integer. A negative length gives
 * the empty string, one beyond the width of the address the whole address.
 */
function readPrefixLength(argument: ByteString): AddressForm {
  const match = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)[ \t\n\v\f\r]*$/.exec(argument)
  if (!match || BigInt(match[2]!) > 0x7fffffffn) return { kind: 'host' }
  const length = Number(match[2]!)
  if (match[1] === '-' && length > 0) return { kind: 'network', prefixLength: null }
  return { kind: 'network', prefixLength: Math.min(length, 128) }
}

function flags(form: 'short' | 'long'): OperatorSources {
  const source = (retryLimitFirst: boolean): Source => ({
    kind: 'responseFlags',
    field: 'common_properties.response_flags',
    form,
    retryLimitFirst,
  })
  return { http: source(true), tcp: source(false) }
}

const flagsNote: Carriage = {
  verdict: 'differs',
  note: 'the flags DO and UDO and those of extensions are not carried',
}

export const connectionOperators: readonly Operator[] = [
  plainOperator(
    'RESPONSE_FLAGS',
    'What went wrong, in letters, joined by a comma; - when nothing did',
    'UF,URX',
    flags('short'),
    flagsNote,
  ),
  plainOperator(
    'RESPONSE_FLAGS_LONG',
    'What went wrong, in words, joined by a comma; - when nothing did',
    'UpstreamConnectionFailure',
    flags('long'),
    flagsNote,
  ),
  ...addressFamily(
    'DOWNSTREAM_REMOTE',
    'The address of the client, as the proxy came to know it',
    'common_properties.downstream_remote_address',
  ),
  ...addressFamily(
    'DOWNSTREAM_DIRECT_REMOTE',
    'The address of the peer of the connection',
    'common_properties.downstream_direct_remote_address',
  ),
  ...addressFamily(
    'DOWNSTREAM_LOCAL',
    'The address that the downstream connected to',
    'common_properties.downstream_local_address',
  ),
  plainOperator(
    'UPSTREAM_HOST',
    'The address of the upstream host, connected or not',
    '10.0.0.2:443',
    address('common_properties.upstream_remote_address', { kind: 'full' }, unguarded),
  ),
  ...addressFamily(
    'UPSTREAM_REMOTE',
    'The address of the upstream host once a connection was made',
    'common_properties.upstream_remote_address',
    whenConnected,
  ),
  ...addressFamily(
    'UPSTREAM_LOCAL',
    'The own address of the upstream connection',
    'common_properties.upstream_local_address',
  ),
  plainOperator(
    'UPSTREAM_CLUSTER',
    'The cluster that the request went to',
    'outbound:backend',
    both({ kind: 'string', field: 'common_properties.upstream_cluster' }),
    {
      verdict: 'differs',
      note: 'absent when no host was picked; the name, never the alt_stat_name',
    },
  ),
  plainOperator(
    'ROUTE_NAME',
    'The name of the route',
    'r1',
    both({ kind: 'string', field: 'common_properties.route_name' }),
  ),
]
