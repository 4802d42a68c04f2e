/**
 * What a time format is made of, in the shape that `format/` reads it into (see there for what each part means); declared anew,
 * since this room knows none but `wire/`.
 */

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

export type TimeName = 'weekdayShort' | 'weekdayLong' | 'monthShort' | 'monthLong' | 'dayHalf' | 'zone'

export type OffsetStyle = 'plain' | 'minutes' | 'seconds' | 'shortest'

/** A part that changes with every entry. `digits`: 1 to 9. */
export type FractionPart =
  | { readonly kind: 'fraction'; readonly digits: number }
  | { readonly kind: 'shortFraction'; readonly dot: boolean }

/** A part that stands still for a second. */
export type SecondPart =
  /** Char codes are bytes. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'number'; readonly field: TimeNumber; readonly digits: number; readonly fill: '0' | ' ' }
  | { readonly kind: 'name'; readonly field: TimeName; readonly letters: 'asIs' | 'upper' | 'lower' }
  | { readonly kind: 'offset'; readonly style: OffsetStyle }
  | { readonly kind: 'padded'; readonly width: number; readonly fill: '0' | ' '; readonly parts: readonly SecondPart[] }
  | { readonly kind: 'bounded'; readonly bytesMax: number; readonly parts: readonly SecondPart[] }
  | { readonly kind: 'heldFraction'; readonly digits: number }

export type TimePart = SecondPart | FractionPart
