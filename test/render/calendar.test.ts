import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCalendar, isoWeek, weekOfYear } from '../../src/render/calendar.ts'

test('it agrees with Date from the year 0 to 10000', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200, max: 253_433_923_199 }), (seconds) => {
      const date = new Date(seconds * 1000)
      const newYear = new Date(date)
      newYear.setUTCMonth(0, 1)
      newYear.setUTCHours(0, 0, 0, 0)
      expect(createCalendar(seconds)).toEqual({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        weekday: date.getUTCDay(),
        dayOfYear: Math.floor((date.getTime() - newYear.getTime()) / 86_400_000),
      })
    }),
    { numRuns: 2000 },
  )
})

describe('weeks', () => {
  // %U, %W and %G-%V as glibc 2.36 prints them.
  test.each([
    ['2020-01-01', 0, 0, '2020-1'],
    ['2020-02-18', 7, 7, '2020-8'],
    ['2020-12-31', 52, 52, '2020-53'],
    ['2021-01-01', 0, 0, '2020-53'],
    ['2021-01-03', 1, 0, '2020-53'],
    ['2021-01-04', 1, 1, '2021-1'],
    ['2018-12-31', 52, 53, '2019-1'],
    ['2023-01-01', 1, 0, '2022-52'],
    ['2024-12-30', 52, 53, '2025-1'],
    ['2026-12-31', 52, 52, '2026-53'],
    ['2027-01-01', 0, 0, '2026-53'],
  ])('%s', (day, fromSunday, fromMonday, iso) => {
    const calendar = createCalendar(Date.parse(`${day}T12:00:00Z`) / 1000)
    const { year, week } = isoWeek(calendar)
    expect([weekOfYear(calendar, 0), weekOfYear(calendar, 1), `${year}-${week}`]).toEqual([fromSunday, fromMonday, iso])
  })
})
