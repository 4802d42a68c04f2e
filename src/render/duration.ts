/**
 * Durations and differences of durations, from the varints of `google.protobuf.Duration`. All answer -1 and write nothing of use
 * when a duration is not valid (parts of different sign, nanoseconds of a second or more, beyond 10,000 years): such a value is
 * treated as absent, and the rest of the entry is not harmed.
 */
import { writeDuration } from './decimal.ts'
import { readInt32, readInt64 } from './varint-value.ts'

/** google.protobuf.Duration: +-10,000 years. */
const secondsMax = 315_576_000_000
const nanosMax = 999_999_999

/** Seconds and nanoseconds stand at these positions; 0 is an absent part. `unit` in nanoseconds. */
export function writeDurationAt(
  bytes: Uint8Array,
  o: number,
  secondsAt: number,
  nanosAt: number,
  unit: number,
): number {
  const seconds = readInt64(bytes, secondsAt)
  const nanos = readInt32(bytes, nanosAt)
  return isDuration(seconds, nanos) ? writeDuration(bytes, o, seconds, nanos, unit) : -1
}

/** The time from one offset to another; with `negative` false a time that runs backwards is absent. */
export function writeElapsed(
  bytes: Uint8Array,
  o: number,
  fromSecondsAt: number,
  fromNanosAt: number,
  toSecondsAt: number,
  toNanosAt: number,
  unit: number,
  negative: boolean,
): number {
  const fromSeconds = readInt64(bytes, fromSecondsAt)
  const fromNanos = readInt32(bytes, fromNanosAt)
  const toSeconds = readInt64(bytes, toSecondsAt)
  const toNanos = readInt32(bytes, toNanosAt)
  if (!isDuration(fromSeconds, fromNanos) || !isDuration(toSeconds, toNanos)) return -1
  const seconds = toSeconds - fromSeconds
  const nanos = toNanos - fromNanos
  // Both differences are below 2^53 in their own unit, so the comparison is exact.
  if (!negative && (nanos < 0 ? seconds * 1e9 < -nanos : seconds < 0 && seconds * -1e9 > nanos)) return -1
  return writeDuration(bytes, o, seconds, nanos, unit)
}

/** Whether this is a google.protobuf.Duration. */
export function isDuration(seconds: number, nanos: number): boolean {
  if (seconds > secondsMax || seconds < -secondsMax || nanos > nanosMax || nanos < -nanosMax) return false
  return seconds === 0 || nanos === 0 || seconds > 0 === nanos > 0
}
