/**
 * The HTTP door (`listen.http`): a small server with a table of routes, and rooms behind some paths that answer for themselves (`Desk`). What
 * is said under a path is its owner's business; limits, unknown paths and wrong methods of routes are answered here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { auditKeepAliveMs, auditRequestMsMax, webConnectionsMax, webRequestMsMax } from '../limits.ts'
import { listen } from '../net/listen.ts'
import { type Peer, peerOf } from '../net/peer.ts'
import { type ListenTls, readTlsFiles, tlsOptionsOf } from '../net/tls.ts'
import { TlsFollower, type TlsNews } from '../net/tls-follower.ts'

export interface Answer {
  readonly status: number
  /** Media type. */
  readonly type: string
  readonly body: string
}

/** Answers GET and HEAD of one path. What it throws is answered with 500. */
export type Route = () => Answer | Promise<Answer>

/** Answers every request whose path begins with its own, bodies and all. */
export interface Desk {
  /** `/audit/`. */
  readonly path: string
  /** Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, peer: Peer): Promise<void>
}

export interface WebServerOptions {
  /** `host:port`, `[::1]:port`, `unix:/path`; port 0 takes a free one. */
  readonly address: string
  /** Null: plain HTTP. */
  readonly tls?: ListenTls | null
  /** By path: `/metrics`. */
  readonly routes: Readonly<Record<string, Route>>
  readonly desks?: readonly Desk[]
  /** A certificate was renewed, or could not be. Default: nobody is told. */
  readonly onTlsNews?: (news: TlsNews) => void
}

export interface WebServer {
  /** As it may be dialled. */
  readonly address: string
  /** Takes a certificate that has been renewed, now; it is looked at every few seconds anyway. */
  renewCertificates(): void
  /** Stops accepting, and cuts what is open. */
  close(): Promise<void>
}

/** Of the configuration, for faults. */
const key = 'listen.http'
const bounds = {
  requestTimeout: webRequestMsMax,
  headersTimeout: webRequestMsMax,
  connectionsCheckingInterval: webRequestMsMax,
}
/** A route that answers with JSON. */
export function json(value: () => unknown): Route {
  return () => ({ status: 200, type: 'application/json', body: `${JSON.stringify(value())}\n` })
}

const plain = 'text/plain; charset=utf-8'

/** Throws ConfigError when the address cannot be listened on. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { address, tls = null, desks = [] } = options
  const peers = new WeakMap<Socket, Peer>()
  const { server, startFollowing } = makeServer(tls, onRequestOf(options, peers))
  server.maxConnections = webConnectionsMax
  if (desks.length > 0) {
    // Whole batches of records come to desks, and some senders are slow.
    server.requestTimeout = auditRequestMsMax
    server.keepAliveTimeout = auditKeepAliveMs
    const isUnix = address.startsWith('unix:')
    server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) =>
      peers.set(socket, peerOf(socket, isUnix)),
    )
  }
  // Bytes that are no HTTP, or a peer that went away: nobody is left to be told.
  server.on('clientError', (_error, socket) => socket.destroy())
  const listener = await listen(server, address, key)
  const follower = startFollowing(options.onTlsNews ?? (() => {}))
  return {
    address: listener.address,
    renewCertificates: () => follower?.renew(),
    close() {
      follower?.close()
      return close(server)
    },
  }
}

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

function onRequestOf({ desks = [], routes }: WebServerOptions, peers: WeakMap<Socket, Peer>): OnRequest {
  const stranger: Peer = { names: [], plainLoopback: false }
  return (request, response) => {
    const desk = desks.find(({ path }) => request.url?.startsWith(path))
    const peer = peers.get(request.socket) ?? stranger
    void (desk ? desk.handle(request, response, peer) : respond(routes, request, response))
  }
}

/** `startFollowing`: for when the door is open. */
function makeServer(
  names: ListenTls | null,
  onRequest: OnRequest,
): {
  readonly server: Server | SecureServer
  readonly startFollowing: (onNews: (news: TlsNews) => void) => TlsFollower | null
} {
  if (names === null) return { server: createServer(bounds, onRequest), startFollowing: () => null }
  const files = readTlsFiles(names, key)
  const server = createSecureServer({ ...bounds, ...tlsOptionsOf(files, names, key) }, onRequest)
  return { server, startFollowing: (onNews) => new TlsFollower(server, files, { names, key, onNews }) }
}

async function respond(
  routes: WebServerOptions['routes'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(routes, request)
  const headers = {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
  }
  response.writeHead(answer.status, answer.status === 405 ? { ...headers, allow: 'GET, HEAD' } : headers)
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}

async function answerTo(routes: WebServerOptions['routes'], { method, url = '' }: IncomingMessage): Promise<Answer> {
  const path = url.split('?', 1)[0]!
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined)
    return { status: 404, type: plain, body: `There is nothing here. Try ${Object.keys(routes).join(', ')}.\n` }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: plain, body: `${path} can only be read.\n` }
  try {
    return await route()
  } catch (error) {
    return { status: 500, type: plain, body: `${(error as Error).message}\n` }
  }
}

function close(server: Server | SecureServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
