/**
 * gRPC's framing, which is all there is to a capture: the DATA bytes of one stream, as sent.
 *
 *      0      1                    5
 *      | flag | length, big-endian | message ...   then the next frame
 *
 * flag 0: the message as it is. flag 1: compressed, as the stream's `grpc-encoding` header said.
 */

export const frameHeaderBytes = 5

interface FrameHeader {
  readonly flag: number
  /** Of the message, in bytes. */
  readonly length: number
}

export function readFrameHeader(bytes: Uint8Array): FrameHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, frameHeaderBytes)
  return { flag: view.getUint8(0), length: view.getUint32(1) }
}

/** One uncompressed frame around `message`; a new array. */
export function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(frameHeaderBytes + message.length)
  new DataView(framed.buffer).setUint32(1, message.length)
  framed.set(message, frameHeaderBytes)
  return framed
}
