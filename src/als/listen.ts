/**
 * Where the gRPC door stands: `host:port`, `[::1]:port` or `unix:/path`. A socket file left by a process that died is removed, one
 * that somebody still listens on is a fault, and ours goes when the listener closes (Node unlinks it).
 */
import { lstat, unlink } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { ConfigError } from '../errors.ts'
import { acceptBacklogMax } from '../limits.ts'

export interface Listener {
  /** As it may be dialled: the port that was given out stands in for port 0. */
  readonly address: string
  /** Stops accepting; connections that are open stay open. */
  close(): void
}

type Place = { readonly path: string } | { readonly host: string; readonly port: number }

/** Throws ConfigError when the address cannot be read or nobody may listen there. */
export async function listen(address: string, onSocket: (socket: Socket) => void): Promise<Listener> {
  const place = parseAddress(address)
  // Paused, so that the socket can be read as `http2/socket-reader.ts` does.
  const server = createServer({ noDelay: true, pauseOnConnect: true }, onSocket)
  try {
    await open(server, place)
  } catch (error) {
    if (!('path' in place) || codeOf(error) !== 'EADDRINUSE') throw unusable(address, error)
    await removeStale(place.path, address)
    await open(server, place).catch((again: unknown) => {
      throw unusable(address, again)
    })
  }
  return { address: dialled(server, place), close: () => server.close() }
}

function parseAddress(address: string): Place {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length)
    if (path !== '') return { path }
  }
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address)
  const port = Number(match?.[3])
  if (match && port <= 65_535) return { host: match[1] ?? match[2]!, port }
  throw fault(address, 'is not an address: write host:port, [::1]:port or unix:/path')
}

function open(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...place, backlog: acceptBacklogMax }, () => {
      server.off('error', reject)
      // EMFILE and the like: the connection that could not be accepted is the peer's to try again.
      server.on('error', () => {})
      resolve()
    })
  })
}

async function removeStale(path: string, address: string): Promise<void> {
  const file = await lstat(path)
  if (!file.isSocket()) throw fault(address, 'is a file that is not a socket; it was left as it is')
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect({ path })
    probe.once('connect', () => resolve(true))
    probe.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED'))
    probe.once('close', () => probe.destroy())
    probe.once('connect', () => probe.destroy())
  })
  if (alive) throw fault(address, 'is in use: another process listens there')
  await unlink(path)
}

function dialled(server: Server, place: Place): string {
  if ('path' in place) return `unix:${place.path}`
  const bound = server.address()
  const port = bound !== null && typeof bound === 'object' ? bound.port : place.port
  return place.host.includes(':') ? `[${place.host}]:${port}` : `${place.host}:${port}`
}

function unusable(address: string, error: unknown): ConfigError {
  const why =
    codeOf(error) === 'EADDRINUSE' ? 'is in use: another process listens there' : `cannot be listened on: ${error}`
  return fault(address, why, error)
}

function fault(address: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError([{ code: 'listen', path: 'listen.grpc', message: `${address} ${why}` }], { cause })
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
