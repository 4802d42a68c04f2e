/**
 * proto3 JSON to binary: what `.jsonl` captures and format cases hold becomes the bytes that Envoy would send. Names are accepted
 * in camelCase and in snake_case. Scalars are in `json-scalars.ts`, messages with a JSON form of their own in `json-well-known.ts`.
 */
import { didYouMean } from '../did-you-mean.ts'
import { jsonDepthMax } from '../limits.ts'
import type { FieldInfo, MessageInfo, Schema } from './field-path.ts'
import { documentPlace, itemOf, JsonFaults, type JsonPlace, memberOf } from './json-faults.ts'
import { mapKeyPayload, scalarPayload } from './json-scalars.ts'
import { type MessageEncoder, wellKnownBytes } from './json-well-known.ts'
import { delimited, element, isDefault } from './proto-bytes.ts'

/**
 * The bytes of message `fullName` that `json` describes; the caller owns them. `json` is what `parseJson` (or a YAML reader) gave:
 * integers beyond 2^53 must be BigInts or strings. null means absent. Throws ConfigError with all faults, each with its path, and
 * SchemaError when there is no such message.
 */
export function encodeJsonMessage(schema: Schema, fullName: string, json: unknown): Uint8Array {
  const faults = new JsonFaults()
  const bytes = new JsonEncoder(schema, faults).message(schema.message(fullName), json, documentPlace)
  faults.throwIfAny()
  return bytes
}

/** Once a fault is noted the bytes are no longer whole; they are made all the same, for the sake of the faults behind it. */
class JsonEncoder implements MessageEncoder {
  readonly schema: Schema
  readonly faults: JsonFaults

  constructor(schema: Schema, faults: JsonFaults) {
    this.schema = schema
    this.faults = faults
  }

  message(message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array {
    if (place.depth > jsonDepthMax) {
      this.faults.add(place, 'too_deep', `Objects and arrays are nested deeper than ${jsonDepthMax}.`)
      return new Uint8Array()
    }
    return wellKnownBytes(this, message, json, place) ?? this.fields(message, json, place)
  }

  /** Written in order of field numbers. */
  fields(message: MessageInfo, json: unknown, place: JsonPlace): Uint8Array {
    if (!isObject(json)) {
      this.faults.wrongType(place, `an object (${message.name})`, json)
      return new Uint8Array()
    }
    const given = new Map<FieldInfo, Uint8Array>()
    for (const [key, value] of Object.entries(json)) {
      const at = memberOf(place, key)
      const field = this.#fieldFor(message, key, at)
      if (field === undefined || value === undefined || (value === null && !takesNull(field))) continue
      if (!this.#clash(field, given.keys(), at)) given.set(field, this.field(field, value, at))
    }
    const inOrder = [...given].sort(([a], [b]) => a.number - b.number)
    return Buffer.concat(inOrder.map(([, bytes]) => bytes))
  }

  field(field: FieldInfo, json: unknown, place: JsonPlace): Uint8Array {
    if (field.map !== undefined) return this.#map(field, field.map, json, place)
    if (field.repeated) return this.#items(field, json, place)
    const payload = this.#payload(field, json, place)
    if (payload === undefined) return new Uint8Array()
    // Only a plain scalar has no presence: a message or a oneof's member says something by being there.
    const absent = field.message === undefined && field.oneof === null && isDefault(payload)
    return absent ? new Uint8Array() : element(field, payload)
  }

  #items(field: FieldInfo, json: unknown, place: JsonPlace): Uint8Array {
    if (!Array.isArray(json)) {
      this.faults.wrongType(place, 'an array', json)
      return new Uint8Array()
    }
    const payloads = json.map((item, i) => this.#payload(field, item, itemOf(place, i)))
    return Buffer.concat(payloads.map((payload) => (payload ? element(field, payload) : new Uint8Array())))
  }

  #map(field: FieldInfo, map: NonNullable<FieldInfo['map']>, json: unknown, place: JsonPlace): Uint8Array {
    if (!isObject(json)) {
      this.faults.wrongType(place, 'an object', json)
      return new Uint8Array()
    }
    const entries = Object.entries(json).map(([key, value]) => {
      const at = memberOf(place, key)
      const keyPayload = mapKeyPayload(map.key, key, at, this.faults)
      const valuePayload = this.#payload(map.value, value, at)
      if (keyPayload === undefined || valuePayload === undefined) return new Uint8Array()
      const entry = Buffer.concat([element(map.key, keyPayload), element(map.value, valuePayload)])
      return element(field, delimited(entry))
    })
    return Buffer.concat(entries)
  }

  #payload(field: FieldInfo, json: unknown, place: JsonPlace): Uint8Array | undefined {
    if (field.message !== undefined) return delimited(this.message(field.message, json, place))
    return scalarPayload(field, json, place, this.faults)
  }

  #fieldFor(message: MessageInfo, key: string, place: JsonPlace): FieldInfo | undefined {
    const field = message.fields.find((candidate) => candidate.jsonName === key || candidate.name === key)
    if (field !== undefined) return field
    const offer = didYouMean(
      key,
      message.fields.map((candidate) => (key.includes('_') ? candidate.name : candidate.jsonName)),
    )
    return this.faults.add(place, 'unknown_field', `${message.name} has no field ${key}.${offer}`)
  }

  /** True, and noted, when the field is there already (in the other spelling) or another member of its oneof is. */
  #clash(field: FieldInfo, given: Iterable<FieldInfo>, place: JsonPlace): boolean {
    for (const other of given) {
      if (other === field) {
        this.faults.add(place, 'duplicate_field', `${field.jsonName} is given twice: as ${field.name} as well.`)
        return true
      }
      if (field.oneof !== null && other.oneof === field.oneof) {
        const both = `${other.jsonName} and ${field.jsonName}`
        this.faults.add(place, 'oneof', `Only one of ${both} may be given: they share the oneof ${field.oneof}.`)
        return true
      }
    }
    return false
  }
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function takesNull(field: FieldInfo): boolean {
  return field.type === 'google.protobuf.Value' || field.type === 'google.protobuf.NullValue'
}
