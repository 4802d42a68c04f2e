/** A real gRPC client's end of one ALS stream: grpc-js, as `als-sink replay` and others use it. The bytes of messages are given ready-made. */
import {
  type ChannelCredentials,
  Client,
  type ClientOptions,
  type ClientWritableStream,
  credentials,
  Metadata,
} from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'

export const v3Path = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'
export const v2Path = '/envoy.service.accesslog.v2.AccessLogService/StreamAccessLogs'

/** How a call ended, as its user is told. */
export interface GrpcEnd {
  readonly code: number
  readonly details: string
  readonly metadata: Metadata
  /** Null when there was none. */
  readonly response: Buffer | null
}

export interface GrpcCall {
  readonly stream: ClientWritableStream<Buffer>
  readonly ended: Promise<GrpcEnd>
  /** Resolves when the client wants more: with true, or with false when the call has ended meanwhile. */
  send(message: Uint8Array): Promise<boolean>
  /** Half-closes, and waits for the end. */
  end(): Promise<GrpcEnd>
}

/** Calls from one client share a connection. It is closed when the test ends. */
export function grpcClient(
  address: string,
  options: ClientOptions = {},
  security: ChannelCredentials = credentials.createInsecure(),
): Client {
  const client = new Client(address, security, { 'grpc.use_local_subchannel_pool': 1, ...options })
  onTestFinished(() => client.close())
  return client
}

export function grpcCall(client: Client, { path = v3Path }: { readonly path?: string } = {}): GrpcCall {
  const same = (bytes: Buffer) => bytes
  let response: Buffer | null = null
  let over = false
  const stream = client.makeClientStreamRequest(path, same, same, new Metadata(), (_error, value) => {
    response = value ?? null
  })
  // The status tells the same, and always comes.
  stream.on('error', () => {})
  const ended = new Promise<GrpcEnd>((resolve) => {
    stream.on('status', ({ code, details, metadata }) => {
      over = true
      resolve({ code, details, metadata, response })
    })
  })
  const send = (message: Uint8Array) =>
    new Promise<boolean>((resolve) => {
      if (over) return resolve(false)
      void ended.then(() => resolve(false))
      stream.write(Buffer.from(message), () => resolve(!over))
    })
  const end = () => {
    stream.end()
    return ended
  }
  return { stream, ended, send, end }
}
