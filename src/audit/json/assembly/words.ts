/**
 * Known words: keys and short values by which objects are told apart, each with a number, so that who reads an object compares numbers. Their
 * table is laid into the memory once (`audit/json/words.ts`):
 *
 *     256 slots of 32 bytes: number, length, and the word itself, up to 30 bytes; number 0: an empty slot, where a search ends
 */

/** For a string with escapes: nobody has looked what it says. */
export const hiddenWord: u32 = 255

/** Those that are asked for by name; as in `audit/json/words.ts`, where the others are. */
export const kindWord: u32 = 1
export const apiVersionWord: u32 = 2
export const levelWord: u32 = 3
export const auditIdWord: u32 = 4
export const stageWord: u32 = 5
export const requestUriWord: u32 = 6
export const objectRefWord: u32 = 7
export const requestObjectWord: u32 = 8
export const responseObjectWord: u32 = 9
export const resourceWord: u32 = 10
export const itemsWord: u32 = 11
export const rowsWord: u32 = 12
export const metadataWord: u32 = 13
export const requestWord: u32 = 14
export const requestResponseWord: u32 = 15

/** From here on: resources and kinds that hold secrets or tokens. What is hidden may be one of them. */
const tellingWord: u32 = 21

const slotBytes: u32 = 32
const slotsMax: u32 = 255
const wordBytesMax: u32 = 30

/** Where the table begins; 0: there is none, and no word is known. */
let tableAt: u32 = 0

export function setWords(at: u32): void {
  tableAt = at
}

@inline
export function isTelling(word: u32): bool {
  return word >= tellingWord
}

/** Of the string from `at` up to `end`, quotes included, which has no escapes; 0: it is none of them. */
@inline
export function wordOf(at: u32, end: u32): u32 {
  return wordIn(at + 1, end - 1)
}

/** Of the text from `at` up to `end`. */
@inline
export function wordIn(at: u32, end: u32): u32 {
  const length = end - at
  return length - 1 >= wordBytesMax ? 0 : find(at, length)
}

function find(at: u32, length: u32): u32 {
  const middle: u32 = load<u8>(at + (length >> 1))
  // The same sum is made of each word when the table is filled.
  let slot = (load<u8>(at) * 7 + middle * 31 + load<u8>(at + length - 1) * 113 + length * 59) & slotsMax
  while (true) {
    const known = tableAt + slot * slotBytes
    const number: u32 = load<u8>(known)
    if (number == 0) return 0
    if (load<u8>(known, 1) == length && isSame(known + 2, at, length)) return number
    slot = (slot + 1) & slotsMax
  }
}

function isSame(known: u32, at: u32, length: u32): bool {
  for (; length >= 8; known += 8, at += 8, length -= 8) if (load<u64>(known) != load<u64>(at)) return false
  for (; length > 0; known++, at++, length--) if (load<u8>(known) != load<u8>(at)) return false
  return true
}
