/**
 * `google.protobuf.Duration` and `Timestamp` as protobuf's JSON has them: `1.500s`, `2020-02-18T21:52:17.987Z`. Fractions have
 * three, six or nine digits. Cold: only filter state needs them.
 */
import { createCalendar } from './calendar.ts'

const durationSecondsMax = 315_576_000_000
const timestampSecondsMin = -62_135_596_800
const timestampSecondsMax = 253_402_300_799
const nanosMax = 999_999_999

/** Null for what is no Duration: parts of different sign, or beyond 10,000 years. */
export function printDuration(seconds: number, nanos: number): string | null {
  if (Math.abs(seconds) > durationSecondsMax || Math.abs(nanos) > nanosMax) return null
  if (seconds !== 0 && nanos !== 0 && seconds > 0 !== nanos > 0) return null
  const sign = seconds < 0 || nanos < 0 ? '-' : ''
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`
}

/** Null for what is no Timestamp: outside the years 1 to 9999. */
export function printTimestamp(seconds: number, nanos: number): string | null {
  if (seconds < timestampSecondsMin || seconds > timestampSecondsMax || nanos < 0 || nanos > nanosMax) return null
  const { year, month, day, hour, minute, second } = createCalendar(seconds)
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
  return `${date}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction(nanos)}Z`
}

function fraction(nanos: number): string {
  if (nanos === 0) return ''
  const digits = nanos % 1_000_000 === 0 ? 3 : nanos % 1_000 === 0 ? 6 : 9
  return `.${pad(nanos, 9).slice(0, digits)}`
}

const pad = (n: number, digits: number) => String(n).padStart(digits, '0')
