/** Decimal numbers, two digits at a time. */

/** Two digits of 0..99 as they lie in memory. */
@inline
function pair(n: u32): u32 {
  const tens = (n * 103) >> 10
  return 0x3030 + tens + ((n - tens * 10) << 8)
}

export function writeUint32(o: u32, n: u32): u32 {
  if (n < 10) {
    store<u8>(o, 0x30 + n)
    return o + 1
  }
  if (n < 100) {
    store<u16>(o, pair(n))
    return o + 2
  }
  const next = o + digits(n)
  let at = next
  while (n >= 100) {
    const rest = n / 100
    at -= 2
    store<u16>(at, pair(n - rest * 100))
    n = rest
  }
  if (n >= 10) store<u16>(at - 2, pair(n))
  else store<u8>(at - 1, 0x30 + n)
  return next
}

/** Of a number from 100 on. */
function digits(n: u32): u32 {
  if (n < 10_000) return n < 1_000 ? 3 : 4
  if (n < 1_000_000) return n < 100_000 ? 5 : 6
  if (n < 100_000_000) return n < 10_000_000 ? 7 : 8
  return n < 1_000_000_000 ? 9 : 10
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

/** The first `count` of the nine digits of a fraction of a second. Nine bytes are overwritten, unless it is three digits. */
export function writeFraction(o: u32, nanos: u32, count: u32): void {
  if (count == 3) {
    const millis = nanos / 1_000_000
    const hundreds = millis / 100
    store<u8>(o, 0x30 + hundreds)
    store<u16>(o + 1, pair(millis - hundreds * 100))
  } else writeNineDigits(o, nanos)
}

function writeNineDigits(o: u32, n: u32): u32 {
  let left = n / 10
  store<u8>(o + 8, 0x30 + (n - left * 10))
  for (let at = o + 6; at + 2 > o; at -= 2) {
    const rest = left / 100
    store<u16>(at, pair(left - rest * 100))
    left = rest
  }
  return o + 9
}
