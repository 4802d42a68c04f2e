/** Values of metadata and objects of the filter state, as fields for protobufjs. */
import fc from 'fast-check'
import { bytesOf } from '../reference/bytes.ts'
import { encode } from '../reference/message.ts'
import { anyBytes, anyProtoBytes, structKeys } from './strings.ts'

const bytes = (text: fc.Arbitrary<string>) => text.map((each) => Buffer.from(each, 'latin1'))

const numbers = fc.oneof(
  fc.constantFrom(0, -0, 5, 1.5, -0.25, 100000, 1e-7, 123456789012345680, 1e21, 5e-324, 1.7976931348623157e308, 0.001),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.double(),
  fc.integer(),
)

interface Recursive {
  value: object
  struct: object
  list: object
}

/** Structs of strings as `text` gives them. */
function structs(text: fc.Arbitrary<string>, keys: fc.Arbitrary<string>) {
  return fc.letrec<Recursive>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { arbitrary: fc.record({ string_value: bytes(text) }), weight: 3 },
      { arbitrary: fc.record({ number_value: numbers }), weight: 3 },
      { arbitrary: fc.record({ bool_value: fc.boolean() }), weight: 1 },
      { arbitrary: fc.record({ null_value: fc.constantFrom(0, 5) }), weight: 1 },
      { arbitrary: fc.constant({}), weight: 1 },
      // Two members of the oneof: the last one on the wire counts.
      { arbitrary: fc.record({ number_value: numbers, string_value: bytes(text) }), weight: 1 },
      { arbitrary: fc.record({ struct_value: tie('struct') }), weight: 2 },
      { arbitrary: fc.record({ list_value: tie('list') }), weight: 1 },
    ),
    struct: fc
      .array(fc.record({ key: bytes(keys), value: tie('value') }), { maxLength: 4 })
      .map((fields) => ({ fields })),
    list: fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ values })),
  }))
}

export const anyStruct: fc.Arbitrary<object> = structs(anyBytes, fc.constantFrom(...structKeys)).struct

const { value, struct, list } = structs(anyProtoBytes, fc.constantFrom('k', 'obj', '', bytesOf('é')))

const wrapped = (of: fc.Arbitrary<unknown>) => fc.record({ value: of }, { requiredKeys: [] })

const time = fc.record(
  {
    seconds: fc.oneof(fc.nat(), fc.constantFrom('253402300799', '253402300800', '-5')),
    nanos: fc.constantFrom(0, 1, 500_000_000, 999_999_999, 21_000_000, 21_000, -1),
  },
  { requiredKeys: [] },
)

/** By type. */
const objects: Readonly<Record<string, fc.Arbitrary<object>>> = {
  StringValue: wrapped(bytes(anyProtoBytes)),
  BytesValue: wrapped(bytes(anyBytes)),
  BoolValue: wrapped(fc.boolean()),
  Int32Value: wrapped(fc.integer()),
  UInt32Value: wrapped(fc.constantFrom(0, 5, 8080, 100000, 4294967295)),
  Int64Value: wrapped(fc.constantFrom('0', '-1', '9007199254740993', '-9223372036854775808')),
  UInt64Value: wrapped(fc.constantFrom('5', '18446744073709551615')),
  DoubleValue: wrapped(numbers),
  FloatValue: wrapped(
    fc.constantFrom(0, 1.5, -2.25, 0.1, 16777216, 3.4028234663852886e38, Number.NaN, Number.POSITIVE_INFINITY),
  ),
  Struct: struct,
  Value: value,
  ListValue: list,
  Duration: time,
  Timestamp: time,
}

const known: fc.Arbitrary<{ type_url: Buffer; value: Uint8Array }> = fc
  .constantFrom(...Object.keys(objects))
  .chain((name) =>
    objects[name]!.map((fields) => ({
      type_url: Buffer.from(`type.googleapis.com/google.protobuf.${name}`),
      value: encode(`google.protobuf.${name}`, fields),
    })),
  )

/** An `Any`: of a known type most often, of an unknown one, or of another Any. */
export const anyState: fc.Arbitrary<object> = fc.oneof(
  { arbitrary: known, weight: 10 },
  {
    arbitrary: known.map((inner) => ({
      type_url: Buffer.from('type.googleapis.com/google.protobuf.Any'),
      value: encode('google.protobuf.Any', inner),
    })),
    weight: 1,
  },
  { arbitrary: fc.constant({ type_url: Buffer.from('type.googleapis.com/google.protobuf.Empty') }), weight: 1 },
  {
    arbitrary: fc.constantFrom(
      {},
      { type_url: Buffer.from('type.googleapis.com/some.Other'), value: Buffer.from([8, 1]) },
    ),
    weight: 1,
  },
)
