/**
 * The load of the benches: one capture, sent again and again over h2c as fast as flow control allows. Node's own HTTP/2 client with
 * ready-made gRPC bytes, because a real gRPC client costs more than the servers here.
 */
import { once } from 'node:events'
import { connect } from 'node:http2'

const path = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'
const chunkBytes = 256 * 1024

/** Sends `capture` `repeat` times on each of `streams` streams, each on a connection of its own. Resolves when all were answered. */
export async function sendLoad({
  port,
  capture,
  repeat,
  streams,
}: {
  port: number
  capture: Uint8Array
  repeat: number
  streams: number
}): Promise<void> {
  await Promise.all(Array.from({ length: streams }, () => sendStream(port, capture, repeat)))
}

async function sendStream(port: number, capture: Uint8Array, repeat: number): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`)
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  let status = ''
  stream.on('headers', () => {})
  stream.on('response', (headers) => {
    status = String(headers['grpc-status'] ?? status)
  })
  stream.on('trailers', (trailers) => {
    status = String(trailers['grpc-status'] ?? status)
  })
  stream.resume()
  for (let i = 0; i < repeat; i++) {
    for (let at = 0; at < capture.length; at += chunkBytes) {
      if (!stream.write(capture.subarray(at, at + chunkBytes))) await once(stream, 'drain')
    }
  }
  stream.end()
  await once(stream, 'close')
  session.close()
  if (status !== '0') throw new Error(`the stream ended with grpc-status ${status || 'none'}`)
}
