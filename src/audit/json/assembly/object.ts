/**
 * One JSON object, judged and read in a single walk, for audit (`audit/json/walker.ts`). It answers 0 for whatever is no JSON and whatever is
 * unusual, and then somebody else says what it is; encoding it does not look at.
 *
 * A zero lies behind the text, which no JSON takes, so that every walk ends there by itself; and fifteen bytes more that may be read.
 */
import {
  keyAtField,
  keyEndField,
  keyField,
  nextField,
  noteBytes,
  valueAtField,
  valueEndField,
  valueField,
} from './notes.ts'
import { outline, setPlaces } from './outline.ts'
import { isQuiet } from './quiet.ts'
import { skipScalar } from './scalar.ts'
import { beginStrings, dotted, dottedAt, escaped, hidesDots, high, layOutStrings, skipString } from './strings.ts'
import { hiddenWord, setWords, wordOf } from './words.ts'

const quote: u8 = 0x22
const comma: u8 = 0x2c
const colon: u8 = 0x3a
const braceOpen: u8 = 0x7b
const braceClose: u8 = 0x7d
const bracketOpen: u8 = 0x5b

/** Deeper ones are rare. */
const depthMax: u32 = 256

let answersAt: u32 = 0
let membersAt: u32 = 0
let membersEnd: u32 = 0
let stackAt: u32 = 0
/** Where the next member is noted. */
let member: u32 = 0
let loose: bool = false
let quiet: bool = false

/**
 * Where everything stands. `answers`: six numbers, for `readObject`; `places`: room for `outline.ts`; `stack`: for `depthMax` bytes. Members
 * are noted up to `strings`, and strings with dots up to `notesEnd`.
 */
export function layOut(
  words: u32,
  answers: u32,
  places: u32,
  members: u32,
  strings: u32,
  notesEnd: u32,
  stack: u32,
): void {
  setWords(words)
  setPlaces(places)
  answersAt = answers
  membersAt = members
  membersEnd = strings
  layOutStrings(strings, notesEnd)
  stackAt = stack
}

/**
 * The object that begins at `at`, of a text that ends at `end`. Returns the position behind it, or 0. Answered besides, each as a number: how far
 * the members reach that were noted, and the dotted strings (0: not all were seen); whether there is white space between tokens, and
 * whether some byte may be no ASCII; whether it was outlined (`outline.ts`), and is quiet (`quiet.ts`).
 *
 *     member    begin and end of its key, begin and end of its value, where the members of its value end, which follow behind it;
 *               which words its key and its value are (see `words.ts`)
 *     dotted    begin and end of a string that may hold a token
 */
export function readObject(at: u32, end: u32): u32 {
  member = membersAt
  loose = false
  beginStrings()
  const next = members(at, true)
  if (next > end) return 0
  const outlined = next != 0 && outline(membersAt, member)
  quiet = outlined && isQuiet()
  store<u32>(answersAt, member)
  store<u32>(answersAt, hidesDots ? 0 : dotted, 4)
  store<u32>(answersAt, loose, 8)
  store<u32>(answersAt, high, 12)
  store<u32>(answersAt, outlined, 16)
  store<u32>(answersAt, quiet, 20)
  return next
}

/** Of the object that was read last: it is outlined and quiet, ASCII without white space between tokens, and no string of it may hold a token. */
export function isPlainText(): bool {
  return quiet && !loose && high == 0 && !hidesDots && dotted == dottedAt
}

/** Notes members; `opens`: those of their values too. */
function members(at: u32, opens: bool): u32 {
  let next = skipSpace(at + 1)
  if (load<u8>(next) == braceClose) return next + 1
  while (true) {
    const keyEnd = skipString(next)
    if (keyEnd == 0) return 0
    const key = escaped ? hiddenWord : wordOf(next, keyEnd)
    const valueAt = skipColon(keyEnd)
    if (valueAt == 0) return 0
    const own = member
    member += noteBytes
    if (member > membersEnd) return 0
    const valueEnd = opens && load<u8>(valueAt) == braceOpen ? members(valueAt, false) : skipValue(valueAt)
    if (valueEnd == 0) return 0
    store<u32>(own, next, keyAtField)
    store<u32>(own, keyEnd, keyEndField)
    store<u32>(own, valueAt, valueAtField)
    store<u32>(own, valueEnd, valueEndField)
    store<u32>(own, member, nextField)
    store<u32>(own, key, keyField)
    store<u32>(own, load<u8>(valueAt) != quote ? 0 : escaped ? hiddenWord : wordOf(valueAt, valueEnd), valueField)
    next = skipSpace(valueEnd)
    const byte = load<u8>(next)
    if (byte == braceClose) return next + 1
    if (byte != comma) return 0
    next = skipSpace(next + 1)
  }
}

@inline
function skipSpace(at: u32): u32 {
  return load<u8>(at) > 0x20 ? at : skipSpaces(at)
}

function skipSpaces(at: u32): u32 {
  while (true) {
    const byte = load<u8>(at)
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return at
    loose = true
    at++
  }
}

@inline
function skipColon(at: u32): u32 {
  at = skipSpace(at)
  return load<u8>(at) == colon ? skipSpace(at + 1) : 0
}

/** The closing bracket of each open level stands on a stack. */
function skipValue(at: u32): u32 {
  let depth: u32 = 0
  while (true) {
    const byte = load<u8>(at)
    if (byte == quote) at = skipString(at)
    else if (byte == braceOpen || byte == bracketOpen) {
      // Both closing brackets stand two behind their opening ones.
      const closer: u8 = byte + 2
      at = skipSpace(at + 1)
      if (load<u8>(at) != closer) {
        if (depth == depthMax) return 0
        store<u8>(stackAt + depth++, closer)
        if (byte == bracketOpen) continue
        at = skipString(at)
        if (at == 0) return 0
        at = skipColon(at)
        if (at == 0) return 0
        continue
      }
      at++
    } else at = skipScalar(at, byte)
    if (at == 0) return 0
    while (true) {
      if (depth == 0) return at
      at = skipSpace(at)
      const closer = load<u8>(stackAt + depth - 1)
      const next = load<u8>(at)
      if (next == comma) {
        at = skipSpace(at + 1)
        if (closer != braceClose) break
        at = skipString(at)
        if (at == 0) return 0
        at = skipColon(at)
        if (at == 0) return 0
        break
      }
      if (next != closer) return 0
      depth--
      at++
    }
  }
}
