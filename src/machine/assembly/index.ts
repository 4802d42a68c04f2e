/** The way in: an entry and an image, and out comes a line, or the answer that somebody else has to render this one. */
import {
  headerPlain,
  headerRoom,
  headerRoomPerByte,
  headerScan,
  headerSlots,
  headerSlotsEnd,
  headerTagged,
  headerTagMark,
  notMine,
} from '../layout.ts'
import { findContexts, keyLength, remember } from './keys.ts'
import { scan } from './scan.ts'
import { beginKey, expectKey, isWholeKey } from './scan-key.ts'
import { write } from './write.ts'

export { findContexts, keyLength, remember }

/** Renders the entry at `[at, end)` at `out`. Returns the position behind the line, or `notMine`; then the output is rubbish. */
export function render(image: u32, runs: u32, at: u32, end: u32, out: u32, outEnd: u32): i32 {
  expectKey(0, 0)
  return renderOne(image, runs, at, end, out, outEnd)
}

function renderOne(image: u32, runs: u32, at: u32, end: u32, out: u32, outEnd: u32): i32 {
  const room = (load<u32>(image + headerRoom) as u64) + (load<u32>(image + headerRoomPerByte) as u64) * (end - at)
  if (out + room > outEnd) return notMine
  const slotsEnd = load<u32>(image + headerSlotsEnd)
  const zero = i64x2.splat(0)
  // One slot too many may be cleared; nothing is lost by that.
  for (let slot = load<u32>(image + headerSlots); slot < slotsEnd; slot += 16) v128.store(slot, zero)
  beginKey()
  if (!scan(load<u32>(image + headerScan), at, end) || !isWholeKey()) return notMine
  const isTagged = load<u32>(load<u32>(image + headerTagMark)) != 0
  return write(load<u32>(image + (isTagged ? headerTagged : headerPlain)), runs, out)
}

/**
 * Renders up to `count` entries side by side, while they begin before `stopAt` and have the key at `[expected, expectedEnd)`, which is made of
 * the fields that the image compares; both 0: of any key. Returns how many, and where each of them ends.
 */
export function renderMany(
  image: u32,
  runs: u32,
  spans: u32,
  count: u32,
  out: u32,
  outEnd: u32,
  stopAt: u32,
  ends: u32,
  expected: u32,
  expectedEnd: u32,
): u32 {
  expectKey(expected, expectedEnd)
  let done: u32 = 0
  for (; done < count && out < stopAt; done++) {
    const span = spans + done * 8
    const next = renderOne(image, runs, load<u32>(span), load<u32>(span, 4), out, outEnd)
    if (next < 0) break
    store<u32>(ends + done * 4, next)
    out = next
  }
  return done
}
