/**
 * The key of an entry: the bytes of those of its fields that its context depends on, one behind the other as they came, and the cache that
 * knows the contexts of the keys that were seen last. What Envoy never sends is answered with 0, as in `scan.ts`.
 *
 *     key    field, field, … ; of a message that is looked into: its tag, its own fields, 0 (no field begins with that)
 *     line   seed, context, length of the key, 0; the key, padded with zeros
 */
import {
  keyBytesMax,
  keyChildShift,
  keyFieldBits,
  keyLineBytes,
  keyLineHeadBytes,
  keyLines,
  keyOnlyPrefixed,
  keyRowBytes,
  keyTableBytes,
} from '../layout.ts'
import { copy } from './bytes.ts'

/** Of the entry that `findContexts` stopped at: its key, or 0 when it has none, and the line that the key belongs to. */
let found: u32 = 0
let line: u32 = 0

/**
 * The contexts of entries, until one comes that the cache does not know. Returns how many it knew. `tables`: one for each message, of a row
 * for each field; `table`: that of the entry; `wanted`: bits of the fields that count; `prefix`: of the keys of maps, eight bytes at most;
 * `scratch`: room for a key.
 */
export function findContexts(
  tables: u32,
  table: u32,
  wanted: u32,
  prefix: u64,
  prefixBytes: u32,
  seed: u32,
  spans: u32,
  count: u32,
  lines: u32,
  scratch: u32,
  contexts: u32,
): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const span = spans + i * 8
    const end = gather(tables, table, wanted, prefix, prefixBytes, load<u32>(span), load<u32>(span, 4), scratch, scratch)
    if (end == 0) {
      found = 0
      return i
    }
    const length = end - scratch
    v128.store(end, i64x2.splat(0))
    v128.store(end, i64x2.splat(0), 16)
    line = lines + (hashOf(scratch, end, seed) & (keyLines - 1)) * keyLineBytes
    if (load<u32>(line) != seed || load<u32>(line, 8) != length || !isSame(line + keyLineHeadBytes, scratch, end)) {
      found = length
      return i
    }
    store<u32>(contexts + i * 4, load<u32>(line, 4))
  }
  return count
}

/** Of the key's two ends, which is where keys differ; that it is the same key is seen by comparing. */
@inline
function hashOf(at: u32, end: u32, seed: u32): u32 {
  let hash = mix(mix(mix(mix(seed, at), at + 8), at + 16), at + 24)
  // Short ones are padded with zeros, and what lies before them does not change.
  if (end - at > 32) hash = mix(mix(mix(mix(hash, end - 32), end - 24), end - 16), end - 8)
  return (hash >> 32) as u32
}

@inline
function mix(hash: u64, at: u32): u64 {
  const mixed = (hash ^ load<u64>(at)) * 0x9e3779b97f4a7c15
  return mixed ^ (mixed >> 29)
}

/** Length of the key at `scratch`, which belongs to the entry that was not known; 0: it has none. */
export function keyLength(): u32 {
  return found
}

/** Lays the key at `scratch` into its line. */
export function remember(seed: u32, context: u32, scratch: u32): void {
  store<u32>(line, seed)
  store<u32>(line, context, 4)
  store<u32>(line, found, 8)
  // With the zeros behind it.
  copy(line + keyLineHeadBytes, scratch, scratch + found + 16)
}

/** Sixteen at a time; both are padded with zeros. */
@inline
function isSame(kept: u32, at: u32, end: u32): bool {
  for (; at < end; at += 16, kept += 16) {
    if (v128.any_true(v128.xor(v128.load(at), v128.load(kept)))) return false
  }
  return true
}

/** Copies the wanted fields of the message at `[at, end)` to `o`; returns the position behind them, or 0. */
function gather(
  tables: u32,
  table: u32,
  wanted: u32,
  prefix: u64,
  prefixBytes: u32,
  at: u32,
  end: u32,
  o: u32,
  scratch: u32,
): u32 {
  while (at < end) {
    const from = at
    let tag: u32 = load<u8>(at++)
    if (tag > 127) {
      const high: u32 = load<u8>(at++)
      if (high > 3) return 0
      tag = (tag & 127) | (high << 7)
    }
    if (tag < 8) return 0
    const wire = tag & 7
    if (wire == 2) {
      let length: u32 = load<u8>(at++)
      if (length > 127) {
        const second: u32 = load<u8>(at++)
        length = (length & 127) | (second << 7)
        if (second > 127) {
          const third: u32 = load<u8>(at++)
          if (third > 127) return 0
          length = (length & 0x3fff) | (third << 14)
        }
      }
      const to = at + length
      if (to > end) return 0
      const row: u32 = load<u16>(tables + table * keyTableBytes + (tag >> 3) * keyRowBytes)
      if ((wanted & (1 << (row & keyFieldBits))) != 0) {
        const child = row >> keyChildShift
        if (child == 0 || child == keyOnlyPrefixed) {
          if (child == 0 || hasPrefix(at, to, prefix, prefixBytes)) {
            if (o - scratch + (to - from) > (keyBytesMax as u32)) return 0
            o = copy(o, from, to)
          }
        } else {
          if (o - scratch + 3 > (keyBytesMax as u32)) return 0
          store<u16>(o, tag)
          o = gather(tables, child, wanted, prefix, prefixBytes, at, to, o + 2, scratch)
          if (o == 0 || o - scratch + 1 > (keyBytesMax as u32)) return 0
          store<u8>(o++, 0)
        }
      }
      at = to
    } else if (wire == 0) {
      const word = load<u64>(at)
      const stops = ~word & 0x8080808080808080
      if (stops == 0) return 0
      at += ((ctz(stops) >> 3) as u32) + 1
    } else if (wire == 5) at += 4
    else if (wire == 1) at += 8
    else return 0
  }
  return at == end ? o : 0
}

/** Whether the key of a map entry begins with the prefix. An entry that is not written key first counts as well. */
@inline
export function hasPrefix(at: u32, to: u32, prefix: u64, prefixBytes: u32): bool {
  if (to - at < 2 || load<u8>(at) != 10) return true
  if (load<u8>(at, 1) < prefixBytes) return false
  return (load<u64>(at, 2) ^ prefix) << ((8 - prefixBytes) * 8) == 0
}
