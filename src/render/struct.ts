/**
 * `google.protobuf.Struct` from the wire to JSON, without an object in between: compact, keys sorted by their bytes. How strings and
 * numbers look is the business of a `JsonStyle`; `struct-path.ts` picks values out.
 */
import { structDepthMax, structFieldsMax } from '../limits.ts'
import type { Memory } from '../wire/memory.ts'
import { writeAscii } from './ascii.ts'
import { FieldReader } from './field-reader.ts'
import type { JsonStyle } from './json-style.ts'
import type { StructReader } from './struct-reader.ts'
import { readInt64 } from './varint-value.ts'

/**
 * Most bytes that one byte of a Struct becomes, whatever the style, and bytes besides. The worst are control characters, each of them
 * `\u00xx`.
 */
export const structBytesPerByte = 6
export const structBytesFixed = 32

/**
 * Each writes its message `[at, end)` as JSON at `o`; -1 for damage, for more levels or fields than `limits.ts` allows, and where the
 * style refuses. `begin` comes first. Not re-entrant.
 */
export interface Structs {
  /** Called before anything else is asked about a value that lies in `[at, end)`; begins the reader too. */
  begin(at: number, end: number): void
  struct(o: number, at: number, end: number, style: JsonStyle): number
  list(o: number, at: number, end: number, style: JsonStyle): number
  value(o: number, at: number, end: number, style: JsonStyle): number
  /** The Value that the reader holds. */
  found(o: number, style: JsonStyle): number
}

/** A field: key span and value span. */
const nodeInts = 4

export function createStructs({ bytes, view }: Memory, reader: StructReader): Structs {
  const { tags } = reader
  const field = new FieldReader()
  /** The fields of all Structs around the value that is being written, and their order; those within come behind. */
  let nodes = new Int32Array(64 * nodeInts)
  let order = new Int32Array(64)
  let count = 0

  const collect = (at: number, end: number): boolean => {
    for (; at < end; at = field.end) {
      if (!field.read(bytes, at, end)) return false
      if (field.tag === tags.fields && !add(field.at, field.end)) return false
    }
    return true
  }

  const add = (at: number, end: number): boolean => {
    if (!reader.entry(at, end) || count === structFieldsMax) return false
    if (count === order.length) {
      nodes = grown(nodes)
      order = grown(order)
    }
    order[count] = count
    const node = nodeInts * count++
    nodes[node] = reader.keyAt
    nodes[node + 1] = reader.keyEnd
    nodes[node + 2] = reader.at
    nodes[node + 3] = reader.end
    return true
  }

  const compareKeys = (a: number, b: number): number => {
    let i = nodes[nodeInts * a]!
    let k = nodes[nodeInts * b]!
    const iEnd = nodes[nodeInts * a + 1]!
    const kEnd = nodes[nodeInts * b + 1]!
    for (; i < iEnd && k < kEnd; i++, k++) {
      const difference = bytes[i]! - bytes[k]!
      if (difference !== 0) return difference
    }
    return iEnd - i - (kEnd - k)
  }

  const struct = (o: number, at: number, end: number, style: JsonStyle, depth: number): number => {
    const first = count
    if (depth > structDepthMax || !collect(at, end)) return -1
    const last = count
    if (last - first > 1) order.subarray(first, last).sort(compareKeys)
    bytes[o++] = 0x7b
    for (let i = first; i < last; i++) {
      // Sorting keeps the order of equal keys, and the last of them counts.
      if (i + 1 < last && compareKeys(order[i]!, order[i + 1]!) === 0) continue
      const node = nodeInts * order[i]!
      o = style.string(o, nodes[node]!, nodes[node + 1]!)
      if (o < 0) return -1
      bytes[o++] = 0x3a
      o = value(o, nodes[node + 2]!, nodes[node + 3]!, style, depth)
      if (o < 0) return -1
      bytes[o++] = 0x2c
    }
    count = first
    return close(o, last > first, 0x7d)
  }

  const list = (o: number, at: number, end: number, style: JsonStyle, depth: number): number => {
    if (depth > structDepthMax) return -1
    bytes[o++] = 0x5b
    let any = false
    while (at < end) {
      if (!field.read(bytes, at, end)) return -1
      at = field.end
      if (field.tag !== tags.values) continue
      any = true
      o = value(o, field.at, field.end, style, depth)
      if (o < 0) return -1
      bytes[o++] = 0x2c
    }
    return close(o, any, 0x5d)
  }

  /** The bracket takes the place of the last comma. */
  const close = (o: number, any: boolean, bracket: number): number => {
    if (any) o--
    bytes[o] = bracket
    return o + 1
  }

  const value = (o: number, at: number, end: number, style: JsonStyle, depth: number): number =>
    reader.value(at, end) ? found(o, style, depth) : -1

  const found = (o: number, style: JsonStyle, depth: number): number => {
    const { member, at, end } = reader
    switch (member) {
      case tags.numberValue:
        return style.number(o, view.getFloat64(at, true))
      case tags.stringValue:
        return style.string(o, at, end)
      case tags.boolValue:
        return writeAscii(bytes, o, readInt64(bytes, at) !== 0 ? 'true' : 'false')
      case tags.structValue:
        return struct(o, at, end, style, depth + 1)
      case tags.listValue:
        return list(o, at, end, style, depth + 1)
      default:
        return writeAscii(bytes, o, 'null')
    }
  }

  return {
    begin(at, end) {
      count = 0
      reader.begin(at, end)
    },
    struct: (o, at, end, style) => struct(o, at, end, style, 1),
    list: (o, at, end, style) => list(o, at, end, style, 1),
    value: (o, at, end, style) => value(o, at, end, style, 0),
    found: (o, style) => found(o, style, 0),
  }
}

function grown(ints: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(ints.length * 2)
  larger.set(ints)
  return larger
}
