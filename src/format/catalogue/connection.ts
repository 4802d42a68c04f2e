/** Catalogue rows for what became of a request or connection, and for what names it: flags, cluster, route, ids, reasons. */
import {
  both,
  type Carriage,
  inNoEntry,
  notCarried,
  type Operator,
  type OperatorSources,
  plainOperator,
} from '../operator.ts'
import type { Source } from '../source.ts'

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
const clusterNote = 'absent when no host was picked'

/** Strings that Envoy has and no entry. */
function elsewhere(name: string, meaning: string, gives: string, since?: string): Operator {
  return {
    ...plainOperator(name, meaning, gives, notCarried('string'), inNoEntry),
    ...(since === undefined ? {} : { since }),
  }
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
  { ...elsewhere('CUSTOM_FLAGS', 'Marks that filters left, joined by a comma', 'mark'), neverAbsent: true },
  plainOperator(
    'UPSTREAM_CLUSTER',
    'The cluster that the request went to, by its alt_stat_name where it has one',
    'outbound:backend',
    both({ kind: 'string', field: 'common_properties.upstream_cluster' }),
    { verdict: 'differs', note: `${clusterNote}; the name, never the alt_stat_name` },
  ),
  plainOperator(
    'UPSTREAM_CLUSTER_RAW',
    'The name of the cluster that the request went to',
    'outbound:backend',
    both({ kind: 'string', field: 'common_properties.upstream_cluster' }),
    { verdict: 'differs', note: clusterNote },
  ),
  plainOperator(
    'ROUTE_NAME',
    'The name of the route',
    'r1',
    both({ kind: 'string', field: 'common_properties.route_name' }),
  ),
  elsewhere('VIRTUAL_CLUSTER_NAME', 'The name of the virtual cluster', 'login'),
  elsewhere('FILTER_CHAIN_NAME', 'The name of the filter chain', 'tls'),
  elsewhere('LISTENER_NAME', 'The name of the listener', 'inbound'),
  plainOperator(
    'ACCESS_LOG_TYPE',
    'At which moment of the request or connection the entry was made',
    'DownstreamEnd',
    both({ kind: 'enum', field: 'common_properties.access_log_type', names: 'all' }),
  ),
  plainOperator(
    'STREAM_ID',
    'The id of the request or connection, the same in all its entries',
    '0d1f6c8e-0000-4000-8000-1c2d3e4f5a6b',
    both({ kind: 'string', field: 'common_properties.stream_id' }),
    { verdict: 'differs', note: 'an empty x-request-id is absent' },
  ),
  elsewhere('TRACE_ID', 'The id of the trace', '4bf92f3577b34da6a3ce929d0e0e4736'),
  elsewhere('SPAN_ID', 'The id of the span', '00f067aa0ba902b7', '1.37'),
  plainOperator(
    'UNIQUE_ID',
    'A random UUID, a new one each time',
    '8f14e45f-ceea-467f-a0e6-3f5c1f2b9b1d',
    both({ kind: 'uuid' }),
    {
      verdict: 'local',
      note: 'made by the sink',
    },
  ),
  elsewhere('HOSTNAME', 'The host name of the machine of the proxy', 'web-7d9f'),
  {
    name: 'ENVIRONMENT',
    argument: 'required',
    truncates: true,
    meaning: 'The variable X in the environment of the proxy, - when it is not set',
    argumentHint: 'X',
    example: { use: '%ENVIRONMENT(POD_NAME)%', gives: 'web-7d9f' },
    carriage: { verdict: 'notCarried', note: "no entry has it; the sink's own environment is never read" },
    neverAbsent: true,
    sources: () => both({ kind: 'constant', text: '-', type: 'string' }),
  },
  plainOperator(
    'UPSTREAM_TRANSPORT_FAILURE_REASON',
    'Why the upstream connection failed, spaces as _',
    'TLS_error:_bad_cert',
    both({ kind: 'string', field: 'common_properties.upstream_transport_failure_reason', change: 'spaces' }),
  ),
  plainOperator(
    'DOWNSTREAM_TRANSPORT_FAILURE_REASON',
    'Why the downstream connection failed, spaces as _',
    'TLS_error:_no_shared_cipher',
    both({ kind: 'string', field: 'common_properties.downstream_transport_failure_reason', change: 'spaces' }),
  ),
  ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) => [
    elsewhere(
      `${side}_LOCAL_CLOSE_REASON`,
      `Why the proxy closed the ${side.toLowerCase()} connection`,
      'idle_timeout',
      '1.37',
    ),
    elsewhere(
      `${side}_DETECTED_CLOSE_TYPE`,
      `How the ${side.toLowerCase()} connection was closed`,
      'RemoteReset',
      '1.37',
    ),
  ]),
]
