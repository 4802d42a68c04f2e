/**
 * Entries, decoded by protobufjs from `proto/` (operators.md A.2). Strings are declared as `bytes` before decoding, also those in
 * maps, so that invalid UTF-8 survives. Not for odd encodings: protobufjs' reader takes varints padded to 6 to 9 bytes for others,
 * and lets a repeated sub-message replace the first instead of merging them. Give it canonical bytes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'
import type { Bytes } from './bytes.ts'

const protoFolder = fileURLToPath(new URL('../../proto', import.meta.url))

function loadRoot(): protobuf.Root {
  const root = new protobuf.Root()
  for (const file of readdirSync(protoFolder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.endsWith('.proto')) protobuf.parse(readFileSync(join(protoFolder, file), 'utf8'), root, { keepCase: true })
  }
  keepStringsRaw(root)
  root.resolveAll()
  return root
}

function keepStringsRaw(namespace: protobuf.NamespaceBase): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) for (const field of [...nested.fieldsArray]) keepStringRaw(nested, field)
    if (nested instanceof protobuf.Namespace) keepStringsRaw(nested)
  }
}

/** Entries stay bytes, too: `reference.ts` decodes them one by one. A map is a repeated message of key and value (A.1); protobufjs would make JavaScript strings of its keys. */
function keepStringRaw(type: protobuf.Type, field: protobuf.Field): void {
  if (field instanceof protobuf.MapField) {
    const pair = new protobuf.Type(`${field.name}_pair`)
    pair.add(new protobuf.Field('key', 1, 'bytes'))
    pair.add(new protobuf.Field('value', 2, field.type === 'string' ? 'bytes' : field.type))
    type.remove(field)
    type.add(pair)
    type.add(new protobuf.Field(field.name, field.id, pair.name, 'repeated'))
  } else if (field.type === 'string' || field.name === 'log_entry') {
    field.type = 'bytes'
  }
}

let root: protobuf.Root | undefined
const types = new Map<string, protobuf.Type>()

function typeCalled(name: string): protobuf.Type {
  root ??= loadRoot()
  const type = types.get(name) ?? root.lookupType(name)
  types.set(name, type)
  return type
}

/** Throws when the bytes are no such message. */
export function decode(typeName: string, bytes: Uint8Array): Message {
  const type = typeCalled(typeName)
  return new Message(type, type.decode(bytes))
}

/** A decoded message; asking for a field that its type has not is a mistake of the reference, and throws. */
export class Message {
  readonly #type: protobuf.Type
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(type: protobuf.Type, decoded: protobuf.Message) {
    this.#type = type
    this.#fields = decoded as unknown as Record<string, unknown>
  }

  /** Of the members of a oneof only the last one on the wire is there; protobufjs keeps all, in the order in which they came. */
  has(name: string): boolean {
    const { partOf } = this.#field(name)
    if (!Object.hasOwn(this.#fields, name)) return false
    return partOf === null || Object.keys(this.#fields).findLast((key) => partOf.oneof.includes(key)) === name
  }

  /** A `string` or `bytes` field; "" when it is not there. */
  bytes(name: string): Bytes {
    return this.has(name) ? bytesFrom(this.#fields[name]) : ''
  }

  /** Any number of 32 bits, an enum's, or a double; 0 when it is not there. */
  number(name: string): number {
    return this.has(name) ? Number(this.#fields[name]) : 0
  }

  /** A number of 64 bits. */
  big(name: string): bigint {
    return this.has(name) ? BigInt(String(this.#fields[name])) : 0n
  }

  flag(name: string): boolean {
    return this.has(name) && this.#fields[name] === true
  }

  /** The name of an enum's number: undefined when it has none. */
  enumName(name: string): string | undefined {
    const { resolvedType } = this.#field(name)
    return (resolvedType as protobuf.Enum).valuesById[this.number(name)]
  }

  message(name: string): Message | undefined {
    return this.has(name) ? this.#wrap(name, this.#fields[name]) : undefined
  }

  messages(name: string): Message[] {
    return this.has(name) ? (this.#fields[name] as unknown[]).map((each) => this.#wrap(name, each)) : []
  }

  /** A repeated `bytes` field. */
  raw(name: string): Uint8Array[] {
    return this.has(name) ? (this.#fields[name] as Uint8Array[]) : []
  }

  /** A map's keys with their values as `read` gets them from a pair; the last of a repeated key wins. */
  map<T>(name: string, read: (pair: Message) => T): Map<Bytes, T> {
    return new Map(this.messages(name).map((pair) => [pair.bytes('key'), read(pair)]))
  }

  /** A map of strings. */
  strings(name: string): Map<Bytes, Bytes> {
    return this.map(name, (pair) => pair.bytes('value'))
  }

  #wrap(name: string, value: unknown): Message {
    return new Message(this.#field(name).resolvedType as protobuf.Type, value as protobuf.Message)
  }

  #field(name: string): protobuf.Field {
    const field = this.#type.fields[name]
    if (!field) throw new Error(`${this.#type.name} has no field ${name}`)
    return field
  }
}

function bytesFrom(value: unknown): Bytes {
  return Buffer.from(value as Uint8Array).toString('latin1')
}

/** The other way, for tests that make entries: fields as `Type.fromObject` takes them, maps as lists of `{ key, value }`. */
export function encode(typeName: string, fields: object): Uint8Array {
  const type = typeCalled(typeName)
  return type.encode(type.fromObject(fields as Record<string, unknown>)).finish()
}

/** A message that holds nothing. */
export function emptyMessage(typeName: string): Message {
  return decode(typeName, new Uint8Array())
}
