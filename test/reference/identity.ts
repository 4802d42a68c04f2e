/** Who and where (operators.md B.11), Kuma's words (D.1), and every operator that ALS carries nothing for. */
import { randomUUID } from 'node:crypto'
import { type Bytes, bytesOf } from './bytes.ts'
import { absent, type Entry, type KumaValues, type Row, type Rows, stringOrAbsent, stringValue } from './value.ts'

function text(read: (entry: Entry) => Bytes, more: Partial<Row> = {}): Row {
  return { argument: 'none', ...more, make: () => (entry) => stringOrAbsent(read(entry)) }
}

/** A value of "" leaves nothing; only an unknown one is absent. */
function kuma(read: (values: KumaValues) => string | undefined): Row {
  return {
    argument: 'none',
    ours: true,
    make: () => (_, settings) => {
      const value = read(settings.kumaValues)
      return value === undefined ? absent : stringValue(bytesOf(value))
    },
  }
}

/** `10.0.0.3:0`, `[fd00::3]:0`. */
function withPortZero(address: string | undefined): string | undefined {
  if (address === undefined) return undefined
  return address.includes(':') ? `[${address}]:0` : `${address}:0`
}

const missing: Row = { argument: 'none', tag: 'string', make: () => () => absent }
const missingNumber: Row = { ...missing, tag: 'number' }
const missingWithArgument: Row = { ...missing, argument: 'required', length: true }

function all(row: Row, names: string): Rows {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, row]),
  )
}

export const identityRows: Rows = {
  UPSTREAM_CLUSTER: text(({ common }) => common.bytes('upstream_cluster'), { tag: 'string' }),
  UPSTREAM_CLUSTER_RAW: text(({ common }) => common.bytes('upstream_cluster'), { tag: 'string' }),
  ROUTE_NAME: text(({ common }) => common.bytes('route_name')),
  STREAM_ID: text(({ common }) => common.bytes('stream_id'), { tag: 'string' }),
  ACCESS_LOG_TYPE: text(({ common }) => common.enumName('access_log_type') ?? ''),
  UNIQUE_ID: { argument: 'none', make: () => () => stringValue(randomUUID()) },
  ENVIRONMENT: { ...missingWithArgument, make: () => () => stringValue('-') },
}

export const kumaRows: Rows = {
  KUMA_MESH: kuma(({ mesh }) => mesh),
  KUMA_ZONE: kuma(({ zone }) => zone),
  KUMA_WORKLOAD: kuma(({ workload }) => workload),
  KUMA_SOURCE_ADDRESS: kuma(({ sourceAddress }) => withPortZero(sourceAddress)),
  KUMA_SOURCE_ADDRESS_WITHOUT_PORT: kuma(({ sourceAddress }) => sourceAddress),
  KUMA_SOURCE_SERVICE: kuma(({ sourceService }) => sourceService),
  KUMA_DESTINATION_SERVICE: kuma(({ destinationService }) => destinationService),
  KUMA_TRAFFIC_DIRECTION: kuma(({ trafficDirection }) => trafficDirection),
}

export const missingRows: Rows = {
  ...all(
    missingNumber,
    `DOWNSTREAM_CX_RTT BYTES_RETRANSMITTED PACKETS_RETRANSMITTED
     UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED
     DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED
     ROUNDTRIP_DURATION DOWNSTREAM_HANDSHAKE_DURATION UPSTREAM_CONNECTION_POOL_READY_DURATION
     CONNECTION_ID UPSTREAM_CONNECTION_ID`,
  ),
  ...all(
    missing,
    `UPSTREAM_PROTOCOL LOCAL_REPLY_BODY VIRTUAL_CLUSTER_NAME TRACE_ID SPAN_ID CUSTOM_FLAGS HOSTNAME FILTER_CHAIN_NAME
     LISTENER_NAME DOWNSTREAM_LOCAL_CLOSE_REASON UPSTREAM_LOCAL_CLOSE_REASON DOWNSTREAM_DETECTED_CLOSE_TYPE
     UPSTREAM_DETECTED_CLOSE_TYPE
     UPSTREAM_HOSTS_ATTEMPTED UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT UPSTREAM_HOST_NAMES_ATTEMPTED
     UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT UPSTREAM_CONNECTION_IDS_ATTEMPTED
     DOWNSTREAM_PEER_IP_SAN DOWNSTREAM_LOCAL_IP_SAN DOWNSTREAM_PEER_EMAIL_SAN DOWNSTREAM_LOCAL_EMAIL_SAN
     DOWNSTREAM_PEER_OTHERNAME_SAN DOWNSTREAM_LOCAL_OTHERNAME_SAN
     DOWNSTREAM_PEER_FINGERPRINT_256 DOWNSTREAM_PEER_FINGERPRINT_1 DOWNSTREAM_PEER_SERIAL
     DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256 DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1 DOWNSTREAM_PEER_CHAIN_SERIALS
     DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256 DOWNSTREAM_PEER_ISSUER_SERIAL DOWNSTREAM_PEER_CERT DOWNSTREAM_TLS_GROUP
     TLS_JA4_FINGERPRINT UPSTREAM_TLS_VERSION UPSTREAM_TLS_CIPHER UPSTREAM_TLS_SESSION_ID UPSTREAM_TLS_GROUP
     UPSTREAM_SERVER_NAME UPSTREAM_PEER_SUBJECT UPSTREAM_PEER_ISSUER UPSTREAM_PEER_CERT
     UPSTREAM_PEER_URI_SAN UPSTREAM_PEER_DNS_SAN UPSTREAM_PEER_IP_SAN
     UPSTREAM_LOCAL_URI_SAN UPSTREAM_LOCAL_DNS_SAN UPSTREAM_LOCAL_IP_SAN`,
  ),
  CEL: missingWithArgument,
  TYPED_CEL: missingWithArgument,
}
