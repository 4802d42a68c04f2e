/** Catalogue rows for the addresses on both sides of the proxy. */
import type { ByteString } from '../byte-string.ts'
import {
  type Carriage,
  exact,
  inNoEntry,
  notCarried,
  type Operator,
  type OperatorSources,
  plainOperator,
} from '../operator.ts'
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

const upstreamHost = 'common_properties.upstream_remote_address'
const downstreamLocal = 'common_properties.downstream_local_address'

function address(field: FieldPath | null, form: AddressForm, guards: Guards): OperatorSources {
  if (field === null) return notCarried(form.kind === 'port' ? 'number' : 'string')
  const source = (guard: AddressGuard | null): Source => ({ kind: 'address', field, form, guard })
  return { http: source(guards.http), tcp: source(guards.tcp) }
}

interface Family {
  readonly prefix: string
  readonly what: string
  /** Null: no entry has it. */
  readonly field: FieldPath | null
  readonly guards?: Guards
}

/** The three operators that Envoy has for one address. */
function addressFamily({ prefix, what, field, guards = unguarded }: Family): Operator[] {
  const carriage = field === null ? inNoEntry : exact
  const all: Operator[] = [
    plainOperator(
      `${prefix}_ADDRESS`,
      `${what}, with its port`,
      '10.0.0.2:443',
      address(field, { kind: 'full' }, guards),
      carriage,
    ),
    {
      name: `${prefix}_ADDRESS_WITHOUT_PORT`,
      argument: 'optional',
      truncates: false,
      meaning: `${what} without its port; cut to a prefix of M bits when M is given`,
      argumentHint: 'M',
      carriage,
      argumentSince: '1.38',
      example: { use: `%${prefix}_ADDRESS_WITHOUT_PORT(8)%`, gives: '10.0.0.0/8' },
      sources: (argument) => address(field, readPrefixLength(argument), guards),
    },
    plainOperator(
      `${prefix}_PORT`,
      `The port of ${prefix}_ADDRESS; nothing where the address has none`,
      '443',
      address(field, { kind: 'port' }, guards),
      carriage,
    ),
  ]
  return field === null ? all.map(neverAbsent) : all
}

/** Every connection has two ends; only of the upstream's there may be none, and those are carried. */
const neverAbsent = (operator: Operator): Operator => ({ ...operator, neverAbsent: true })

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

function endpointOperator(prefix: string, field: FieldPath | null, guards: Guards): Operator {
  return {
    ...plainOperator(
      `${prefix}_ENDPOINT_ID`,
      `The endpoint of ${prefix} where that is an Envoy-internal address; empty for any other`,
      'ep-1',
      address(field, { kind: 'endpoint' }, guards),
      field === null ? inNoEntry : exact,
    ),
    since: '1.37',
  }
}

const hostNames: Carriage = { verdict: 'differs', note: "the host's address: an entry has no names of hosts" }

/** What was tried before the request ended; one comma list for all attempts. */
function attempted(name: string, meaning: string, gives: string): Operator {
  return { ...plainOperator(name, meaning, gives, notCarried('string'), inNoEntry), since: '1.37' }
}

export const addressOperators: readonly Operator[] = [
  ...addressFamily({
    prefix: 'DOWNSTREAM_REMOTE',
    what: 'The address of the client, as the proxy came to know it',
    field: 'common_properties.downstream_remote_address',
  }),
  ...addressFamily({
    prefix: 'DOWNSTREAM_DIRECT_REMOTE',
    what: 'The address of the peer of the connection',
    field: 'common_properties.downstream_direct_remote_address',
  }),
  ...addressFamily({
    prefix: 'DOWNSTREAM_LOCAL',
    what: 'The address that the downstream connected to',
    field: downstreamLocal,
  }),
  ...addressFamily({
    prefix: 'DOWNSTREAM_DIRECT_LOCAL',
    what: 'The own address of the downstream connection, whatever it was restored to',
    field: null,
  }),
  plainOperator(
    'UPSTREAM_HOST',
    'The address of the upstream host, connected or not',
    '10.0.0.2:443',
    address(upstreamHost, { kind: 'full' }, unguarded),
  ),
  ...addressFamily({
    prefix: 'UPSTREAM_REMOTE',
    what: 'The address of the upstream host once a connection was made',
    field: upstreamHost,
    guards: whenConnected,
  }),
  ...addressFamily({
    prefix: 'UPSTREAM_LOCAL',
    what: 'The own address of the upstream connection',
    field: 'common_properties.upstream_local_address',
  }),
  endpointOperator('UPSTREAM_REMOTE_ADDRESS', upstreamHost, whenConnected),
  endpointOperator('DOWNSTREAM_LOCAL_ADDRESS', downstreamLocal, unguarded),
  neverAbsent(endpointOperator('DOWNSTREAM_DIRECT_LOCAL_ADDRESS', null, unguarded)),
  plainOperator(
    'UPSTREAM_HOST_NAME',
    'The name of the upstream host, or its address when it has none',
    'backend-1.internal',
    address(upstreamHost, { kind: 'full' }, unguarded),
    hostNames,
  ),
  plainOperator(
    'UPSTREAM_HOST_NAME_WITHOUT_PORT',
    'UPSTREAM_HOST_NAME without a port',
    'backend-1.internal',
    address(upstreamHost, { kind: 'bracketed' }, unguarded),
    hostNames,
  ),
  attempted('UPSTREAM_HOSTS_ATTEMPTED', 'The addresses of all upstream hosts that were tried', '10.0.0.2:443'),
  attempted('UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT', 'The same without ports', '10.0.0.2'),
  attempted('UPSTREAM_HOST_NAMES_ATTEMPTED', 'The names of all upstream hosts that were tried', 'backend-1:443'),
  attempted('UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT', 'The same without ports', 'backend-1'),
  attempted('UPSTREAM_CONNECTION_IDS_ATTEMPTED', "The proxy's numbers of all upstream connections used", '23,24'),
]
