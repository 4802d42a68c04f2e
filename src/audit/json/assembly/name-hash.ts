/** What a record calls itself, as a number: two strings, hashed with the key that is for names. */
import { keyedHash } from './keyed-hash.ts'

/**
 * Of the texts from `first` up to `firstEnd` and from `second` up to `secondEnd`, 64 bits of which the lower half is not zero. `key`: 16 bytes.
 * `answer`: 8 bytes for the hash and 24 for what it is made of.
 */
export function nameHash(first: u32, firstEnd: u32, second: u32, secondEnd: u32, key: u32, answer: u32): void {
  keyedHash(first, firstEnd, key, answer + 8)
  const hash = load<u64>(answer, 8)
  keyedHash(second, secondEnd, key, answer + 16)
  // Turned, so that two strings that change places are another name.
  store<u64>(answer, hash ^ rotl(load<u64>(answer, 16), 1))
  if (load<u32>(answer) == 0) store<u32>(answer, 1)
}
