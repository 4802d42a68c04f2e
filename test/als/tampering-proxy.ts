/**
 * Stands between a real gRPC client and the door, and makes the client misbehave where it never would by itself: changes the headers
 * of its requests or the bytes of its streams. Answers pass through as they are.
 */
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Tampering {
  readonly headers?: http2.OutgoingHttpHeaders
  /** What becomes of all the bytes of a stream; they are passed on when the client has half-closed it. */
  readonly body?: (bytes: Buffer) => Uint8Array
}

/** Returns the address of the proxy; it is closed when the test ends. */
export async function startTamperingProxy(target: string, tampering: Tampering): Promise<string> {
  const sessions: (http2.Http2Session | http2.ServerHttp2Session)[] = []
  const server = http2.createServer()
  server.on('stream', (stream, headers) => {
    const client = http2.connect(`http://${target}`)
    sessions.push(client)
    const onward = client.request({ ...headers, ...tampering.headers })
    // What breaks shows at the client under test.
    for (const each of [stream, client, onward]) each.on('error', () => {})
    onward.on('response', (answer, flags) => {
      const endStream = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0
      stream.respond(answer, { endStream, waitForTrailers: !endStream })
    })
    onward.on('data', (data) => stream.write(data))
    onward.on('trailers', (trailers) => {
      stream.once('wantTrailers', () => stream.sendTrailers(trailers))
      stream.end()
    })
    passOn(stream, onward, tampering.body)
  })
  server.on('session', (session) => sessions.push(session))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function passOn(
  request: http2.ServerHttp2Stream,
  onward: http2.ClientHttp2Stream,
  body?: (bytes: Buffer) => Uint8Array,
) {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => {
    if (body) chunks.push(chunk)
    else onward.write(chunk)
  })
  request.on('end', () => onward.end(body ? body(Buffer.concat(chunks)) : undefined))
}
