/**
 * The TCP writer: entries as lines over one connection, as Kuma sends them. Its manual:
 *
 * - Each entry is sent with one line feed at its end: its own, or one that is added. Nothing else: no greeting, no lengths.
 * - Connected with the first batch, and again with the first after the connection has gone; never two at a time. The name is looked up
 *   anew each time. A peer that hangs up between two writes is noticed before the next.
 * - An entry counts as written when the kernel has taken its last byte and the connection has outlived that by `settleAfterMs`. TCP tells
 *   nobody what the peer has read, but one that has gone (closed, killed, forgotten by a balancer) answers with a reset within a round
 *   trip. Then the entries in question are reported as not written, so that they come again: whole, over the next connection. Of a
 *   connection that the peer breaks, at most these can arrive twice.
 * - To keep them few, a new connection gets 16 KiB at first, and twice as much each time that it has borne it.
 * - A destination that takes nothing loses its connection, when the write is called off or after `writeTimeoutMs`. What the kernel has
 *   taken counts and is still sent; the entry that was cut through comes again whole. So nothing is lost or doubled if the peer only
 *   slept.
 * - What can be lost, and nobody tells: entries that were written and that the peer's system had not handed to its process when it was
 *   killed or its host went down; and what a proxy on the way has read and cannot pass on. A protocol with acknowledgements has no such gap.
 * - What the peer sends is read and dropped.
 */
import { X509Certificate } from 'node:crypto'
import type { LookupFunction } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Batch } from '../batch.ts'
import { WriteError } from '../errors.ts'
import {
  batchBytesMax,
  lingerMsMax,
  tcpConnectTimeoutMsDefault,
  tcpKeepAliveMsDefault,
  tcpSettleMsDefault,
  tcpWriteTimeoutMsDefault,
} from '../limits.ts'
import { OneCall } from './one-call.ts'
import { connectTcp, type TcpConnectOptions } from './tcp-connect.ts'
import { TcpConnection } from './tcp-connection.ts'
import { tcpErrorOf } from './tcp-errors.ts'
import { frameEntries } from './tcp-framing.ts'
import type { Writer } from './writer.ts'

export interface TcpWriterOptions {
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
  /** Absent: plain TCP. The certificate of the destination is always verified. */
  readonly tls?: TcpTlsOptions
  /** Includes the look-up and TLS. Default 5 s. */
  readonly connectTimeoutMs?: number
  /** After this long without a byte taken, and before twice that, the connection is given up. Default 20 s. */
  readonly writeTimeoutMs?: number
  /** Idle time before the peer is asked for a sign of life; 0: never. Default 60 s. */
  readonly keepAliveMs?: number
  /** See above; more than a round trip. Default 20 ms. */
  readonly settleAfterMs?: number
  /** One more line feed behind every entry: what Kuma sent up to 2.10. */
  readonly extraNewline?: boolean
  readonly onEvent?: (event: TcpEvent) => void
  /** Default: the system's (getaddrinfo). */
  readonly lookup?: LookupFunction
}

export interface TcpTlsOptions {
  /** PEM of the authorities to trust. Default: those that Node trusts. */
  readonly ca?: string | Buffer
  /** PEM of our own certificate and its key, for destinations that want one. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  /** What the certificate must hold, and the server name that is sent. Default: the host. */
  readonly serverName?: string
}

/** For metrics and logs; why a write failed is told by its WriteError. */
export type TcpEvent =
  | { readonly kind: 'connected'; readonly address: string; readonly reconnected: boolean }
  | { readonly kind: 'disconnected' }

/** Throws a WriteError, not retryable, when the certificates cannot be used. Opens nothing. */
export function createTcpWriter(options: TcpWriterOptions): Writer {
  return new TcpWriter(options)
}

/** Room for a full batch and the line feeds that it may lack. */
const stepBytesLimit = 2 * batchBytesMax

class TcpWriter implements Writer {
  readonly name: string
  readonly #connectOptions: TcpConnectOptions
  readonly #options: TcpWriterOptions
  readonly #writeTimeoutMs: number
  #connection: TcpConnection | undefined
  #connectedBefore = false
  readonly #calls = new OneCall(this)

  constructor(options: TcpWriterOptions) {
    const { host, port, tls, lookup } = options
    this.name = `tcp ${host.includes(':') ? `[${host}]` : host}:${port}`
    this.#options = options
    this.#writeTimeoutMs = options.writeTimeoutMs ?? tcpWriteTimeoutMsDefault
    this.#connectOptions = {
      host,
      port,
      tls: tls && { context: this.#contextOf(tls), serverName: tls.serverName },
      connectTimeoutMs: options.connectTimeoutMs ?? tcpConnectTimeoutMsDefault,
      keepAliveMs: options.keepAliveMs ?? tcpKeepAliveMsDefault,
      lookup,
    }
  }

  write(batch: Batch, signal: AbortSignal): Promise<{ rejected: number }> {
    return this.#calls.write(signal, async (stop) => {
      await this.#write(batch, stop)
      return { rejected: 0 }
    })
  }

  /** There is nothing to wait for but the write before: TCP knows no durability. */
  flush(): Promise<void> {
    return this.#calls.over()
  }

  reopen(): Promise<void> {
    return this.#calls.between(() => this.#release())
  }

  close(): Promise<void> {
    return this.#calls.close(() => this.#release())
  }

  async #write(batch: Batch, stop: AbortSignal): Promise<void> {
    const { bytes, ends } = frameEntries(batch, this.#options.extraNewline ?? false)
    if (ends.length === 0) return
    const connection = await this.#connected(stop)
    connection.occupy()
    try {
      for (let done = 0; done < ends.length; ) done = await this.#step(connection, bytes, ends, done, stop)
    } finally {
      connection.vacate()
    }
  }

  /** Writes some entries from `done` on; returns how many are written then. */
  async #step(
    connection: TcpConnection,
    bytes: Uint8Array,
    ends: Uint32Array,
    done: number,
    stop: AbortSignal,
  ): Promise<number> {
    const start = ends[done - 1] ?? 0
    const next = stepEnd(ends, done, connection.stepBytesMax)
    const { taken, cause } = await connection.write(bytes.subarray(start, ends[next - 1]), stop)
    // Of what the peer broke off nobody knows how much it has; what we ended ourselves is still sent.
    if (cause instanceof Error) throw this.#fail(cause, done)
    if (cause !== undefined) throw this.#fail(cause, countWithin(ends, start + taken))
    connection.stepBytesMax = Math.min(2 * connection.stepBytesMax, stepBytesLimit)
    return next
  }

  async #connected(stop: AbortSignal): Promise<TcpConnection> {
    if (this.#connection?.usable) return this.#connection
    await this.#release()
    const { settleAfterMs = tcpSettleMsDefault, onEvent } = this.#options
    try {
      const sockets = await connectTcp(this.#connectOptions, stop)
      onEvent?.({ kind: 'connected', address: sockets.plain.remoteAddress ?? '', reconnected: this.#connectedBefore })
      this.#connectedBefore = true
      this.#connection = new TcpConnection(sockets, {
        writeTimeoutMs: this.#writeTimeoutMs,
        settleAfterMs,
        onEnd: () => onEvent?.({ kind: 'disconnected' }),
      })
    } catch (cause) {
      throw this.#fail(cause, 0)
    }
    return this.#connection
  }

  /** The old connection is gone before there may be a new one. */
  async #release(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    await connection?.end(lingerMsMax)
  }

  #fail(cause: unknown, entriesWritten: number): WriteError {
    const { connectTimeoutMs } = this.#connectOptions
    const trouble = { name: this.name, entriesWritten, connectTimeoutMs, writeTimeoutMs: this.#writeTimeoutMs }
    return tcpErrorOf(cause, trouble)
  }

  #contextOf({ ca, cert, key }: TcpTlsOptions): SecureContext {
    try {
      // What holds no certificate at all would otherwise only be seen as a peer that nobody trusts.
      if (ca) new X509Certificate(ca)
      return createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) })
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : `${cause}`
      const message = `${this.name}: the certificates cannot be used: ${said}. Look at tls.ca, tls.cert and tls.key.`
      throw new WriteError({ code: 'tls_certificates', message, retryable: false }, { cause })
    }
  }
}

/** Behind the last entry of a step that begins with entry `from`: at least one entry, and not more bytes than asked for. */
function stepEnd(ends: Uint32Array, from: number, bytesMax: number): number {
  const limit = (ends[from - 1] ?? 0) + bytesMax
  let next = from + 1
  while (next < ends.length && ends[next]! <= limit) next++
  return next
}

/** How many entries end at or before a position. */
function countWithin(ends: Uint32Array, at: number): number {
  const first = ends.findIndex((end) => end > at)
  return first < 0 ? ends.length : first
}
