/**
 * The OpenTelemetry writer: every entry of a batch is an encoded log record, and a batch is one export request over gRPC or HTTP.
 *
 * - What no receiver would take whole is sent as several requests, one after the other; when one of them fails, the entries of those
 *   before it have arrived.
 * - At least once: a request that was not answered may have been taken, and comes again with the next attempt.
 * - Entries that the destination rejects while it takes the request (partial success) are lost for good, which it says itself.
 * - Durable is what the destination has answered for; `flush` has nothing to add.
 * - The connection is opened by the first batch. `reopen` lets the next one open a new one, and so resolve the name anew.
 */
import type { Batch } from '../../batch.ts'
import { WriteError } from '../../errors.ts'
import { otlpTimeoutMsDefault } from '../../limits.ts'
import { OneCall } from '../one-call.ts'
import type { Refused } from '../refusal.ts'
import type { Writer } from '../writer.ts'
import { type OtlpTags, RequestEncoder, type RequestOptions } from './request.ts'
import type { OtlpEndpoint, OtlpTls, Taken, Transport, TransportOptions } from './transport.ts'

export interface OtlpWriterOptions {
  readonly endpoint: OtlpEndpoint
  /** Field tags of an export request, out of `proto/`. */
  readonly tags: OtlpTags
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number
  /** Default gzip. */
  readonly compression?: 'gzip' | 'none' | undefined
  /** Sent along with every request; for authorization, for example. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly tls?: OtlpTls | undefined
  /** For each request. Default 10 s. */
  readonly timeoutMs?: number | undefined
  /** Of every resource, such as `kuma.mesh`; they win over `log_name`, `cluster_name` and `node_name` of the stream. */
  readonly resourceAttributes?: readonly (readonly [key: string, value: string])[] | undefined
  /** The resource attribute `service.name`. */
  readonly serviceName?: string | undefined
  /** Default: none, as Envoy has it. */
  readonly scope?: RequestOptions['scope']
  /** Default 3.5 MiB. */
  readonly requestBytesMax?: number | undefined
  /** Told what the destination says of requests that it took. */
  readonly onEvent?: ((event: OtlpEvent) => void) | undefined
}

/** `rejected`: entries are lost, with the destination's reason. `warning`: nothing is lost. */
export interface OtlpEvent {
  readonly kind: 'rejected' | 'warning'
  readonly entries: number
  readonly message: string
}

export function createOtlpWriter(options: OtlpWriterOptions): Writer {
  return new OtlpWriter(options)
}

class OtlpWriter implements Writer {
  readonly name: string
  readonly #options: OtlpWriterOptions
  readonly #encoder: RequestEncoder
  #transport: Transport | undefined
  readonly #calls = new OneCall(this)

  constructor(options: OtlpWriterOptions) {
    const { endpoint, tags, resourceAttributes = [], serviceName, scope, requestBytesMax } = options
    // A query may hold a secret.
    this.name = `otlp ${endpoint.text.replace(/\?.*$/s, '')}`
    this.#options = options
    this.#encoder = new RequestEncoder({
      tags,
      resourceAttributes:
        serviceName === undefined ? resourceAttributes : [['service.name', serviceName], ...resourceAttributes],
      scope,
      ...(requestBytesMax === undefined ? {} : { requestBytesMax }),
    })
  }

  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    return this.#calls.write(signal, (stop) => this.#write(batch, stop))
  }

  /** Waits for the write in progress: when it is answered, the destination has it. */
  flush(): Promise<void> {
    return this.#calls.over()
  }

  reopen(): Promise<void> {
    return this.#calls.between(async () => this.#drop())
  }

  /** Calls off the write in progress: the outbox closes when nothing more can be waited for. */
  close(): Promise<void> {
    return this.#calls.close(async () => this.#drop())
  }

  async #write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    const count = batch.entryEnds.length
    let entriesWritten = 0
    let rejected = 0
    while (entriesWritten < count) {
      const transport = (this.#transport ??= await this.#open())
      const { bytes, entries } = this.#encoder.encode(batch, entriesWritten)
      const answer = await transport.export(bytes, signal)
      if (answer.kind === 'refused') throw this.#failure(answer, entriesWritten, rejected)
      entriesWritten += entries
      rejected += this.#countRejected(answer, entries)
    }
    return { rejected }
  }

  #countRejected({ rejected, message }: Taken, entries: number): number {
    // Nobody can reject more than was sent, or less than nothing.
    const count = Math.min(entries, Math.max(0, rejected))
    const { onEvent } = this.#options
    if (count > 0) onEvent?.({ kind: 'rejected', entries: count, message: message || 'no reason was given' })
    else if (message !== '') onEvent?.({ kind: 'warning', entries: 0, message })
    return count
  }

  #failure(refused: Refused, entriesWritten: number, entriesRejected: number): WriteError {
    const { code, message, retryable, blamesEntries, retryAfterMs, cause } = refused
    return new WriteError(
      {
        code,
        message: `${this.name}: ${message}`,
        retryable,
        blamesEntries,
        retryAfterMs,
        entriesWritten,
        entriesRejected,
      },
      { cause },
    )
  }

  /** grpc-js is loaded by the first batch that needs it. */
  async #open(): Promise<Transport> {
    const {
      endpoint,
      compression = 'gzip',
      headers = {},
      tls = {},
      timeoutMs = otlpTimeoutMsDefault,
      now,
    } = this.#options
    const options: TransportOptions = { endpoint, compression, headers, tls, timeoutMs, now }
    try {
      if (endpoint.protocol === 'http') return (await import('./http-transport.ts')).openHttpTransport(options)
      return (await import('./grpc-transport.ts')).openGrpcTransport(options)
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new WriteError(
        { code: 'settings', message: `${this.name} cannot be used: ${said}`, retryable: false },
        { cause },
      )
    }
  }

  #drop(): void {
    this.#transport?.close()
    this.#transport = undefined
  }
}
