/**
 * OTLP over gRPC: one unary call a request. Retries, their pauses and what is given up belong to the outbox, so everything of that
 * kind in grpc-js is turned off; and a call that was not answered takes its connection with it: the next one resolves the name anew
 * and dials at once, and no silent peer keeps a dead connection in use.
 */
import {
  Client,
  type ClientOptions,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { otlpAnswerBytesMax } from '../../limits.ts'
import { calledOff, quote, type Refused } from '../refusal.ts'
import { exportMethod, readResponse, readStatus } from './answer.ts'
import type { OtlpEndpoint, OtlpTls, Transport, TransportOptions } from './transport.ts'

/** OTLP's list of what may pass by itself. RESOURCE_EXHAUSTED is one of them only when it comes with RetryInfo. */
const retryableCodes = new Set<number>([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
])

/** Lasting ones that speak of the request; the others are about us or about the service as a whole. */
const blamingCodes = new Set<number>([
  status.INVALID_ARGUMENT,
  status.RESOURCE_EXHAUSTED,
  status.INTERNAL,
  status.UNKNOWN,
])

/** Among these are all that grpc-js makes itself when there was no answer. */
const unansweredCodes = new Set<number>([status.CANCELLED, status.DEADLINE_EXCEEDED, status.UNAVAILABLE])

/** Throws an Error when the headers are not such as gRPC can send. */
export function openGrpcTransport(options: TransportOptions): Transport {
  return new GrpcTransport(options)
}

class GrpcTransport implements Transport {
  readonly #options: TransportOptions
  readonly #metadata = new Metadata()
  #client: Client | undefined

  constructor(options: TransportOptions) {
    this.#options = options
    for (const [name, value] of Object.entries(options.headers)) this.#metadata.set(name, value)
  }

  export(request: Uint8Array, signal: AbortSignal): ReturnType<Transport['export']> {
    if (signal.aborted) return Promise.resolve(calledOff())
    const client = (this.#client ??= openClient(this.#options))
    const message = Buffer.from(request.buffer, request.byteOffset, request.byteLength)
    const deadline = this.#options.now() + this.#options.timeoutMs
    return new Promise((resolve) => {
      const cancel = () => call.cancel()
      const settle = (error: ServiceError | null, response?: Buffer) => {
        signal.removeEventListener('abort', cancel)
        if (error === null) return resolve(readResponse(response!))
        if (unansweredCodes.has(error.code)) this.close()
        resolve(signal.aborted ? calledOff() : refusalOf(error))
      }
      // The request is encoded already, and the response is read by the same code as over HTTP.
      const call = client.makeUnaryRequest(exportMethod.path, same, same, message, this.#metadata, { deadline }, settle)
      signal.addEventListener('abort', cancel, { once: true })
    })
  }

  close(): void {
    this.#client?.close()
    this.#client = undefined
  }
}

function openClient({ endpoint, tls, compression }: TransportOptions): Client {
  const { host, port } = endpoint
  const options: ClientOptions = {
    'grpc.primary_user_agent': 'als-sink',
    'grpc.default_compression_algorithm': compressionAlgorithms[compression === 'gzip' ? 'gzip' : 'identity'],
    'grpc.max_receive_message_length': otlpAnswerBytesMax,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    // No TXT look-ups, and no proxy from the environment: it is the endpoint that is configured.
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_http_proxy': 0,
    ...(tls.serverName === undefined ? {} : serverNameOptions(tls.serverName)),
  }
  return new Client(`dns:${host.includes(':') ? `[${host}]` : host}:${port}`, credentialsOf(endpoint, tls), options)
}

function credentialsOf(endpoint: OtlpEndpoint, { ca, cert, key }: OtlpTls) {
  if (!endpoint.tls) return credentials.createInsecure()
  const bytes = (pem: string | Buffer | undefined) => (pem === undefined ? null : Buffer.from(pem))
  return credentials.createSsl(bytes(ca), bytes(key), bytes(cert))
}

function serverNameOptions(name: string): ClientOptions {
  return { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name }
}

function refusalOf(error: ServiceError): Refused {
  const details = error.metadata.get('grpc-status-details-bin')[0]
  const said = Buffer.isBuffer(details) ? readStatus(details) : undefined
  const retryable =
    retryableCodes.has(error.code) || (error.code === status.RESOURCE_EXHAUSTED && said?.hasRetryInfo === true)
  const code = status[error.code] ?? `grpc_${error.code}`
  return {
    kind: 'refused',
    code,
    message: `${code}: ${quote(error.details) || 'the destination says no more.'}`,
    retryable,
    blamesEntries: !retryable && blamingCodes.has(error.code),
    retryAfterMs: retryable ? said?.retryAfterMs : undefined,
    cause: error,
  }
}

function same(bytes: Buffer): Buffer {
  return bytes
}
