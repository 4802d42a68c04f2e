/** The operators of durations (operators.md B.3), in milliseconds unless asked otherwise. */
import type { Bytes } from './bytes.ts'
import type { Message } from './message.ts'
import { absent, type Entry, type Evaluate, numberValue, type Rows, type Value } from './value.ts'

const secondsMax = 315_576_000_000n
const nsPerUnit: Readonly<Record<string, bigint>> = { ms: 1_000_000n, us: 1_000n, ns: 1n }

/** Null for a missing duration, and for one that is none (E: treated as absent). */
export function durationNs(duration: Message | undefined): bigint | null {
  if (duration === undefined) return null
  const seconds = duration.big('seconds')
  const nanos = BigInt(duration.number('nanos'))
  const tooLong = seconds > secondsMax || seconds < -secondsMax
  const tooFine = nanos > 999_999_999n || nanos < -999_999_999n
  if (tooLong || tooFine || seconds * nanos < 0n) return null
  return seconds * 1_000_000_000n + nanos
}

/** BigInt divides toward zero, as C++ does. */
function inUnit(ns: bigint | null, unit = 'ms'): Value {
  return ns === null ? absent : numberValue(ns / nsPerUnit[unit]!)
}

function field(entry: Entry, name: string): bigint | null {
  return durationNs(entry.common.message(name))
}

/** For TCP entries Envoy prints none of these, whatever the fields say. */
function ofRequest(measure: (entry: Entry) => bigint | null): Evaluate {
  return (entry) => (entry.kind === 'tcp' ? absent : inUnit(measure(entry)))
}

function responseTx(entry: Entry): bigint | null {
  const end = field(entry, 'time_to_last_downstream_tx_byte')
  const begin = field(entry, 'time_to_first_upstream_rx_byte')
  return end === null || begin === null ? null : end - begin
}

/** Points that an entry carries; the start is where all others count from. */
const points: Readonly<Record<string, (entry: Entry) => bigint | null>> = {
  DS_RX_BEG: () => 0n,
  DS_RX_END: (entry) => field(entry, 'time_to_last_rx_byte'),
  US_TX_BEG: (entry) => field(entry, 'time_to_first_upstream_tx_byte'),
  US_TX_END: (entry) => field(entry, 'time_to_last_upstream_tx_byte'),
  US_RX_BEG: (entry) => field(entry, 'time_to_first_upstream_rx_byte'),
  US_RX_END: (entry) => field(entry, 'time_to_last_upstream_rx_byte'),
  DS_TX_BEG: (entry) => field(entry, 'time_to_first_downstream_tx_byte'),
  DS_TX_END: (entry) => field(entry, 'time_to_last_downstream_tx_byte'),
}

/** Any name is a legal point; nothing is trimmed. The end before the start is absent, not negative. */
function commonDuration(argument: Bytes): Evaluate {
  const [start, end, unit = 'ms', ...more] = argument.split(':')
  if (end === undefined || more.length > 0)
    throw new Error(`COMMON_DURATION takes START:END[:PRECISION], not ${argument}`)
  if (!Object.hasOwn(nsPerUnit, unit)) throw new Error(`COMMON_DURATION has the precisions ms, us and ns, not ${unit}`)
  const point = (name: string) => (Object.hasOwn(points, name) ? points[name]! : () => null)
  return (entry) => {
    if (entry.kind === 'tcp') return absent
    const from = point(start!)(entry)
    const to = point(end)(entry)
    return from === null || to === null || to < from ? absent : inUnit(to - from, unit)
  }
}

function isCarried(argument: Bytes): boolean {
  return argument
    .split(':')
    .slice(0, 2)
    .every((name) => Object.hasOwn(points, name))
}

const none = 'none'

export const durationRows: Rows = {
  DURATION: {
    argument: none,
    tag: 'number',
    make: () => (entry) => inUnit(field(entry, 'duration') ?? field(entry, 'time_to_last_downstream_tx_byte')),
  },
  REQUEST_DURATION: { argument: none, make: () => ofRequest((entry) => field(entry, 'time_to_last_rx_byte')) },
  REQUEST_TX_DURATION: {
    argument: none,
    make: () => ofRequest((entry) => field(entry, 'time_to_last_upstream_tx_byte')),
  },
  RESPONSE_DURATION: {
    argument: none,
    make: () => ofRequest((entry) => field(entry, 'time_to_first_upstream_rx_byte')),
  },
  RESPONSE_TX_DURATION: { argument: none, make: () => ofRequest(responseTx) },
  COMMON_DURATION: {
    argument: 'required',
    tag: (argument) => (isCarried(argument) ? undefined : 'number'),
    make: commonDuration,
  },
}
