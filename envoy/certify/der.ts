/**
 * Just enough ASN.1 DER to write an X.509 certificate: every value is a tag, a length and its content (X.690).
 */

export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

export const sequence = (...items: readonly Buffer[]) => der(0x30, ...items)
export const set = (...items: readonly Buffer[]) => der(0x31, ...items)
export const octets = (content: Buffer) => der(0x04, content)
/** A whole number of bytes: none of the last byte's bits are unused. */
export const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content)
export const utf8 = (text: string) => der(0x0c, Buffer.from(text, 'utf8'))
export const boolean = (value: boolean) => der(0x01, Buffer.from([value ? 0xff : 0]))
/** `[number] EXPLICIT`. */
export const explicit = (number: number, content: Buffer) => der(0xa0 + number, content)
/** `[number] IMPLICIT` of a primitive. */
export const implicit = (number: number, content: Buffer) => der(0x80 + number, content)

/** A non-negative integer, given in hexadecimal: in as few bytes as hold it, the first bit being its sign. */
export function integer(hex: string): Buffer {
  const digits = hex.replace(/^0+(?=.)/, '')
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  return der(0x02, bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** `1.2.840.10045.4.3.2` */
export function objectIdentifier(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]]
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const digits = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(128 + (left % 128))
    bytes.push(...digits)
  }
  return der(0x06, Buffer.from(bytes))
}

/** UTCTime up to 2049 and GeneralizedTime after, as RFC 5280 wants it. `at`: `2030-01-31T12:00:00Z`. */
export function time(at: string): Buffer {
  const digits = at.replaceAll(/[-:T]/g, '')
  return at < '2050' ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff])
}
