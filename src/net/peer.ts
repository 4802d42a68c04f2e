/** Who is at the other end of a connection, as the connection itself tells; what a request says of itself stands in the request. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

export interface Peer {
  /** Subject alternative names of a certificate that the door has verified: `DNS:…`, `URI:…`, `IP Address:…`. */
  readonly names: readonly string[]
  /** This machine, without TLS. */
  readonly plainLoopback: boolean
}

/**
 * To be asked when the connection has come, with TLS when the handshake is done. `isUnix`: it came by a socket in the file system. Nothing else
 * has no address, but for a peer that has hung up already; and such a one is not trusted for that.
 */
export function peerOf(socket: Socket, isUnix: boolean): Peer {
  if (!(socket instanceof TLSSocket)) {
    return { names: [], plainLoopback: isUnix || isLoopback(socket.remoteAddress) }
  }
  const certificate = socket.authorized ? socket.getPeerCertificate() : undefined
  return { names: alternativeNames(certificate?.subjectaltname ?? ''), plainLoopback: false }
}

function isLoopback(address = ''): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}

/** Of what Node makes of them: `DNS:a.example, URI:"x, y"`. A value with a comma of its own is quoted, as in JSON. */
export function alternativeNames(text: string): readonly string[] {
  const names = text.matchAll(/([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy)
  return [...names].map(([, kind, value]) => `${kind}:${unquoted(value!)}`)
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value
  try {
    return JSON.parse(value) as string
  } catch {
    // In its quotes it is nobody's name.
    return value
  }
}
