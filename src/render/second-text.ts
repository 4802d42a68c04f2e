/**
 * The part of a time that stands still for a second: everything but the fractions. Cold, so it is made of strings, whose char codes
 * are bytes. Beside it stands how long the result can get, since the kernel asks for room before it writes.
 */
import { type Calendar, isoWeek, weekOfYear } from './calendar.ts'
import type { OffsetStyle, SecondPart, TimeName, TimeNumber } from './time-part.ts'
import type { Zone } from './zone.ts'

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'January February March April May June July August September October November December'.split(' ')

/** One second as the parts need it. `nanos`: of the entry that is the first to be printed in it. */
export interface Second {
  readonly epochSeconds: number
  readonly nanos: number
  readonly calendar: Calendar
  readonly offset: number
  readonly zone: Zone
}

export function secondText(parts: readonly SecondPart[], second: Second): string {
  let text = ''
  for (const part of parts) text += partText(part, second)
  return text
}

function partText(part: SecondPart, second: Second): string {
  switch (part.kind) {
    case 'literal':
      return part.text
    case 'number':
      return String(numberOf(part.field, second)).padStart(part.digits, part.fill)
    case 'name':
      return cased(nameOf(part.field, second), part.letters)
    case 'offset':
      return offsetText(second.offset, part.style)
    case 'padded':
      return secondText(part.parts, second).padStart(part.width, part.fill)
    case 'bounded': {
      const text = secondText(part.parts, second)
      return text.length > part.bytesMax ? '' : text
    }
    case 'heldFraction':
      return pad(second.nanos, 9).padEnd(part.digits, '0').slice(0, part.digits)
  }
}

/** Most bytes that `secondText` can return. */
export function secondBytesMax(parts: readonly SecondPart[]): number {
  return parts.reduce((sum, part) => sum + partBytesMax(part), 0)
}

function partBytesMax(part: SecondPart): number {
  switch (part.kind) {
    case 'literal':
      return part.text.length
    case 'number':
      return Math.max(part.digits, part.field === 'epochSeconds' ? '-62135596800'.length : '10000'.length)
    case 'name':
      return 'Wednesday'.length
    case 'offset':
      return '+00:00:00'.length
    case 'padded':
      return Math.max(part.width, secondBytesMax(part.parts))
    case 'bounded':
      return Math.min(part.bytesMax, secondBytesMax(part.parts))
    case 'heldFraction':
      return part.digits
  }
}

function numberOf(field: TimeNumber, { calendar, epochSeconds }: Second): number {
  switch (field) {
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
    case 'second':
    case 'weekday':
      return calendar[field]
    case 'century':
      return Math.floor(calendar.year / 100)
    case 'yearOfCentury':
      return calendar.year % 100
    case 'hour12':
      return calendar.hour % 12 || 12
    case 'dayOfYear':
      return calendar.dayOfYear + 1
    case 'isoWeekday':
      return calendar.weekday || 7
    case 'weekSunday':
      return weekOfYear(calendar, 0)
    case 'weekMonday':
      return weekOfYear(calendar, 1)
    case 'isoWeek':
      return isoWeek(calendar).week
    case 'isoYear':
      return isoWeek(calendar).year
    case 'isoYearOfCentury':
      return (isoWeek(calendar).year + 100) % 100
    case 'epochSeconds':
      return epochSeconds
  }
}

function nameOf(field: TimeName, { calendar, zone, offset }: Second): string {
  switch (field) {
    case 'weekdayLong':
      return weekdays[calendar.weekday]!
    case 'weekdayShort':
      return weekdays[calendar.weekday]!.slice(0, 3)
    case 'monthLong':
      return months[calendar.month - 1]!
    case 'monthShort':
      return months[calendar.month - 1]!.slice(0, 3)
    case 'dayHalf':
      return calendar.hour < 12 ? 'AM' : 'PM'
    case 'zone':
      return zone.abbreviation(offset)
  }
}

function cased(text: string, letters: 'asIs' | 'upper' | 'lower'): string {
  return letters === 'upper' ? text.toUpperCase() : letters === 'lower' ? text.toLowerCase() : text
}

/** A sign before what would print as zero is a plus. */
function offsetText(offset: number, style: OffsetStyle): string {
  const size = Math.abs(offset)
  const [hours, minutes, seconds] = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60]
  const pairs = [hours]
  if (style !== 'shortest' || minutes !== 0 || seconds !== 0) pairs.push(minutes)
  if (style === 'seconds' || (style === 'shortest' && seconds !== 0)) pairs.push(seconds)
  const sign = offset < 0 && pairs.some((pair) => pair !== 0) ? '-' : '+'
  return sign + pairs.map((pair) => pad(pair, 2)).join(style === 'plain' ? '' : ':')
}

function pad(n: number, digits: number): string {
  return String(n).padStart(digits, '0')
}
