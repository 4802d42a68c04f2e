/** Field tags of the well-known types that lie inside metadata and filter state, as the leaf renderers want them. */
import type { AnyTags, WrapperName } from '../render/any.ts'
import type { StructTags } from '../render/struct-reader.ts'
import { loadSchema } from '../schema/load.ts'

const wrapperNames: readonly WrapperName[] = [
  'StringValue',
  'BytesValue',
  'BoolValue',
  'Int32Value',
  'UInt32Value',
  'Int64Value',
  'UInt64Value',
  'DoubleValue',
  'FloatValue',
]

const tag = (message: string, field: string) => loadSchema().message(`google.protobuf.${message}`).field(field).tag

export function structTags(): StructTags {
  const fields = loadSchema().message('google.protobuf.Struct').field('fields')
  return {
    fields: fields.tag,
    key: fields.map!.key.tag,
    value: fields.map!.value.tag,
    nullValue: tag('Value', 'null_value'),
    numberValue: tag('Value', 'number_value'),
    stringValue: tag('Value', 'string_value'),
    boolValue: tag('Value', 'bool_value'),
    structValue: tag('Value', 'struct_value'),
    listValue: tag('Value', 'list_value'),
    values: tag('ListValue', 'values'),
  }
}

export function anyTags(): AnyTags {
  const time = (message: string) => ({ seconds: tag(message, 'seconds'), nanos: tag(message, 'nanos') })
  return {
    typeUrl: tag('Any', 'type_url'),
    value: tag('Any', 'value'),
    wrappers: Object.fromEntries(wrapperNames.map((name) => [name, tag(name, 'value')])) as Record<WrapperName, number>,
    duration: time('Duration'),
    timestamp: time('Timestamp'),
  }
}
