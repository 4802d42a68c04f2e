/**
 * Events of a list, read one behind the other for as long as they are plain: kept as they came by whoever takes out nothing but secrets. Then all
 * that is known of them afterwards is where they lie, and their hashes:
 *
 *     row    begin and end of the event, of its auditID, of its stage; hash of that name, 8 bytes; hash of the event, 16 bytes
 *
 * Plain is what API servers send in lists: an object without white space, ASCII, quiet (`quiet.ts`), with nothing that looks like a token, a
 * name, a level and no bodies that this level has not; without a version, which its list has.
 */
import { keyedHash } from './keyed-hash.ts'
import { nameHash } from './name-hash.ts'
import { valueAtField, valueEndField, valueField } from './notes.ts'
import { isPlainText, readObject } from './object.ts'
import { placeOf } from './outline.ts'
import {
  apiVersionWord,
  auditIdWord,
  kindWord,
  levelWord,
  metadataWord,
  requestObjectWord,
  requestResponseWord,
  requestWord,
  responseObjectWord,
  stageWord,
} from './words.ts'

const quote: u8 = 0x22
const comma: u8 = 0x2c
const braceOpen: u8 = 0x7b

const rowBytes: u32 = 48

let rowsAt: u32 = 0
let rowsEnd: u32 = 0
let eventKeyAt: u32 = 0
let nameKeyAt: u32 = 0
let stopAt: u32 = 0

/** Where everything stands, besides what `readObject` needs. Rows end before `end`, but need 32 bytes of room behind it. Keys have 16 bytes. */
export function layOutRuns(rows: u32, end: u32, eventKey: u32, nameKey: u32, stop: u32): void {
  rowsAt = rows
  rowsEnd = end
  eventKeyAt = eventKey
  nameKeyAt = nameKey
  stopAt = stop
}

/**
 * Of the events from the brace at `at` on, of a text that ends at `end`; none of them has more than `bytesMax`, and no part of its name more than
 * `nameBytesMax`. Returns where the rows end. `stop`, two numbers: the object that was read last if it is not plain, and what `readObject` has
 * answered; or 0.
 */
export function readRun(at: u32, end: u32, bytesMax: u32, nameBytesMax: u32): u32 {
  let row = rowsAt
  store<u32>(stopAt, 0)
  while (row + rowBytes <= rowsEnd) {
    const next = readObject(at, end)
    if (next == 0 || next - at > bytesMax || !isPlain(nameBytesMax)) {
      store<u32>(stopAt, at)
      store<u32>(stopAt, next, 4)
      return row
    }
    const id = placeOf(auditIdWord)
    const stage = placeOf(stageWord)
    store<u32>(row, at)
    store<u32>(row, next, 4)
    store<u32>(row, load<u32>(id, valueAtField), 8)
    store<u32>(row, load<u32>(id, valueEndField), 12)
    store<u32>(row, load<u32>(stage, valueAtField), 16)
    store<u32>(row, load<u32>(stage, valueEndField), 20)
    // Writes some bytes more than it keeps, so the other hash comes after it.
    nameHash(load<u32>(row, 8), load<u32>(row, 12), load<u32>(row, 16), load<u32>(row, 20), nameKeyAt, row + 24)
    keyedHash(at, next, eventKeyAt, row + 32)
    row += rowBytes
    if (load<u8>(next) != comma || load<u8>(next, 1) != braceOpen) return row
    at = next + 1
  }
  return row
}

/** Of the object that was read last. */
function isPlain(nameBytesMax: u32): bool {
  return (
    isPlainText() &&
    placeOf(kindWord) == 0 &&
    placeOf(apiVersionWord) == 0 &&
    isWhole(placeOf(levelWord)) &&
    isName(placeOf(auditIdWord), nameBytesMax) &&
    isName(placeOf(stageWord), nameBytesMax)
  )
}

/** Whether it has only the bodies that its level keeps. */
function isWhole(level: u32): bool {
  if (level == 0) return false
  switch (load<u32>(level, valueField)) {
    case metadataWord:
      return placeOf(requestObjectWord) == 0 && placeOf(responseObjectWord) == 0
    case requestWord:
      return placeOf(responseObjectWord) == 0
    case requestResponseWord:
      return true
    default:
      return false
  }
}

function isName(member: u32, bytesMax: u32): bool {
  if (member == 0) return false
  const at = load<u32>(member, valueAtField)
  return load<u8>(at) == quote && load<u32>(member, valueEndField) - at <= bytesMax
}
