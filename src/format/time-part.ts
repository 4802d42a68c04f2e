/**
 * What a time format is made of, as plain data: `time-format.ts` and `strftime.ts` make it from text. `render/` declares the same
 * shape for itself, since it knows no other room but `wire/`; a test holds the two together.
 */
import type { ByteString } from './byte-string.ts'

/** Calendar numbers of one second. Weeks of `weekSunday` and `weekMonday` begin on that day; `iso…` are ISO 8601. */
export type TimeNumber =
  | 'year'
  | 'century'
  | 'yearOfCentury'
  | 'month'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'dayOfYear'
  | 'weekday'
  | 'isoWeekday'
  | 'weekSunday'
  | 'weekMonday'
  | 'isoWeek'
  | 'isoYear'
  | 'isoYearOfCentury'
  | 'epochSeconds'

/** Words of one second, in English; `zone` is the abbreviation of the zone. */
export type TimeName = 'weekdayShort' | 'weekdayLong' | 'monthShort' | 'monthLong' | 'dayHalf' | 'zone'

export type OffsetStyle = 'plain' | 'minutes' | 'seconds' | 'shortest'

/** A part that changes with every entry. */
export type FractionPart =
  /** The first `digits` (1 to 9) digits of the nanoseconds: cut, not rounded. */
  | { readonly kind: 'fraction'; readonly digits: number }
  /** The nanoseconds without trailing zeros. A zero fraction prints `0`, or with `dot` nothing (else `.` comes first). */
  | { readonly kind: 'shortFraction'; readonly dot: boolean }

/** A part that stands still for a second. */
export type SecondPart =
  | { readonly kind: 'literal'; readonly text: ByteString }
  /** At least `digits` characters, filled from the left. */
  | { readonly kind: 'number'; readonly field: TimeNumber; readonly digits: number; readonly fill: '0' | ' ' }
  | { readonly kind: 'name'; readonly field: TimeName; readonly letters: 'asIs' | 'upper' | 'lower' }
  /** Offset from UTC: `+0530`, `+05:30`, `+05:30:00`, or with as few pairs of digits as say it all. */
  | { readonly kind: 'offset'; readonly style: OffsetStyle }
  /** Its parts, filled from the left up to `width` bytes. */
  | { readonly kind: 'padded'; readonly width: number; readonly fill: '0' | ' '; readonly parts: readonly SecondPart[] }
  /** Its parts, or nothing at all where they take more than `bytesMax` bytes. */
  | { readonly kind: 'bounded'; readonly bytesMax: number; readonly parts: readonly SecondPart[] }
  /**
   * `digits` (1 to 18) digits of the nanoseconds of the entry that was the first to be printed in its second: Envoy keeps what
   * absl printed for as long as the second lasts, and only replaces the fractions that it cut out itself.
   */
  | { readonly kind: 'heldFraction'; readonly digits: number }

/** What a time format is made of, in order of appearance. */
export type TimePart = SecondPart | FractionPart
