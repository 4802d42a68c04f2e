/**
 * Making a connection: the name is looked up anew each time, all its addresses are tried, IPv6 and IPv4 in turn, and with TLS the
 * certificate is verified. Bounded in time as a whole.
 */
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { type SecureContext, connect as secureConnect } from 'node:tls'
import { calledOff, connectTimedOut } from './tcp-errors.ts'

export interface TcpConnectOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly context: SecureContext; readonly serverName: string | undefined } | undefined
  readonly connectTimeoutMs: number
  readonly keepAliveMs: number
  readonly lookup: LookupFunction | undefined
}

/** An address that stays silent leaves the rest of the time to three others. */
const silentAddresses = 4

/** With TLS the plain socket lies below the one that is written to; else they are the same. */
export interface TcpSockets {
  readonly socket: Socket
  readonly plain: Socket
}

/** Rejects with an Error, `calledOff` or `connectTimedOut`. The sockets stay half-open when the peer ends its side. */
export function connectTcp(options: TcpConnectOptions, stop: AbortSignal): Promise<TcpSockets> {
  return new Promise((resolve, reject) => {
    if (stop.aborted) return reject(calledOff)
    const plain = begin(options)
    let socket = plain
    const settle = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onAbort)
      for (const each of [plain, socket]) each.off('error', fail).off('close', onClose)
    }
    const fail = (cause: unknown) => {
      settle()
      for (const each of [plain, socket]) {
        // What a socket says after it was given up.
        each.on('error', () => {})
        each.destroy()
      }
      reject(cause)
    }
    const onAbort = () => fail(calledOff)
    const onClose = () => fail(Object.assign(new Error('closed while connecting'), { code: 'ECONNRESET' }))
    const done = () => {
      settle()
      resolve({ socket, plain })
    }
    const timer = setTimeout(() => fail(connectTimedOut), options.connectTimeoutMs)
    stop.addEventListener('abort', onAbort)
    plain.on('error', fail).on('close', onClose)
    plain.once('connect', () => {
      // Batches are whole already; waiting for more would only add to their age.
      plain.setNoDelay(true)
      if (options.keepAliveMs > 0) plain.setKeepAlive(true, options.keepAliveMs)
      if (options.tls === undefined) return done()
      socket = secure(plain, options.host, options.tls)
      socket.on('error', fail).on('close', onClose).once('secureConnect', done)
    })
  })
}

function begin({ host, port, connectTimeoutMs, lookup }: TcpConnectOptions): Socket {
  return connect({
    host,
    port,
    allowHalfOpen: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.floor(connectTimeoutMs / silentAddresses)),
    ...(lookup === undefined ? {} : { lookup }),
  })
}

function secure(plain: Socket, host: string, tls: NonNullable<TcpConnectOptions['tls']>): Socket {
  // Addresses are not sent as server names (RFC 6066); the certificate is then verified for the address itself.
  const servername = tls.serverName ?? (isIP(host) === 0 ? host : undefined)
  return secureConnect({
    socket: plain,
    host,
    secureContext: tls.context,
    ...(servername === undefined ? {} : { servername }),
  })
}
