/** How generated source compares the key of a map entry with a name that the format asks for. */

/**
 * A test that the bytes at `key` are this name: four at a time; with `anyCase`, bit 0x20 is set where a letter stands, whatever its
 * case. The length is known to be right; the last word overlaps the one before.
 */
export function matchBytes(name: string, anyCase: boolean): string {
  const bytes = Buffer.from(name, 'latin1')
  const lower = (byte: number) => (anyCase && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)
  const caseBit = (byte: number) => (anyCase && lower(byte) >= 0x61 && lower(byte) <= 0x7a ? 0x20 : 0)
  const tests: string[] = []
  if (bytes.length < 4) {
    bytes.forEach((byte, i) => {
      tests.push(`${masked(`b[key${i ? ` + ${i}` : ''}]`, caseBit(byte))} === ${lower(byte)}`)
    })
  } else {
    for (let i = 0; i < bytes.length; i += 4) {
      const at = Math.min(i, bytes.length - 4)
      const word = [0, 1, 2, 3].reduce((sum, k) => sum | (lower(bytes[at + k]!) << (8 * k)), 0)
      const mask = [0, 1, 2, 3].reduce((sum, k) => sum | (caseBit(bytes[at + k]!) << (8 * k)), 0)
      tests.push(`${masked(`v.getInt32(key${at ? ` + ${at}` : ''}, true)`, mask)} === ${word}`)
    }
  }
  return tests.length > 0 ? tests.join(' && ') : 'true'
}

const masked = (read: string, mask: number) => (mask === 0 ? read : `(${read} | ${mask})`)
