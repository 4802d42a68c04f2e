/** Which members an object has, by the words that their keys are: so that nobody looks for them twice. */
import { keyField, nextField } from './notes.ts'
import { hiddenWord } from './words.ts'

/** A number for each word: where the member with that key is noted; 0: there is none. */
const placesMax: u32 = 64
let placesAt: u32 = 0

export function setPlaces(at: u32): void {
  placesAt = at
}

/** Of members that are noted from `at` up to `end`. False: a key is written with escapes, or one that is a word is there twice. */
export function outline(at: u32, end: u32): bool {
  for (let place: u32 = 0; place < placesMax << 2; place += 16) v128.store(placesAt + place, i64x2.splat(0))
  for (; at < end; at = load<u32>(at, nextField)) {
    const key = load<u32>(at, keyField)
    if (key == 0) continue
    if (key == hiddenWord || placeOf(key) != 0) return false
    store<u32>(placesAt + (key << 2), at)
  }
  return true
}

/** Of the object that was outlined last. */
@inline
export function placeOf(word: u32): u32 {
  return load<u32>(placesAt + (word << 2))
}
