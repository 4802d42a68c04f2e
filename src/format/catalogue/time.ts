/** Catalogue rows for points in time. */
import type { ByteString } from '../byte-string.ts'
import {
  ArgumentFault,
  both,
  type Carriage,
  exact,
  inNoEntry,
  notCarried,
  type Operator,
  type OperatorSources,
} from '../operator.ts'
import { defaultLocalTimeParts, defaultTimeParts, parseTimeFormat, TimeFormatFault } from '../time-format.ts'
import type { TimePart } from '../time-part.ts'

const start = 'common_properties.start_time'
const duration = 'common_properties.duration'

const localZone: Carriage = {
  verdict: 'differs',
  note: "printed in the sink's zone (`timeZone`), which need not be the proxy's",
}
const computed: Carriage = {
  verdict: 'differs',
  note: 'computed: start and duration, or when the message arrived; the proxy formats a moment later',
}

function timeOperator(
  name: string,
  meaning: string,
  carriage: Carriage,
  example: string,
  sources: (parts: readonly TimePart[]) => OperatorSources,
): Operator {
  const local = name.endsWith('_LOCAL')
  return {
    name,
    argument: 'optional',
    truncates: false,
    meaning,
    argumentHint: local ? '%Y-%m-%dT%H:%M:%E3S%z' : '%Y-%m-%dT%H:%M:%E3SZ',
    example: { use: `%${name}(%s.%3f)%`, gives: example },
    carriage,
    sources: (argument) => sources(readTimeFormat(argument, local)),
  }
}

export const timeOperators: readonly Operator[] = [
  timeOperator(
    'START_TIME',
    'When the request or connection began, in UTC; with a strftime format as argument',
    exact,
    '1582062737.987',
    (parts) => both({ kind: 'time', field: start, parts, zone: 'utc' }),
  ),
  timeOperator('START_TIME_LOCAL', 'START_TIME in the local time zone', localZone, '1582062737.987', (parts) =>
    both({ kind: 'time', field: start, parts, zone: 'local' }),
  ),
  timeOperator('EMIT_TIME', 'When the line was written, in UTC', computed, '1582062738.112', (parts) =>
    both({ kind: 'emitTime', start, duration, parts, zone: 'utc' }),
  ),
  timeOperator('EMIT_TIME_LOCAL', 'EMIT_TIME in the local time zone', computed, '1582062738.112', (parts) =>
    both({ kind: 'emitTime', start, duration, parts, zone: 'local' }),
  ),
  ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) => [
    timeOperator(
      `${side}_PEER_CERT_V_START`,
      `From when on the certificate of the ${side.toLowerCase()} peer is valid`,
      inNoEntry,
      '1577836800.000',
      () => notCarried('string'),
    ),
    timeOperator(
      `${side}_PEER_CERT_V_END`,
      `Until when the certificate of the ${side.toLowerCase()} peer is valid`,
      inNoEntry,
      '1893456000.000',
      () => notCarried('string'),
    ),
  ]),
]

function readTimeFormat(argument: ByteString, local: boolean): readonly TimePart[] {
  if (argument === '') return local ? defaultLocalTimeParts : defaultTimeParts
  try {
    return parseTimeFormat(argument)
  } catch (error) {
    if (!(error instanceof TimeFormatFault)) throw error
    throw new ArgumentFault(error.code, error.message, { offset: error.index, length: error.length })
  }
}
