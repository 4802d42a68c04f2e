/**
 * HPACK (RFC 7541): field blocks into names and values, whose characters are bytes. One decoder for each connection, since its table
 * is built by all blocks in order: every block must go through it, also those of requests that are refused.
 *
 *     block  := { size update } { field }
 *     field  := 1 index:7+                                        both from a table
 *             | 01 index:6+   [name] value                        literal, goes into the dynamic table
 *             | 000x index:4+ [name] value                        literal, does not
 *     size update := 001 size:5+                                  name: a string, when the index is 0
 *     string := huffman:1 length:7+ bytes
 *     n+     := an integer that begins in n bits; when they are all ones it goes on in groups of seven bits, lowest first
 */
import { Http2Error } from './error-codes.ts'
import { DynamicTable, type Field, staticTable } from './hpack-table.ts'
import { decodeHuffman } from './huffman.ts'

/** Unless we ask for another size, which we do not. */
const tableBytesMax = 4_096
/** Groups of seven bits that an integer may take: nothing in a block of our size needs more. */
const integerGroupsMax = 4

const none = Buffer.alloc(0)

export class HpackDecoder {
  #table: DynamicTable | null = null
  #bytes: Buffer = none
  #at = 0
  #end = 0

  /** Calls `onField` for each field, in order. `block` is borrowed. Throws Http2Error when it is damaged: the connection is lost then. */
  decode(block: Buffer, onField: (name: string, value: string) => void): void {
    this.#bytes = block
    this.#at = 0
    this.#end = block.length
    let begun = false
    while (this.#at < this.#end) {
      const first = block[this.#at]!
      if ((first & 0xe0) === 0x20) {
        if (begun) throw damaged('a table size in the middle of a block')
        this.#resize(this.#integer(5))
        continue
      }
      begun = true
      const { name, value } = first >= 0x80 ? this.#lookUp(this.#integer(7)) : this.#literal(first)
      onField(name, value)
    }
    // The block may be a view of the read buffer of the process.
    this.#bytes = none
  }

  #literal(first: number): Field {
    const kept = first >= 0x40
    const index = this.#integer(kept ? 6 : 4)
    const name = index === 0 ? this.#string() : this.#lookUp(index).name
    const field = { name, value: this.#string() }
    if (kept) this.#dynamic.add(field)
    return field
  }

  #lookUp(index: number): Field {
    if (index === 0) throw damaged('index 0')
    const field = staticTable[index - 1] ?? this.#table?.at(index - 1 - staticTable.length)
    if (field === undefined) throw damaged('an index beyond the tables')
    return field
  }

  #resize(bytes: number): void {
    if (bytes > tableBytesMax) throw damaged('a table larger than allowed')
    this.#dynamic.resize(bytes)
  }

  get #dynamic(): DynamicTable {
    this.#table ??= new DynamicTable(tableBytesMax)
    return this.#table
  }

  #string(): string {
    if (this.#at === this.#end) throw damaged('a block that ends early')
    const huffman = this.#bytes[this.#at]! >= 0x80
    const length = this.#integer(7)
    const from = this.#at
    if (length > this.#end - from) throw damaged('a string longer than its block')
    this.#at += length
    return huffman ? decodeHuffman(this.#bytes, from, this.#at) : this.#bytes.toString('latin1', from, this.#at)
  }

  /** `bits`: of the first byte. There is a first byte. */
  #integer(bits: number): number {
    const full = (1 << bits) - 1
    let value = this.#bytes[this.#at++]! & full
    if (value < full) return value
    for (let group = 0; group < integerGroupsMax; group++) {
      if (this.#at === this.#end) throw damaged('a block that ends early')
      const byte = this.#bytes[this.#at++]!
      value += (byte & 0x7f) << (7 * group)
      if (byte < 0x80) return value
    }
    throw damaged('an integer that is too long')
  }
}

function damaged(what: string): Http2Error {
  return new Http2Error('compression_error', `HPACK: ${what}`)
}
