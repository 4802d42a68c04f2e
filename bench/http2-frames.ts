/**
 * The few HTTP/2 frames that the load client sends, made by hand (RFC 9113):
 *
 *     length (24 bits) | type (8) | flags (8) | stream (32) | payload
 */
const path = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'

export const headBytes = 9
/** Every peer takes this much without being asked. */
const payloadBytesMax = 16_384
/** The only stream of a connection. */
const streamId = 1

export const frameType = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const
export const frameFlag = { endStream: 1, acknowledged: 1, endHeaders: 4 } as const

function frameOf(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(headBytes + payload.length)
  bytes.writeUIntBE(payload.length, 0, 3)
  bytes[3] = type
  bytes[4] = flags
  bytes.writeUInt32BE(stream, 5)
  bytes.set(payload, headBytes)
  return bytes
}

/** HPACK in its plainest form: literal, not indexed, not Huffman coded. All strings here are shorter than 127 bytes. */
function headerField(name: string, value: string): Buffer {
  const text = (s: string) => [Buffer.from([s.length]), Buffer.from(s, 'latin1')]
  return Buffer.concat([Buffer.from([0]), ...text(name), ...text(value)])
}

const nothing = new Uint8Array()

/** Preface, SETTINGS and the request: all that goes before the first message. */
export const requestHead = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'),
  frameOf(frameType.settings, 0, 0, nothing),
  frameOf(
    frameType.headers,
    frameFlag.endHeaders,
    streamId,
    Buffer.concat([
      headerField(':method', 'POST'),
      headerField(':scheme', 'http'),
      headerField(':path', path),
      headerField(':authority', '127.0.0.1'),
      headerField('content-type', 'application/grpc'),
      headerField('te', 'trailers'),
    ]),
  ),
])

export const endOfStream = frameOf(frameType.data, frameFlag.endStream, streamId, nothing)

/** The acknowledgement of a PING or SETTINGS frame. */
export function acknowledgement(type: number, payload: Uint8Array): Buffer {
  return frameOf(type, frameFlag.acknowledged, 0, payload)
}

/** Bytes of a gRPC stream as DATA frames side by side. */
export function dataFrames(bytes: Uint8Array): Buffer {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; at += payloadBytesMax) {
    frames.push(frameOf(frameType.data, 0, streamId, bytes.subarray(at, at + payloadBytesMax)))
  }
  return Buffer.concat(frames)
}
