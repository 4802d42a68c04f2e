/** HTTP's Retry-After: seconds, or a date, which is measured against the answer's own Date, since clocks differ. */
import type { IncomingHttpHeaders } from 'node:http'

/** Milliseconds, at least 0; undefined when there is none, or none that can be read. `now`: in milliseconds since 1970. */
export function retryAfterMsOf(headers: IncomingHttpHeaders, now: number): number | undefined {
  const text = headers['retry-after']?.trim()
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // Date.parse takes much that is no date of HTTP's, and reads what has no zone as local time.
  const dateMs = /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(dateMs)) return undefined
  const saidMs = Date.parse(headers.date ?? '')
  return Math.max(0, dateMs - (Number.isNaN(saidMs) ? now : saidMs))
}
