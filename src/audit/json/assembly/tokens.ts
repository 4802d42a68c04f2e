/**
 * A quick no for strings with dots that hold no token (`audit/redact/tokens.ts` says what one is): names of hosts and images, addresses. A letter
 * behind a backslash counts as one here, so there may be more than there is, never less.
 */
import { isDigit } from './scalar.ts'

/** Three long parts; a shorter token has the letters that begin a header. */
const opaqueBytesMin: u32 = 50

/** Whether between `at` and `end` there is a run of characters of tokens that has two dots, and is long or has `ey` or `ew`. */
export function mayHoldToken(at: u32, end: u32): bool {
  let dots: u32 = 0
  let begin = at
  let hasHeader = false
  for (; at < end; at++) {
    const byte = load<u8>(at)
    if (byte == 0x2e) dots++
    else if (byte == 0x65) hasHeader = hasHeader || beginsHeader(load<u8>(at + 1))
    else if (!isTokenByte(byte)) {
      if (dots >= 2 && (hasHeader || at - begin >= opaqueBytesMin)) return true
      dots = 0
      begin = at + 1
      hasHeader = false
    }
  }
  return false
}

/** `y` or `w`, behind an `e`. */
@inline
function beginsHeader(byte: u8): bool {
  return byte == 0x79 || byte == 0x77
}

/** A letter, a digit, `-` or `_`; dots are looked at before. */
@inline
function isTokenByte(byte: u8): bool {
  const letter: u8 = (byte | 0x20) - 0x61
  return letter < 26 || isDigit(byte) || byte == 0x2d || byte == 0x5f
}
