/** Entries of maps from strings to strings or messages: `key = 1, value = 2`, both there and in this order, as protobuf writes them. */
import { keyBytes, tableHeadBytes } from '../layout.ts'

/** Notes the value when the table has the key; false for an entry that looks otherwise. */
export function scanMapEntry(table: u32, at: u32, end: u32): bool {
  if (end - at < 4 || load<u8>(at) != 10) return false
  const length: u32 = load<u8>(at, 1)
  const key = at + 2
  const keyEnd = key + length
  if (length > 127 || keyEnd + 2 > end || load<u8>(keyEnd) != 18) return false
  let value = keyEnd + 2
  let valueLength: u32 = load<u8>(keyEnd, 1)
  if (valueLength > 127) {
    const second: u32 = load<u8>(value++)
    valueLength = (valueLength & 127) | (second << 7)
    if (second > 127) {
      const third: u32 = load<u8>(value++)
      if (third > 127) return false
      valueLength = (valueLength & 0x3fff) | (third << 14)
    }
  }
  if (value + valueLength != end) return false
  if ((load<u32>(table, 12) & (1 << (length & 31))) == 0) return true
  const anyCase = load<u32>(table, 4) != 0
  const mark = load<u32>(table, 8)
  const last = table + tableHeadBytes + load<u32>(table) * keyBytes
  for (let row = table + tableHeadBytes; row < last; row += keyBytes) {
    if (load<u32>(row) != length || !isKey(load<u32>(row, 4), key, length, anyCase)) continue
    const slot = load<u32>(row, 8)
    store<u32>(slot, value)
    store<u32>(slot, end, 4)
    if (mark != 0) store<u32>(mark, 1)
  }
  return true
}

/** Eight bytes at a time. `anyCase`: without regard to ASCII case; the wanted key is in lower case then. */
function isKey(wanted: u32, key: u32, length: u32, anyCase: bool): bool {
  let different: u64 = 0
  for (let i: u32 = 0; i < length && different == 0; i += 8) {
    different = load<u64>(key + i) ^ load<u64>(wanted + i)
    // Bytes behind the key do not count.
    if (length - i < 8) different <<= (8 - (length - i)) * 8
  }
  return different == 0 || (anyCase && isKeyInAnyCase(wanted, key, length))
}

function isKeyInAnyCase(wanted: u32, key: u32, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) {
    const byte: u32 = load<u8>(key + i)
    const want: u32 = load<u8>(wanted + i)
    if (byte != want && (byte - 0x41 > 25 || (byte | 0x20) != want)) return false
  }
  return true
}
