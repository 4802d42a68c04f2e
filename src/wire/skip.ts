/**
 * Stepping over a field that nobody asked for, whatever its wire type. Unknown fields are normal (a newer Envoy sends more than
 * this sink knows); damage is not, and is told by a negative position.
 *
 *     field := tag payload        tag := varint(number << 3 | wire type)
 *     0 varint   1 eight bytes   2 varint length, bytes   3 group: fields up to the tag (same number, type 4)   5 four bytes
 */
import { groupDepthMax } from '../limits.ts'
import { VarintReader } from './varint.ts'

/** Why bytes are not protobuf; a bounded set, used as metric label. */
export type WireFault = 'truncated' | 'varint' | 'tag' | 'wire_type' | 'group_end' | 'group_depth'

const varint = new VarintReader()
let fault: WireFault = 'truncated'

/** Why the last `skipField` answered -1. */
export function skipFault(): WireFault {
  return fault
}

/**
 * Returns the position behind the payload of the field whose `tag` was read just before `at`, or -1 on damage: a payload that runs
 * over `end`, wire type 6 or 7, field number 0, a group end without its start, or groups nested deeper than `groupDepthMax`.
 * `tag` is the whole tag, as an unsigned or a signed 32-bit number.
 */
export function skipField(bytes: Uint8Array, tag: number, at: number, end: number): number {
  return skip(bytes, tag, at, end, 0)
}

function skip(bytes: Uint8Array, tag: number, at: number, end: number, depth: number): number {
  if (tag >>> 3 === 0) return damaged('tag')
  switch (tag & 7) {
    case 0:
      return varint.read(bytes, at, end) ? varint.at : damaged(varintFault(at, end))
    case 1:
      return at + 8 <= end ? at + 8 : damaged('truncated')
    case 2: {
      if (!varint.read(bytes, at, end)) return damaged(varintFault(at, end))
      const next = varint.at + varint.value
      return next <= end ? next : damaged('truncated')
    }
    case 3:
      return depth < groupDepthMax ? skipGroup(bytes, tag, at, end, depth + 1) : damaged('group_depth')
    case 4:
      return damaged('group_end')
    case 5:
      return at + 4 <= end ? at + 4 : damaged('truncated')
    default:
      return damaged('wire_type')
  }
}

function skipGroup(bytes: Uint8Array, startTag: number, at: number, end: number, depth: number): number {
  const endTag = (startTag | 0) + 1
  while (at < end) {
    if (!varint.read(bytes, at, end)) return damaged(varintFault(at, end))
    if (varint.value > 0xffff_ffff) return damaged('tag')
    const tag = varint.low
    if (tag === endTag) return varint.at
    at = skip(bytes, tag, varint.at, end, depth)
    if (at < 0) return at
  }
  return damaged('truncated')
}

/** A varint that failed with ten bytes at hand is too long; otherwise the bytes ran out. */
export function varintFault(at: number, end: number): WireFault {
  return end - at >= 10 ? 'varint' : 'truncated'
}

function damaged(why: WireFault): -1 {
  fault = why
  return -1
}
