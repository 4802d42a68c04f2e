/**
 * Clients of the door for the tests of this room: grpc-js for those who behave, `node:http2` for those who cannot be made to misbehave
 * there. Servers and clients are closed when the test ends.
 */
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { onTestFinished } from 'vitest'
import { v3Path } from '../support/grpc-call.ts'
import { type Bench, startBench } from './doubles.ts'

export async function bench(options: Parameters<typeof startBench>[0] = {}): Promise<Bench> {
  const opened = await startBench(options)
  onTestFinished(() => opened.server.close({ graceMs: 0 }))
  return opened
}

export const grpcHeaders = { ':method': 'POST', ':path': v3Path, 'content-type': 'application/grpc', te: 'trailers' }

export function rawClient(address: string): http2.ClientHttp2Session {
  const client = address.startsWith('unix:')
    ? http2.connect('http://localhost', { createConnection: () => net.connect(address.slice('unix:'.length)) })
    : http2.connect(`http://${address}`)
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  return client
}

export interface Answer {
  headers: http2.IncomingHttpHeaders
  trailers: http2.IncomingHttpHeaders
  body: Buffer
  /** RST_STREAM code; undefined when there was none. */
  reset: number | undefined
}

/** Sends a request, writes, and leaves it open unless told to end. */
export function rawCall(client: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders = {}) {
  const stream = client.request({ ...grpcHeaders, ...headers })
  const answer: Answer = { headers: {}, trailers: {}, body: Buffer.alloc(0), reset: undefined }
  stream.on('response', (received) => (answer.headers = received))
  stream.on('trailers', (received) => (answer.trailers = received))
  stream.on('data', (data: Buffer) => (answer.body = Buffer.concat([answer.body, data])))
  stream.on('error', () => {})
  const closed = new Promise<Answer>((resolve) => {
    stream.on('close', () => resolve({ ...answer, reset: stream.rstCode || undefined }))
  })
  return { stream, answer, closed }
}
