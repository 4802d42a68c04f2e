/** Field tags of OpenTelemetry's LogRecord and AnyValue, as emitter and leaf renderers want them. */
import { SchemaError } from '../errors.ts'
import type { AnyValueTags } from '../render/any-value.ts'
import type { TraceTags } from '../render/trace-context.ts'
import { loadSchema } from '../schema/load.ts'

const common = 'opentelemetry.proto.common.v1'
const logs = 'opentelemetry.proto.logs.v1'

/** All numbers here are below 16, so a tag is one byte, which is stored as such. */
function tag(message: string, field: string): number {
  const { tag } = loadSchema().message(message).field(field)
  if (tag > 0x7f) throw new SchemaError(`The tag of ${message}.${field} is longer than a byte.`)
  return tag
}

export function anyValueTags(): AnyValueTags & Readonly<Record<'bytesValue' | 'arrayValue' | 'kvlistValue', number>> {
  const of = (field: string) => tag(`${common}.AnyValue`, field)
  return {
    stringValue: of('string_value'),
    boolValue: of('bool_value'),
    intValue: of('int_value'),
    doubleValue: of('double_value'),
    arrayValue: of('array_value'),
    kvlistValue: of('kvlist_value'),
    bytesValue: of('bytes_value'),
  }
}

export function listTags() {
  return {
    arrayValues: tag(`${common}.ArrayValue`, 'values'),
    kvlistValues: tag(`${common}.KeyValueList`, 'values'),
    key: tag(`${common}.KeyValue`, 'key'),
    value: tag(`${common}.KeyValue`, 'value'),
  }
}

const record = (field: string) => tag(`${logs}.LogRecord`, field)

export function recordTags() {
  return {
    time: record('time_unix_nano'),
    observedTime: record('observed_time_unix_nano'),
    severityNumber: record('severity_number'),
    severityText: record('severity_text'),
    body: record('body'),
    attributes: record('attributes'),
  }
}

export function traceTags(): TraceTags {
  return { flags: record('flags'), traceId: record('trace_id'), spanId: record('span_id') }
}

/** The number of a severity, by its bare name: `INFO`. */
export function severityNumber(name: string): number {
  const number = loadSchema().enumeration(`${logs}.SeverityNumber`).values.get(`SEVERITY_NUMBER_${name}`)
  if (number === undefined) throw new SchemaError(`SeverityNumber has no ${name}.`)
  return number
}
