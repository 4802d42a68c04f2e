/** Catalogue rows for points in time. */
import type { ByteString } from '../byte-string.ts'
import { ArgumentFault, both, type Operator } from '../operator.ts'
import { defaultTimeParts, parseTimeFormat, TimeFormatFault } from '../time-format.ts'

export const timeOperators: readonly Operator[] = [
  {
    name: 'START_TIME',
    argument: 'optional',
    truncates: false,
    meaning: 'When the request or connection began, in UTC; with a strftime format as argument',
    argumentHint: '%Y-%m-%dT%H:%M:%E3SZ',
    example: { use: '%START_TIME(%s.%3f)%', gives: '1582062737.987' },
    carriage: { verdict: 'exact', note: '' },
    sources: (argument) =>
      both({ kind: 'time', field: 'common_properties.start_time', parts: readTimeFormat(argument), zone: 'utc' }),
  },
]

function readTimeFormat(argument: ByteString) {
  if (argument === '') return defaultTimeParts
  try {
    return parseTimeFormat(argument)
  } catch (error) {
    if (!(error instanceof TimeFormatFault)) throw error
    throw new ArgumentFault(error.code, error.message, { offset: error.index, length: error.length })
  }
}
