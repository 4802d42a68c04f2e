/**
 * The clients: raw HTTP/1 over a TCP socket, so that odd bytes are possible; HTTP/2 over node:http2; plain TCP. Each sends one
 * item and resolves, when its exchange is over, with the client's own port: what a log line is traced back by.
 */
import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2'
import { connect, type Socket } from 'node:net'
import type { SendHttp1, SendHttp2, SendTcp } from './item.ts'

/** Longer than any timeout of the driven Envoy; an exchange that takes as long hangs. */
const exchangeMsMax = 8_000

export async function sendHttp1(port: number, send: SendHttp1, arrived: () => Promise<void>): Promise<number> {
  const socket = await open(port)
  const localPort = socket.localPort!
  const over = closed(socket)
  socket.resume().write(Buffer.from(send.bytes, 'latin1'))
  if (send.leave === 'at-once') socket.end()
  if (send.leave === 'on-arrival') await arrived().then(() => socket.end())
  if (send.leave === 'on-arrival-reset') await arrived().then(() => socket.resetAndDestroy())
  await over
  return localPort
}

export async function sendTcp(port: number, send: SendTcp): Promise<number> {
  const socket = await open(port)
  const localPort = socket.localPort!
  const over = closed(socket)
  if (send.bytes !== '') socket.write(Buffer.from(send.bytes, 'latin1'))
  if (send.end === 'fin') socket.end()
  if (send.end === 'reset') socket.once('data', () => socket.resetAndDestroy())
  socket.resume()
  await over
  return localPort
}

export async function sendHttp2(
  session: ClientHttp2Session,
  send: SendHttp2,
  arrived: () => Promise<void>,
): Promise<number> {
  const localPort = session.socket.localPort!
  const headers: OutgoingHttpHeaders = {}
  for (const [name, value] of send.headers) {
    const earlier = headers[name]
    headers[name] = earlier === undefined ? value : [earlier, value].flat().map(String)
  }
  const stream = session.request(headers, { endStream: !send.body })
  const over = closed(stream)
  stream.resume()
  if (send.body) stream.end(Buffer.from(send.body, 'latin1'))
  if (send.leave) await arrived().then(() => stream.close(constants.NGHTTP2_CANCEL))
  await over
  return localPort
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

/** Resolves on 'close', whatever error came before it: resets are part of the corpus. */
function closed(exchange: Socket | ClientHttp2Stream): Promise<void> {
  exchange.on('error', () => {})
  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      reject(new Error(`Not closed after ${exchangeMsMax} ms.`))
      exchange.destroy()
    }, exchangeMsMax)
    exchange.once('close', () => {
      clearTimeout(tooLong)
      resolve()
    })
  })
}
