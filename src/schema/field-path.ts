/**
 * The words of `proto/` as plain data: messages, fields with their numbers and wire tags, enums, and dotted paths through them.
 * This is where everybody else gets a field's number; `reflect.ts` makes the data, `load.ts` reads the files.
 */
import { didYouMean } from '../did-you-mean.ts'
import { SchemaError } from '../errors.ts'

/**
 * What the bytes of a field are. `varint`: int32, int64, uint32, uint64, bool, enums. `sint`: zigzag varints. `fixed32` and
 * `fixed64` include the signed ones. `FieldInfo.type` tells which scalar it is.
 */
export type FieldKind =
  | 'bytes'
  | 'string'
  | 'varint'
  | 'sint'
  | 'fixed32'
  | 'fixed64'
  | 'double'
  | 'float'
  | 'message'
  | 'map'

export interface FieldInfo {
  /** As `proto/` spells it: snake_case. */
  readonly name: string
  /** lowerCamelCase, as proto3 JSON spells it. */
  readonly jsonName: string
  readonly number: number
  /** `number << 3 | wire type`, of one unpacked element. */
  readonly tag: number
  readonly kind: FieldKind
  /** The scalar's name (`uint32`), or the full name of the message or enum, or `map<key, value>`. */
  readonly type: string
  /** False for maps, although they too come as many elements. */
  readonly repeated: boolean
  /** The oneof this field belongs to. */
  readonly oneof: string | null
  /** Set when `kind` is `message`. */
  readonly message?: MessageInfo
  /** Set when the type is an enum; `kind` is `varint` then. */
  readonly enumeration?: EnumInfo
  /** Set when `kind` is `map`: fields 1 and 2 of the entry message. */
  readonly map?: { readonly key: FieldInfo; readonly value: FieldInfo }
}

export interface MessageInfo {
  /** Without package and outer messages: `HTTPAccessLogEntry`. */
  readonly name: string
  /** With them: `envoy.data.accesslog.v3.HTTPAccessLogEntry`. */
  readonly fullName: string
  /** In order of their numbers. Messages may reach themselves (`google.protobuf.Value`): do not walk them without a bound. */
  readonly fields: readonly FieldInfo[]
  /** Throws SchemaError when there is no such field. */
  field(name: string): FieldInfo
}

export interface EnumInfo {
  /** Without package and outer messages: `RequestMethod`. */
  readonly name: string
  readonly fullName: string
  readonly values: ReadonlyMap<string, number>
  /** Undefined for a number that this enum does not name; proto3 lets such numbers pass. */
  nameOf(number: number): string | undefined
}

export interface Schema {
  /** By full name. Throws SchemaError when there is no such message. */
  message(fullName: string): MessageInfo
  /** By full name; undefined when there is no such message. For names that come from users. */
  findMessage(fullName: string): MessageInfo | undefined
  /** By full name. Throws SchemaError when there is no such enum. */
  enumeration(fullName: string): EnumInfo
}

/**
 * The fields along a dotted path, from `message` inwards: `common_properties.start_time` gives two. Throws SchemaError for an
 * unknown name, for a step into something that is no message, and for an empty path.
 */
export function resolveFieldPath(message: MessageInfo, path: string): readonly FieldInfo[] {
  const fields: FieldInfo[] = []
  let here: MessageInfo | undefined = message
  for (const name of path.split('.')) {
    if (here === undefined) {
      const last = fields.at(-1)!
      throw new SchemaError(`${path}: ${last.name} is of type ${last.type} and has no field ${name} within.`)
    }
    const field: FieldInfo = here.field(name)
    fields.push(field)
    here = field.message
  }
  return fields
}

/** Finds by name, or throws a SchemaError that offers the nearest name there is. */
export function lookUp<T>(all: ReadonlyMap<string, T>, name: string, owner: string, noun: string): T {
  const found = all.get(name)
  if (found === undefined) throw new SchemaError(`${owner} has no ${noun} ${name}.${didYouMean(name, all.keys())}`)
  return found
}
