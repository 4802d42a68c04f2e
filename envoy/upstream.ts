/**
 * The servers behind the driven Envoy: real ones, on loopback ports and Unix sockets that the kernel chose or the caller named.
 * The web server answers as the request asks it to, so the corpus holds a request and its answer in one place:
 *
 *     x-answer: <base64>      these bytes, raw, then the connection ends ("Connection: close" in them keeps Envoy from reusing it)
 *     …/hang                  no answer at all
 *     …/reset                 a TCP reset
 *     …/echo                  the request's body
 *     …/status/503            that status
 *     …/bytes/1000            so many bytes
 *     …/late/20               the answer comes after so many milliseconds
 *     …/drip/20               the head comes at once, the body after so many milliseconds
 *     anything else           200 and a short text
 */
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { UpstreamAddresses } from './clusters.ts'
import { until } from './until.ts'

export interface Upstreams {
  readonly addresses: UpstreamAddresses
  /** Resolves when the web server has the head of the request with this `x-item`, or at once if it came before. */
  arrived(item: string): Promise<void>
  close(): Promise<void>
}

/** `dir` takes the Unix sockets; keep its path short, a socket's path ends at 107 bytes. It has to be Envoy's working directory. */
export async function openUpstreams(dir: string): Promise<Upstreams> {
  const items = new Set<string>()
  const noteAndAnswer = (request: IncomingMessage, response: ServerResponse) => {
    items.add(String(request.headers['x-item']))
    answerWeb(request, response)
  }
  // Envoy keeps idle connections; were the server first to close one, a request on its way would be lost.
  const web = () => createHttpServer({ maxHeaderSize: 1 << 20, keepAliveTimeout: 120_000 }, noteAndAnswer)
  const echo = () => createServer({ allowHalfOpen: true }, (socket) => void quiet(socket).pipe(socket))
  const talker = createServer((socket) => void quiet(socket).end('x'.repeat(1_000)))
  const resetter = createServer((socket) => void quiet(socket).once('data', () => socket.resetAndDestroy()))

  const servers: (Server | HttpServer)[] = []
  const sockets = new Set<Socket>()
  const open = async (server: Server | HttpServer, at: { port: 0; host: string } | { path: string }) => {
    servers.push(server)
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve))
    return (server.address() as AddressInfo).port
  }
  const loopback = { port: 0, host: '127.0.0.1' } as const
  await open(web(), { path: join(dir, 'web.sock') })
  await open(echo(), { path: join(dir, 'echo.sock') })
  const addresses: UpstreamAddresses = {
    webPort: await open(web(), loopback),
    webPipe: 'web.sock',
    noPipe: 'nobody.sock',
    echoPort: await open(echo(), loopback),
    echoPipe: 'echo.sock',
    talkerPort: await open(talker, loopback),
    resetterPort: await open(resetter, loopback),
  }
  return {
    addresses,
    arrived: async (item) => void (await until(`${item} reaches the web server`, 5_000, () => items.has(item))),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** Answers as the request asks; see the head of this file. */
export function answerWeb(request: IncomingMessage, response: ServerResponse): void {
  const raw = request.headers['x-answer']
  if (raw !== undefined) {
    request.resume().once('end', () => quiet(request.socket).end(Buffer.from(String(raw), 'base64')))
    return
  }
  const path = request.url?.split('?', 1)[0] ?? ''
  const [, word, count] = /\/(hang|reset|echo|status|bytes|late|drip)(?:\/(\d+))?$/.exec(path) ?? []
  if (word === 'hang') return
  if (word === 'reset') return void request.socket.resetAndDestroy()
  if (word === 'echo') return void request.pipe(response)
  request.resume().once('end', () => {
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    response.statusCode = word === 'status' ? Number(count) : 200
    if (word === 'drip') response.write('first ')
    const end = () => response.end(word === 'bytes' ? 'x'.repeat(Number(count)) : 'served by the web upstream\n')
    if (word === 'late' || word === 'drip') setTimeout(end, Number(count))
    else end()
  })
}

/** Peers break off connections on purpose here; that is what is being tested, not an error of this server. */
function quiet(socket: Socket): Socket {
  return socket.on('error', () => socket.destroy())
}
