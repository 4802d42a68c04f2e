/**
 * Walks an entry by a table and notes in slots what the steps will want. What Envoy never sends (groups, varints of nine bytes and more,
 * two members of one oneof, map entries with the value first), and all damage, is answered with false: not this walk's business.
 * Up to some bytes behind the entry may be read, never used; the memory has slack there.
 */
import {
  actionBit,
  actionKey,
  actionMap,
  actionMessage,
  actionNone,
  actionNumber,
  actionNumbers,
  actionSpan,
  rowBytes,
  tableHeadBytes,
  unknownRow,
} from '../layout.ts'
import { beginPart, endPart } from './scan-key.ts'
import { scanMapEntry } from './scan-map.ts'

export function scan(table: u32, at: u32, end: u32): bool {
  const first = table + tableHeadBytes
  while (at < end) {
    const from = at
    let tag: u32 = load<u8>(at++)
    if (tag > 127) {
      const high: u32 = load<u8>(at++)
      if (high > 3) return false
      tag = (tag & 127) | (high << 7)
    }
    if (tag < 8) return false
    const row = load<u64>(first + (tag >> 3) * rowBytes)
    const wire = tag & 7
    const isWanted = ((row as u32) & 255) == wire
    if (wire == 2) {
      let length: u32 = load<u8>(at++)
      if (length > 127) {
        const second: u32 = load<u8>(at++)
        length = (length & 127) | (second << 7)
        if (second > 127) {
          const third: u32 = load<u8>(at++)
          if (third > 127) return false
          length = (length & 0x3fff) | (third << 14)
        }
      }
      const to = at + length
      if (to > end) return false
      if (isWanted) {
        const operand = (row >> 32) as u32
        const extra = (row as u32) >> 16
        if (extra != 0 && !isMember(first - tableHeadBytes, extra, tag >> 3)) return false
        const action = ((row as u32) >> 8) & 255
        if (action == actionKey) {
          if (!scanKeyField(operand, tag, from, at, to)) return false
        } else if (!act(action, operand, at, to)) return false
      }
      at = to
    } else if (wire == 0) {
      let value: u64 = load<u8>(at)
      if (value < 128) at++
      else {
        const word = load<u64>(at)
        const stops = ~word & 0x8080808080808080
        if (stops == 0) return false
        at += ((ctz(stops) >> 3) as u32) + 1
        value = squeeze(word & (stops ^ (stops - 1)))
      }
      if (isWanted) {
        const operand = (row >> 32) as u32
        const extra = (row as u32) >> 16
        if ((((row as u32) >> 8) & 255) == actionBit) noteBit(operand, extra, value)
        else {
          if (extra != 0 && !isMember(first - tableHeadBytes, extra, tag >> 3)) return false
          if ((((row as u32) >> 8) & 255) == actionNumber) store<u64>(operand, value)
        }
      }
    } else if (wire == 5) at += 4
    else if (wire == 1) at += 8
    else return false
  }
  return at == end
}

/** A field `[from, to)` that is part of the key, of which `[at, to)` is the value; false also when the key is another. */
function scanKeyField(record: u32, tag: u32, from: u32, at: u32, to: u32): bool {
  if (!beginPart(record, tag, from, at, to)) return false
  const row = load<u64>(record)
  return act(((row as u32) >> 8) & 255, (row >> 32) as u32, at, to) && endPart(record)
}

/** What a row says to do with the value at `[at, to)`; false: it is not this walk's business. */
@inline
function act(action: u32, operand: u32, at: u32, to: u32): bool {
  switch (action) {
    case actionSpan:
      store<u32>(operand, at)
      store<u32>(operand, to, 4)
      return true
    case actionNumbers:
      return scanNumbers(operand, at, to)
    case actionMessage: {
      const present = load<u32>(operand)
      if (present != 0) store<u64>(present, 1)
      return scan(operand, at, to)
    }
    case actionMap:
      return scanMapEntry(operand, at, to)
    case actionNone:
      return true
    default:
      return false
  }
}

/** A message of which only numbers are wanted, such as a Duration or a Timestamp; one with anything else in it goes the long way. */
@inline
function scanNumbers(table: u32, at: u32, end: u32): bool {
  const present = load<u32>(table)
  if (present != 0) store<u64>(present, 1)
  const first = table + tableHeadBytes
  let from = at
  while (from < end) {
    const tag: u32 = load<u8>(from)
    // One byte, of wire type 0, of a field number.
    if ((tag & 0x87) != 0 || tag == 0) return scan(table, from, end)
    const row = load<u64>(first + tag)
    let value: u64 = load<u8>(from, 1)
    if (value < 128) from += 2
    else {
      const word = load<u64>(from, 1)
      const stops = ~word & 0x8080808080808080
      if (stops == 0) return false
      from += ((ctz(stops) >> 3) as u32) + 2
      value = squeeze(word & (stops ^ (stops - 1)))
    }
    if ((row as u32) == actionNumber << 8) store<u64>((row >> 32) as u32, value)
    else if (row != unknownRow) return scan(table, at, end)
  }
  return from == end
}

/** Notes that the field is the member of its oneof that is set; false when another one was. */
@inline
function isMember(table: u32, oneof: u32, number: u32): bool {
  const slot = load<u32>(table + oneof * 4)
  const now = load<u32>(slot)
  if (now == 0) store<u32>(slot, number)
  return now == 0 || now == number
}

function noteBit(slot: u32, extra: u32, value: u64): void {
  const bit: u32 = 1 << (extra & 255)
  const wanted = extra >> 8
  const isSet = wanted == 0 ? value != 0 : (value as u32) == wanted
  const bits = load<u32>(slot)
  store<u32>(slot, isSet ? bits | bit : bits & ~bit)
}

/** The seven lower bits of each byte, side by side. */
@inline
function squeeze(word: u64): u64 {
  word = ((word & 0x7f007f007f007f00) >> 1) | (word & 0x007f007f007f007f)
  word = ((word & 0x3fff00003fff0000) >> 2) | (word & 0x00003fff00003fff)
  return ((word & 0x0fffffff00000000) >> 4) | (word & 0x000000000fffffff)
}
