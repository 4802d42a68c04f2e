/**
 * Who speaks on a stream, out of `StreamAccessLogsMessage.identifier`. Envoy's is about 61 KB, nearly all of it `node.extensions`;
 * some strings are taken, everything else is stepped over. Runs once per stream.
 *
 * protobufjs' reader would not do: it misreads a varint padded to 6..9 bytes, takes field number 0, and lets a group end with
 * another group's tag.
 */
import { WireError } from '../errors.ts'
import type { Identifier } from '../identifier.ts'
import { groupDepthMax, nodeDataplaneBytesMax } from '../limits.ts'
import { resolveFieldPath } from './field-path.ts'
import { loadSchema } from './load.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Tags {
  readonly node: number
  readonly nodeId: number
  readonly nodeCluster: number
  readonly locality: number
  readonly zone: number
  readonly metadata: number
  readonly fields: number
  readonly key: number
  readonly value: number
  readonly stringValue: number
  readonly logName: number
}

let knownTags: Tags | undefined

/**
 * Decodes the bytes of one `Identifier` message, v3 or v2: the payload of `StreamAccessLogsMessage.identifier`. If that field came
 * more than once, its payloads may simply be joined: protobuf merges messages that way.
 *
 * The last `id`, `cluster`, `zone` and `log_name` win, also across several `node`s; bytes that are not UTF-8 become U+FFFD. The result is
 * a copy. Throws WireError when the bytes are not protobuf; what lies inside a field that is stepped over is not looked at.
 */
export function decodeIdentifier(bytes: Uint8Array): Identifier {
  const tags = (knownTags ??= readTags())
  const identifier: Mutable<Identifier> = { logName: '', nodeId: '', nodeCluster: '' }
  const reader = new FieldReader(bytes)
  while (reader.more) {
    const tag = reader.tag()
    if (tag === tags.node) readNode(new FieldReader(reader.bytes()), tags, identifier)
    else if (tag === tags.logName) identifier.logName = reader.text()
    else reader.skip(tag)
  }
  return identifier
}

function readTags(): Tags {
  const message = loadSchema().message('envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier')
  const tag = (path: string) => resolveFieldPath(message, path).at(-1)!.tag
  const entry = resolveFieldPath(message, 'node.metadata.fields').at(-1)!.map!
  return {
    node: tag('node'),
    nodeId: tag('node.id'),
    nodeCluster: tag('node.cluster'),
    locality: tag('node.locality'),
    zone: tag('node.locality.zone'),
    metadata: tag('node.metadata'),
    fields: tag('node.metadata.fields'),
    key: entry.key.tag,
    value: entry.value.tag,
    stringValue: entry.value.message!.field('string_value').tag,
    logName: tag('log_name'),
  }
}

function readNode(reader: FieldReader, tags: Tags, into: Mutable<Identifier>): void {
  while (reader.more) {
    const tag = reader.tag()
    if (tag === tags.nodeId) into.nodeId = reader.text()
    else if (tag === tags.nodeCluster) into.nodeCluster = reader.text()
    else if (tag === tags.locality) readLocality(new FieldReader(reader.bytes()), tags, into)
    else if (tag === tags.metadata) readMetadata(new FieldReader(reader.bytes()), tags, into)
    else reader.skip(tag)
  }
}

function readLocality(reader: FieldReader, tags: Tags, into: Mutable<Identifier>): void {
  while (reader.more) {
    const tag = reader.tag()
    if (tag !== tags.zone) reader.skip(tag)
    else into.nodeZone = reader.text()
  }
}

/** Of a Struct: whether Kuma has written it, and the Dataplane that it may hold. */
function readMetadata(reader: FieldReader, tags: Tags, into: Mutable<Identifier>): void {
  while (reader.more) {
    const tag = reader.tag()
    if (tag !== tags.fields) {
      reader.skip(tag)
      continue
    }
    const [key, value] = readField(new FieldReader(reader.bytes()), tags)
    if (key.startsWith('dataplane.')) into.isKuma = true
    if (key === 'dataplane.resource' && value !== '' && value.length <= nodeDataplaneBytesMax) into.dataplane = value
  }
}

/** A member of a Struct; a value that is no string is empty. */
function readField(reader: FieldReader, tags: Tags): [key: string, value: string] {
  let [key, value] = ['', '']
  while (reader.more) {
    const tag = reader.tag()
    if (tag === tags.key) key = reader.text()
    else if (tag === tags.value) {
      const inner = new FieldReader(reader.bytes())
      while (inner.more) {
        const member = inner.tag()
        if (member === tags.stringValue) value = inner.text()
        else inner.skip(member)
      }
    } else reader.skip(tag)
  }
  return [key, value]
}

/** Steps through the fields of one message. Every method throws WireError rather than go beyond the end. */
class FieldReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get more(): boolean {
    return this.#at < this.#bytes.length
  }

  tag(): number {
    const tag = this.#varint()
    if (tag >= 2 ** 32 || tag < 8) throw damage(`a field number of ${Math.floor(tag / 8)}`)
    return tag
  }

  bytes(): Uint8Array {
    const length = this.#varint()
    const from = this.#at
    this.#advance(length)
    return this.#bytes.subarray(from, this.#at)
  }

  text(): string {
    const { buffer, byteOffset, length } = this.bytes()
    return Buffer.from(buffer, byteOffset, length).toString('utf8')
  }

  skip(tag: number, depth = 0): void {
    const wireType = tag % 8
    if (wireType === 0) this.#varint()
    else if (wireType === 1) this.#advance(8)
    else if (wireType === 2) this.#advance(this.#varint())
    else if (wireType === 3) this.#skipGroup(tag, depth)
    else if (wireType === 5) this.#advance(4)
    else throw damage(wireType === 4 ? 'the end of a group that never began' : `wire type ${wireType}`)
  }

  #skipGroup(tag: number, depth: number): void {
    if (depth === groupDepthMax) throw damage(`groups nested deeper than ${groupDepthMax}`, 'group_depth')
    for (let inner = this.tag(); inner !== tag + 1; inner = this.tag()) this.skip(inner, depth + 1)
  }

  /** Up to ten bytes, as protobuf has it; above 2^53 no longer exact, which no tag or length here can be. */
  #varint(): number {
    let value = 0
    for (let i = 0, weight = 1; i < 10; i++, weight *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw damage('an end in the middle of a number')
      value += (byte & 127) * weight
      if (byte < 128) return value
    }
    throw damage('a number of more than ten bytes')
  }

  #advance(count: number): void {
    this.#at += count
    if (this.#at > this.#bytes.length) throw damage('a field that is longer than the message')
  }
}

function damage(what: string, code = 'identifier'): WireError {
  return new WireError(code, `The stream's identifier is not valid protobuf: it has ${what}.`)
}
