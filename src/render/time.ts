/**
 * Points in time. Nearly all of a printed time stands still for a second, so it is printed once and kept; per entry only the
 * fraction is new. What a second looks like is found in `second-text.ts`, the parts of a format in `time-part.ts`.
 */
import { createCalendar } from './calendar.ts'
import { write3Digits } from './decimal.ts'
import { secondBytesMax, secondText } from './second-text.ts'
import type { FractionPart, SecondPart, TimePart } from './time-part.ts'
import { createZone, utc } from './zone.ts'

export interface TimeFormatter {
  /** Most bytes that `write` can write. */
  readonly bytesMax: number
  /** Digits of the only fraction, 0 without one; null when there are several, or one whose length or value is not plain. */
  readonly fractionDigits: number | null
  /** Bytes before the fraction, in the line of this second. */
  fractionAt(seconds: number): number
  /**
   * Writes the time at `at` and returns the position behind its last byte. `seconds` since the epoch: any number; what lies outside
   * the years 1 to 9999, and so is no protobuf Timestamp, prints as the nearest second within. `nanos`: the same for 0 to 999,999,999.
   */
  write(bytes: Uint8Array, at: number, seconds: number, nanos: number): number
}

/** Range of a google.protobuf.Timestamp: the first and the last second of the years 1 to 9999. */
const secondsMin = -62_135_596_800
const secondsMax = 253_402_300_799
const nanosMax = 999_999_999

/** Seconds that a formatter keeps, by their lowest bits: requests that end together began in many of them. A power of two. */
const secondsKept = 64

/**
 * `zone`: 'UTC', an IANA name, or null for the zone of this process. Throws RangeError for an unknown name; `config/` refuses those.
 *
 * The cache: one line per kept second, in it the runs, which are the bytes before, between and behind the fractions. Runs begin at
 * full words, since copying them word by word is three times as fast as byte by byte; up to three bytes behind a run are rubbish,
 * which the next run covers, or nobody reads.
 *
 *      lines    |2020|-02-|18T2|1:52|:17.|Z...|2020|-02-|18T2|1:52|:18.|Z...|   …
 *      lengths  20                        1    20                        1
 */
export function createTimeFormatter(parts: readonly TimePart[], zone: 'UTC' | (string & {}) | null): TimeFormatter {
  const clock = zone === 'UTC' ? utc : createZone(zone)
  const { runs, fractions } = splitAtFractions(parts)
  const fractionDigits = Int8Array.from(fractions, fractionCode)
  const runCount = runs.length
  const lastRun = runCount - 1
  const runWords = runs.map((run) => Math.ceil(secondBytesMax(run) / 4))
  const lineWords = sum(runWords)
  // A held fraction belongs to the second that was printed last, as in Envoy, which keeps one.
  const lineMask = (hasHeldFraction(parts) ? 1 : secondsKept) - 1
  const words = new Int32Array(secondsKept * lineWords)
  const wordBytes = new Uint8Array(words.buffer)
  const lengths = new Int32Array(secondsKept * runCount)
  const lineSeconds = new Float64Array(secondsKept).fill(Number.NaN)
  let target: Uint8Array = new Uint8Array()
  let view = new DataView(target.buffer)

  function fillLine(line: number, given: number, nanos: number): void {
    const epochSeconds = Math.min(Math.max(given, secondsMin), secondsMax)
    const offset = clock.offset(epochSeconds)
    const second = { epochSeconds, nanos, offset, zone: clock, calendar: createCalendar(epochSeconds + offset) }
    let at = 4 * line * lineWords
    for (let run = 0; run < runCount; run++) {
      const text = secondText(runs[run]!, second)
      for (let i = 0; i < text.length; i++) wordBytes[at + i] = text.charCodeAt(i)
      lengths[line * runCount + run] = text.length
      at += 4 * runWords[run]!
    }
    lineSeconds[line] = given
  }

  return {
    bytesMax: 4 * lineWords + sum(fractions.map(fractionBytesMax)),
    fractionDigits: hasHeldFraction(parts) || fractions.length > 1 ? null : plainDigits(fractions[0]),
    fractionAt(seconds) {
      const line = seconds & lineMask
      if (lineSeconds[line] !== seconds) fillLine(line, seconds, 0)
      return lengths[line * runCount]!
    },
    write(bytes, at, seconds, nanos) {
      if (bytes !== target) {
        target = bytes
        view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      }
      if (nanos >>> 0 > nanosMax) nanos = nanos < 0 ? 0 : nanosMax
      const line = seconds & lineMask
      if (lineSeconds[line] !== seconds) fillLine(line, seconds, nanos)
      let word = line * lineWords
      for (let run = 0; ; run++) {
        const end = at + lengths[line * runCount + run]!
        for (let i = word; at < end; i++, at += 4) view.setInt32(at, words[i]!, littleEndian)
        at = end
        if (run === lastRun) return at
        const digits = fractionDigits[run]!
        if (digits === 3) at = write3Digits(bytes, at, (nanos / 1_000_000) | 0)
        else if (digits > 0) at = writeDigits(bytes, at, nanos, digits)
        else at = writeShort(bytes, at, nanos, digits)
        word += runWords[run]!
      }
    },
  }
}

/** How this machine lays the bytes of `words`. */
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function splitAtFractions(parts: readonly TimePart[]): { runs: SecondPart[][]; fractions: FractionPart[] } {
  const runs: SecondPart[][] = [[]]
  const fractions: FractionPart[] = []
  for (const part of parts) {
    if (part.kind === 'fraction' || part.kind === 'shortFraction') {
      fractions.push(part)
      runs.push([])
    } else runs.at(-1)!.push(part)
  }
  return { runs, fractions }
}

function plainDigits(fraction: FractionPart | undefined): number | null {
  if (!fraction) return 0
  return fraction.kind === 'fraction' && fraction.digits <= 9 ? fraction.digits : null
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

function hasHeldFraction(parts: readonly TimePart[]): boolean {
  return parts.some((part) => part.kind === 'heldFraction' || ('parts' in part && hasHeldFraction(part.parts)))
}

function fractionBytesMax(fraction: FractionPart): number {
  return fraction.kind === 'fraction' ? fraction.digits : (fraction.dot ? '.' : '').length + 9
}

/** Fixed digits, or one of two codes for as many as needed. */
function fractionCode(fraction: FractionPart): number {
  return fraction.kind === 'fraction' ? fraction.digits : fraction.dot ? shortWithDot : short
}
const short = 0
const shortWithDot = -1

function writeShort(bytes: Uint8Array, at: number, nanos: number, code: number): number {
  if (code === shortWithDot) {
    if (nanos === 0) return at
    bytes[at++] = 0x2e // .
  }
  return writeDigits(bytes, at, nanos, shortDigits(nanos))
}

/** Digits of the fraction without trailing zeros, at least one. */
function shortDigits(nanos: number): number {
  let digits = 9
  for (; digits > 1 && nanos % 10 === 0; digits--) nanos /= 10
  return digits
}

const powers = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 10, 1]

/** The first `digits` digits of nine, from the last one to the first. */
function writeDigits(bytes: Uint8Array, at: number, nanos: number, digits: number): number {
  let rest = Math.floor(nanos / powers[digits]!)
  for (let i = at + digits - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0
    bytes[i] = 48 + rest - 10 * tenth
    rest = tenth
  }
  return at + digits
}
