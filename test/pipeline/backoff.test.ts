import { expect, test } from 'vitest'
import { retryDelayMsFirst, retryDelayMsMax } from '../../src/limits.ts'
import { backoffMs } from '../../src/pipeline/backoff.ts'

test.each([1, 2, 3, 4])('after %i failures the bound has doubled each time', (failures) => {
  expect(backoffMs(failures, () => 1)).toBe(retryDelayMsFirst * 2 ** (failures - 1))
})

test('the bound stops growing', () => {
  expect(backoffMs(50, () => 1)).toBe(retryDelayMsMax)
  expect(backoffMs(5000, () => 1)).toBe(retryDelayMsMax)
})

test('jitter is full: any pause down to none', () => {
  expect(backoffMs(3, () => 0)).toBe(0)
  expect(backoffMs(3, () => 0.25)).toBe(retryDelayMsFirst)
})
