/**
 * The key of the entry in hand, while it is scanned: each part is compared with the key that is expected, and the scan ends at the first that
 * differs. Parts are what `gather` in `keys.ts` would copy, in the same order.
 */
import { partAll, partMessage, recordPart, recordPrefix, recordPrefixBytes } from '../layout.ts'
import { hasPrefix } from './keys.ts'

/** 0: no key is as good as another. */
let expected: u32 = 0
let expectedEnd: u32 = 0
/** What was not met yet of the expected key. */
let next: u32 = 0

/** What entries are to have from now on, or, with 0, need not have. */
export function expectKey(at: u32, end: u32): void {
  expected = at
  expectedEnd = end
}

@inline
export function beginKey(): void {
  next = expected
}

/** Whether all of the expected key was met. */
@inline
export function isWholeKey(): bool {
  return next == expectedEnd
}

/** The field `[from, to)`, of which `[at, to)` is the value; of a message, only what comes before its fields. False: it is of another key. */
@inline
export function beginPart(record: u32, tag: u32, from: u32, at: u32, to: u32): bool {
  if (expected == 0) return true
  const part = load<u32>(record, recordPart)
  if (part != partMessage) return (part != partAll && !isPrefixed(record, at, to)) || isNext(from, to)
  if (next + 2 > expectedEnd || load<u16>(next) != tag) return false
  next += 2
  return true
}

/** What comes behind the fields of a message. */
@inline
export function endPart(record: u32): bool {
  if (expected == 0 || load<u32>(record, recordPart) != partMessage) return true
  return next != expectedEnd && load<u8>(next++) == 0
}

@inline
function isPrefixed(record: u32, at: u32, to: u32): bool {
  return hasPrefix(at, to, load<u64>(record, recordPrefix), load<u32>(record, recordPrefixBytes))
}

/** Eight bytes at a time; those behind the last do not count. */
@inline
function isNext(from: u32, to: u32): bool {
  const length = to - from
  if (next + length > expectedEnd) return false
  for (let i: u32 = 0; i < length; i += 8) {
    let different = load<u64>(from + i) ^ load<u64>(next + i)
    if (length - i < 8) different <<= (8 - (length - i)) * 8
    if (different != 0) return false
  }
  next += length
  return true
}
