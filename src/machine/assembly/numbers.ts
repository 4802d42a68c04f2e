/** Decimal numbers, eight digits at a time, without branches that depend on how many there are. */

/** Up to eight bytes behind the number are overwritten. */
export function writeUint32(o: u32, n: u32): u32 {
  if (n >= 100_000_000) {
    const high = n / 100_000_000
    const next = writeUint32(o, high)
    store<u64>(next, eightDigits(n - high * 100_000_000) | 0x3030303030303030)
    return next + 8
  }
  const digits = eightDigits(n)
  const before = ctz(digits | 0x0100_0000_0000_0000) & 0x38
  store<u64>(o, (digits | 0x3030303030303030) >> before)
  return o + 8 - ((before >> 3) as u32)
}

/** A byte each, the first one lowest. Fours, then twos, then ones are divided side by side. */
@inline
function eightDigits(n: u32): u64 {
  const high = n / 10_000
  const fours = (high as u64) | (((n - high * 10_000) as u64) << 32)
  const hundreds = ((fours * 10_486) >> 20) & 0x0000007f_0000007f
  const twos = hundreds | ((fours - hundreds * 100) << 16)
  const tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f
  return tens | ((twos - tens * 10) << 8)
}

export function writeUint64(o: u32, n: u64): u32 {
  if (n <= 0xffff_ffff) return writeUint32(o, n as u32)
  const high = n / 1_000_000_000
  return writeNineDigits(writeUint64(o, high), (n - high * 1_000_000_000) as u32)
}

/** `nanos` in units of `unit` nanoseconds, cut toward zero. */
export function writeNanos(o: u32, nanos: i64, unit: u32): u32 {
  const count = nanos / (unit as i64)
  if (count >= 0) return writeUint64(o, count as u64)
  store<u8>(o, 0x2d)
  return writeUint64(o + 1, -count as u64)
}

/** Below 10^9: nine digits, the first ones of which are a fraction of a second. */
export function writeNineDigits(o: u32, n: u32): u32 {
  const left = n / 10
  store<u64>(o, eightDigits(left) | 0x3030303030303030)
  store<u8>(o + 8, 0x30 + (n - left * 10))
  return o + 9
}
