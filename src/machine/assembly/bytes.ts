/**
 * Moving and testing bytes, sixteen at a time. Up to fifteen bytes behind a copy are overwritten with rubbish, of one shorter than 32 bytes all of
 * those 32: output grows to the right only, so what comes next covers them, and the memory has slack behind its regions.
 */

@inline
export function copy(o: u32, at: u32, end: u32): u32 {
  const next = o + (end - at)
  v128.store(o, v128.load(at))
  v128.store(o, v128.load(at, 16), 16)
  for (at += 32, o += 32; at < end; at += 16, o += 16) v128.store(o, v128.load(at))
  return next
}

/** Copies while testing; 0 when there is a byte that JSON does not take as it is. */
@inline
export function copyPlain(o: u32, at: u32, end: u32): u32 {
  const next = o + (end - at)
  for (; at < end; at += 16, o += 16) {
    const chunk = v128.load(at)
    v128.store(o, chunk)
    if (hasOdd(chunk, end - at)) return 0
  }
  return next
}

/** Whether JSON takes all bytes of `[at, end)` as they are. */
export function isPlain(at: u32, end: u32): bool {
  for (; at < end; at += 16) if (hasOdd(v128.load(at), end - at)) return false
  return true
}

/** Whether one of the first `left` bytes is a control character, a quote, a backslash or no ASCII. */
@inline
function hasOdd(chunk: v128, left: u32): bool {
  // As signed bytes, those from 0x80 on are below 0x20 too.
  const odd = v128.or(
    i8x16.lt_s(chunk, i8x16.splat(0x20)),
    v128.or(i8x16.eq(chunk, i8x16.splat(0x22)), i8x16.eq(chunk, i8x16.splat(0x5c))),
  )
  return v128.any_true(odd) && (left >= 16 || (i8x16.bitmask(odd) & ((1 << left) - 1)) != 0)
}

/** Sets quotes around what was written at `[o + 1, end)`. */
@inline
export function quoted(o: u32, end: u32): u32 {
  store<u8>(o, 0x22)
  store<u8>(end, 0x22)
  return end + 1
}
