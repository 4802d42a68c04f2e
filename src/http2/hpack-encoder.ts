/**
 * HPACK for what we answer: short lists, a handful for each stream. Literals that nobody keeps in a table, without Huffman; names and
 * statuses from the static table where it has them. So the peer needs no table for us, and we none for the peer.
 */
import { staticTable } from './hpack-table.ts'

/** By lower-case name, `:status` first. Values are bytes as characters; names shorter than 127. */
export type ResponseFields = Readonly<Record<string, string>>

const indexOfName = new Map<string, number>()
const indexOfField = new Map<string, number>()
for (const [i, { name, value }] of staticTable.entries()) {
  if (!indexOfName.has(name)) indexOfName.set(name, i + 1)
  if (value !== '') indexOfField.set(`${name}=${value}`, i + 1)
}

/** The update of the table size to 0, which a peer that allows less than the default must be told before anything else. */
export const noTable = Buffer.of(0x20)

export function encodeFields(fields: ResponseFields): Buffer {
  return Buffer.concat(Object.entries(fields).flatMap(([name, value]) => encodeField(name, value)))
}

function encodeField(name: string, value: string): Buffer[] {
  const index = indexOfField.get(`${name}=${value}`)
  if (index !== undefined) return [integer(0x80, 7, index)]
  const nameIndex = indexOfName.get(name)
  if (nameIndex !== undefined) return [integer(0, 4, nameIndex), string(value)]
  return [integer(0, 4, 0), string(name), string(value)]
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([integer(0, 7, bytes.length), bytes])
}

/** `mark`: the bits above the integer's own in its first byte. */
function integer(mark: number, bits: number, value: number): Buffer {
  const full = (1 << bits) - 1
  if (value < full) return Buffer.of(mark | value)
  const bytes = [mark | full]
  let rest = value - full
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}
