/**
 * The load of the benches: a capture, sent again and again over h2c as fast as flow control allows. The HTTP/2 frames are made once
 * and written to the bare socket, for a real client costs as much as the servers that are measured here, and on two cores that
 * would show. What comes back is read for its frame types only: that all entries arrived is for the caller to see in the file.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { frame, frameHeaderBytes, readFrameHeader } from '../src/captures/frame.ts'
import { encodeJsonMessage } from '../src/schema/json.ts'
import { loadSchema } from '../src/schema/load.ts'
import { identifier } from './corpus.ts'
import { FlowControl } from './flow-control.ts'
import { dataFrames, endOfStream, requestHead } from './http2-frames.ts'

/** Bytes handed to the socket at once. */
const writeBytesMax = 256 * 1024

/** What each of the streams sends: DATA frames side by side. */
export type Load = readonly Uint8Array[]

/**
 * All messages of a capture on one stream, or dealt out to several: the same entries either way, and a stream names itself in its
 * first message.
 */
export function createLoad(capture: Uint8Array, streams: number): Load {
  const messages = [...messagesOf(capture)]
  const hello = encodeJsonMessage(loadSchema(), 'envoy.service.accesslog.v3.StreamAccessLogsMessage', { identifier })
  return Array.from({ length: streams }, (_, stream) => {
    const own = messages.filter((_, i) => i % streams === stream)
    // Messages laid side by side are one message by protobuf's rules. The capture's first one has its identifier already.
    if (stream > 0) own[0] = Buffer.concat([hello, own[0]!])
    return dataFrames(Buffer.concat(own.map((message) => frame(message))))
  })
}

function* messagesOf(capture: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < capture.length; ) {
    const begin = at + frameHeaderBytes
    at = begin + readFrameHeader(capture.subarray(at, begin)).length
    yield capture.subarray(begin, at)
  }
}

/** Sends `load` `repeat` times, each stream on a connection of its own. Resolves when the server has ended all of them. */
export async function sendLoad({
  port,
  load,
  repeat,
}: {
  readonly port: number
  readonly load: Load
  readonly repeat: number
}): Promise<void> {
  await Promise.all(load.map((frames) => sendStream(port, frames, repeat)))
}

async function sendStream(port: number, frames: Uint8Array, repeat: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  const flow = new FlowControl(socket)
  const closed = once(socket, 'close')
  socket.write(requestHead)
  for (let i = 0; i < repeat; i++) await sendFrames(socket, flow, frames)
  socket.write(endOfStream)
  await flow.answered
  socket.destroy()
  await closed
}

/** Whole DATA frames, as many at a time as the windows and the socket take. */
async function sendFrames(socket: Socket, flow: FlowControl, frames: Uint8Array): Promise<void> {
  for (let at = 0; at < frames.length; ) {
    const end = flow.take(frames, at, Math.min(frames.length, at + writeBytesMax))
    if (end === at) await flow.widened()
    else if (!socket.write(frames.subarray(at, end))) await once(socket, 'drain')
    at = end
  }
}
