/**
 * HTTP filters of the certificate's listeners: they give requests dynamic metadata and filter state by what their headers say, so
 * that values are the corpus's business. The rig's own filters (fault, rate limit, router) follow them.
 */
import { httpFilters, type Json } from '../clusters.ts'
import { dynamicMetadataByLua, metadataNamespace } from './metadata.ts'

const type = 'type.googleapis.com/envoy.extensions.filters'

export interface FilterOptions {
  /** Loggers of the router: one entry for each upstream attempt. */
  readonly upstreamLog?: readonly Json[]
}

export function certifiedFilters({ upstreamLog = [] }: FilterOptions): Json[] {
  return [
    {
      name: 'lua',
      typed_config: {
        '@type': `${type}.http.lua.v3.Lua`,
        default_source_code: { inline_string: dynamicMetadataByLua },
      },
    },
    { name: 'headers', typed_config: headerToMetadata() },
    { name: 'state', typed_config: { '@type': `${type}.http.set_filter_state.v3.Config`, on_request_headers: state } },
    ...httpFilters().map((filter) => (filter['name'] === 'router' ? router(filter, upstreamLog) : filter)),
  ]
}

/** Filter state for TCP: the same keys, set when a connection begins. */
export function networkFilterState(): Json {
  return {
    name: 'state',
    typed_config: {
      '@type': `${type}.network.set_filter_state.v3.Config`,
      on_new_connection: [
        object('fs.text', '%DOWNSTREAM_REMOTE_PORT%', { factory_key: 'envoy.string' }),
        object('fs.shared', 'port "%DOWNSTREAM_REMOTE_PORT%"', { factory_key: 'envoy.string', ...shared }),
      ],
    },
  }
}

const shared = { shared_with_upstream: 'ONCE' }

/** Each object from a header of its own; without the header there is no object. */
const state: readonly Json[] = [
  object('fs.text', '%REQ(X-STATE)%', { factory_key: 'envoy.string' }),
  object('fs.shared', '%REQ(X-STATE)%', { factory_key: 'envoy.string', ...shared }),
  object('envoy.ratelimit.hits_addend', '%REQ(X-STATE-NUMBER)%'),
  object('envoy.upstream.dynamic_port', '%REQ(X-STATE-NUMBER)%'),
  object('envoy.upstream.dynamic_host', '%REQ(X-STATE-HOST)%'),
  object('envoy.network.upstream_server_name', '%REQ(X-STATE-HOST)%'),
  object('envoy.network.transport_socket.original_dst_address', '%REQ(X-STATE-ADDRESS)%'),
]

function object(object_key: string, format: string, more: Json = {}): Json {
  const format_string = { text_format_source: { inline_string: format }, omit_empty_values: true }
  return { object_key, format_string, skip_if_empty: true, ...more }
}

/** `x-null`: a null, which Lua cannot say (base64 of a google.protobuf.Value). */
function headerToMetadata(): Json {
  const on_header_present = {
    metadata_namespace: metadataNamespace,
    key: 'nul',
    type: 'PROTOBUF_VALUE',
    encode: 'BASE64',
  }
  return {
    '@type': `${type}.http.header_to_metadata.v3.Config`,
    request_rules: [{ header: 'x-null', on_header_present }],
  }
}

function router({ typed_config }: Json, upstreamLog: readonly Json[]): Json {
  if (upstreamLog.length === 0) return { name: 'router', typed_config }
  const options = { flush_upstream_log_on_upstream_stream: true }
  const config = { ...(typed_config as Json), upstream_log: upstreamLog, upstream_log_options: options }
  return { name: 'router', typed_config: config }
}
