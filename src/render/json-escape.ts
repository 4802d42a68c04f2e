/** JSON strings at configuration time: literals and keys, in byte strings. `json-string.ts` does the same for entries. */

const short: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
}

/**
 * The JSON string of some bytes, quotes included, as Envoy writes it. Bytes that are no UTF-8 make every byte outside printable
 * ASCII (and quotes, backslashes) a `\u00xx` of that byte.
 */
export function escapeJson(bytes: string): string {
  return `"${escapePiece(bytes)}"`
}

/** The same without quotes: a part of a string whose other parts are escaped by themselves. */
export function escapePiece(bytes: string): string {
  const written = isUtf8(bytes) ? escapeControl : escapeByte
  return [...bytes].map((char) => written(char.charCodeAt(0))).join('')
}

/** Whether the char codes of a byte string are valid UTF-8. */
export function isUtf8(bytes: string): boolean {
  const buffer = Buffer.from(bytes, 'latin1')
  return Buffer.from(buffer.toString('utf8'), 'utf8').equals(buffer)
}

const escapeControl = (byte: number) => short[byte] ?? (byte < 0x20 ? unicode(byte) : String.fromCharCode(byte))

function escapeByte(byte: number): string {
  const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
  return plain ? String.fromCharCode(byte) : unicode(byte)
}

const unicode = (byte: number) => `\\u00${byte.toString(16).padStart(2, '0')}`
