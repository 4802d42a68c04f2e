/** Wall-clock times: an instant of the epoch read in a time zone, with the calendar that time formats ask for (operators.md B.1). */

export interface Instant {
  readonly seconds: bigint
  /** 0 to 999999999, onward also before the epoch. */
  readonly nanos: number
}

export interface WallTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0 is Sunday. */
  readonly weekday: number
  /** 0 is the first of January. */
  readonly yearDay: number
  /** East of Greenwich, in seconds. */
  readonly offset: number
  readonly zoneName: string
}

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const dayMs = 86_400_000

export function wallTime({ seconds }: Instant, timeZone: string): WallTime {
  const utcMs = Number(seconds) * 1000
  const offset = timeZone === 'UTC' ? 0 : zoneOffset(utcMs, timeZone)
  const local = new Date(utcMs + offset * 1000)
  const year = local.getUTCFullYear()
  return {
    year,
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    weekday: local.getUTCDay(),
    yearDay: Math.floor((local.getTime() - startOfYear(year)) / dayMs),
    offset,
    zoneName: timeZone === 'UTC' ? 'UTC' : zoneName(utcMs, timeZone, offset),
  }
}

function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1)
}

/** What the clocks of the zone show, less what UTC shows. */
function zoneOffset(utcMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const parts = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return Math.round((shown - utcMs) / 1000)
}

/** English of some country knows the letters; where nobody has any, the time zone database shows the offset. */
function zoneName(utcMs: number, timeZone: string, offset: number): string {
  for (const locale of ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-NZ', 'en-ZA', 'en-CA']) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }).formatToParts(utcMs)
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
    if (/^[A-Z]+$/.test(name)) return name
  }
  return printOffset(offset, '').replace(/00$/, '')
}

/** `+hhmm`, `+hh:mm` or `+hh:mm:ss`. */
export function printOffset(offset: number, colon: '' | ':', withSeconds = false): string {
  const total = Math.abs(offset)
  const fields = [total / 3600, (total / 60) % 60, total % 60].map((each) => two(Math.floor(each)))
  return `${offset < 0 ? '-' : '+'}${fields.slice(0, withSeconds ? 3 : 2).join(colon)}`
}

export function two(number: number): string {
  return String(number).padStart(2, '0')
}

/** Weeks that began in this year, of those that begin on `firstDay`; 0 before the first. */
export function weekOfYear({ yearDay, weekday }: WallTime, firstDay: number): number {
  return Math.floor((yearDay + 7 - ((weekday - firstDay + 7) % 7)) / 7)
}

/** ISO 8601: the week belongs to the year of its Thursday. */
export function isoWeek({ year, month, day, weekday }: WallTime): { year: number; week: number } {
  const daysToThursday = 4 - (weekday === 0 ? 7 : weekday)
  const thursday = new Date(new Date(0).setUTCFullYear(year, month - 1, day + daysToThursday))
  const days = Math.floor((thursday.getTime() - startOfYear(thursday.getUTCFullYear())) / dayMs)
  return { year: thursday.getUTCFullYear(), week: Math.floor(days / 7) + 1 }
}
