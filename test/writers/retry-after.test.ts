import { expect, test } from 'vitest'
import { retryAfterMsOf } from '../../src/writers/retry-after.ts'

const now = Date.UTC(2024, 0, 1, 12, 0, 0)

test.each([
  ['0', undefined, 0],
  ['120', undefined, 120_000],
  [' 3 ', undefined, 3_000],
  ['Mon, 01 Jan 2024 12:00:05 GMT', undefined, 5_000],
  ['Monday, 01-Jan-24 12:00:05 GMT', undefined, 5_000],
  ['Mon, 01 Jan 2024 11:59:00 GMT', undefined, 0],
  // The receiver's clock is an hour ahead, and it asks for ten seconds.
  ['Mon, 01 Jan 2024 13:00:10 GMT', 'Mon, 01 Jan 2024 13:00:00 GMT', 10_000],
  ['Mon, 01 Jan 2024 12:00:05 GMT', 'nonsense', 5_000],
  ['-1', undefined, undefined],
  ['1.5', undefined, undefined],
  ['soon', undefined, undefined],
  ['2024-01-01T12:00:05Z', undefined, undefined],
  ['Mon, 99 Jan 2024 12:00:05 GMT', undefined, undefined],
  ['', undefined, undefined],
  [undefined, undefined, undefined],
])('Retry-After %j with Date %j is %s ms', (retryAfter, date, expected) => {
  const headers = { ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }), ...(date ? { date } : {}) }
  expect(retryAfterMsOf(headers, now)).toBe(expected)
})
