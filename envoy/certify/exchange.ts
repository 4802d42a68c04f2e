/**
 * The certificate's client: one connection to a listener, perhaps with a PROXY header before it, perhaps over TLS, then raw bytes or
 * one HTTP/2 request. What comes back is not looked at; how an exchange goes is for the logs to tell.
 */
import { once } from 'node:events'
import { connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { Certificates, IdentityName } from './certificates.ts'

export interface Exchange {
  /** The listener's name. */
  readonly to: string
  /** Sent as they are ("latin1"); ignored when `http2` is there. */
  readonly bytes: string
  /** The client's own address; the listener's side of loopback when there is none. */
  readonly from?: string
  /** More bytes, so long after the first answer (which `Expect: 100-continue` asks for). */
  readonly rest?: { readonly afterMs: number; readonly bytes: string }
  /** Sent before everything else: a PROXY header. */
  readonly preface?: string
  readonly secure?: Secure
  /** One request in place of `bytes`. */
  readonly http2?: OutgoingHttpHeaders
  /** How the client ends it, once it has written: not at all, because Envoy does; by FIN, when the answer begins or after so many milliseconds; by a reset. */
  readonly end?: 'wait' | 'answered' | { readonly finAfterMs: number } | 'reset'
}

export interface Secure {
  readonly sni?: string
  readonly identity?: IdentityName
  /** Between connecting and the client's first word: handshakes would all take no time otherwise. */
  readonly waitsMs?: number
  readonly tls?: ConnectionOptions
}

export interface ListenerAddress {
  readonly host: string
  readonly port: number
}

/** Longer than any timeout of the driven Envoy. */
const exchangeMsMax = 8_000

/** Resolves when both sides have closed. A connection that Envoy breaks off is an exchange like any other. */
export async function exchange(what: Exchange, address: ListenerAddress, certificates: Certificates): Promise<void> {
  const from = what.from === undefined ? {} : { localAddress: what.from }
  const socket = connect({ ...address, ...from, noDelay: true })
  const over = closed(socket, what)
  await once(socket, 'connect')
  if (what.preface !== undefined) socket.write(Buffer.from(what.preface, 'latin1'))
  if (what.secure === undefined) talk(socket, what)
  else await secured(socket, what, what.secure, certificates)
  await over
}

async function secured(socket: Socket, what: Exchange, secure: Secure, certificates: Certificates): Promise<void> {
  if (secure.waitsMs) await new Promise((resolve) => setTimeout(resolve, secure.waitsMs))
  const { chain: cert, key } = secure.identity ? certificates[secure.identity] : { chain: undefined, key: undefined }
  const alpn = what.http2 ? { ALPNProtocols: ['h2'] } : {}
  const sni = secure.sni === undefined ? {} : { servername: secure.sni }
  const identity = cert === undefined ? {} : { cert, key: key! }
  const tls = connectTls({ socket, rejectUnauthorized: false, ...alpn, ...sni, ...identity, ...secure.tls })
  tls.on('error', () => socket.destroy())
  tls.once('close', () => socket.destroy())
  tls.once('secureConnect', () => talk(tls, what))
}

function talk(socket: Socket, what: Exchange): void {
  if (what.http2) {
    talkHttp2(socket, what.http2)
    return
  }
  socket.resume().write(Buffer.from(what.bytes, 'latin1'))
  const { end = 'wait', rest } = what
  if (rest) socket.once('data', () => setTimeout(() => socket.write(Buffer.from(rest.bytes, 'latin1')), rest.afterMs))
  if (end === 'reset') socket.once('data', () => socket.resetAndDestroy())
  else if (end === 'answered') socket.once('data', () => socket.end())
  else if (end !== 'wait') setTimeout(() => socket.end(), end.finAfterMs)
}

function talkHttp2(socket: Socket, headers: OutgoingHttpHeaders): void {
  const session = connectHttp2('http://ignored.test', { createConnection: () => socket })
  session.on('error', () => socket.destroy())
  const stream = session.request(headers)
  stream.on('error', () => {}).once('close', () => session.close())
  stream.resume().end()
}

function closed(socket: Socket, what: Exchange): Promise<void> {
  socket.on('error', () => {}) // Resets are part of the corpus; 'close' follows.
  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      reject(new Error(`Not over after ${exchangeMsMax} ms: ${JSON.stringify(what)}`))
      socket.destroy()
    }, exchangeMsMax)
    socket.once('close', () => {
      clearTimeout(tooLong)
      resolve()
    })
  })
}
