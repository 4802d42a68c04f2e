/**
 * The argument of START_TIME and its relatives, as plain data. Envoy reads it in two stages, and so does this file: first its own
 * specifiers for whole seconds and fractions are cut out, wherever they stand; then absl::FormatTime formats each piece between
 * them, which knows a few specifiers itself and leaves the others to glibc (`strftime.ts`). Nothing here knows about a clock or a
 * zone; `render/time.ts` prints the parts.
 */
import type { ByteString } from './byte-string.ts'
import { parseStrftime } from './strftime.ts'
import type { OffsetStyle, TimePart } from './time-part.ts'

export type { TimePart } from './time-part.ts'

/** Envoy's own specifiers; two forms have digits, of which `absl` is the one that absl::FormatTime knows too. */
const envoySpecifier = /%s|%E(?<absl>[1-9*])(?<letter>[Sf])|%(?<plain>[1-9*]?)f/g

/** What Envoy takes for a line break. It looks anywhere, so `%%n` is one and `%10n`, which prints one, is not. */
const newline = /%[-_0^#]*[1-9]*[EO]?n/

/** The argument holds a line break. Whoever knows where the argument stands makes a FormatError of it. */
export class TimeFormatFault extends Error {
  override readonly name = 'TimeFormatFault'
  readonly code = 'time_newline'
  /** Where in the argument the fault lies, in bytes. */
  readonly index: number
  readonly length: number

  constructor(specifier: string, index: number) {
    super(`The time format holds the line break ${specifier}, but an entry is one line. Use %t or a space instead.`)
    this.index = index
    this.length = specifier.length
  }
}

/**
 * Reads the argument of a time operator. Everything is legal but a line break; what no stage knows stays as it is written.
 * Throws TimeFormatFault.
 */
export function parseTimeFormat(argument: ByteString): TimePart[] {
  const fault = newline.exec(argument)
  if (fault) throw new TimeFormatFault(fault[0], fault.index)
  const parts: TimePart[] = []
  let at = 0
  for (const match of argument.matchAll(envoySpecifier)) {
    const { absl, letter, plain } = match.groups as Record<string, string | undefined>
    // The seconds before a fraction are left to absl, right behind the text before: so a percent sign there spoils them.
    const seconds = letter === 'S'
    parseAbsl(argument.slice(at, match.index) + (seconds ? '%S' : ''), parts)
    const digits = absl ?? plain
    if (digits === undefined) parts.push({ kind: 'number', field: 'epochSeconds', digits: 1, fill: '0' })
    else if (digits === '*') parts.push({ kind: 'shortFraction', dot: seconds })
    else {
      if (seconds) parts.push({ kind: 'literal', text: '.' })
      parts.push({ kind: 'fraction', digits: Number(digits || 9) })
    }
    at = match.index + match[0].length
  }
  parseAbsl(argument.slice(at), parts)
  return mergeLiterals(parts)
}

/** absl's own specifiers, behind their percent sign. Group names are the kinds of parts. */
const abslSpecifier =
  /(?<simple>[YmdeUuWwHMSZ\0])|(?<zone>:{0,3}|E|E\*)z|E(?<t>T)|E(?<year>4)Y|E(?<digits>\d+)(?<letter>[Sf])/y

/**
 * The second stage. absl prints its own specifiers and hands the text between two of them to glibc in one call; only plain text and
 * paired percent signs at the beginning of such a text are copied, and a percent sign behind which nothing follows.
 */
function parseAbsl(text: ByteString, parts: TimePart[]): void {
  let pending = 0
  for (const percents of text.matchAll(/%+/g)) {
    if (percents[0].length % 2 === 0) continue
    abslSpecifier.lastIndex = percents.index + percents[0].length
    const match = abslSpecifier.exec(text)
    const own = match && abslParts(match)
    if (!own) continue
    parseBetween(text.slice(pending, abslSpecifier.lastIndex - match[0].length - 1), parts)
    parts.push(...own)
    pending = abslSpecifier.lastIndex
  }
  parseBetween(text.slice(pending), parts)
}

function parseBetween(text: ByteString, parts: TimePart[]): void {
  const plain = /^(?:[^%]|%%)*/.exec(text)![0]
  if (plain) parts.push({ kind: 'literal', text: plain.replaceAll('%%', '%') })
  if (plain.length < text.length) parts.push(...parseStrftime(text.slice(plain.length)))
}

const offsetStyles: Readonly<Record<string, OffsetStyle>> = {
  '': 'plain',
  ':': 'minutes',
  E: 'minutes',
  '::': 'seconds',
  'E*': 'seconds',
  ':::': 'shortest',
}

function abslParts(match: RegExpExecArray): TimePart[] | null {
  const { simple, zone, t, year, digits, letter } = match.groups as Record<string, string | undefined>
  if (simple !== undefined) return simplePart(simple)
  if (zone !== undefined) return [{ kind: 'offset', style: offsetStyles[zone]! }]
  if (t) return [{ kind: 'literal', text: 'T' }]
  if (year) return [{ kind: 'number', field: 'year', digits: 4, fill: '0' }]
  if (Number(digits) > 1024) return null
  // A 64-bit number ends at 18 digits.
  const count = Math.min(Number(digits), 18)
  const held: TimePart[] = count > 0 ? [{ kind: 'heldFraction', digits: count }] : []
  if (letter === 'f') return held
  return [...simplePart('S'), ...(count > 0 ? [{ kind: 'literal', text: '.' } as const] : []), ...held]
}

function simplePart(letter: string): TimePart[] {
  switch (letter) {
    case 'Z':
      return [{ kind: 'name', field: 'zone', letters: 'asIs' }]
    case '\0': // absl searches its letters with strchr, which finds the terminator too, and then prints nothing
      return []
    default:
      return parseStrftime(`%${letter}`)
  }
}

function mergeLiterals(parts: readonly TimePart[]): TimePart[] {
  const merged: TimePart[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (part.kind === 'literal' && last?.kind === 'literal') {
      merged[merged.length - 1] = { kind: 'literal', text: last.text + part.text }
    } else merged.push(part)
  }
  return merged
}

/** Without an argument, or with an empty one: `2020-02-18T21:52:17.987Z`. */
export const defaultTimeParts: readonly TimePart[] = parseTimeFormat('%Y-%m-%dT%H:%M:%E3SZ')

/** The same of the operators whose names end in _LOCAL: `2020-02-18T22:52:17.987+0100`. */
export const defaultLocalTimeParts: readonly TimePart[] = parseTimeFormat('%Y-%m-%dT%H:%M:%E3S%z')
