/**
 * The gRPC door for Envoy's access loggers: AccessLogService v3 and v2 over TCP, with TLS or without, and Unix sockets. Our own
 * small gRPC layer, because the common one costs three times the CPU per message; HTTP/2 below it is `http2/`. From here a stream goes
 * listen ─► connection ─► call ─► session ─► route; what else stands at the door is in `unary.ts`.
 */
import { createServer, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import type { Identifier } from '../identifier.ts'
import { connectionsMaxDefault, messageBytesMaxDefault, streamsMaxDefault } from '../limits.ts'
import { type Listener, listen } from '../net/listen.ts'
import { type Peer, peerOf } from '../net/peer.ts'
import { type ListenTls, readTlsFiles, tlsOptionsOf } from '../net/tls.ts'
import { TlsFollower, type TlsNews } from '../net/tls-follower.ts'
import { ReadingGate } from '../pipeline/breath.ts'
import type { Budget } from '../pipeline/budget.ts'
import type { Intake } from '../pipeline/intake.ts'
import type { Route } from '../pipeline/route.ts'
import type { Memory } from '../wire/memory.ts'
import type { StreamCounts } from './account.ts'
import { Connection, type ConnectionShared } from './connection.ts'
import { Desk } from './desk.ts'
import { MessageParts, type MessageTags } from './message.ts'
import type { Session } from './session.ts'
import type { UnaryMethod } from './unary.ts'

/** `host:port`, `[::1]:port`, `unix:/path`; port 0 takes a free one. With `tls` null, and for a bare string: no TLS. */
export interface SecureAddress {
  readonly address: string
  readonly tls: ListenTls | null
}

export interface AlsServerOptions {
  /** Where to listen. */
  readonly addresses: readonly (string | SecureAddress)[]
  /** The kernel's memory; its input region now belongs to this server. */
  readonly memory: Memory
  readonly tags: MessageTags
  readonly intake: Intake
  readonly budget: Budget
  /** The route of a stream that speaks for `identifier`. */
  readonly attach: (identifier: Identifier) => Route
  /** Decodes an `Identifier` message; the bytes are borrowed. Throws when they are damaged. */
  readonly decodeIdentifier: (bytes: Uint8Array) => Identifier
  /** Milliseconds since the epoch: `Date.now`. */
  readonly now: () => number
  /** What else is served at this door. Default: nothing. */
  readonly unaryMethods?: readonly UnaryMethod[]
  /** A certificate was renewed, or could not be. Default: nobody is told. */
  readonly onTlsNews?: (news: TlsNews) => void
  /** Nothing is read while it is shut. Default: always open. */
  readonly reading?: ReadingGate
  /** Bytes; default 16 MiB, and never more than the memory's input region. */
  readonly messageBytesMax?: number
  /** Default 10,000. */
  readonly streamsMax?: number
  /** Default 5,000. */
  readonly connectionsMax?: number
  /** Sees the DATA bytes of every admitted stream as sent; borrowed for the call. Numbers are unique in the process. */
  readonly tap?: (streamId: number, data: Uint8Array) => void
  /** `tap` will not be called again for this stream. */
  readonly onStreamEnd?: (streamId: number) => void
}

/** Of one stream. Without a name before its first message. */
export interface StreamReport extends Partial<Identifier>, StreamCounts {
  readonly paused: boolean
}

const keepAliveMs = 60_000
/** Who asks matters to other methods alone. */
const nobody: Peer = { names: [], plainLoopback: false }
/** Of the configuration, for faults. */
const key = 'listen.grpc'

/** Opens the door on all addresses, or on none. Throws ConfigError when one of them cannot be listened on. */
export async function startAlsServer(options: AlsServerOptions): Promise<AlsServer> {
  const server = new AlsServer(options)
  try {
    for (const address of options.addresses) await server.listen(address)
  } catch (error) {
    await server.close({ graceMs: 0 })
    throw error
  }
  return server
}

export class AlsServer {
  readonly #shared: ConnectionShared
  readonly #connectionsMax: number
  readonly #onTlsNews: (news: TlsNews) => void
  readonly #listeners: Listener[] = []
  readonly #tlsFollowers: TlsFollower[] = []
  readonly #connections = new Set<Connection>()
  readonly #sessions = new Set<Session>()
  #onIdle: () => void = () => {}
  #closing: Promise<void> | null = null

  constructor(options: AlsServerOptions) {
    const { memory, messageBytesMax = messageBytesMaxDefault, unaryMethods = [], onTlsNews = () => {} } = options
    this.#onTlsNews = onTlsNews
    this.#connectionsMax = options.connectionsMax ?? connectionsMaxDefault
    this.#shared = {
      session: {
        desk: new Desk(memory),
        parts: new MessageParts(),
        tags: options.tags,
        intake: options.intake,
        budget: options.budget,
        attach: options.attach,
        decodeIdentifier: options.decodeIdentifier,
        messageBytesMax: Math.min(messageBytesMax, memory.inputBytesMax),
      },
      sessions: this.#sessions,
      unaryCalls: new Set(),
      unaryMethods: new Map(unaryMethods.map((method) => [method.path, method])),
      streamsMax: options.streamsMax ?? streamsMaxDefault,
      onSessionClosed: () => {
        if (this.#sessions.size === 0) this.#onIdle()
      },
      now: options.now,
      reading: options.reading ?? new ReadingGate(),
      tap: options.tap,
      onStreamEnd: options.onStreamEnd,
    }
  }

  /** Where the door stands, as it may be dialled. */
  get addresses(): readonly string[] {
    return this.#listeners.map((listener) => listener.address)
  }

  /** What each open stream has brought, and whether it waits for a full backend. */
  get streams(): readonly StreamReport[] {
    return Array.from(this.#sessions, ({ identifier, counts, paused }) => {
      const { messages, receivedBytes, entries, matched, malformed } = counts
      return { ...identifier, paused, messages, receivedBytes, entries, matched, malformed }
    })
  }

  async listen(where: string | SecureAddress): Promise<void> {
    const { address, tls } = typeof where === 'string' ? { address: where, tls: null } : where
    const isUnix = address.startsWith('unix:')
    const accept = (socket: Socket) => this.#accept(socket, isUnix)
    if (tls === null) {
      // Paused, so that the socket can be read as `http2/socket-reader.ts` does.
      const server = createServer({ noDelay: true, pauseOnConnect: true }, accept)
      this.#listeners.push(await listen(server, address, key))
      return
    }
    const files = readTlsFiles(tls, key)
    const server = createSecureServer(
      { ...tlsOptionsOf(files, tls, key), ALPNProtocols: ['h2'], noDelay: true },
      accept,
    )
    // A handshake that fails is the peer's affair.
    server.on('tlsClientError', () => {})
    this.#listeners.push(await listen(server, address, key))
    this.#tlsFollowers.push(new TlsFollower(server, files, { names: tls, key, onNews: this.#onTlsNews }))
  }

  /** Takes certificates that have been renewed, now; they are looked at every few seconds anyway. */
  renewCertificates(): void {
    for (const follower of this.#tlsFollowers) follower.renew()
  }

  /**
   * Stops accepting, ends every stream and closes all connections, within `graceMs` milliseconds. Afterwards everything that was
   * received has been handed to its route: what a blocked route still holds up at the end of the grace is handed over regardless.
   */
  close({ graceMs }: { graceMs: number }): Promise<void> {
    this.#closing ??= this.#close(graceMs)
    return this.#closing
  }

  #accept(socket: Socket, isUnix: boolean): void {
    if (this.#connections.size >= this.#connectionsMax || socket.destroyed) {
      socket.destroy()
      return
    }
    // A peer that vanished without a word is found out by TCP itself.
    socket.setKeepAlive(true, keepAliveMs)
    const { session, unaryMethods } = this.#shared
    const { intake } = session
    const peer = unaryMethods.size === 0 ? nobody : peerOf(socket, isUnix)
    const connection = new Connection(socket, peer, this.#shared)
    this.#connections.add(connection)
    intake.connections++
    connection.closed.then(() => {
      this.#connections.delete(connection)
      intake.connections--
    })
  }

  async #close(graceMs: number): Promise<void> {
    for (const listener of this.#listeners) listener.close()
    for (const follower of this.#tlsFollowers) follower.close()
    const connections = [...this.#connections]
    let timer: NodeJS.Timeout | undefined
    const timeIsUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs)
    })
    await Promise.race([Promise.all(connections.map((connection) => connection.drain())), timeIsUp])
    // A session may outlive its connection while its route is blocked.
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve
      if (this.#sessions.size === 0) resolve()
    })
    await Promise.race([idle, timeIsUp])
    clearTimeout(timer)
    for (const connection of connections) connection.destroy()
    for (const session of this.#sessions) session.flush()
    await Promise.all(connections.map((connection) => connection.closed))
  }
}
