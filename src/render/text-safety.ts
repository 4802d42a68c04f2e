/**
 * What `textSafety` adds to text formats: one entry stays one line, and a cut value stays whole characters. Both work on what has
 * been written, or is about to be.
 */
import type { Memory } from '../wire/memory.ts'
import { unicodeEscape } from './json-string.ts'

/** The most bytes that one byte of input may become. */
export const escapedBytesPerByte = 6

export interface TextSafety {
  /**
   * Escapes the control characters of what has just been written at `[o, end)`: newline, return and tab as `\n`, `\r`, `\t`, all
   * others below 0x20 and 0x7f as `\u00xx`. Returns the new end, at most six times as far.
   */
  escapeControl(o: number, end: number): number
  /**
   * Where a value `[at, end)` ends that is cut at `cutEnd`: there, or at the start of the character that the cut would split. `end`
   * for a cut behind it.
   */
  wholeEnd(at: number, end: number, cutEnd: number): number
}

export function createTextSafety({ bytes, view, scratchAt }: Memory): TextSafety {
  const escapeSlowly = (o: number, end: number): number => {
    bytes.copyWithin(scratchAt, o, end)
    const scratchEnd = scratchAt + (end - o)
    for (let i = scratchAt; i < scratchEnd; i++) {
      const byte = bytes[i]!
      if (!isControl(byte)) {
        bytes[o++] = byte
        continue
      }
      const letter = escapeLetter(byte)
      if (letter === 0) {
        o = unicodeEscape(bytes, o, byte)
        continue
      }
      bytes[o++] = 0x5c
      bytes[o++] = letter
    }
    return o
  }

  return {
    escapeControl(o, end) {
      let i = o
      for (; i + 4 <= end; i += 4) if (controlBytes(view.getInt32(i, true)) !== 0) return escapeSlowly(o, end)
      for (; i < end; i++) if (isControl(bytes[i]!)) return escapeSlowly(o, end)
      return end
    },
    wholeEnd(at, end, cutEnd) {
      if (cutEnd >= end) return end
      if (cutEnd < at) return at
      // The cut splits something only when the byte behind it continues a character.
      if ((bytes[cutEnd]! & 0xc0) !== 0x80) return cutEnd
      for (let lead = cutEnd - 1; lead >= at && lead >= cutEnd - 3; lead--) {
        const byte = bytes[lead]!
        if ((byte & 0xc0) === 0x80) continue
        return lead + characterBytes(byte) > cutEnd ? lead : cutEnd
      }
      return cutEnd
    },
  }
}

/**
 * Not 0 when one of the four bytes is below 0x20 or 0x7f: then the top bit of that byte is set. A subtraction may borrow from the
 * next byte, which can only send a value the slow way in vain.
 */
function controlBytes(word: number): number {
  const control = word - 0x20202020
  const del = (word ^ 0x7f7f7f7f) - 0x01010101
  return (control | del) & ~word & 0x80808080
}

function isControl(byte: number): boolean {
  return byte < 0x20 || byte === 0x7f
}

/** The letter behind the backslash, or 0 where there is only `\u00xx`. */
function escapeLetter(byte: number): number {
  switch (byte) {
    case 0x09:
      return 0x74
    case 0x0a:
      return 0x6e
    case 0x0d:
      return 0x72
    default:
      return 0
  }
}

/** Bytes of the UTF-8 character that begins with this byte; 1 for bytes that begin none. */
function characterBytes(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
}
