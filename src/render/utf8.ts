/** UTF-8 as RFC 3629 has it: whether bytes are valid, and a character's bytes. */

/** No overlong forms, no surrogates, nothing above U+10FFFF in `[at, end)`; true for no bytes at all. */
export function utf8Valid(bytes: Uint8Array, at: number, end: number): boolean {
  while (at < end) {
    const lead = bytes[at++]!
    if (lead < 0x80) continue
    if (lead < 0xc2 || lead > 0xf4) return false
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
    if (end - at < more) return false
    const second = bytes[at]!
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (second < low || second > high) return false
    for (let i = 1; i < more; i++) {
      if ((bytes[at + i]! & 0xc0) !== 0x80) return false
    }
    at += more
  }
  return true
}

/** Writes a character as UTF-8 at `o`; returns the position behind it. */
export function writeScalar(bytes: Uint8Array, o: number, scalar: number): number {
  if (scalar < 0x80) {
    bytes[o] = scalar
    return o + 1
  }
  const more = scalar < 0x800 ? 1 : scalar < 0x1_0000 ? 2 : 3
  bytes[o] = ((0xf00 >>> (more + 1)) & 0xff) | (scalar >>> (6 * more))
  for (let i = 1; i <= more; i++) bytes[o + i] = 0x80 | ((scalar >>> (6 * (more - i))) & 0x3f)
  return o + more + 1
}
