import { expect, test } from 'vitest'
import { crc32c } from '../../src/spool/crc32c.ts'

/** Bit by bit, as the definition goes. */
function slowly(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0)
  }
  return ~sum >>> 0
}

const counting = Uint8Array.from({ length: 32 }, (_, i) => i)

// The catalogue's check value, and RFC 3720, appendix B.4 (which prints the bytes in the order of the wire).
test.each<[string, Uint8Array, number]>([
  ['nothing', new Uint8Array(), 0],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 times ff', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0 to 31', counting, 0x46dd794e],
  ['31 to 0', counting.toReversed(), 0x113fdb5c],
  [
    'an iSCSI read command',
    Buffer.from(
      '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' + '0200000000000000',
      'hex',
    ),
    0xd9963a56,
  ],
])('%s', (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum)
})

test('any length, wherever in memory it lies, and in pieces', () => {
  const memory = Uint8Array.from({ length: 96 }, (_, i) => (i * 167 + 13) & 0xff)
  for (let from = 0; from < 9; from++) {
    for (let to = from; to <= memory.length; to++) {
      const bytes = memory.subarray(from, to)
      const sum = slowly(bytes)
      expect(crc32c(bytes), `${from} to ${to}`).toBe(sum)
      const middle = (to - from) >> 1
      expect(crc32c(bytes.subarray(middle), crc32c(bytes.subarray(0, middle)))).toBe(sum)
    }
  }
})
