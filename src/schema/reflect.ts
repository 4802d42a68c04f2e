/**
 * Turns protobufjs' reflection of `proto/` into the plain data of `field-path.ts`. protobufjs types end here.
 */
import protobuf from 'protobufjs'
import { SchemaError } from '../errors.ts'
import { type EnumInfo, type FieldInfo, type FieldKind, lookUp, type MessageInfo, type Schema } from './field-path.ts'

const kindOfScalar: Readonly<Record<string, FieldKind>> = {
  bytes: 'bytes',
  string: 'string',
  bool: 'varint',
  int32: 'varint',
  int64: 'varint',
  uint32: 'varint',
  uint64: 'varint',
  sint32: 'sint',
  sint64: 'sint',
  fixed32: 'fixed32',
  sfixed32: 'fixed32',
  fixed64: 'fixed64',
  sfixed64: 'fixed64',
  float: 'float',
  double: 'double',
}

const wireTypeOf: Readonly<Record<FieldKind, number>> = {
  varint: 0,
  sint: 0,
  fixed64: 1,
  double: 1,
  bytes: 2,
  string: 2,
  message: 2,
  map: 2,
  fixed32: 5,
  float: 5,
}

/**
 * Messages refer to each other, and to themselves (`google.protobuf.Value` holds a `Struct` of `Value`s). So first all messages
 * are made without fields; then the fields are made, and each finds the message it needs.
 */
export function reflect(root: protobuf.Root): Schema {
  root.resolveAll()
  const enums = new Map<string, EnumInfo>()
  const messages = new Map<string, MessageInfo>()
  const fill: (() => void)[] = []

  for (const object of everyObject(root)) {
    if (object instanceof protobuf.Enum) {
      enums.set(fullNameOf(object), describeEnum(object))
    } else if (object instanceof protobuf.Type) {
      const fields: FieldInfo[] = []
      const byName = new Map<string, FieldInfo>()
      const fullName = fullNameOf(object)
      const field = (name: string) => lookUp(byName, name, fullName, 'field')
      messages.set(fullName, { name: object.name, fullName, fields, field })
      fill.push(() => {
        for (const described of [...object.fieldsArray].sort((a, b) => a.id - b.id)) {
          const info = describeField(described, messages, enums)
          fields.push(info)
          byName.set(info.name, info)
        }
      })
    }
  }
  for (const fillFields of fill) fillFields()

  return {
    message: (fullName) => lookUp(messages, fullName, 'proto/', 'message'),
    findMessage: (fullName) => messages.get(fullName),
    enumeration: (fullName) => lookUp(enums, fullName, 'proto/', 'enum'),
  }
}

function* everyObject(parent: protobuf.NamespaceBase): Generator<protobuf.ReflectionObject> {
  for (const object of parent.nestedArray) {
    yield object
    if (object instanceof protobuf.Namespace) yield* everyObject(object)
  }
}

function describeField(
  field: protobuf.Field,
  messages: ReadonlyMap<string, MessageInfo>,
  enums: ReadonlyMap<string, EnumInfo>,
): FieldInfo {
  const value = describeElement(field, messages, enums)
  if (!(field instanceof protobuf.MapField)) return value
  const key = scalarField('key', 1, field.keyType)
  const map = { key, value: { ...value, name: 'value', jsonName: 'value', ...numbered(2, value.kind), oneof: null } }
  const type = `map<${key.type}, ${value.type}>`
  return { ...nameOf(field), ...numbered(field.id, 'map'), kind: 'map', type, repeated: false, oneof: null, map }
}

/** One element of the field; for a map, its value under the map's own name. */
function describeElement(
  field: protobuf.Field,
  messages: ReadonlyMap<string, MessageInfo>,
  enums: ReadonlyMap<string, EnumInfo>,
): FieldInfo {
  const about = { ...nameOf(field), repeated: field.repeated, oneof: field.partOf?.name ?? null }
  const type = field.resolvedType
  if (type instanceof protobuf.Type) {
    const message = messages.get(fullNameOf(type))!
    return { ...about, ...numbered(field.id, 'message'), kind: 'message', type: message.fullName, message }
  }
  if (type instanceof protobuf.Enum) {
    const enumeration = enums.get(fullNameOf(type))!
    return { ...about, ...numbered(field.id, 'varint'), kind: 'varint', type: enumeration.fullName, enumeration }
  }
  return { ...scalarField(field.name, field.id, field.type), ...about }
}

function scalarField(name: string, id: number, type: string): FieldInfo {
  const kind = kindOfScalar[type]
  if (kind === undefined) throw new SchemaError(`proto/: field ${name} has the unknown type ${type}.`)
  return { name, jsonName: camelCase(name), ...numbered(id, kind), kind, type, repeated: false, oneof: null }
}

/** Multiplied, not shifted: the largest field numbers would turn a shifted tag negative. */
function numbered(number: number, kind: FieldKind): { number: number; tag: number } {
  return { number, tag: number * 8 + wireTypeOf[kind] }
}

function nameOf(field: protobuf.Field): { name: string; jsonName: string } {
  return { name: field.name, jsonName: camelCase(field.name) }
}

/** As protoc makes JSON names: an underscore goes, and the letter behind it is raised. */
function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

function describeEnum(object: protobuf.Enum): EnumInfo {
  const values = new Map(Object.entries(object.values))
  const names = new Map([...values].map(([name, number]) => [number, name]))
  return { name: object.name, fullName: fullNameOf(object), values, nameOf: (number) => names.get(number) }
}

function fullNameOf(object: protobuf.ReflectionObject): string {
  return object.fullName.slice(1)
}
