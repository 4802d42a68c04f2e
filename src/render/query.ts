/**
 * The query of a path: `/a?x=1&y=2`. Two ways to decode percent escapes, because Envoy has two: QUERY_PARAM decodes every escape,
 * QUERY_PARAMS(DECODED) only those of visible characters that a URL could also hold unescaped.
 */
import type { Memory } from '../wire/memory.ts'
import type { Copy } from './copy.ts'
import { createHexDigits } from './hex.ts'

/** Nothing here writes more bytes than the path has. */
export interface Queries {
  /** The first `?` in `[at, end)`, else `end`. */
  untilQuery(at: number, end: number): number
  /** All behind the first `?` of `[at, end)`, as it is or decoded, to `o`; -1 without a `?`. */
  queryParams(o: number, at: number, end: number, decoded: boolean): number
  /**
   * The decoded value of the first parameter whose decoded name is `name`, to `o`; nothing for a parameter without `=`, -1 when
   * there is none of that name.
   */
  queryParam(o: number, name: Uint8Array, at: number, end: number): number
}

const percent = 0x25
const ampersand = 0x26
const equals = 0x3d
const question = 0x3f

export function createQueries({ bytes }: Memory, { copy }: Copy): Queries {
  const { hexPair } = createHexDigits(bytes)

  const untilQuery = (at: number, end: number): number => {
    while (at < end && bytes[at] !== question) at++
    return at
  }

  /** The byte that is written at `at`, which lies before `end`: itself, or that of an escape. `nextAt` tells how far it reaches. */
  let nextAt = 0
  const decodedByte = (at: number, end: number): number => {
    const byte = bytes[at]!
    nextAt = at + 1
    if (byte !== percent || at + 2 >= end) return byte
    const value = hexPair(at + 1)
    if (value < 0) return byte
    nextAt = at + 3
    return value
  }

  const isNamed = (name: Uint8Array, at: number, end: number): boolean => {
    let i = 0
    for (; at < end; at = nextAt, i++) if (decodedByte(at, end) !== name[i]) return false
    return i === name.length
  }

  const decodeVisible = (o: number, at: number, end: number): number => {
    while (at < end) {
      const byte = bytes[at++]!
      if (byte !== percent || end - at < 2) {
        bytes[o++] = byte
        continue
      }
      const value = hexPair(at)
      // Envoy loses the `%` of what is no escape.
      if (value < 0) continue
      if (isPlainInUrl(value)) {
        bytes[o++] = value
        at += 2
      } else bytes[o++] = percent
    }
    return o
  }

  return {
    untilQuery,
    queryParams(o, at, end, decoded) {
      const queryAt = untilQuery(at, end) + 1
      if (queryAt > end) return -1
      return decoded ? decodeVisible(o, queryAt, end) : copy(o, queryAt, end)
    },
    queryParam(o, name, at, end) {
      at = untilQuery(at, end) + 1
      while (at < end) {
        let equalsAt = -1
        let next = at
        for (; next < end && bytes[next] !== ampersand; next++) {
          if (equalsAt < 0 && bytes[next] === equals) equalsAt = next
        }
        if (isNamed(name, at, equalsAt < 0 ? next : equalsAt)) {
          if (equalsAt >= 0) for (at = equalsAt + 1; at < next; at = nextAt) bytes[o++] = decodedByte(at, next)
          return o
        }
        at = next + 1
      }
      return -1
    },
  }
}

/** Visible ASCII without `" < > \ ^ { | }`. */
function isPlainInUrl(byte: number): boolean {
  if (byte <= 0x20 || byte >= 0x7f) return false
  switch (byte) {
    case 0x22:
    case 0x3c:
    case 0x3e:
    case 0x5c:
    case 0x5e:
    case 0x7b:
    case 0x7c:
    case 0x7d:
      return false
    default:
      return true
  }
}
