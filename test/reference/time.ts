/** The operators of time (operators.md B.1): where the instant comes from, Envoy's own specifiers, default formats. */
import { formatTime, type PreciseTime } from './absl-time.ts'
import type { Bytes } from './bytes.ts'
import { type Instant, wallTime } from './calendar.ts'
import { durationNs } from './durations.ts'
import type { Message } from './message.ts'
import { absent, type Entry, type Row, type Rows, type Settings, stringValue } from './value.ts'

const defaultFormat = '%Y-%m-%dT%H:%M:%E3SZ'
const defaultLocalFormat = '%Y-%m-%dT%H:%M:%E3S%z'

/** B.1: what would begin a new line is refused; naive, so that it finds `%%n` as well. */
const newline = /%[-_0^#]*[1-9]*(?:E|O)?n/

function timeRow(
  instant: (entry: Entry, settings: Settings) => Instant | null,
  local: boolean,
  more: Partial<Row>,
): Row {
  return {
    argument: 'optional',
    ...more,
    make: (argument) => {
      if (newline.test(argument)) throw new Error(`a newline in the time format ${argument}`)
      const format = argument || (local ? defaultLocalFormat : defaultFormat)
      const fractions = new Map<bigint, number>()
      return (entry, settings) => {
        const at = instant(entry, settings)
        if (at === null) return absent
        if (!fractions.has(at.seconds)) fractions.set(at.seconds, at.nanos)
        const zone = local ? settings.timeZone : 'UTC'
        return stringValue(formatInstant(format, at, zone, fractions.get(at.seconds)))
      }
    },
  }
}

/**
 * First stage: Envoy cuts these out, from left to right, and leaves the pieces between them to absl. It keeps those pieces for all
 * entries of a second, so a fraction that absl prints (`%E10S`) is the one of the second's first entry.
 */
const envoySpecifier = /%(?:[1-9*]?f|s|E[1-9*][Sf])/g

export function formatInstant(format: Bytes, instant: Instant, timeZone: string, keptNanos = instant.nanos): Bytes {
  const time: PreciseTime = { ...wallTime(instant, timeZone), epochSeconds: instant.seconds, nanos: instant.nanos }
  const kept: PreciseTime = { ...time, nanos: keptNanos }
  let out = ''
  let at = 0
  for (const match of format.matchAll(envoySpecifier)) {
    out += formatTime(format.slice(at, match.index), kept) + printSpecifier(match[0], time)
    at = match.index + match[0].length
  }
  return out + formatTime(format.slice(at), kept)
}

function printSpecifier(specifier: string, time: PreciseTime): string {
  if (specifier === '%s') return String(time.epochSeconds)
  const width = /[1-9*]/.exec(specifier)?.[0] ?? '9'
  const fraction = String(time.nanos).padStart(9, '0')
  const shown = width === '*' ? fraction.replace(/0+$/, '') : fraction.slice(0, Number(width))
  if (specifier.endsWith('f')) return shown === '' ? '0' : shown
  const second = String(time.second).padStart(2, '0')
  return shown === '' ? second : `${second}.${shown}`
}

const secondsMin = -62_135_596_800n
const secondsMax = 253_402_300_799n

/** Null for what is no time of the years 1 to 9999 (E: treated as absent). */
export function instantOf(timestamp: Message | undefined): Instant | null {
  if (timestamp === undefined) return null
  const seconds = timestamp.big('seconds')
  const nanos = timestamp.number('nanos')
  if (seconds < secondsMin || seconds > secondsMax || nanos < 0 || nanos > 999_999_999) return null
  return { seconds, nanos }
}

function startTime({ common }: Entry): Instant | null {
  return instantOf(common.message('start_time'))
}

/** The moment of formatting is not carried: the end of what is logged comes nearest, else the moment of receiving. */
function emitTime(entry: Entry, { receivedAtMs }: Settings): Instant {
  const start = startTime(entry)
  const duration = durationNs(entry.common.message('duration'))
  const received = instantFrom(BigInt(receivedAtMs) * 1_000_000n)
  if (start === null || duration === null) return received
  const end = instantFrom(start.seconds * 1_000_000_000n + BigInt(start.nanos) + duration)
  return end.seconds < secondsMin || end.seconds > secondsMax ? received : end
}

function instantFrom(nanoseconds: bigint): Instant {
  const nanos = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return { seconds: (nanoseconds - nanos) / 1_000_000_000n, nanos: Number(nanos) }
}

const notCarried = () => null

export const timeRows: Rows = {
  START_TIME: timeRow(startTime, false, {}),
  START_TIME_LOCAL: timeRow(startTime, true, { tag: 'string' }),
  EMIT_TIME: timeRow(emitTime, false, { tag: 'string' }),
  EMIT_TIME_LOCAL: timeRow(emitTime, true, { tag: 'string' }),
  DOWNSTREAM_PEER_CERT_V_START: timeRow(notCarried, false, { tag: 'string' }),
  DOWNSTREAM_PEER_CERT_V_END: timeRow(notCarried, false, { tag: 'string' }),
  UPSTREAM_PEER_CERT_V_START: timeRow(notCarried, false, { tag: 'string' }),
  UPSTREAM_PEER_CERT_V_END: timeRow(notCarried, false, { tag: 'string' }),
}
