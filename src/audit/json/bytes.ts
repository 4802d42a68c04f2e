/** The bytes that JSON is made of, by name, and tables that tell their kinds in one step. */

export const quote = 0x22
export const backslash = 0x5c
export const comma = 0x2c
export const colon = 0x3a
export const braceOpen = 0x7b
export const braceClose = 0x7d
export const bracketOpen = 0x5b
export const bracketClose = 0x5d

/** 1 for bytes that may stand in a string as they are. */
export const plainInString = table((byte) => byte >= 0x20 && byte !== quote && byte !== backslash)

/** 1 for space, tab, line feed, carriage return. */
export const whiteSpace = table((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d)

/** 1 for digits. */
export const digits = table((byte) => byte >= 0x30 && byte <= 0x39)

/** 1 for hexadecimal digits. */
export const hexDigits = table((byte) => /[0-9a-f]/i.test(String.fromCharCode(byte)))

export function table(is: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (is(byte) ? 1 : 0))
}

/** The same bytes as a Buffer, which reads text faster. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
