/**
 * The other direction, for tests: a message that protobufjs has decoded, written as proto3 JSON by the plainest means.
 */
import protobuf from 'protobufjs'

/** `object` as `type.toObject(…, { longs: String, bytes: String, enums: String })` gives it. */
export function toProtoJson(type: protobuf.Type, object: Record<string, unknown>): unknown {
  const name = type.fullName.slice('.google.protobuf.'.length)
  if (type.fullName.startsWith('.google.protobuf.')) {
    if (name === 'Timestamp') return `${secondsToIso(object['seconds'])}.${nineDigits(object['nanos'])}Z`
    if (name === 'Duration') return `${object['seconds'] ?? 0}.${nineDigits(object['nanos'])}s`
    if (name === 'Any') return { typeUrl: object['type_url'], value: object['value'] }
    if (name === 'Struct') return membersToJson(type.fields['fields']!, object['fields'] ?? {})
    if (name === 'ListValue') return fieldToJson(type.fields['values']!, object['values'] ?? [])
    if (name === 'Value') return 'null_value' in object ? null : membersToJson(type.fields, object).at(0)
    return object['value'] ?? type.fields['value']!.typeDefault
  }
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [protobuf.util.camelCase(key), fieldToJson(type.fields[key]!, value)]),
  )
}

function fieldToJson(field: protobuf.Field, value: unknown): unknown {
  if (field instanceof protobuf.MapField) return membersToJson(field, value as object)
  if (field.repeated) return (value as unknown[]).map((item) => elementToJson(field, item))
  return elementToJson(field, value)
}

function elementToJson(field: protobuf.Field, value: unknown): unknown {
  const type = field.resolvedType
  return type instanceof protobuf.Type ? toProtoJson(type, value as Record<string, unknown>) : value
}

/** The members of a map as one object; or those of a message, as a list. */
function membersToJson(field: protobuf.Field, members: object): object
function membersToJson(fields: Record<string, protobuf.Field>, members: object): unknown[]
function membersToJson(field: protobuf.Field | Record<string, protobuf.Field>, members: object): object {
  const entries = Object.entries(members)
  if (!(field instanceof protobuf.Field)) return entries.map(([key, value]) => fieldToJson(field[key]!, value))
  return Object.fromEntries(entries.map(([key, value]) => [key, elementToJson(field, value)]))
}

function secondsToIso(seconds: unknown): string {
  return new Date(Number(seconds ?? 0) * 1000).toISOString().slice(0, 19)
}

function nineDigits(nanos: unknown): string {
  return String(nanos ?? 0).padStart(9, '0')
}
