/**
 * The texts of proto3 JSON for moments and spans of time: `2024-01-02T03:04:05.678Z` and `1.5s`.
 */

/** Whole seconds, and nanoseconds that belong to them. */
export interface SecondsAndNanos {
  readonly seconds: bigint
  readonly nanos: number
}

/** 10,000 years: what protobuf allows a Duration to be. */
const durationSecondsMax = 315_576_000_000n
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since 1970. */
const timestampSecondsMin = -62_135_596_800n
const timestampSecondsMax = 253_402_300_799n

/** `[-]seconds[.fraction]s`, the fraction up to nine digits. Undefined when `text` is not that. Both parts carry the sign. */
export function parseDuration(text: string): SecondsAndNanos | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text)
  if (match === null) return undefined
  const negative = match[1] === '-'
  const seconds = BigInt(match[2]!)
  const nanos = nanosOf(match[3])
  if (seconds > durationSecondsMax || (seconds === durationSecondsMax && nanos > 0)) return undefined
  // 0 - nanos, because -0 would be another number.
  return negative ? { seconds: -seconds, nanos: 0 - nanos } : { seconds, nanos }
}

/** RFC 3339 with `Z` or an offset, the fraction up to nine digits. Undefined when `text` is not that, or no such day exists. */
export function parseTimestamp(text: string): SecondsAndNanos | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text)
  if (match === null) return undefined
  const [, day, clock, fraction, sign, offsetHours = '0', offsetMinutes = '0'] = match
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined

  // Date lets February 30 roll over into March; writing the moment out again shows it.
  const ms = Date.parse(`${day}T${clock}Z`)
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== `${day}T${clock}`) return undefined

  const offsetSeconds = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60
  const seconds = BigInt(ms / 1000 - (sign === '-' ? -offsetSeconds : offsetSeconds))
  if (seconds < timestampSecondsMin || seconds > timestampSecondsMax) return undefined
  return { seconds, nanos: nanosOf(fraction) }
}

function nanosOf(fraction: string | undefined): number {
  return Number((fraction ?? '').padEnd(9, '0'))
}
