/** Writers of single values: strings, addresses, times, custom tags. All return the position behind what they wrote. */
import {
  formFull,
  formHost,
  formPort,
  howClean,
  howJson,
  howNoQuery,
  howPiece,
  howSpaces,
  slotBytes,
  timeLineBytes,
  timeLines,
  timeTextAt,
} from '../layout.ts'
import { copy, copyPlain, isPlain, quoted } from './bytes.ts'
import { fillTime, jsonString, quote } from './host.ts'
import { writeNineDigits, writeUint32 } from './numbers.ts'

@inline
export function writeString(o: u32, at: u32, end: u32): u32 {
  const next = copyPlain(o + 1, at, end)
  return next == 0 ? jsonString(o, at, end) : quoted(o, next)
}

/** A piece of a JSON string: one without its quotes. The byte before `o` is somebody else's. */
export function writePiece(o: u32, at: u32, end: u32): u32 {
  const next = copyPlain(o, at, end)
  if (next != 0) return next
  const before = load<u8>(o - 1)
  const last = jsonString(o - 1, at, end) - 1
  store<u8>(o - 1, before)
  return last
}

/** Makes a piece of what was written at `[o, end)`. */
export function pieceOf(o: u32, end: u32): u32 {
  if (isPlain(o, end)) return end
  const before = load<u8>(o - 1)
  const last = quote(o - 1, end) - 1
  store<u8>(o - 1, before)
  return last
}

/** Makes a JSON string of what was written at `[o + 1, end)`. */
export function stringOf(o: u32, end: u32): u32 {
  return isPlain(o + 1, end) ? quoted(o, end) : quote(o, end)
}

/** A span that is not written as it is. */
export function writeChanged(o: u32, at: u32, end: u32, kept: u32, how: u32): u32 {
  if (how & howNoQuery) {
    for (let i = at; i < end; i++) {
      if (load<u8>(i) != 0x3f) continue
      end = i
      break
    }
  }
  if (end - at > kept) end = at + kept
  const isJson = (how & howJson) != 0
  const isPiece = (how & howPiece) != 0
  if ((how & (howClean | howSpaces)) == 0) {
    return isJson ? writeString(o, at, end) : isPiece ? writePiece(o, at, end) : copy(o, at, end)
  }
  const next = o + (isJson ? 1 : 0) + (end - at)
  for (let to = next - (end - at); at < end; at++, to++) {
    const byte: u32 = load<u8>(at)
    // Space, or tab to carriage return.
    const isWhite = byte == 0x20 || ((how & howClean) != 0 && byte - 0x09 <= 4)
    store<u8>(to, isWhite ? 0x5f : byte)
  }
  return isJson ? stringOf(o, next) : isPiece ? pieceOf(o, next) : next
}

/** The second from the cache, the fraction anew. `seconds` and `nanos` are in range. */
@inline
export function writeTime(o: u32, cache: u32, formatter: u32, digits: u32, seconds: u64, nanos: u32): u32 {
  const line = cache + ((seconds as u32) & (timeLines - 1)) * timeLineBytes
  if (load<u64>(line) != seconds) fillTime(formatter, line, seconds as f64)
  const text = line + timeTextAt
  const length = load<u32>(line, 8)
  for (let i: u32 = 0; i < length; i += 16) v128.store(o + i, v128.load(text + i))
  if (digits != 0) {
    const place = load<u32>(line, 12)
    writeNineDigits(o + place, nanos)
    const behind = place + digits
    v128.store(o + behind, v128.load(text + behind))
  }
  return o + length
}

/** Slots of an address, counted from the one of the member that is set; see `addressSlots` of the engine's `image-steps.ts`. */
const hostAt: u32 = 2 * slotBytes
const portAt: u32 = 3 * slotBytes
const namedPortAt: u32 = 4 * slotBytes
const pipeAt: u32 = 5 * slotBytes
const listenerAt: u32 = 7 * slotBytes
const endpointAt: u32 = 8 * slotBytes

/** 0 for a port that goes by a name, where a number is wanted. */
export function writeAddress(o: u32, slot: u32, form: u32, socket: u32, pipe: u32, asNumber: bool): u32 {
  const member = load<u32>(slot)
  if (member == pipe) return form == formPort ? o : copySlot(o, slot + pipeAt)
  if (member != socket) {
    if (form == formPort) return o
    store<u64>(o, 0x2f2f3a796f766e65) // envoy://
    o = copySlot(o + 8, slot + listenerAt)
    store<u8>(o, 0x2f)
    return copySlot(o + 1, slot + endpointAt)
  }
  if (form != formPort) {
    o = writeHost(o, load<u32>(slot + hostAt), load<u32>(slot + hostAt, 4), form != formHost)
    if (form != formFull) return o
    store<u8>(o++, 0x3a)
  }
  if (load<u32>(slot + namedPortAt) != 0) return asNumber ? 0 : copySlot(o, slot + namedPortAt)
  return writeUint32(o, load<u32>(slot + portAt))
}

/** `bracketed`: when it is IPv6, which alone has a colon in its first five bytes. */
function writeHost(o: u32, at: u32, end: u32, bracketed: bool): u32 {
  const isV6 = bracketed && hasEarlyColon(at, end)
  if (isV6) store<u8>(o++, 0x5b)
  o = copy(o, at, end)
  if (isV6) store<u8>(o++, 0x5d)
  return o
}

/** Among the first five bytes: a byte that is a colon becomes 0, which borrows from its highest bit first of all. */
@inline
function hasEarlyColon(at: u32, end: u32): bool {
  const length = end - at
  const bits: u64 = length < 5 ? ((1 as u64) << (8 * length)) - 1 : 0xff_ffff_ffff
  const word = load<u64>(at) ^ 0x3a3a3a3a3a3a3a3a
  return ((word - 0x0101010101010101) & ~word & 0x8080808080808080 & bits) != 0
}

function copySlot(o: u32, slot: u32): u32 {
  return copy(o, load<u32>(slot), load<u32>(slot, 4))
}

/** Where a tag's value ends without its mark; 0 when it says that there is no value. */
export function tagEnd(at: u32, end: u32): u32 {
  // <end>
  if (end - at >= 5 && load<u32>(end - 5) == 0x646e653c && load<u8>(end - 1) == 0x3e) end -= 5
  // <absent>
  return end - at == 8 && load<u64>(at) == 0x3e746e657362613c ? 0 : end
}

/** -? (0 | 1-9 digits) */
export function isInteger(at: u32, end: u32): bool {
  if (at < end && load<u8>(at) == 0x2d) at++
  if (at == end || (load<u8>(at) == 0x30 && end - at > 1)) return false
  for (; at < end; at++) if ((load<u8>(at) as u32) - 0x30 > 9) return false
  return true
}
