/** JSON values that have nothing in them: numbers, `true`, `false`, `null`. Positions behind them, or 0, as in `index.ts`. */

/** `byte` is the one at `at`. */
export function skipScalar(at: u32, byte: u8): u32 {
  switch (byte) {
    case 0x74: // true
      return load<u32>(at) == 0x65757274 ? at + 4 : 0
    case 0x66: // false
      return load<u32>(at + 1) == 0x65736c61 ? at + 5 : 0
    case 0x6e: // null
      return load<u32>(at) == 0x6c6c756e ? at + 4 : 0
    default:
      return skipNumber(at)
  }
}

/** `-? (0 | [1-9] digits) (. digits)? ([eE] [+-]? digits)?` */
function skipNumber(at: u32): u32 {
  if (load<u8>(at) == 0x2d) at++
  at = load<u8>(at) == 0x30 ? at + 1 : skipDigits(at)
  if (at == 0) return 0
  if (load<u8>(at) == 0x2e) {
    at = skipDigits(at + 1)
    if (at == 0) return 0
  }
  if ((load<u8>(at) | 0x20) != 0x65) return at
  const sign = load<u8>(at + 1)
  return skipDigits(sign == 0x2b || sign == 0x2d ? at + 2 : at + 1)
}

function skipDigits(at: u32): u32 {
  if (!isDigit(load<u8>(at))) return 0
  do at++
  while (isDigit(load<u8>(at)))
  return at
}

@inline
export function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39
}
