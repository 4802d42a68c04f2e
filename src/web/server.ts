/**
 * The HTTP door (`listen.http`): a small server with a table of routes, and rooms behind some paths that answer for themselves (`Desk`). What
 * is said under a path is its owner's business; limits, unknown paths and wrong methods of routes are answered here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { auditRequestMsMax, webConnectionsMax, webRequestMsMax } from '../limits.ts'
import { listen } from '../net/listen.ts'
import { type ListenTls, readListenTls } from '../net/tls.ts'

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
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

export interface WebServerOptions {
  /** `host:port`, `[::1]:port`, `unix:/path`; port 0 takes a free one. */
  readonly address: string
  /** Null: plain HTTP. */
  readonly tls?: ListenTls | null
  /** By path: `/metrics`. */
  readonly routes: Readonly<Record<string, Route>>
  readonly desks?: readonly Desk[]
}

export interface WebServer {
  /** As it may be dialled. */
  readonly address: string
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
export async function startWebServer({
  address,
  tls = null,
  routes,
  desks = [],
}: WebServerOptions): Promise<WebServer> {
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const desk = desks.find(({ path }) => request.url?.startsWith(path))
    void (desk ? desk.handle(request, response) : respond(routes, request, response))
  }
  const server =
    tls === null
      ? createServer(bounds, onRequest)
      : createSecureServer({ ...bounds, ...readListenTls(tls, key) }, onRequest)
  server.maxConnections = webConnectionsMax
  // Whole batches of records come to desks, and some senders are slow.
  if (desks.length > 0) server.requestTimeout = auditRequestMsMax
  // Bytes that are no HTTP, or a peer that went away: nobody is left to be told.
  server.on('clientError', (_error, socket) => socket.destroy())
  const listener = await listen(server, address, key)
  return { address: listener.address, close: () => close(server) }
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
