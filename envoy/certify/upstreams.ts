/**
 * The upstreams that only the certificate needs: web servers behind TLS, each with a certificate, version and address of its own,
 * and one that speaks HTTP/2. They answer as `../upstream.ts` says.
 */
import type { RequestListener } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { answerWeb } from '../upstream.ts'
import type { Certificates } from './certificates.ts'

export const secureNames = ['red', 'green', 'blue', 'grey'] as const
export type SecureName = (typeof secureNames)[number]

export interface Address {
  readonly host: string
  readonly port: number
}

export interface MoreUpstreams {
  readonly addresses: Readonly<Record<SecureName | 'http2', Address>>
  close(): Promise<void>
}

/** Where each listens, what TLS it speaks, and how long it lets a handshake wait: pool latencies would all be zero otherwise. */
const secure: Readonly<Record<SecureName, { host: string; handshakeWaitsMs: number; tls: TlsOptions }>> = {
  red: { host: '127.0.1.1', handshakeWaitsMs: 0, tls: { maxVersion: 'TLSv1.2' } },
  green: { host: '127.0.1.2', handshakeWaitsMs: 8, tls: { maxVersion: 'TLSv1.2' } },
  blue: { host: '127.9.1.3', handshakeWaitsMs: 16, tls: { minVersion: 'TLSv1.3' } },
  // The oldest version wants the loosest security level of OpenSSL.
  grey: {
    host: '127.0.1.4',
    handshakeWaitsMs: 0,
    tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  },
}

export async function openMoreUpstreams(certificates: Certificates): Promise<MoreUpstreams> {
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  const open = async (server: Server, host: string): Promise<Address> => {
    servers.push(server)
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host, port: 0 }, resolve))
    return { host, port: (server.address() as AddressInfo).port }
  }
  const openSecure = (name: SecureName): Promise<Address> => {
    const { chain: cert, key } = certificates[name]
    const { host, handshakeWaitsMs, tls } = secure[name]
    const options = { ...tls, cert, key, ca: certificates.root, requestCert: true, rejectUnauthorized: false }
    const https = createHttpsServer({ ...options, keepAliveTimeout: 120_000 }, answerWeb)
    https.on('tlsClientError', () => {}) // Some clusters are there to fail.
    const hand = (socket: Socket) => void https.emit('connection', socket)
    return open(
      createServer((socket) => void (handshakeWaitsMs ? setTimeout(hand, handshakeWaitsMs, socket) : hand(socket))),
      host,
    )
  }
  const [red, green, blue, grey] = (await Promise.all(secureNames.map(openSecure))) as [
    Address,
    Address,
    Address,
    Address,
  ]
  const http2 = await open(createHttp2Server({}, answerWeb as unknown as RequestListener as never), '127.0.0.1')
  return {
    addresses: { red, green, blue, grey, http2 },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
