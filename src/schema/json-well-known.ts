/**
 * Messages that proto3 JSON writes in a form of their own: times as text, wrappers as bare values, `Struct` as any object, `Any`
 * with its type beside its fields.
 */
import { didYouMean } from '../did-you-mean.ts'
import type { FieldInfo, MessageInfo, Schema } from './field-path.ts'
import { type JsonFaults, type JsonPlace, memberOf } from './json-faults.ts'
import { integerPayload } from './json-scalars.ts'
import { parseDuration, parseTimestamp, type SecondsAndNanos } from './json-time.ts'
import { delimited, element, isDefault } from './proto-bytes.ts'

/** What these forms need of the encoder that meets them; `json.ts` is the one. */
export interface MessageEncoder {
  readonly schema: Schema
  readonly faults: JsonFaults
  /** Any message, in its own form if it has one. */
  message(message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array
  /** A message as an object with one member for each field. */
  fields(message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array
  /** All elements of one field, with their tags. */
  field(field: FieldInfo, json: unknown, place: JsonPlace): Uint8Array
}

type WellKnown = (encoder: MessageEncoder, message: MessageInfo, json: unknown, place: JsonPlace) => Uint8Array

const wellKnown: ReadonlyMap<string, WellKnown> = new Map<string, WellKnown>([
  ['google.protobuf.Timestamp', timestamp],
  ['google.protobuf.Duration', duration],
  ['google.protobuf.Struct', (encoder, message, json, place) => encoder.field(message.field('fields'), json, place)],
  ['google.protobuf.ListValue', (encoder, message, json, place) => encoder.field(message.field('values'), json, place)],
  ['google.protobuf.Value', anyJson],
  ['google.protobuf.Any', anyMessage],
  ...['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
    (scalar): [string, WellKnown] => [`google.protobuf.${scalar}Value`, wrapper],
  ),
])

/** The bytes of a message with a JSON form of its own; undefined for all others. Faults are noted in the encoder. */
export function wellKnownBytes(
  encoder: MessageEncoder,
  message: MessageInfo,
  json: unknown,
  place: JsonPlace,
): Uint8Array | undefined {
  return wellKnown.get(message.fullName)?.(encoder, message, json, place)
}

function timestamp(encoder: MessageEncoder, message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array {
  const parsed = typeof json === 'string' ? parseTimestamp(json) : undefined
  if (parsed === undefined) encoder.faults.wrongType(place, 'a time like "2024-01-02T03:04:05.678Z"', json)
  return secondsAndNanos(message, parsed)
}

function duration(encoder: MessageEncoder, message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array {
  const parsed = typeof json === 'string' ? parseDuration(json) : undefined
  if (parsed === undefined) encoder.faults.wrongType(place, 'a duration like "1.5s"', json)
  return secondsAndNanos(message, parsed)
}

function secondsAndNanos(message: MessageInfo, value: SecondsAndNanos | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array()
  const parts: Uint8Array[] = []
  for (const [name, number] of [['seconds', value.seconds] as const, ['nanos', BigInt(value.nanos)] as const]) {
    const field = message.field(name)
    const payload = integerPayload(field, number)
    if (!isDefault(payload)) parts.push(element(field, payload))
  }
  return Buffer.concat(parts)
}

function wrapper(encoder: MessageEncoder, message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array {
  return encoder.field(message.field('value'), json, place)
}

/** `google.protobuf.Value`: whatever stands there. */
function anyJson(encoder: MessageEncoder, message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array {
  return encoder.field(message.field(valueFieldFor(json)), json, place)
}

function valueFieldFor(json: unknown): string {
  if (json === null || json === undefined) return 'null_value'
  if (typeof json === 'boolean') return 'bool_value'
  if (typeof json === 'string') return 'string_value'
  if (Array.isArray(json)) return 'list_value'
  return typeof json === 'object' ? 'struct_value' : 'number_value'
}

/**
 * `{ "@type": "type.googleapis.com/full.Name", …its fields }`; a type with a JSON form of its own has that under `value`. For
 * types that `proto/` does not know, the plain fields are accepted as well: `{ "typeUrl": …, "value": base64 }`.
 */
function anyMessage(encoder: MessageEncoder, message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array {
  if (typeof json !== 'object' || json === null || !('@type' in json)) return encoder.fields(message, json, place)
  const { '@type': typeUrl, ...content } = json as { '@type': unknown; value?: unknown }
  const typePlace = memberOf(place, '@type')
  if (typeof typeUrl !== 'string') {
    encoder.faults.wrongType(typePlace, 'a string', typeUrl)
    return new Uint8Array()
  }
  const fullName = typeUrl.slice(typeUrl.lastIndexOf('/') + 1)
  const inner = encoder.schema.findMessage(fullName)
  if (inner === undefined) {
    const offer = didYouMean(fullName, [...wellKnown.keys()])
    const mend = 'Types that are not in proto/ can be given as { "typeUrl": …, "value": <base64> }.'
    encoder.faults.add(
      typePlace,
      'unknown_type',
      `There is no message type ${JSON.stringify(fullName)}.${offer} ${mend}`,
    )
    return new Uint8Array()
  }
  const nested = { ...place, depth: place.depth + 1 }
  const bytes = wellKnown.has(fullName)
    ? wellKnownContent(encoder, inner, content, nested)
    : encoder.message(inner, content, nested)
  const url = element(message.field('type_url'), delimited(Buffer.from(typeUrl, 'utf8')))
  return bytes.length === 0 ? url : Buffer.concat([url, element(message.field('value'), delimited(bytes))])
}

function wellKnownContent(
  encoder: MessageEncoder,
  message: MessageInfo,
  content: Readonly<Record<string, unknown>>,
  place: JsonPlace,
): Uint8Array {
  for (const key of Object.keys(content)) {
    if (key === 'value') continue
    encoder.faults.add(memberOf(place, key), 'unknown_field', `Beside "@type", ${message.name} takes only "value".`)
  }
  return encoder.message(message, content['value'], memberOf(place, 'value'))
}
