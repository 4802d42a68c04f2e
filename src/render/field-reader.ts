/**
 * The fields of a small message, one after the other, where the engine's scan does not reach: in Structs and Anys. Damage is told by
 * a false answer, as everywhere below `engine/`.
 */
import { skipField } from '../wire/skip.ts'
import { VarintReader } from '../wire/varint.ts'

const varint = new VarintReader()
const lengthDelimited = 2

/**
 * Reads one field at a time; the results stay until the next `read`, so they are taken out before another message is looked into.
 *
 *     for (; at < end; at = field.end) if (!field.read(bytes, at, end)) return damaged
 */
export class FieldReader {
  /** Field number and wire type. */
  tag = 0
  /** The payload, without the length before it. `end` is also where the next field begins. */
  at = 0
  end = 0

  /** Reads the field at `at`, of whatever type; false when it is damaged or runs over `end`. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (!varint.read(bytes, at, end) || varint.value > 0xffff_ffff) return false
    this.tag = varint.low
    this.at = varint.at
    this.end = skipField(bytes, this.tag, this.at, end)
    if (this.end < 0) return false
    if ((this.tag & 7) === lengthDelimited && varint.read(bytes, this.at, end)) this.at = varint.at
    return true
  }
}
