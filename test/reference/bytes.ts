/**
 * Byte strings: ordinary strings of which each character stands for one byte. Strings of entries and formats are kept so, for
 * entries do hold invalid UTF-8 (operators.md A.1). Here also: what UTF-8 is, cutting (C.4), and the escapes of `textSafety` (C.3).
 */

export type Bytes = string

export function bytesOf(text: string): Bytes {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function textOf(bytes: Bytes): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** The well-formed sequences of Unicode's table 3-7, as ranges for each byte. */
const sequences: readonly (readonly (readonly [number, number])[])[] = [
  [[0x00, 0x7f]],
  [
    [0xc2, 0xdf],
    [0x80, 0xbf],
  ],
  [
    [0xe0, 0xe0],
    [0xa0, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xe1, 0xec],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xed, 0xed],
    [0x80, 0x9f],
    [0x80, 0xbf],
  ],
  [
    [0xee, 0xef],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf0, 0xf0],
    [0x90, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf1, 0xf3],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf4, 0xf4],
    [0x80, 0x8f],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
]

/** Length of the character that begins at `at`; 0 when none does. */
export function characterLength(bytes: Bytes, at: number): number {
  const found = sequences.find((ranges) =>
    ranges.every(([low, high], i) => within(bytes.charCodeAt(at + i), low, high)),
  )
  return found?.length ?? 0
}

export function isUtf8(bytes: Bytes): boolean {
  let at = 0
  while (at < bytes.length) {
    const length = characterLength(bytes, at)
    if (length === 0) return false
    at += length
  }
  return true
}

/** The first `length` bytes (C.4). `wholeCharacters` drops the begun character when the cut goes through one. */
export function cut(bytes: Bytes, length: number, wholeCharacters: boolean): Bytes {
  if (bytes.length <= length) return bytes
  const head = bytes.slice(0, length)
  return wholeCharacters && isContinuation(bytes, length) ? head.slice(0, beginOfLast(head)) : head
}

/** Where the last character begins, when fewer bytes of it are there than its first one announces; else the end. */
function beginOfLast(head: Bytes): number {
  let begin = head.length - 1
  while (isContinuation(head, begin)) begin--
  const lead = head.charCodeAt(begin)
  const announced = within(lead, 0xc2, 0xdf) ? 2 : within(lead, 0xe0, 0xef) ? 3 : within(lead, 0xf0, 0xf4) ? 4 : 0
  return begin >= 0 && head.length - begin < announced ? begin : head.length
}

function isContinuation(bytes: Bytes, at: number): boolean {
  return within(bytes.charCodeAt(at), 0x80, 0xbf)
}

function within(byte: number, low: number, high: number): boolean {
  return byte >= low && byte <= high
}

const letters: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** `textSafety.escapeControl`: a value cannot begin a line of its own, nor speak to a terminal (C.3). */
export function escapeControl(bytes: Bytes): Bytes {
  return bytes.replace(/[\x00-\x1f\x7f]/g, (byte) => letters[byte] ?? unicodeEscape(byte))
}

/** `\u00xx`, in lower case. */
export function unicodeEscape(byte: Bytes): Bytes {
  return `\\u${byte.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** By the value of their bytes (C.5). */
export function compareBytes(a: Bytes, b: Bytes): number {
  return a < b ? -1 : a > b ? 1 : 0
}
