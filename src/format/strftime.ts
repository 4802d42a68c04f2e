/**
 * What glibc's strftime makes of a piece of a time format in the C locale: flags, widths, modifiers, and what it prints for
 * conversions that it does not know. `time-format.ts` says which pieces come here; absl calls strftime with a buffer of sixteen
 * times the length of the piece, and prints nothing where that is too small.
 */
import type { ByteString } from './byte-string.ts'
import type { SecondPart, TimeName, TimeNumber } from './time-part.ts'

/** Modifiers that a conversion takes; with another one it is not a conversion. */
type Modifiers = '' | 'E' | 'O' | 'EO'

interface NumberConversion {
  readonly field: TimeNumber
  readonly digits: number
  readonly modifiers: Modifiers
  readonly fill?: ' '
}

const numbers: Readonly<Record<string, NumberConversion>> = {
  C: { field: 'century', digits: 1, modifiers: 'EO' },
  G: { field: 'isoYear', digits: 1, modifiers: 'O' },
  H: { field: 'hour', digits: 2, modifiers: 'O' },
  I: { field: 'hour12', digits: 2, modifiers: 'O' },
  M: { field: 'minute', digits: 2, modifiers: 'O' },
  S: { field: 'second', digits: 2, modifiers: 'O' },
  U: { field: 'weekSunday', digits: 2, modifiers: 'O' },
  V: { field: 'isoWeek', digits: 2, modifiers: 'O' },
  W: { field: 'weekMonday', digits: 2, modifiers: 'O' },
  Y: { field: 'year', digits: 1, modifiers: 'E' },
  d: { field: 'day', digits: 2, modifiers: 'O' },
  e: { field: 'day', digits: 2, modifiers: 'O', fill: ' ' },
  g: { field: 'isoYearOfCentury', digits: 2, modifiers: 'O' },
  j: { field: 'dayOfYear', digits: 3, modifiers: 'O' },
  k: { field: 'hour', digits: 2, modifiers: 'O', fill: ' ' },
  l: { field: 'hour12', digits: 2, modifiers: 'O', fill: ' ' },
  m: { field: 'month', digits: 2, modifiers: 'O' },
  s: { field: 'epochSeconds', digits: 1, modifiers: 'EO' },
  u: { field: 'isoWeekday', digits: 1, modifiers: 'EO' },
  w: { field: 'weekday', digits: 1, modifiers: 'O' },
  y: { field: 'yearOfCentury', digits: 2, modifiers: 'EO' },
}

/** `hash`: what the flag # does to the letters. */
const names: Readonly<Record<string, { field: TimeName; modifiers: Modifiers; hash: 'upper' | 'lower' }>> = {
  A: { field: 'weekdayLong', modifiers: '', hash: 'upper' },
  B: { field: 'monthLong', modifiers: 'O', hash: 'upper' },
  P: { field: 'dayHalf', modifiers: 'EO', hash: 'lower' },
  Z: { field: 'zone', modifiers: 'EO', hash: 'lower' },
  a: { field: 'weekdayShort', modifiers: '', hash: 'upper' },
  b: { field: 'monthShort', modifiers: 'O', hash: 'upper' },
  h: { field: 'monthShort', modifiers: 'O', hash: 'upper' },
  p: { field: 'dayHalf', modifiers: 'EO', hash: 'lower' },
}

/** Conversions that stand for a longer format of the C locale. */
const composites: Readonly<Record<string, { text: string; modifiers: Modifiers }>> = {
  D: { text: '%m/%d/%y', modifiers: '' },
  F: { text: '%Y-%m-%d', modifiers: '' },
  R: { text: '%H:%M', modifiers: 'EO' },
  T: { text: '%H:%M:%S', modifiers: 'EO' },
  X: { text: '%H:%M:%S', modifiers: 'E' },
  c: { text: '%a %b %e %H:%M:%S %Y', modifiers: 'E' },
  r: { text: '%I:%M:%S %p', modifiers: 'EO' },
  x: { text: '%m/%d/%y', modifiers: 'E' },
}

/** Flags, width, modifier, conversion; the conversion is missing where the text ends. */
const directive = /%([_\-0^#]*)(\d*)([EO]?)([\s\S]?)/y

/** Parts of one call of strftime with the format `text`. */
export function parseStrftime(text: ByteString): SecondPart[] {
  // To strftime, as to C, a NUL is the end.
  const format = text.split('\0', 1)[0]!
  const bytesMax = 16 * text.length - 1
  const parts: SecondPart[] = []
  let widest = 0
  for (let at = 0; at < format.length; ) {
    const plain = format.slice(at).split('%', 1)[0]!
    if (plain) parts.push({ kind: 'literal', text: plain })
    directive.lastIndex = at += plain.length
    const match = directive.exec(format)
    if (!match) break
    widest = Math.max(widest, Number(match[2]))
    if (widest > bytesMax) return []
    parts.push(...parseDirective(match))
    at += match[0].length
  }
  // Without a width no conversion is longer than sixteen times itself.
  return widest > 0 ? [{ kind: 'bounded', bytesMax, parts }] : parts
}

interface Flags {
  /** The last of `_`, `-` and `0`, or none. */
  readonly pad: string
  readonly upper: boolean
  readonly hash: boolean
  readonly width: number
}

function parseDirective([text, flagText, width, modifier, letter]: readonly string[]): SecondPart[] {
  const pad = flagText!.replace(/[\^#]/g, '').slice(-1)
  const flags = { pad, upper: flagText!.includes('^'), hash: flagText!.includes('#'), width: Number(width) }
  const fits = (conversion: { readonly modifiers: Modifiers } | undefined) => conversion?.modifiers.includes(modifier!)

  const number = numbers[letter!]
  if (number && fits(number)) return [numberPart(number, flags)]
  const name = names[letter!]
  if (name && fits(name)) {
    const lower = letter === 'P' || (flags.hash && name.hash === 'lower')
    const letters = lower ? 'lower' : flags.upper || flags.hash ? 'upper' : 'asIs'
    return padded([{ kind: 'name', field: name.field, letters }], flags)
  }
  const composite = composites[letter!]
  if (composite && fits(composite)) {
    // Only ^ reaches into the longer format; # does not.
    const inner = flags.upper ? composite.text.replaceAll(/%(?=[abp])/g, '%^') : composite.text
    return padded(parseStrftime(inner), flags)
  }
  if (letter === 'z') return zeroOffset(flags)
  if (letter === 'n' || letter === 't' || letter === '%') {
    return [literal(letter === 'n' ? '\n' : letter === 't' ? '\t' : '%', flags)]
  }
  // glibc looks at # before it finds that b and h take no E.
  const upper = flags.upper || (flags.hash && (letter === 'b' || letter === 'h'))
  return [unknown(text!, { ...flags, upper })]
}

function numberPart({ field, digits, fill }: NumberConversion, { pad, width }: Flags): SecondPart {
  if (pad === '-') return { kind: 'number', field, digits: Math.max(1, width), fill: ' ' }
  const spaces = pad === '_' || (fill === ' ' && pad !== '0')
  return { kind: 'number', field, digits: Math.max(digits, width), fill: spaces ? ' ' : '0' }
}

/** absl leaves the offset out of what it hands to strftime, so it is zero in every zone. The sign is padded by itself. */
function zeroOffset(flags: Flags): SecondPart[] {
  const { pad, width } = flags
  const digits = pad === '-' ? '0'.padStart(width, ' ') : '0'.padStart(Math.max(4, width), pad === '_' ? ' ' : '0')
  return [literal('+', flags), { kind: 'literal', text: digits }]
}

/** What is no conversion is printed as it stands. */
function unknown(text: ByteString, flags: Flags): SecondPart {
  return literal(flags.upper ? text.replaceAll(/[a-z]/g, (lower) => lower.toUpperCase()) : text, flags)
}

function literal(text: ByteString, { width, pad }: Flags): SecondPart {
  return { kind: 'literal', text: text.padStart(width, pad === '0' ? '0' : ' ') }
}

function padded(parts: SecondPart[], { width, pad }: Flags): SecondPart[] {
  return width === 0 ? parts : [{ kind: 'padded', width, fill: pad === '0' ? '0' : ' ', parts }]
}
