/**
 * The Gregorian calendar: what the clock on the wall shows at a second, and the week numbers that follow from it. Plain integer
 * arithmetic, without `Date`, so that the years 0 to 10000 are all alike.
 */

/** One second, in the zone that it was asked for. */
export interface Calendar {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0 is Sunday. */
  readonly weekday: number
  /** 0 is 1 January. */
  readonly dayOfYear: number
}

const daySeconds = 86_400

/** `seconds`: since the epoch, the zone's offset already added. */
export function createCalendar(seconds: number): Calendar {
  const days = Math.floor(seconds / daySeconds)
  const time = seconds - days * daySeconds
  const { year, month, day } = dateOf(days)
  return {
    year,
    month,
    day,
    hour: Math.floor(time / 3600),
    minute: Math.floor(time / 60) % 60,
    second: time % 60,
    weekday: modulo(days + 4, 7), // the epoch was a Thursday
    dayOfYear: days - daysBefore(year),
  }
}

/** Days from the epoch to 1 January of the year. */
function daysBefore(year: number): number {
  const y = year - 1
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) - 719_162
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function dateOf(days: number): { year: number; month: number; day: number } {
  // The mean year of the calendar has 365.2425 days; the guess is never off by more than one.
  let year = 1970 + Math.floor(days / 365.2425)
  if (days < daysBefore(year)) year--
  else if (days >= daysBefore(year + 1)) year++
  let day = days - daysBefore(year)
  for (let month = 1; ; month++) {
    const length = month === 2 && isLeap(year) ? 29 : monthDays[month - 1]!
    if (day < length) return { year, month, day: day + 1 }
    day -= length
  }
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Week 1 begins on the first `weekStart` (0 is Sunday) of the year; the days before it are in week 0. */
export function weekOfYear({ dayOfYear, weekday }: Calendar, weekStart: number): number {
  return Math.floor((dayOfYear + 7 - modulo(weekday - weekStart, 7)) / 7)
}

/** ISO 8601: weeks begin on Monday and belong to the year that holds their Thursday. */
export function isoWeek({ year, dayOfYear, weekday }: Calendar): { year: number; week: number } {
  const thursday = dayOfYear + 3 - modulo(weekday - 1, 7)
  const yearDays = 365 + (isLeap(year) ? 1 : 0)
  if (thursday < 0) return { year: year - 1, week: 1 + Math.floor((thursday + 365 + (isLeap(year - 1) ? 1 : 0)) / 7) }
  if (thursday >= yearDays) return { year: year + 1, week: 1 }
  return { year, week: 1 + Math.floor(thursday / 7) }
}

function modulo(n: number, by: number): number {
  return ((n % by) + by) % by
}
