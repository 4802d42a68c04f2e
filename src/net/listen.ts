/**
 * Where a door stands: `host:port`, `[::1]:port` or `unix:/path`. A socket file left by a process that died is removed, one
 * that somebody still listens on is a fault, and ours goes when the listener closes (Node unlinks it).
 */
import { lstat, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { ConfigError } from '../errors.ts'
import { acceptBacklogMax } from '../limits.ts'

export interface Listener {
  /** As it may be dialled: the port that was given out stands in for port 0. */
  readonly address: string
  /** Stops accepting; connections that are open stay open. */
  close(): void
}

type Place = { readonly path: string } | { readonly host: string; readonly port: number }

/** `key`: of the configuration. Throws ConfigError when the address cannot be read or nobody may listen there. */
export async function listen(server: Server, address: string, key: string): Promise<Listener> {
  const fault = (why: string, cause?: unknown): ConfigError =>
    new ConfigError([{ code: 'listen', path: key, message: `${address} ${why}` }], { cause })
  const place = parseAddress(address)
  if (place === undefined) throw fault('is not an address: write host:port, [::1]:port or unix:/path')
  try {
    await open(server, place)
  } catch (error) {
    if (!('path' in place) || codeOf(error) !== 'EADDRINUSE') throw fault(whyNot(error), error)
    const why = await removeStale(place.path)
    if (why !== undefined) throw fault(why)
    await open(server, place).catch((again: unknown) => {
      throw fault(whyNot(again), again)
    })
  }
  return { address: dialled(server, place), close: () => server.close() }
}

function parseAddress(address: string): Place | undefined {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length)
    if (path !== '') return { path }
  }
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address)
  const port = Number(match?.[3])
  if (match && port <= 65_535) return { host: match[1] ?? match[2]!, port }
  return undefined
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

/** Or why not. */
async function removeStale(path: string): Promise<string | undefined> {
  const file = await lstat(path)
  if (!file.isSocket()) return 'is a file that is not a socket; it was left as it is'
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect({ path })
    probe.once('connect', () => resolve(true))
    probe.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED'))
    probe.once('close', () => probe.destroy())
    probe.once('connect', () => probe.destroy())
  })
  if (alive) return inUse
  await unlink(path)
  return undefined
}

function dialled(server: Server, place: Place): string {
  if ('path' in place) return `unix:${place.path}`
  const bound = server.address()
  const port = bound !== null && typeof bound === 'object' ? bound.port : place.port
  return place.host.includes(':') ? `[${place.host}]:${port}` : `${place.host}:${port}`
}

const inUse = 'is in use: another process listens there'

function whyNot(error: unknown): string {
  return codeOf(error) === 'EADDRINUSE' ? inUse : `cannot be listened on: ${error}`
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
