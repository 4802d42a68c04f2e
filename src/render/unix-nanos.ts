/**
 * Times of a LogRecord: nanoseconds since 1970 in a fixed64, lowest byte first. What is no valid time, lies before 1970 or behind 2554,
 * where 64 bits end, is left out: 0 means unknown. Numbers are split in halves, since no double holds 64 bits.
 */
import type { Memory } from '../wire/memory.ts'
import { readInt32, readInt64 } from './varint-value.ts'

/** Both write tag and time at `o`, or nothing, and return the position behind. */
export interface UnixNanos {
  /** Of the Timestamp whose parts stand at these positions; 0: absent, which is 0. */
  unixNanos(o: number, tag: number, secondsAt: number, nanosAt: number): number
  /** Of milliseconds since 1970. */
  unixMillis(o: number, tag: number, millis: number): number
}

/** The last whole second of which all nanoseconds fit. */
const secondsMax = 18_446_744_072
const nanosMax = 999_999_999

export function createUnixNanos({ bytes, view }: Memory): UnixNanos {
  /** seconds · 10^9 + nanos = high · 2^32 + low, by way of the sixteen lowest bits of the seconds: no product is beyond 2^53. */
  const write = (o: number, tag: number, seconds: number, nanos: number): number => {
    const top = Math.floor(seconds / 0x1_0000) * 1e9
    const bottom = (seconds % 0x1_0000) * 1e9 + nanos
    const rest = (top % 0x1_0000) * 0x1_0000 + bottom
    bytes[o] = tag
    view.setUint32(o + 1, rest % 0x1_0000_0000, true)
    view.setUint32(o + 5, Math.floor(top / 0x1_0000) + Math.floor(rest / 0x1_0000_0000), true)
    return o + 9
  }

  return {
    unixNanos(o, tag, secondsAt, nanosAt) {
      const seconds = readInt64(bytes, secondsAt)
      const nanos = readInt32(bytes, nanosAt)
      if (seconds < 0 || seconds > secondsMax || nanos >>> 0 > nanosMax || seconds + nanos === 0) return o
      return write(o, tag, seconds, nanos)
    },
    unixMillis(o, tag, millis) {
      if (!(millis > 0 && millis < secondsMax * 1000)) return o
      const seconds = Math.floor(millis / 1000)
      return write(o, tag, seconds, Math.floor((millis - seconds * 1000) * 1e6))
    },
  }
}
