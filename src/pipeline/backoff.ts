/**
 * How long to wait before a failed write is tried again: exponential growth with full jitter, so that many sinks that lost the
 * same destination do not return to it in step.
 */
import { retryDelayMsFirst, retryDelayMsMax } from '../limits.ts'

/** Anywhere between 0 and a bound that begins with `firstMs` and doubles with each failure in a row (`failures` is at least 1). In milliseconds. */
export function backoffMs(failures: number, random: () => number, firstMs = retryDelayMsFirst): number {
  return random() * Math.min(retryDelayMsMax, firstMs * 2 ** (failures - 1))
}
