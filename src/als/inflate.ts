/**
 * Compressed gRPC messages. Envoy never compresses, other clients may; so this is the plain way, with a bound on the output (a few
 * kilobytes can inflate to gigabytes).
 */
import { gunzipSync, inflateSync } from 'node:zlib'

/** `grpc-encoding` values that are taken. gRPC's `deflate` is the zlib format. */
export type MessageEncoding = 'identity' | 'deflate' | 'gzip'

/** The same as a header value, `grpc-accept-encoding`. */
export const acceptEncoding = 'identity,deflate,gzip'

export function isMessageEncoding(word: string): word is MessageEncoding {
  return word === 'identity' || word === 'deflate' || word === 'gzip'
}

/** Returns the inflated message, `too_large` when it has more than `bytesMax` bytes, or `damaged`. */
export function inflateMessage(
  encoding: 'deflate' | 'gzip',
  bytes: Uint8Array,
  bytesMax: number,
): Uint8Array | 'too_large' | 'damaged' {
  try {
    return (encoding === 'gzip' ? gunzipSync : inflateSync)(bytes, { maxOutputLength: bytesMax })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'damaged'
  }
}
