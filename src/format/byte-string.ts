/**
 * Byte strings: JavaScript strings whose char codes are bytes (0..255). Formats are held this way from the moment they are read:
 * Envoy's grammar, its positions and its sorting are all over bytes, and a format may hold bytes that are no UTF-8.
 */
export type ByteString = string

/** A JavaScript string becomes its UTF-8 bytes; raw bytes stay as they are. */
export function toByteString(text: string | Uint8Array): ByteString {
  const bytes =
    typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  return bytes.toString('latin1')
}

/** For people: the UTF-8 reading of the bytes, U+FFFD where they are none. */
export function toText(byteString: ByteString): string {
  return Buffer.from(byteString, 'latin1').toString('utf8')
}

export function toBytes(byteString: ByteString): Uint8Array {
  return Uint8Array.from(Buffer.from(byteString, 'latin1'))
}
