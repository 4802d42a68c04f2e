/**
 * What a destination says after an export, read by the definitions in `proto/`: how much it took, or why it took nothing and when to
 * come again. All of it is small and comes once a request.
 */
import { fileURLToPath } from 'node:url'
import { loadSync, type MessageTypeDefinition, type ServiceDefinition } from '@grpc/proto-loader'
import { quote } from '../refusal.ts'
import type { Taken } from './transport.ts'

/** `src/writers/otlp/` and `dist/writers/otlp/` both lie three folders below the package. */
const protoFolder = fileURLToPath(new URL('../../../proto', import.meta.url))

const definitions = loadSync(
  [
    'opentelemetry/proto/collector/logs/v1/logs_service.proto',
    'google/rpc/status.proto',
    'google/rpc/error_details.proto',
  ],
  { includeDirs: [protoFolder], keepCase: true, longs: Number, defaults: true },
)

/** The one method of the service. */
export const exportMethod = (definitions['opentelemetry.proto.collector.logs.v1.LogsService'] as ServiceDefinition)[
  'Export'
]!

interface Status {
  readonly message: string
  readonly details: readonly { readonly type_url: string; readonly value: Buffer }[]
}

interface RetryInfo {
  readonly retry_delay: { readonly seconds: number; readonly nanos: number } | null
}

interface ExportResponse {
  readonly partial_success: { readonly rejected_log_records: number; readonly error_message: string } | null
}

const statusType = definitions['google.rpc.Status'] as MessageTypeDefinition<Status, Status>
const retryInfoType = definitions['google.rpc.RetryInfo'] as MessageTypeDefinition<RetryInfo, RetryInfo>

/** Reads an `ExportLogsServiceResponse`. The request was taken, whatever the bytes are, so damaged ones only cost what they say. */
export function readResponse(bytes: Buffer): Taken {
  try {
    const { partial_success } = exportMethod.responseDeserialize(bytes) as ExportResponse
    const { rejected_log_records: rejected, error_message } = partial_success ?? nothingRejected
    return { kind: 'taken', rejected, message: quote(error_message) }
  } catch {
    return takenUnread('its answer cannot be read')
  }
}

/** Taken, with an answer that tells nothing. */
export function takenUnread(why: string): Taken {
  return { kind: 'taken', rejected: 0, message: `${why}; entries that it may have rejected count as written` }
}

const nothingRejected = { rejected_log_records: 0, error_message: '' }

export interface Refusal {
  readonly message: string
  /** Whether it says anything about coming again. */
  readonly hasRetryInfo: boolean
  /** Undefined also when it leaves the pause to us. */
  readonly retryAfterMs: number | undefined
}

/** Reads a `google.rpc.Status`; undefined when the bytes are none. */
export function readStatus(bytes: Buffer): Refusal | undefined {
  try {
    const { message, details } = statusType.deserialize(bytes)
    const info = details.find(({ type_url }) => type_url.endsWith('/google.rpc.RetryInfo'))
    const delay = info === undefined ? null : retryInfoType.deserialize(info.value).retry_delay
    const delayMs = delay === null ? 0 : Math.ceil(delay.seconds * 1000 + delay.nanos / 1e6)
    return {
      message: quote(message),
      hasRetryInfo: info !== undefined,
      retryAfterMs: delayMs > 0 ? delayMs : undefined,
    }
  } catch {
    // Details are an extra: the refusal stands without them.
    return undefined
  }
}
