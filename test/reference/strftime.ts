/**
 * strftime of the C library in the C locale (operators.md B.1: flags, widths, composites, and what is left as it is). absl hands it
 * what absl itself does not know: `absl-time.ts`.
 */

import type { Bytes } from './bytes.ts'
import { isoWeek, months, type WallTime, weekdays, weekOfYear } from './calendar.ts'

/** A specifier's parts: `%`, flags, width, modifier, letter. */
const specifier = /%([_\-0^#]*)([0-9]*)([EO]?)([\s\S])?/y

interface Style {
  /** The last of `_`, `-` and `0` wins. */
  readonly pad: string
  readonly upper: boolean
  readonly change: boolean
  readonly width: number
}

export function strftime(format: Bytes, time: WallTime): Bytes {
  let out = ''
  let at = 0
  while (at < format.length) {
    if (format[at] !== '%') {
      out += format[at++]
      continue
    }
    specifier.lastIndex = at
    const [written, flags, digits, modifier, letter] = specifier.exec(format)!
    const pads = flags!.replace(/[\^#]/g, '')
    const style: Style = {
      pad: pads.slice(-1),
      upper: flags!.includes('^'),
      change: flags!.includes('#'),
      width: Number(digits),
    }
    out += (letter === undefined ? null : specified(letter, modifier!, style, time)) ?? padded(written, style)
    at += written.length
  }
  return out
}

/** Letters that a modifier may stand before; any other such pair is left as it is. */
const modified: Readonly<Record<string, string>> = { E: 'cCxXyY', O: 'deHIjkmMlSuUVgGwWyCcxX' }

function specified(letter: string, modifier: string, style: Style, time: WallTime): string | null {
  if (modifier !== '' && !modified[modifier]!.includes(letter)) return null
  const number = numberOf(letter, time)
  if (number !== undefined) return printNumber(number.value, number.digits, { ...style, pad: style.pad || number.pad })
  const word = wordOf(letter, style, time)
  if (word === undefined) return null
  return padded(word, style)
}

interface NumberSpec {
  readonly value: number
  readonly digits: number
  readonly pad: string
}

function numberOf(letter: string, time: WallTime): NumberSpec | undefined {
  const number = (digits: number, value: number, pad = '') => ({ digits, value, pad })
  const hour12 = ((time.hour + 11) % 12) + 1
  switch (letter) {
    case 'C':
      return number(1, Math.floor(time.year / 100))
    case 'd':
      return number(2, time.day)
    case 'e':
      return number(2, time.day, '_')
    case 'g':
      return number(2, isoWeek(time).year % 100)
    case 'G':
      return number(1, isoWeek(time).year)
    case 'H':
      return number(2, time.hour)
    case 'I':
      return number(2, hour12)
    case 'j':
      return number(3, time.yearDay + 1)
    case 'k':
      return number(2, time.hour, '_')
    case 'l':
      return number(2, hour12, '_')
    case 'm':
      return number(2, time.month)
    case 'M':
      return number(2, time.minute)
    case 'S':
      return number(2, time.second)
    case 'u':
      return number(1, time.weekday === 0 ? 7 : time.weekday)
    case 'U':
      return number(2, weekOfYear(time, 0))
    case 'V':
      return number(2, isoWeek(time).week)
    case 'w':
      return number(1, time.weekday)
    case 'W':
      return number(2, weekOfYear(time, 1))
    case 'y':
      return number(2, time.year % 100)
    case 'Y':
      return number(1, time.year)
    default:
      return undefined
  }
}

/** The number's own pad character fills as many digits as it has, or as the width asks for; `-` fills none. */
function printNumber(value: number, digits: number, style: Style): string {
  const wanted = style.pad === '-' ? 0 : Math.max(digits, style.width)
  const filled = String(value).padStart(wanted, style.pad === '_' ? ' ' : '0')
  return filled.padStart(style.width)
}

/** Names and composites; a composite's inner parts know nothing of its flags, save that `^` makes all of it upper case. */
function wordOf(letter: string, style: Style, time: WallTime): string | undefined {
  const raised = (text: string) => (style.upper || style.change ? text.toUpperCase() : text)
  const composite = (format: string) => (style.upper ? strftime(format, time).toUpperCase() : strftime(format, time))
  const half = time.hour < 12 ? 'AM' : 'PM'
  switch (letter) {
    case 'a':
      return raised(weekdays[time.weekday]!.slice(0, 3))
    case 'A':
      return raised(weekdays[time.weekday]!)
    case 'b':
    case 'h':
      return raised(months[time.month - 1]!.slice(0, 3))
    case 'B':
      return raised(months[time.month - 1]!)
    case 'c':
      return composite('%a %b %e %H:%M:%S %Y')
    case 'x':
    case 'D':
      return composite('%m/%d/%y')
    case 'F':
      return composite('%Y-%m-%d')
    case 'r':
      return composite('%I:%M:%S %p')
    case 'R':
      return composite('%H:%M')
    case 'T':
    case 'X':
      return composite('%H:%M:%S')
    case 'p':
      return style.change ? half.toLowerCase() : half
    case 'P':
      return half.toLowerCase()
    case 'n':
      return '\n'
    case 't':
      return '\t'
    case '%':
      return '%'
    default:
      return undefined
  }
}

function padded(text: string, { pad, width }: Style): string {
  return text.padStart(width, pad === '0' ? '0' : ' ')
}
