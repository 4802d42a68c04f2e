/**
 * Strings of JSON, judged sixteen bytes at a time, and what was seen in them since an object was begun. Positions behind them, or 0, as in
 * `object.ts`.
 */
import { isDigit } from './scalar.ts'
import { mayHoldToken } from './tokens.ts'

const quote: u8 = 0x22
const backslash: u8 = 0x5c

/** Where strings with dots are noted, those of each object from the beginning, and where there is no more room for that. */
export let dottedAt: u32 = 0
let dottedEnd: u32 = 0
/** Behind the last one. */
export let dotted: u32 = 0
/** There were `\u` escapes, which may hide dots. */
export let hidesDots: bool = false
/** Of the string that was passed last: it has escapes. */
export let escaped: bool = false
/** Not 0: bytes above 0x7f were seen, in a string or right behind it. */
export let high: u32 = 0

export function layOutStrings(at: u32, end: u32): void {
  dottedAt = at
  dottedEnd = end
}

/** An object begins. */
export function beginStrings(): void {
  dotted = dottedAt
  hidesDots = false
  high = 0
}

/** Of the string that begins at `at`, with its quote. Returns the position behind it, or 0. */
export function skipString(at: u32): u32 {
  if (load<u8>(at) != quote) return 0
  const begin = at++
  let dots: u32 = 0
  escaped = false
  while (true) {
    const bytes = v128.load(at)
    const odd = v128.or(
      i8x16.lt_u(bytes, i8x16.splat(0x20)),
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
    )
    const stops: u32 = i8x16.bitmask(odd)
    high |= i8x16.bitmask(bytes)
    const dotBits: u32 = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x2e)))
    if (stops == 0) {
      dots += popcnt(dotBits)
      at += 16
      continue
    }
    const length = ctz(stops)
    dots += popcnt(dotBits & ((1 << length) - 1))
    at += length
    const byte = load<u8>(at)
    if (byte == quote) {
      at++
      return dots < 2 || note(begin, at) ? at : 0
    }
    if (byte != backslash) return 0
    escaped = true
    at = skipEscape(at + 1)
    if (at == 0) return 0
  }
}

/** At the byte behind the backslash. */
function skipEscape(at: u32): u32 {
  switch (load<u8>(at)) {
    case quote:
    case backslash:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 1
    case 0x75: // u
      hidesDots = true
      for (let i: u32 = 1; i <= 4; i++) {
        const byte = load<u8>(at + i)
        const letter: u8 = byte | 0x20
        if (!isDigit(byte) && (letter < 0x61 || letter > 0x66)) return 0
      }
      return at + 5
    default:
      return 0
  }
}

/** A string with dots, if it may hold a token. False: there is no room. */
function note(begin: u32, end: u32): bool {
  if (!mayHoldToken(begin, end)) return true
  if (dotted == dottedEnd) return false
  store<u32>(dotted, begin)
  store<u32>(dotted, end, 4)
  dotted += 8
  return true
}
