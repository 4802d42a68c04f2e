/** FILTER_STATE (operators.md B.10): how an object is asked for, and its bare form. Its JSON is in `proto-json.ts`. */
import type { Bytes } from './bytes.ts'
import { listJson, printJson, structJson, valueJson } from './json.ts'
import { decode, type Message } from './message.ts'
import { follow, jsonValue } from './metadata.ts'
import { printProtoJson, printTypedJson, protoJson, typeOf } from './proto-json.ts'
import {
  absent,
  type Entry,
  type Evaluate,
  type Row,
  type Rows,
  type Settings,
  stringValue,
  type Value,
} from './value.ts'

type Form = (any: Message, settings: Settings) => Value

/** `KEY[:PLAIN|TYPED|FIELD[:NAME]]`: a name goes with FIELD, and only with it. */
function parseArgument(argument: Bytes): { key: Bytes; form: 'PLAIN' | 'TYPED' | 'FIELD'; field: Bytes } {
  const [key = '', form = '', field = ''] = argument.split(':')
  if (key === '') throw new Error('FILTER_STATE needs a key')
  if (form !== '' && form !== 'PLAIN' && form !== 'TYPED' && form !== 'FIELD') {
    throw new Error(`FILTER_STATE knows PLAIN, TYPED and FIELD, not ${form}`)
  }
  if ((form === 'FIELD') !== (field !== ''))
    throw new Error('FILTER_STATE takes a field name with FIELD, and only there')
  return { key, form: form || 'TYPED', field }
}

function filterState(argument: Bytes): Evaluate {
  const { key, form, field } = parseArgument(argument)
  const forms: Record<typeof form, Form> = {
    PLAIN: plain,
    TYPED: typed,
    FIELD: (any, settings) => fieldOf(any, field, settings),
  }
  return (entry, settings) => {
    const any = objectOf(entry, key)
    if (any === undefined) return absent
    try {
      return forms[form](any, settings)
    } catch {
      // The object's bytes are no message of its type: nothing to print.
      return absent
    }
  }
}

function objectOf({ common }: Entry, key: Bytes): Message | undefined {
  return common.map('filter_state_objects', (pair) => pair.message('value')).get(key)
}

/** The proto as JSON: cut as text, whole as a typed value. */
function typed(any: Message): Value {
  const json = protoJson(any)
  if (json === undefined) return absent
  return { text: printProtoJson(json), typed: json === null ? null : { json: printTypedJson(json) } }
}

/** Not carried, so the known types are unwrapped. */
function plain(any: Message, { finiteNumbers }: Settings): Value {
  const name = typeOf(any)
  const read = () => decode(name, Buffer.from(any.bytes('value'), 'latin1'))
  switch (name) {
    case 'google.protobuf.StringValue':
    case 'google.protobuf.BytesValue':
      return stringValue(read().bytes('value'))
    case 'google.protobuf.BoolValue':
      return stringValue(String(read().flag('value')))
    case 'google.protobuf.Int32Value':
    case 'google.protobuf.UInt32Value':
      return stringValue(String(read().number('value')))
    case 'google.protobuf.Int64Value':
    case 'google.protobuf.UInt64Value':
      return stringValue(String(read().big('value')))
    case 'google.protobuf.DoubleValue':
    case 'google.protobuf.FloatValue':
      return stringValue(printProtoJson(protoJson(any)!).replaceAll('"', ''))
    case 'google.protobuf.Struct':
      return stringValue(printJson(structJson(read()), finiteNumbers))
    case 'google.protobuf.Value':
      return stringValue(printJson(valueJson(read()), finiteNumbers))
    case 'google.protobuf.ListValue':
      return stringValue(printJson(listJson(read()), finiteNumbers))
    default:
      return absent
  }
}

/** Not carried either: of a Struct the top-level field, as text. */
function fieldOf(any: Message, field: Bytes, settings: Settings): Value {
  if (typeOf(any) !== 'google.protobuf.Struct') return absent
  const struct = structJson(decode('google.protobuf.Struct', Buffer.from(any.bytes('value'), 'latin1')))
  const { text } = jsonValue(follow(struct, [field]), settings)
  return text === null ? absent : stringValue(text)
}

const row: Row = {
  argument: 'required',
  length: true,
  tag: (argument) => (parseArgument(argument).form === 'TYPED' ? 'json' : 'string'),
  taggedWhole: (argument) => parseArgument(argument).form === 'TYPED',
  make: filterState,
}

export const filterStateRows: Rows = { FILTER_STATE: row, UPSTREAM_FILTER_STATE: row }
