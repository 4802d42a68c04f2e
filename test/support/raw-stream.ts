/**
 * A client's end of one ALS stream on Node's own HTTP/2, a connection of its own beneath it: for ready-made bytes, for bytes that no
 * real gRPC client would send, and where a real one costs too much.
 */
import { type ClientHttp2Stream, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'

const path = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'

export class RawStream {
  /** Resolves when the stream is gone, with its `grpc-status`: `none` when there was no answer. */
  readonly ended: Promise<string>
  readonly #call: ClientHttp2Stream
  /** Sends that HTTP/2 has not taken yet. */
  readonly #pending = new Set<(taken: boolean) => void>()
  #status = 'none'

  /** `address`: host:port. */
  constructor(address: string, headers: OutgoingHttpHeaders = {}) {
    const session = connect(`http://${address}`)
    const call = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    this.#call = call
    const heed = (received: IncomingHttpHeaders) => {
      this.#status = String(received['grpc-status'] ?? this.#status)
    }
    call.on('response', heed).on('trailers', heed)
    // Shows as a stream that ends without a status.
    session.on('error', () => {})
    call.on('error', () => {})
    call.resume()
    this.ended = new Promise((resolve) => {
      call.once('close', () => {
        session.close()
        for (const settle of this.#pending) settle(false)
        resolve(this.#status)
      })
    })
  }

  /** Whether the other side has answered, or the stream is lost: more need not be sent. */
  get over(): boolean {
    return this.#status !== 'none' || this.#call.destroyed
  }

  /** Resolves when HTTP/2 has taken the bytes, which flow control may delay, with true; with false when it never will. */
  send(bytes: Uint8Array): Promise<boolean> {
    if (this.#call.destroyed || this.#call.writableEnded) return Promise.resolve(false)
    return new Promise((resolve) => {
      const settle = (taken: boolean) => {
        this.#pending.delete(settle)
        resolve(taken)
      }
      this.#pending.add(settle)
      this.#call.write(bytes, (error) => settle(!error))
    })
  }

  /** Half-closes, and waits for the status. */
  end(): Promise<string> {
    this.#call.end()
    return this.ended
  }
}
