/**
 * absl::FormatTime (operators.md B.1, second stage): it prints some specifiers itself, by name and with its own `%E…` ones, and hands
 * every stretch between them to strftime. So flags and widths, which absl does not know, reach strftime with all that follows them
 * up to the next specifier of absl's.
 */

import type { Bytes } from './bytes.ts'
import { printOffset, two, type WallTime, weekOfYear } from './calendar.ts'
import { strftime } from './strftime.ts'

export interface PreciseTime extends WallTime {
  readonly epochSeconds: bigint
  readonly nanos: number
}

/** `at` stands behind an unescaped `%`: what absl prints there, and how many bytes of the format that took. */
type Own = { readonly text: string; readonly taken: number } | undefined

export function formatTime(format: Bytes, time: PreciseTime): Bytes {
  let out = ''
  let pending = 0
  let at = 0
  const flush = (end: number) => {
    if (end > pending) out += strftime(format.slice(pending, end), time)
    pending = end
  }
  while (at < format.length) {
    const start = at
    while (at < format.length && format[at] !== '%') at++
    if (at !== start && pending === start) {
      out += format.slice(pending, at)
      pending = at
    }
    const percent = at
    while (at < format.length && format[at] === '%') at++
    if (at !== percent && pending === percent) {
      const pairs = Math.floor((at - percent) / 2)
      out += '%'.repeat(pairs)
      pending += pairs * 2
      if (pending !== at && at === format.length) out += format[pending++]
    }
    if (at === format.length || (at - percent) % 2 === 0) continue
    const own = simple(format[at]!, time) ?? coloned(format, at, time) ?? extended(format, at, time)
    if (own) {
      flush(at - 1)
      out += own.text
      at += own.taken
      pending = at
    } else if (format[at] === 'E') {
      at++
    }
  }
  flush(format.length)
  return out
}

function simple(letter: string, time: PreciseTime): Own {
  const text = simpleText(letter, time)
  return text === undefined ? undefined : { text, taken: 1 }
}

function simpleText(letter: string, time: PreciseTime): string | undefined {
  switch (letter) {
    case 'Y':
      return String(time.year)
    case 'm':
      return two(time.month)
    case 'd':
      return two(time.day)
    case 'e':
      return String(time.day).padStart(2)
    case 'U':
      return two(weekOfYear(time, 0))
    case 'u':
      return String(time.weekday === 0 ? 7 : time.weekday)
    case 'W':
      return two(weekOfYear(time, 1))
    case 'w':
      return String(time.weekday)
    case 'H':
      return two(time.hour)
    case 'M':
      return two(time.minute)
    case 'S':
      return two(time.second)
    case 'z':
      return printOffset(time.offset, '')
    case 'Z':
      return time.zoneName
    case 's':
      return String(time.epochSeconds)
    default:
      return undefined
  }
}

/** `%:z`, `%::z`, and `%:::z`, which shows no more than it must. */
function coloned(format: Bytes, at: number, { offset }: PreciseTime): Own {
  const [written] = /^:{1,3}z/.exec(format.slice(at, at + 4)) ?? []
  switch (written) {
    case ':z':
      return { text: printOffset(offset, ':'), taken: 2 }
    case '::z':
      return { text: printOffset(offset, ':', true), taken: 3 }
    case ':::z':
      return { text: printOffset(offset, ':', true).replace(/:00$/, '').replace(/:00$/, ''), taken: 4 }
    default:
      return undefined
  }
}

/** `%ET %Ez %E*z %E4Y`, and seconds with fractions: `%E3S %E*S %E12f`. Fifteen digits are kept, as many as 18 printed. */
function extended(format: Bytes, at: number, time: PreciseTime): Own {
  const [written, stars, digits, letter] = /^E(?:T|z|\*z|4Y|(?:(\*)|([0-9]{1,4}))([Sf]))/.exec(format.slice(at)) ?? []
  const own = (text: string) => ({ text, taken: written!.length })
  switch (written) {
    case undefined:
      return undefined
    case 'ET':
      return own('T')
    case 'Ez':
      return own(printOffset(time.offset, ':'))
    case 'E*z':
      return own(printOffset(time.offset, ':', true))
    case 'E4Y':
      return own(String(time.year).padStart(4, '0'))
  }
  const places = stars ? 15 : Number(digits)
  if (places > 1024) return undefined
  const fraction = String(time.nanos).padStart(9, '0').padEnd(18, '0').slice(0, places)
  const shown = stars ? fraction.replace(/0+$/, '') : fraction
  if (letter === 'S') return own(shown === '' ? two(time.second) : `${two(time.second)}.${shown}`)
  return own(shown === '' && stars ? '0' : shown)
}
