/** Catalogue rows for durations. TCP entries carry only the duration of the whole; Envoy prints the others as absent there. */
import type { ByteString } from '../byte-string.ts'
import {
  ArgumentFault,
  both,
  exact,
  httpOnly,
  inNoEntry,
  notCarried,
  type Operator,
  type OperatorSources,
  plainOperator,
} from '../operator.ts'
import type { FieldPath, Source, TimePoint, TimeUnit } from '../source.ts'

/** Envoy's names of the points that an entry carries, and the offsets from the start that hold them. */
const timePoints: Readonly<Record<string, TimePoint>> = {
  DS_RX_BEG: null,
  DS_RX_END: 'common_properties.time_to_last_rx_byte',
  US_TX_BEG: 'common_properties.time_to_first_upstream_tx_byte',
  US_TX_END: 'common_properties.time_to_last_upstream_tx_byte',
  US_RX_BEG: 'common_properties.time_to_first_upstream_rx_byte',
  US_RX_END: 'common_properties.time_to_last_upstream_rx_byte',
  DS_TX_BEG: 'common_properties.time_to_first_downstream_tx_byte',
  DS_TX_END: 'common_properties.time_to_last_downstream_tx_byte',
}

const units: readonly string[] = ['ms', 'us', 'ns'] satisfies TimeUnit[]

const millis = (...fields: FieldPath[]): Source => ({ kind: 'duration', fields, unit: 'ms' })

export const durationOperators: readonly Operator[] = [
  plainOperator(
    'DURATION',
    'Milliseconds from start to the last byte out',
    '124',
    both(millis('common_properties.duration', 'common_properties.time_to_last_downstream_tx_byte')),
    {
      verdict: 'differs',
      note: 'absent on intermediate entries (start, periodic, upstream), for which Envoy prints the time so far and sends none',
    },
  ),
  plainOperator(
    'REQUEST_DURATION',
    'Milliseconds from start to the last byte of the request in',
    '57',
    httpOnly(millis('common_properties.time_to_last_rx_byte')),
  ),
  plainOperator(
    'REQUEST_TX_DURATION',
    'Milliseconds from start to the last byte of the request sent upstream',
    '70',
    httpOnly(millis('common_properties.time_to_last_upstream_tx_byte')),
  ),
  plainOperator(
    'RESPONSE_DURATION',
    'Milliseconds from start to the first byte of the upstream response',
    '102',
    httpOnly(millis('common_properties.time_to_first_upstream_rx_byte')),
  ),
  plainOperator(
    'RESPONSE_TX_DURATION',
    'Milliseconds from the first byte of the upstream response to the last byte out',
    '21',
    httpOnly({
      kind: 'elapsed',
      from: 'common_properties.time_to_first_upstream_rx_byte',
      to: 'common_properties.time_to_last_downstream_tx_byte',
      unit: 'ms',
      negative: true,
    }),
  ),
  {
    name: 'COMMON_DURATION',
    argument: 'required',
    truncates: false,
    meaning: 'Time between two points of the request in ms, us or ns; absent when the end lies before the start',
    argumentHint: 'START:END:PRECISION',
    example: { use: '%COMMON_DURATION(US_TX_BEG:US_RX_BEG:us)%', gives: '40800' },
    carriage: {
      verdict: 'differs',
      note: `carried: ${Object.keys(timePoints).join(' ')}; no entry has the others`,
    },
    carriageOf: (argument) => (readPoints(argument).carried ? exact : inNoEntry),
    sources: (argument) => commonDuration(argument),
  },
  ...(
    [
      ['ROUNDTRIP_DURATION', 'Milliseconds from start to the last acknowledgement of the downstream, over QUIC', '131'],
      ['DOWNSTREAM_HANDSHAKE_DURATION', 'Milliseconds from start to the end of the TLS handshake', '4'],
      ['UPSTREAM_CONNECTION_POOL_READY_DURATION', 'Milliseconds of waiting for an upstream connection', '2'],
    ] as const
  ).map(([name, meaning, gives]) => plainOperator(name, meaning, gives, notCarried('number'), inNoEntry)),
]

interface Points {
  readonly from: string
  readonly to: string
  readonly unit: TimeUnit
  readonly carried: boolean
}

/** `START:END[:PRECISION]`. A name that no entry carries is legal, as in Envoy. */
function readPoints(argument: ByteString): Points {
  const parts = argument.split(':')
  if (parts.length < 2 || parts.length > 3) {
    throw new ArgumentFault(
      'duration_points',
      `%COMMON_DURATION% takes START:END or START:END:PRECISION, not ${parts.length === 1 ? 'one part' : `${parts.length} parts`}.`,
      { length: argument.length },
    )
  }
  const [from, to, unit = 'ms'] = parts as [string, string, string?]
  if (!units.includes(unit)) {
    throw new ArgumentFault('duration_precision', `The precision "${unit}" is none of ms, us and ns.`, {
      offset: from.length + to.length + 2,
      length: Math.max(1, unit.length),
    })
  }
  return { from, to, unit: unit as TimeUnit, carried: Object.hasOwn(timePoints, from) && Object.hasOwn(timePoints, to) }
}

function commonDuration(argument: ByteString): OperatorSources {
  const { from, to, unit, carried } = readPoints(argument)
  if (!carried) return notCarried('number')
  return httpOnly({ kind: 'elapsed', from: timePoints[from]!, to: timePoints[to]!, unit, negative: false })
}
