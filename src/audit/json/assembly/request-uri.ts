/** A quick no for request lines in which there is no secret, and which are about none. */
import { isDigit } from './scalar.ts'
import { isTelling, wordIn } from './words.ts'

const percent: u8 = 0x25

/**
 * Whether the text may name a resource that holds secrets, as one of its segments, or have a key whose value is one, in its query. What is not ASCII
 * may say so too, as anything behind a percent sign.
 */
export function tellsOfSecrets(at: u32, end: u32): bool {
  let begin = at
  for (; at < end; at++) {
    const byte = load<u8>(at)
    if (isNameByte(byte)) {
      if (beginsSecretKey(at)) return true
    } else {
      if (byte == percent || byte >= 0x80 || isTelling(wordIn(begin, at))) return true
      begin = at + 1
    }
  }
  return isTelling(wordIn(begin, end))
}

/** What stands in names of resources, and more; slashes and what else ends a segment are none. */
@inline
function isNameByte(byte: u8): bool {
  const letter: u8 = (byte | 0x20) - 0x61
  return letter < 26 || isDigit(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f
}

/** `token` and what ends in it, `password`, `command`, in any case: wherever they stand, since few other texts have them. */
@inline
function beginsSecretKey(at: u32): bool {
  switch (load<u8>(at) | 0x20) {
    case 0x74: // t
      return (load<u32>(at) | 0x20202020) == 0x656b6f74 && (load<u8>(at, 4) | 0x20) == 0x6e
    case 0x70: // p
      return (load<u64>(at) | 0x2020202020202020) == 0x64726f7773736170
    case 0x63: // c
      return (load<u32>(at) | 0x20202020) == 0x6d6d6f63 && (load<u32>(at, 3) | 0x20202020) == 0x646e616d
    default:
      return false
  }
}
