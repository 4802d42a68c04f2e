/**
 * What the two protocols of OTLP have in common for the writer: bytes of a request go out, an answer comes back. What the answer
 * means for the batch is decided in `writer.ts`.
 */
import type { Refused } from '../refusal.ts'

export interface TransportOptions {
  readonly endpoint: OtlpEndpoint
  readonly compression: 'gzip' | 'none'
  readonly headers: Readonly<Record<string, string>>
  readonly tls: OtlpTls
  /** From the call to the end of its answer. */
  readonly timeoutMs: number
  /** The time of day, in milliseconds since 1970: deadlines and Retry-After are given in it. */
  readonly now: () => number
}

export interface OtlpEndpoint {
  readonly protocol: 'grpc' | 'http'
  readonly tls: boolean
  /** IPv6 without its brackets. */
  readonly host: string
  readonly port: number
  /** Of HTTP, with its query. */
  readonly path: string
  /** For people, and for telling one destination from another. */
  readonly text: string
}

/** PEM texts, used when the endpoint speaks TLS. Without `ca` the authorities that Node knows are trusted. */
export interface OtlpTls {
  readonly ca?: string | Buffer | undefined
  /** Our own certificate, for destinations that want to know us; with `key`. */
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  /** Name that the destination's certificate must hold; default: the host. */
  readonly serverName?: string | undefined
}

export interface Taken {
  readonly kind: 'taken'
  /** As the destination says it, which may be nonsense. */
  readonly rejected: number
  /** Why, or a warning when nothing was rejected; may be empty. */
  readonly message: string
}

export interface Transport {
  /** Never rejects. When `signal` aborts, the call is given up at once; the destination may have taken the request all the same. */
  export(request: Uint8Array, signal: AbortSignal): Promise<Taken | Refused>
  /** Ends all connections. */
  close(): void
}
