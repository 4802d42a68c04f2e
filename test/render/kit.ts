/** One memory with all the leaves that work on spans, and ways to lay values in and read what was written. */
import { createAnyReader, type TimeTags, type WrapperName } from '../../src/render/any.ts'
import { createAnyJson } from '../../src/render/any-json.ts'
import { createCiphers } from '../../src/render/cipher.ts'
import { createCopy } from '../../src/render/copy.ts'
import { createFilterStates } from '../../src/render/filter-state.ts'
import { createGrpcStatuses } from '../../src/render/grpc-status.ts'
import { createJsonStrings } from '../../src/render/json-string.ts'
import { createJsonStyles } from '../../src/render/json-style.ts'
import { createJsonTokens } from '../../src/render/json-tokens.ts'
import { createJsonValues } from '../../src/render/json-value.ts'
import { createProtoStyles } from '../../src/render/proto-json.ts'
import { createQueries } from '../../src/render/query.ts'
import { createServerNames } from '../../src/render/server-name.ts'
import { createStructs } from '../../src/render/struct.ts'
import { createStructPaths } from '../../src/render/struct-path.ts'
import { createStructReader } from '../../src/render/struct-reader.ts'
import { createTagValues } from '../../src/render/tag-value.ts'
import { createTextSafety } from '../../src/render/text-safety.ts'
import { createUuids } from '../../src/render/uuid.ts'
import { createValueTexts } from '../../src/render/value-text.ts'
import { loadSchema } from '../../src/schema/load.ts'
import { createMemory } from '../../src/wire/memory.ts'

export const memory = createMemory({ inputBytesMax: 1 << 20, outputBytesMax: 1 << 21 })
const { bytes, inputAt } = memory
/** Something has been written before already. */
const outputAt = memory.outputAt + 64

const schema = loadSchema()
export const tagOf = (message: string, field: string): number =>
  schema.message(`google.protobuf.${message}`).field(field).tag
const fields = schema.message('google.protobuf.Struct').field('fields')
const time = (message: string): TimeTags => ({ seconds: tagOf(message, 'seconds'), nanos: tagOf(message, 'nanos') })

export const structTags = {
  fields: fields.tag,
  key: fields.map!.key.tag,
  value: fields.map!.value.tag,
  nullValue: tagOf('Value', 'null_value'),
  numberValue: tagOf('Value', 'number_value'),
  stringValue: tagOf('Value', 'string_value'),
  boolValue: tagOf('Value', 'bool_value'),
  structValue: tagOf('Value', 'struct_value'),
  listValue: tagOf('Value', 'list_value'),
  values: tagOf('ListValue', 'values'),
}

const wrapperNames: readonly WrapperName[] = [
  'BoolValue',
  'BytesValue',
  'DoubleValue',
  'FloatValue',
  'Int32Value',
  'Int64Value',
  'StringValue',
  'UInt32Value',
  'UInt64Value',
]
export const anyTags = {
  typeUrl: tagOf('Any', 'type_url'),
  value: tagOf('Any', 'value'),
  wrappers: Object.fromEntries(wrapperNames.map((name) => [name, tagOf(name, 'value')])) as Record<WrapperName, number>,
  duration: time('Duration'),
  timestamp: time('Timestamp'),
}

export const copy = createCopy(memory)
const strings = createJsonStrings(memory)
const styles = createJsonStyles(memory, strings)
export const safety = createTextSafety(memory)
const reader = createStructReader(memory, structTags)
const structs = createStructs(memory, reader)
export const structPaths = createStructPaths({ reader, structs, styles, copy, strings, safety })
const any = createAnyReader(memory, anyTags)
export const filterStates = createFilterStates({
  memory,
  reader: any,
  anyJson: createAnyJson(memory, any, structs),
  structs,
  paths: structPaths,
  jsonStyles: styles,
  protoStyles: createProtoStyles(memory, strings),
  copy,
  safety,
})
export const tagValues = createTagValues({
  memory,
  values: createJsonValues(memory, strings, createJsonTokens(memory)),
  texts: createValueTexts(memory, strings),
  styles,
  copy,
  strings,
  safety,
})
export const queries = createQueries(memory, copy)
export const serverNames = createServerNames(memory, copy)
export const ciphers = createCiphers(memory, copy)
export const grpcStatuses = createGrpcStatuses(memory)
export const uuids = createUuids(memory)

/** Text is UTF-8; `latin1` makes bytes of char codes. */
export const utf8 = (text: string): Uint8Array => Buffer.from(text)
export const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/**
 * Lays one value in, between bytes that would continue a word, a number or a name, and calls `write` with its span. Null for -1;
 * otherwise the bytes written, as a byte string. Fails when bytes before the output were touched.
 */
export function written(
  value: Uint8Array | string,
  write: (o: number, at: number, end: number) => number,
): string | null {
  const input = typeof value === 'string' ? utf8(value) : value
  const at = inputAt + 16
  bytes.fill(0x37, inputAt, at + input.length + 64)
  bytes.set(input, at)
  bytes.fill(0xa5, outputAt - 8, outputAt)
  const next = write(outputAt, at, at + input.length)
  if (bytes.subarray(outputAt - 8, outputAt).some((byte) => byte !== 0xa5))
    throw new Error('Wrote before its position.')
  if (next === -1) return null
  if (next < outputAt) throw new Error(`The end ${next} lies before the beginning.`)
  return Buffer.from(bytes.subarray(outputAt, next)).toString('latin1')
}

/** The same as text. */
export function writtenText(value: Uint8Array | string, write: Parameters<typeof written>[1]): string | null {
  const result = written(value, write)
  return result === null ? null : Buffer.from(result, 'latin1').toString()
}

/** Messages by hand, so that they may be strange. */
export function varint(n: number | bigint): Uint8Array {
  const groups: number[] = []
  let rest = BigInt.asUintN(64, BigInt(n))
  for (; rest > 0x7fn; rest >>= 7n) groups.push(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.from([...groups, Number(rest)])
}

export const bytesField = (tag: number, ...pieces: Uint8Array[]): Uint8Array => {
  const payload = Buffer.concat(pieces)
  return Buffer.concat([varint(tag), varint(payload.length), payload])
}
export const varintField = (tag: number, n: number | bigint): Uint8Array => Buffer.concat([varint(tag), varint(n)])

export function doubleField(tag: number, n: number): Uint8Array {
  const payload = Buffer.alloc(8)
  payload.writeDoubleLE(n)
  return Buffer.concat([varint(tag), payload])
}

/** A value as JavaScript has it; bytes are a string that need not be UTF-8, undefined is a Value of no kind. */
export type Json = null | undefined | number | string | boolean | Uint8Array | Json[] | { [key: string]: Json }

export function valueBytes(json: Json): Uint8Array {
  const tags = structTags
  if (json === undefined) return new Uint8Array()
  if (json === null) return varintField(tags.nullValue, 0)
  if (typeof json === 'number') return doubleField(tags.numberValue, json)
  if (typeof json === 'string') return bytesField(tags.stringValue, utf8(json))
  if (typeof json === 'boolean') return varintField(tags.boolValue, json ? 1 : 0)
  if (json instanceof Uint8Array) return bytesField(tags.stringValue, json)
  if (Array.isArray(json)) return bytesField(tags.listValue, listBytes(json))
  return bytesField(tags.structValue, structBytes(json))
}

export const listBytes = (json: readonly Json[]): Uint8Array =>
  Buffer.concat(json.map((value) => bytesField(structTags.values, valueBytes(value))))

export const fieldBytes = (key: Uint8Array, ...values: Uint8Array[]): Uint8Array =>
  bytesField(structTags.fields, bytesField(structTags.key, key), ...values.map((v) => bytesField(structTags.value, v)))

export const structBytes = (json: { readonly [key: string]: Json }): Uint8Array =>
  Buffer.concat(Object.entries(json).map(([key, value]) => fieldBytes(utf8(key), valueBytes(value))))

export const anyBytes = (type: string, value: Uint8Array): Uint8Array =>
  Buffer.concat([
    bytesField(anyTags.typeUrl, utf8(`type.googleapis.com/google.protobuf.${type}`)),
    bytesField(anyTags.value, value),
  ])
