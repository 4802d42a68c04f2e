/**
 * Flags, trace_id and span_id of a LogRecord from the headers that carry them. Ids of only zeros, and whatever does not follow the grammar,
 * are none; a short trace_id is filled up with zeros in front.
 *
 *     traceparent          version "-" trace (32 hex) "-" span (16 hex) "-" flags (2 hex) [ "-" … ]     W3C Trace Context
 *     b3                   trace (16 or 32 hex) "-" span (16 hex) [ "-" sampled [ "-" parent ] ]        one header of B3
 *     x-b3-traceid, -spanid     the same in two headers
 *     x-datadog-trace-id, -parent-id     decimal numbers of 64 bits
 */
import type { Memory } from '../wire/memory.ts'
import { createHexDigits } from './hex.ts'

export interface TraceTags {
  readonly flags: number
  readonly traceId: number
  readonly spanId: number
}

/** All write at `o` and return the position behind, or -1 when the header tells no trace. Spans of absent headers are 0, 0. */
export interface TraceContexts {
  traceparent(o: number, at: number, end: number): number
  b3(o: number, at: number, end: number): number
  b3Ids(o: number, traceAt: number, traceEnd: number, spanAt: number, spanEnd: number): number
  datadogIds(o: number, traceAt: number, traceEnd: number, spanAt: number, spanEnd: number): number
}

const flagsBytes = 1 + 4
const traceIdBytes = 16
const spanIdBytes = 8
export const traceContextBytesMax = flagsBytes + 2 + traceIdBytes + 2 + spanIdBytes

const dash = 0x2d
const traceDigits = 2 * traceIdBytes
const spanDigits = 2 * spanIdBytes
const traceparentBytes = 2 + 1 + traceDigits + 1 + spanDigits + 1 + 2

export function createTraceContexts({ bytes, view }: Memory, tags: TraceTags): TraceContexts {
  const { hexPair } = createHexDigits(bytes)

  const writeFlags = (o: number, flags: number): number => {
    if (flags === 0) return o
    bytes[o] = tags.flags
    view.setUint32(o + 1, flags, true)
    return o + flagsBytes
  }

  /** An id of `size` bytes from as many hexadecimal digits as there are; -1 when it is none. */
  const writeHex = (o: number, tag: number, size: number, at: number, end: number): number => {
    const next = o + 2 + size
    let o2 = next - (end - at) / 2
    bytes[o] = tag
    bytes[o + 1] = size
    bytes.fill(0, o + 2, o2)
    let any = 0
    for (; at < end; at += 2) {
      const value = hexPair(at)
      if (value < 0) return -1
      bytes[o2++] = value
      any |= value
    }
    return any === 0 ? -1 : next
  }

  const writeTrace = (o: number, at: number, end: number): number =>
    end - at === traceDigits || end - at === spanDigits ? writeHex(o, tags.traceId, traceIdBytes, at, end) : -1
  const writeSpan = (o: number, at: number, end: number): number =>
    end - at === spanDigits ? writeHex(o, tags.spanId, spanIdBytes, at, end) : -1

  /** A decimal number below 2^64, in the lowest eight bytes of an id. */
  const writeDecimal = (o: number, tag: number, size: number, at: number, end: number): number => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1')
    if (!/^\d{1,20}$/.test(text)) return -1
    const value = BigInt(text)
    if (value === 0n || value >= 2n ** 64n) return -1
    const next = o + 2 + size
    bytes[o] = tag
    bytes[o + 1] = size
    bytes.fill(0, o + 2, next)
    view.setBigUint64(next - 8, value)
    return next
  }

  return {
    traceparent(o, at, end) {
      const traceAt = at + 3
      const spanAt = traceAt + traceDigits + 1
      const flagsAt = spanAt + spanDigits + 1
      const length = end - at
      if (length < traceparentBytes) return -1
      if (bytes[traceAt - 1] !== dash || bytes[spanAt - 1] !== dash || bytes[flagsAt - 1] !== dash) return -1
      const version = hexPair(at)
      const flags = hexPair(flagsAt)
      if (version < 0 || version === 0xff || flags < 0) return -1
      // Later versions may add more behind.
      if (length > traceparentBytes && (version === 0 || bytes[at + traceparentBytes] !== dash)) return -1
      o = writeTrace(writeFlags(o, flags), traceAt, spanAt - 1)
      return o < 0 ? -1 : writeSpan(o, spanAt, flagsAt - 1)
    },
    b3(o, at, end) {
      const traceEnd = at + (bytes[at + traceDigits] === dash ? traceDigits : spanDigits)
      const spanEnd = traceEnd + 1 + spanDigits
      if (spanEnd > end || bytes[traceEnd] !== dash || (spanEnd < end && bytes[spanEnd] !== dash)) return -1
      const sampled = spanEnd + 1 < end ? bytes[spanEnd + 1] : 0
      // 1: yes; d: yes, for debugging.
      o = writeTrace(writeFlags(o, sampled === 0x31 || sampled === 0x64 ? 1 : 0), at, traceEnd)
      return o < 0 ? -1 : writeSpan(o, traceEnd + 1, spanEnd)
    },
    b3Ids(o, traceAt, traceEnd, spanAt, spanEnd) {
      const behind = writeTrace(o, traceAt, traceEnd)
      if (behind < 0) return -1
      const next = writeSpan(behind, spanAt, spanEnd)
      return next < 0 ? behind : next
    },
    datadogIds(o, traceAt, traceEnd, spanAt, spanEnd) {
      const behind = writeDecimal(o, tags.traceId, traceIdBytes, traceAt, traceEnd)
      if (behind < 0) return -1
      const next = writeDecimal(behind, tags.spanId, spanIdBytes, spanAt, spanEnd)
      return next < 0 ? behind : next
    },
  }
}
